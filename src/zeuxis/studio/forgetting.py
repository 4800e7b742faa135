"""What is not kept any longer: jobs whose time is over, the oldest of too much, what somebody deletes."""

import asyncio
import logging
import shutil
import sqlite3

from zeuxis.studio.jobs import Job
from zeuxis.studio.store import Store

log = logging.getLogger("zeuxis.studio")


class Forgetting:
    """Forgets jobs, with their files.

    Args:
        store: that they are in.
        most: bytes that all results may take; of more the oldest go.

    Attributes:
        gone: ids of jobs that nobody is to see any more, though the database could not forget them yet.
    """

    def __init__(self, store: Store, most: float) -> None:
        self.gone: set[str] = set()
        self.most = most
        self._store = store

    async def forget(self, job: Job) -> None:
        """Forget a job; where the disk is full, its row goes with a later sweep."""
        await asyncio.to_thread(shutil.rmtree, self._store.folder_of(job.id), ignore_errors=True)
        self.gone.add(job.id)
        self._finish()

    async def sweep(self) -> None:
        """Forget what is older than it is kept, and the oldest of too much."""
        try:
            while old := [*self._store.expired(), *self._store.surplus(self.most)]:
                for job in old:
                    await self.forget(job)
                if self.gone:
                    break
        except sqlite3.Error as error:
            log.error("what is old cannot be forgotten: %s", error)
        self._finish()

    def _finish(self) -> None:
        for id in list(self.gone):
            if not self._store.delete(id):
                return
            self.gone.discard(id)

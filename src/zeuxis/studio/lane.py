"""A queue and the workers that serve it. There are two: for what takes seconds, and for minutes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from zeuxis.errors import reason
from zeuxis.studio.jobs import Job
from zeuxis.studio.queue import Queue
from zeuxis.studio.workers import Worker

IDLE_SECONDS = 120.0  # after which a worker of the slow lane is ended: torch takes much memory
BREATH_SECONDS = 1.0  # before another try to begin a worker, where the machine has no room for one

log = logging.getLogger("zeuxis.studio")

Do = Callable[[Job, Worker], Awaitable[None]]


class Lane:
    """Takes jobs from a queue, as many at a time as there are workers.

    Args:
        queue: whose jobs are done.
        count: of workers.
        threads: that each computes with.
        do: does a job with a worker; raises nothing.
        is_warm: whether workers are begun at once and stay.

    Attributes:
        running: the worker of each job that runs.
        begun: processes so far.
    """

    def __init__(self, queue: Queue, count: int, threads: int, do: Do, is_warm: bool) -> None:
        self.queue, self.count, self.running = queue, count, dict[str, Worker]()
        self.begun = 0
        self._threads, self._do, self._is_warm = threads, do, is_warm
        self._servers: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Begin to take jobs."""
        self._servers = [asyncio.create_task(self._serve()) for _ in range(self.count)]

    async def close(self) -> None:
        """End all workers; jobs that run are not done."""
        for server in self._servers:
            server.cancel()
        await asyncio.gather(*self._servers, return_exceptions=True)

    async def _serve(self) -> None:
        worker = await self._begin() if self._is_warm else None
        try:
            while True:
                job = await self._next(worker)
                if job is None:
                    assert worker is not None
                    await worker.close()
                    worker = None
                    continue
                if worker is None or not worker.is_alive:
                    worker = await self._begin()
                self.running[job.id] = worker
                try:
                    await self._do(job, worker)
                finally:
                    del self.running[job.id]
                if self._is_warm and not worker.is_alive:
                    worker = await self._begin()
        finally:
            if worker is not None:
                await worker.close()

    async def _next(self, worker: Worker | None) -> Job | None:
        """The next job; None when there was none for so long that the worker is to be ended."""
        if self._is_warm or worker is None:
            return await self.queue.take()
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                return await self.queue.take()
        except TimeoutError:
            return None

    async def _begin(self) -> Worker:
        while True:
            try:
                worker = await Worker.begin(self._threads, self._is_warm)
            except OSError as error:
                log.error("no worker can be begun: %s", reason(error))
                await asyncio.sleep(BREATH_SECONDS)
            else:
                self.begun += 1
                return worker

"""Who may come in: how many jobs a client has, and how many it may have."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from zeuxis.studio.queue import Queue

OURS = "studio"  # the client of jobs that the studio asks for itself


class Door:
    """Counts the jobs of each client.

    Args:
        most: jobs of one client that may arrive, wait or run.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._inside: Counter[str] = Counter()

    def why_not(self, queue: Queue, client: str) -> str | None:
        """Why a client may have no other job wait in a queue now, a sentence; None if it may."""
        if queue.is_full:
            return f"the queue is full, with {len(queue)} jobs: try again in a while"
        if client != OURS and self._inside[client] >= self.most:
            return f"you have {self._inside[client]} unfinished jobs of {self.most}: wait for one"
        return None

    def enter(self, client: str) -> None:
        """Count a job."""
        self._inside[client] += 1

    def leave(self, client: str) -> None:
        """Count it no more."""
        self._inside[client] -= 1
        self._inside += Counter()  # forgets clients without jobs

    @contextmanager
    def receiving(self, client: str) -> Iterator[None]:
        """While a request is read it counts as a job, so that nobody can have any number of them arrive."""
        self.enter(client)
        try:
            yield
        finally:
            self.leave(client)

"""Who may come in: how many jobs a client has, and how many it may have."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from zeuxis.studio.queue import Queue
from zeuxis.studio.refusal import Refused

OURS = "studio"  # the client of jobs that the studio asks for itself


class Door:
    """Counts the jobs of each client.

    Args:
        most: jobs of one client that may arrive, wait or run.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._inside: Counter[str] = Counter()

    def check(self, queue: Queue, client: str, seconds: int) -> None:
        """Refuse another job.

        Args:
            queue: that it would wait in.
            client: whose it is.
            seconds: after which there may be room.

        Raises:
            Refused: 429, if the queue is full or the client has too many jobs.
        """
        if queue.is_full:
            sentence = f"the queue is full, with {len(queue)} jobs: try again in a while"
        elif client != OURS and self._inside[client] >= self.most:
            sentence = (
                f"you have {self._inside[client]} unfinished jobs of {self.most}: wait for one"
            )
        else:
            return
        raise Refused(429, sentence, retry_after=seconds)

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

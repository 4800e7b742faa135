"""Who is next: bounded, and fair, so that one client with a hundred jobs does not keep another waiting."""

import asyncio
from collections import OrderedDict, deque

from zeuxis.studio.jobs import Job


class Queue:
    """Jobs that wait. Clients take turns; of one client the oldest job is first.

    Args:
        length: jobs that may wait.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()
        self._there = asyncio.Semaphore(0)

    def __len__(self) -> int:
        return sum(len(jobs) for jobs in self._waiting.values())

    @property
    def is_full(self) -> bool:
        """Whether no more may wait."""
        return len(self) >= self.length

    def put(self, job: Job, first: bool = False) -> None:
        """Have a job wait.

        Args:
            job: is taken whether the queue is full or not: ask before.
            first: whether it is next of all: it was begun already.
        """
        jobs = self._waiting.setdefault(job.client, deque())
        if first:
            jobs.appendleft(job)
            self._waiting.move_to_end(job.client, last=False)
        else:
            jobs.append(job)
        self._there.release()

    async def take(self) -> Job:
        """The next job; waits for one."""
        while True:
            await self._there.acquire()
            if self._waiting:  # else the job has been removed meanwhile
                return self._next()

    def remove(self, job: Job) -> bool:
        """Take a job out; whether it was in."""
        jobs = self._waiting.get(job.client, deque())
        if job not in jobs:
            return False
        jobs.remove(job)
        if not jobs:
            del self._waiting[job.client]
        return True

    def position(self, job: Job) -> int | None:
        """How soon it is a job's turn, from 1; None if it does not wait."""
        jobs = self._waiting.get(job.client)
        if jobs is None or job not in jobs:
            return None
        rounds, before, ahead = jobs.index(job), True, 0
        for client, others in self._waiting.items():
            if client == job.client:
                before, ahead = False, ahead + rounds
            else:
                ahead += min(len(others), rounds + before)
        return ahead + 1

    def of_client(self, client: str) -> int:
        """How many jobs of a client wait."""
        return len(self._waiting.get(client, ()))

    def _next(self) -> Job:
        client, jobs = next(iter(self._waiting.items()))
        job = jobs.popleft()
        if jobs:
            self._waiting.move_to_end(client)
        else:
            del self._waiting[client]
        return job

"""Worker processes as the server sees them: begun, given jobs, watched, ended."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "zeuxis.studio.worker")
LONGEST_LINE = 2**24  # bytes of a message
WATCH_SECONDS = 0.25
GRACE_SECONDS = 60.0  # for a job that is asked to stop, to write what it has

Message = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """What a job may take.

    Attributes:
        seconds: of time.
        bytes: of memory.
        is_graceful: whether it is asked to stop when its time is over, and keeps what it has.
    """

    seconds: float
    bytes: float
    is_graceful: bool


class Worker:
    """A process that does one job at a time.

    Args:
        process: speaks as `zeuxis.studio.worker` does.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._job: str | None = None
        self._why: str | None = None  # we ended it
        self._stopped_at: float | None = None

    @classmethod
    async def begin(cls, threads: int, is_warm: bool) -> "Worker":
        """A new process.

        Args:
            is_warm: whether it loads what most jobs need before the first.
            threads: that a job computes with, unless the environment says so.
        """
        environment = {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive"} | os.environ
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *(["warm"] if is_warm else []),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
            limit=LONGEST_LINE,
            start_new_session=True,  # Ctrl-C on the terminal is for the server, which knows what to do
        )
        worker = cls(process)
        await worker._line()  # it is ready, or it died, which its first job will notice
        return worker

    @property
    def is_alive(self) -> bool:
        """Whether it can be given a job."""
        return self._process.returncode is None and self._why is None

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    async def run(self, order: Message, hear: Callable[[Message], None], limits: Limits) -> Message:
        """Have a job done.

        Args:
            order: with `id`; see `zeuxis.studio.task.Task`.
            hear: given the messages in between.
            limits: beyond which the process is ended.

        Returns:
            the last message, with an `end` of `"done"`, `"failed"` or `"cancelled"`; or of `"died"`, with an
            `error`, and `killed` if it was we who ended the process.
        """
        self._job, self._stopped_at = order["id"], None
        watch = asyncio.create_task(self._watch(limits))
        try:
            self._say(order)
            while message := await self._line():
                if "end" in message:
                    return message
                hear(message)
            code = await self._process.wait()
            killed = self._why is not None
            return {"end": "died", "error": self._why or _died(code), "killed": killed}
        finally:
            self._job = None
            watch.cancel()

    def stop(self) -> None:
        """Ask the job to end with what it has; after a while its process is ended."""
        if self._job is not None and self._stopped_at is None:
            self._stopped_at = time.monotonic()
            self._say({"stop": self._job})

    def kill(self, why: str) -> None:
        """End the process, whatever it does.

        Args:
            why: a sentence.
        """
        if self.is_alive:
            self._why = why
            self._process.kill()

    async def close(self) -> None:
        """End the process, and wait for that."""
        self.kill("the studio was stopped")
        await self._process.wait()

    async def _line(self) -> Message:
        """The next message; an empty one if there will be none."""
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
            return dict(json.loads(line)) if line.endswith(b"\n") else {}
        except ValueError:  # longer than any message, or no JSON
            self.kill("the process that did this spoke nonsense, and was ended: try again")
            return {}

    def _say(self, order: Message) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")

    async def _watch(self, limits: Limits) -> None:
        """Hold a job to its limits."""
        began = time.monotonic()
        while self.is_alive:
            await asyncio.sleep(WATCH_SECONDS)
            now = time.monotonic()
            if _memory(self.pid) > limits.bytes:
                self.kill(
                    f"this took more than the {limits.bytes / 1e9:g} GB of memory that a job may take: ask "
                    "for a smaller size"
                )
            elif self._stopped_at is not None and now - self._stopped_at > GRACE_SECONDS:
                self.kill("it did not stop when asked to, and was ended")
            elif now - began > limits.seconds and limits.is_graceful:
                self.stop()
            elif now - began > limits.seconds:
                self.kill(
                    f"this took longer than the {limits.seconds / 60:g} minutes that a job may take: ask for "
                    "a smaller size"
                )


def _memory(pid: int) -> int:
    """Bytes of memory that a process holds; 0 on systems without /proc, where memory has no limit."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _died(code: int) -> str:
    """How a process ended that was not to."""
    how = f"status {code}"
    if code < 0:
        how = signal.Signals(-code).name
    return f"the process that did this died ({how}): try again, or ask for a smaller size"

"""Server-sent events: a job as it changes."""

import asyncio
import json
from collections.abc import AsyncIterator

from zeuxis.studio.jobs import Job
from zeuxis.studio.service import Service

SECONDS_BETWEEN = 0.2
HEARTBEAT_SECONDS = 15.0


async def events(service: Service, job: Job) -> AsyncIterator[str]:
    """The text of the stream: `event: job` with the job as data at each change, until it is final."""
    while True:
        change = job.change  # asked for first, so that none is missed while this is sent
        yield f"event: job\ndata: {json.dumps(service.report(job))}\n\n"
        if job.is_final:
            return
        await job.final(SECONDS_BETWEEN)
        while not await _is_set(change):
            yield ": still here\n\n"


async def _is_set(change: asyncio.Event) -> bool:
    """Whether there is a change before a heartbeat is due."""
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            await change.wait()
    except TimeoutError:
        return False
    return True

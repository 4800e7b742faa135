"""The service: takes jobs, has them done, keeps what became of them."""

import asyncio
import logging
import math
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zeuxis.studio.asked import Place
from zeuxis.studio.conversions import Conversions
from zeuxis.studio.door import Door
from zeuxis.studio.forgetting import Forgetting
from zeuxis.studio.jobs import Job
from zeuxis.studio.lane import Lane
from zeuxis.studio.prometheus import Figures
from zeuxis.studio.queue import Queue
from zeuxis.studio.refusal import Refused
from zeuxis.studio.settings import CORES, StudioSettings
from zeuxis.studio.store import Store
from zeuxis.studio.verbs import Prepared, Verb, verbs
from zeuxis.studio.workers import Limits, Message, Worker

SWEEP_SECONDS = 60.0
GOODBYE_SECONDS = 20.0  # for jobs that can stop and keep what they have, when the server ends
BUG = "something went wrong in the studio: it is in its log"
FULL = "the studio has no room on its disk for another job: try again later"
CUT_SHORT = "the studio was stopped while this ran: ask for it again"

log = logging.getLogger("zeuxis.studio")


class Service:
    """All jobs, and what does them.

    Args:
        settings: the knobs.
        roots: folders that training data may be in, by name.
        is_own: whether everybody who asks sits at this machine.

    Attributes:
        place: what requests may reach.
        door: counts the jobs of each client.
        store: what survives a restart.
        forgetting: what does not stay in there.
        conversions: of results.
        figures: for /metrics.

    Raises:
        ZeuxisError: if the folder of the state cannot be used.
    """

    def __init__(
        self, settings: StudioSettings, roots: Mapping[str, Path], is_own: bool = False
    ) -> None:
        self.settings = settings
        self.place = Place(settings.folder, roots, settings.max_megapixels, is_own)
        self.store = Store(settings.folder)
        self.forgetting = Forgetting(self.store, settings.keep_gb * 1e9)
        self.conversions = Conversions()
        self.figures = Figures()
        self._live: dict[str, Job] = {}
        self.door = Door(settings.jobs_per_client)
        quick, slow = Queue(settings.queue_length), Queue(settings.queue_length)
        threads = max(1, CORES // settings.workers)
        self.quick = Lane(quick, settings.workers, threads, self._do, is_warm=True)
        self.slow = Lane(slow, settings.long_workers, threads, self._do, is_warm=False)
        self._sweeping: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take up what the last server left, and begin."""
        self.store.sweep()
        for job in self.store.unfinished():
            if job.state == "queued" and job.verb in verbs.names():
                self._wait(job)
            else:
                self._finish(job, "failed", error=CUT_SHORT, fault="ours")
        self.quick.open()
        self.slow.open()
        self._sweeping = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Stop what can be stopped without loss, end the rest, and let go of the folder."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        running = [job for job in self._live.values() if job.state == "running"]
        stopping = [self._stop(job) for job in running if verbs.get(job.verb).is_graceful]
        if stopping:
            await asyncio.wait([asyncio.create_task(each) for each in stopping])
        await asyncio.gather(self.quick.close(), self.slow.close())
        for job in list(self._live.values()):
            if job.state == "running":
                self._finish(job, "failed", error=CUT_SHORT, fault="ours")
        self.store.close()

    def check_room(self, verb: Verb, client: str) -> None:
        """Refuse a job before anything is read of it.

        Raises:
            Refused: 429, if the queue is full or the client has too many jobs; 503, if the disk is full.
        """
        if not self.store.has_space:
            raise Refused(503, FULL, retry_after=int(SWEEP_SECONDS))
        lane = self.lane(verb)
        sentence = self.door.why_not(lane.queue, client)
        if sentence is not None:
            self.figures.refused += 1
            raise Refused(429, sentence, retry_after=self._seconds_to_wait(lane))

    def new_folder(self) -> tuple[str, Path]:
        """An id, and a folder for its files."""
        id = secrets.token_urlsafe(16)
        folder = self.store.folder_of(id)
        folder.mkdir(mode=0o700)
        return id, folder

    def submit(self, id: str, verb: Verb, prepared: Prepared, owner: str, client: str) -> Job:
        """Have a job wait for its turn.

        Raises:
            Refused: as `check_room`, for somebody may have been faster; 409 for a run that goes on already.
        """
        self.check_room(verb, client)
        run = prepared.request.get("run")
        if run is not None and run in self.training():
            raise Refused(409, f"the run {run} goes on already: stop it first")
        request = prepared.request | {"verb": verb.name}
        turned = verb.turned(prepared.settings)
        job = Job(id, verb.name, owner, client, request, turned, prepared.command, time.time())
        if not self.store.put(job):
            raise Refused(503, FULL, retry_after=int(SWEEP_SECONDS))
        self._wait(job)
        return job

    def get(self, id: str) -> Job:
        """A job by its id.

        Raises:
            Refused: 404, if there is none.
        """
        job = self._live.get(id) or self.store.get(id)
        if job is None or id in self.forgetting.gone:
            raise Refused(404, "there is no such job, or its time is over")
        return job

    def of_owner(self, owner: str) -> list[Job]:
        """Somebody's jobs, the newest first."""
        jobs, gone = self.store.of_owner(owner), self.forgetting.gone
        return [self._live.get(job.id, job) for job in jobs if job.id not in gone]

    def training(self) -> dict[str, str]:
        """The runs that go on or wait for their turn: the job of each, by the run's name."""
        jobs = [job for job in self._live.values() if not job.is_final]
        return {job.request["run"]: job.id for job in jobs if "run" in job.request}

    def position(self, job: Job) -> int | None:
        """How soon it is a job's turn, from 1; None if it does not wait."""
        return self.lane(verbs.get(job.verb)).queue.position(job) if job.state == "queued" else None

    def report(self, job: Job) -> dict[str, Any]:
        """A job as it stands, as plain values."""
        return asdict(job.report(self.position(job)))

    def lane(self, verb: Verb) -> Lane:
        """Where the jobs of a verb are done."""
        return self.slow if verb.is_long else self.quick

    async def cancel(self, job: Job) -> None:
        """Stop a job; one that can keeps what it has. Waits until it has stopped, for a while."""
        if job.is_final:
            return
        if self.lane(verbs.get(job.verb)).queue.remove(job):
            self._finish(job, "cancelled")
            self._tell_all()
            return
        await self._stop(job)

    async def delete(self, job: Job) -> None:
        """Stop a job and forget it, with its files."""
        await self.cancel(job)
        if not job.is_final:
            raise Refused(409, "the job is about to stop: delete it in a while")
        self._live.pop(job.id, None)  # where it is still, if it could not be kept
        await self.forgetting.forget(job)

    def load(self) -> dict[str, int]:
        """How busy it is: `workers` that could work now, jobs that are `queued` and `running`."""
        lanes = (self.quick, self.slow)
        return {
            "workers": sum(lane.count for lane in lanes),
            "queued": sum(len(lane.queue) for lane in lanes),
            "running": sum(len(lane.running) for lane in lanes),
        }

    def metrics(self) -> str:
        """Figures in the text format of Prometheus."""
        kept = sum(self.store.counts().values())
        return self.figures.text(self.load(), self.quick.begun + self.slow.begun, kept)

    async def _stop(self, job: Job) -> None:
        worker = self.lane(verbs.get(job.verb)).running.get(job.id)
        job.cancelling = True
        if worker is not None and verbs.get(job.verb).is_graceful:
            worker.stop()
        elif worker is not None:
            worker.kill("it was cancelled")
        await job.final(GOODBYE_SECONDS)

    async def _do(self, job: Job, worker: Worker) -> None:
        """Have a worker do a job, and keep what became of it."""
        verb = verbs.get(job.verb)
        if job.cancelling:  # while its worker began
            self._finish(job, "cancelled")
            return
        job.state, job.started, job.attempts = "running", time.time(), job.attempts + 1
        self.store.put(job)
        self._tell_all()
        order = {"id": job.id, "state": str(self.store.folder), "request": job.request}
        try:
            ending = await worker.run(order, job.hear, self._limits(verb))
            self._conclude(job, verb, ending)
        except Exception:  # whatever goes wrong with one job, the next one is to be done
            log.exception("%s %s went wrong", job.verb, job.id)
            worker.kill(BUG)
            self._finish(job, "failed", error=BUG, fault="ours")

    def _conclude(self, job: Job, verb: Verb, ending: Message) -> None:
        end = ending["end"]
        if end == "died" and not job.cancelling:
            self.figures.deaths += not ending["killed"]
            log.warning("a worker ended while it did %s %s: %s", job.verb, job.id, ending["error"])
        if job.cancelling and end in ("died", "cancelled"):
            self._finish(job, "cancelled")
        elif end == "died" and not ending["killed"] and job.attempts < 2 and not verb.is_graceful:
            job.state, job.started = "queued", None
            self.store.put(job)
            self.lane(verb).queue.put(job, first=True)
            job.tell()
        elif end == "done":
            job.results, job.stopped_early = ending["results"], ending["stopped_early"]
            job.share, job.seconds_left = (job.share if job.stopped_early else 1.0), None
            self._finish(job, "done")
        elif end == "cancelled":  # its time was over before it had anything
            self._finish(job, "failed", error="it was stopped before it had begun", fault="user")
        else:
            fault = ending.get("fault", "user" if ending.get("killed") else "ours")
            self._finish(job, "failed", error=ending["error"], fault=fault)

    def _finish(
        self, job: Job, state: str, error: str | None = None, fault: str | None = None
    ) -> None:
        job.state, job.error, job.fault, job.finished = state, error, fault, time.time()
        job.expires = job.finished + 3600 * self.settings.keep_hours
        # what was sent is needed no more
        self.store.forget_files(job.id, job.request.get("names", ()))
        if job.id in self._live:
            self.door.leave(job.client)
        self._keep(job)
        seconds = job.finished - job.started if job.started else 0.0
        self.figures.finished(job.verb, state, seconds)
        log.info("%s %s %s after %.2f s", job.verb, job.id, state, seconds)
        job.tell()

    def _keep(self, job: Job) -> None:
        """Have a job that is final on disk only; until that works it stays where it is."""
        if self.store.put(job):
            self._live.pop(job.id, None)

    def _wait(self, job: Job) -> None:
        self._live[job.id] = job
        self.door.enter(job.client)
        self.lane(verbs.get(job.verb)).queue.put(job)

    def _tell_all(self) -> None:
        """Have those who watch jobs know that positions have changed."""
        for job in self._live.values():
            job.tell()

    def _limits(self, verb: Verb) -> Limits:
        seconds = self.settings.longest(verb.is_training)
        return Limits(seconds, self.settings.job_memory_gb * 1e9, verb.is_graceful)

    def _seconds_to_wait(self, lane: Lane) -> int:
        """After which there will be room: about as long as one job takes."""
        served = [name for name in verbs.names() if self.lane(verbs.get(name)) is lane]
        return max(1, math.ceil(self.figures.mean_seconds(served) / lane.count))

    async def _sweep(self) -> None:
        """Forget, now and then, what is older than it is kept, and the oldest of too much."""
        while True:
            for job in [each for each in self._live.values() if each.is_final]:
                self._keep(job)
            await self.forgetting.sweep()
            await asyncio.sleep(SWEEP_SECONDS)

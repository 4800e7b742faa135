"""Who is next."""

from __future__ import annotations

import asyncio

import numpy as np

from zeuxis.studio.jobs import POINTS, Job, job_of
from zeuxis.studio.queue import Queue


def job(client: str, id: str = "") -> Job:
    return Job(id or client, "nap", client, client, {}, {}, "", 0.0)


async def taken(queue: Queue) -> list[str]:
    return [(await queue.take()).id for _ in range(len(queue))]


def test_clients_take_turns() -> None:
    queue = Queue(10)
    jobs = [
        job("a", "a1"),
        job("a", "a2"),
        job("a", "a3"),
        job("b", "b1"),
        job("c", "c1"),
        job("b", "b2"),
    ]
    for each in jobs:
        queue.put(each)
    order = ["a1", "b1", "c1", "a2", "b2", "a3"]
    by_id = {each.id: each for each in jobs}
    assert [queue.position(by_id[id]) for id in order] == [1, 2, 3, 4, 5, 6]
    assert queue.of_client("a") == 3
    assert asyncio.run(taken(queue)) == order
    assert len(queue) == 0 and queue.position(jobs[0]) is None


def test_positions_are_true_after_some_turns() -> None:
    async def play() -> None:
        queue, jobs = (
            Queue(99),
            [job(client, f"{client}{n}") for n in range(4) for client in "abcd"[: n + 1]],
        )
        for each in jobs:
            queue.put(each)
        for _ in range(3):
            await queue.take()
        waiting = [each for each in jobs if queue.position(each)]
        told = sorted(waiting, key=lambda each: queue.position(each) or 0)
        assert [queue.position(each) for each in told] == list(range(1, len(waiting) + 1))
        assert await taken(queue) == [each.id for each in told]

    asyncio.run(play())


def test_it_is_bounded_and_what_was_begun_is_next() -> None:
    async def play() -> None:
        queue = Queue(2)
        queue.put(job("a"))
        assert not queue.is_full
        queue.put(job("b"))
        assert queue.is_full
        queue.put(job("c"), first=True)
        assert await taken(queue) == ["c", "a", "b"]

    asyncio.run(play())


def test_what_is_removed_is_not_waited_for() -> None:
    async def play() -> None:
        queue, gone, stays = Queue(9), job("a", "gone"), job("a", "stays")
        queue.put(gone)
        assert queue.remove(gone) and not queue.remove(gone)
        taking = asyncio.create_task(queue.take())
        await asyncio.sleep(0)
        queue.put(stays)
        assert await asyncio.wait_for(taking, 5) is stays

    asyncio.run(play())


def test_curves_stay_short_and_keep_their_ends() -> None:
    one = job("a")
    for step in range(5000):
        one.hear({"points": {"loss": (step, float(step))}})
    steps = [step for step, _ in one.curves["loss"]]
    assert POINTS <= len(steps) <= 2 * POINTS and steps[0] == 0 and steps[-1] == 4999
    gaps = np.diff(steps)
    assert gaps.min() > 0 and gaps[: len(gaps) // 2].max() <= 4 * 5000 / POINTS  # of old, too
    assert job_of(one.kept()).kept() == one.kept()

"""Warnings on runs that go wrong: one made to collapse, one made to overfit, and one that is well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zeuxis.data import Epochs, prepare
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training.examining import Examiner
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.keeper import Keeper
from zeuxis.gan.training.plan import Length
from zeuxis.gan.training.setting_up import rivals_of, set_up
from zeuxis.gan.training.trainer import Trainer
from zeuxis.training.folder import RunFolder
from zeuxis.training.processes import Processes

FASHION = Path(__file__).parents[3] / "shared" / "data" / "fashion_mnist"
SCORED = 200  # pictures that a score is of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FASHION.exists(), reason="needs Fashion-MNIST"),
]


class Watched(Trainer):
    """A trainer that has a look every so many steps, and stops when something is said."""

    every: int
    said: list[str]

    def _clock(self, _: float) -> float:
        return 60 * self.rivals.settings.preview_minutes * self.step / self.every

    def _agreed(self, seconds: float, asked: bool) -> tuple[float, bool]:
        return super()._agreed(seconds, asked or bool(self.said))


def said_of(data: Path, folder: Path, every: int, **knobs: object) -> list[str]:
    """What a run has to say, by the first words of it."""
    said: list[str] = []
    job = set_up(data, GanSettings(size="28", network="modern", **knobs))
    processes = Processes()
    rivals = rivals_of(job, processes)
    examiner = Examiner(rivals, job.pictures, job.held_out, SCORED)
    keeper = Keeper(RunFolder(folder), examiner, lambda _: None, say=said.append)
    keeper.begin()
    feed = Feed(Epochs(job.pictures, job.batch_size, 0, False), 1, rivals.device)
    trainer = Watched(rivals, feed, Length.of(job), keeper, processes)
    trainer.every, trainer.said = every, said
    trainer.train()
    keeper.close()
    return [sentence.partition(":")[0] for sentence in said]


def test_a_run_at_a_high_rate_that_nothing_holds_back_loses_the_game(tmp_path: Path) -> None:
    said = said_of(
        FASHION,
        tmp_path,
        every=20,
        steps=400,
        r1_gamma=0.0,
        r2_gamma=0.0,
        augmentation="none",
        generator_rate=1e-2,
        discriminator_rate=1e-2,
    )
    assert said
    assert {*said} <= {"samples get worse", "samples grow alike", "the discriminator has won"}


def test_a_run_on_few_pictures_learns_them_by_heart(tmp_path: Path) -> None:
    whole = prepare(FASHION, height=28, width=28, channels=1)
    chosen = np.sort(np.random.default_rng(0).choice(len(whole), 200, replace=False))
    np.save(tmp_path / "few.npy", np.array(whole.pictures[chosen]))
    few = {"augmentation": "none", "r1_gamma": 0.0, "capacity": 0.4}
    said = said_of(tmp_path / "few.npy", tmp_path / "run", every=50, steps=1200, **few)
    assert "the discriminator learns the pictures by heart" in said


def test_a_run_that_is_well_says_nothing(tmp_path: Path) -> None:
    assert said_of(FASHION, tmp_path, every=30, steps=300, capacity=0.25) == []

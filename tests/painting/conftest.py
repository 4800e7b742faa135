"""What the painting tests share: the network, and an objective to descend on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis.images import resize
from zeuxis.painting import PaintSettings, Progress
from zeuxis.painting.objective import Objective, StyleSource
from zeuxis.perception.vgg import VGG, load_vgg


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def vgg() -> VGG:
    return load_vgg("vgg16")


def batch(pixels: np.ndarray, height: int = 48, width: int = 64) -> Tensor:
    array = resize(np.ascontiguousarray(pixels.transpose(2, 0, 1)[None]), (height, width))
    return torch.from_numpy(array)


@pytest.fixture(scope="session")
def photo_batch(photo: np.ndarray) -> Tensor:
    """1x3x48x64."""
    return batch(photo)


@pytest.fixture(scope="session")
def texture_batch(texture: np.ndarray) -> Tensor:
    """1x3x64x64."""
    return batch(texture, 64, 64)


@pytest.fixture
def objective(vgg: VGG, photo_batch: Tensor, texture_batch: Tensor) -> Callable[..., Objective]:
    """Makes the objective of the photograph and the texture, with these settings."""

    def make(styles: Sequence[StyleSource] | None = None, **settings: Any) -> Objective:
        given = styles or [StyleSource(texture_batch)]
        return Objective(vgg, photo_batch, given, PaintSettings(**settings))

    return make


class Recorder:
    """A callback that keeps all that it is told."""

    def __init__(self) -> None:
        self.seen: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.seen.append(progress)

    @property
    def losses(self) -> list[float]:
        return [p.loss for p in self.seen]

    @property
    def steps(self) -> list[tuple[int, int]]:
        return [(p.level, p.iteration) for p in self.seen]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def functions() -> ModuleType:
    """The module `functions` beside this file; test folders are no packages to import from."""
    spec = spec_from_file_location("painting_functions", Path(__file__).with_name("functions.py"))
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

"""Tiny rivals, and tiny pictures for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from zeuxis.data import Epochs, PictureSet
from zeuxis.gan.networks.shape import Discriminator, Generator, Shape
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.rivals import Rivals

SIDE = 8
SETTINGS = GanSettings(
    loss="non_saturating",
    r1_gamma=0.5,
    r2_gamma=0.5,
    gradient_penalty=0.0,
    regularization_interval=3,
    augmentation="none",
    batch_size=4,
    discriminator_steps=1,
    generator_rate=1e-3,
    discriminator_rate=1e-3,
    beta1=0.0,
    beta2=0.99,
    average_kimg=0.1,
    latent_dim=5,
    mirror=True,
    precision="float32",
    seed=3,
)


class TinyGenerator(Generator):
    """A dense layer and a convolution."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.dense = nn.Linear(shape.latent_dim, 6 * SIDE * SIDE)
        self.last = nn.Conv2d(6, shape.channels, 3, padding=1)

    def mapping(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return latents

    def synthesis(self, styles: Tensor) -> Tensor:
        return torch.sigmoid(self.last(self.dense(styles).reshape(-1, 6, SIDE, SIDE).relu()))


class TinyDiscriminator(Discriminator):
    """Two convolutions and a dense layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.first = nn.Conv2d(shape.channels, 6, 3, 2, padding=1)
        self.second = nn.Conv2d(6, 8, 3, 2, padding=1)
        self.last = nn.Linear(8 * (SIDE // 4) ** 2, 1)

    def features(self, pictures: Tensor) -> list[Tensor]:
        first = nn.functional.silu(self.first(pictures))
        return [first, nn.functional.silu(self.second(first))]

    def judge(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        logits: Tensor = self.last(features.flatten(1))[:, 0]
        return logits


def tiny_pictures(count: int = 12) -> PictureSet:
    pixels = np.random.default_rng(0).integers(0, 255, (count, SIDE, SIDE, 3), dtype=np.uint8)
    return PictureSet(pixels, np.zeros(count, np.int64))


def tiny_rivals(settings: GanSettings = SETTINGS) -> Rivals:
    torch.manual_seed(0)
    shape = Shape(SIDE, SIDE, 3, latent_dim=5)
    return Rivals(TinyGenerator(shape), TinyDiscriminator(shape), settings)


def tiny_feed(settings: GanSettings = SETTINGS) -> Feed:
    assert settings.batch_size is not None and settings.discriminator_steps is not None
    epochs = Epochs(tiny_pictures(), settings.batch_size, settings.seed, True)
    return Feed(epochs, settings.discriminator_steps, torch.device("cpu"))


@pytest.fixture
def settings() -> GanSettings:
    """All knobs of a tiny game."""
    return SETTINGS


@pytest.fixture
def pictures() -> PictureSet:
    """Twelve pictures of noise, 8 x 8."""
    return tiny_pictures()


@pytest.fixture
def new_rivals() -> Callable[..., Rivals]:
    """Makes rivals for pictures of 8 x 8, the same every time."""
    return tiny_rivals


@pytest.fixture
def new_feed() -> Callable[..., Feed]:
    """Makes their feed."""
    return tiny_feed


@pytest.fixture(scope="session")
def dots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 24 pictures in two classes: light discs on dark, and dark on light; 16 x 16."""
    folder, random = tmp_path_factory.mktemp("data") / "dots", np.random.default_rng(0)
    y, x = np.mgrid[:16, :16]
    for number in range(24):
        middle, kind = random.uniform(5, 11, 2), ("dark", "light")[number % 2]
        disc = np.hypot(y - middle[0], x - middle[1]) < 4
        color = random.integers(150, 255, 3) * disc[..., None]
        pixels = color if kind == "light" else 255 - color
        (folder / kind).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / kind / f"{number}.png")
    return folder

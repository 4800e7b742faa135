"""What a step costs, part by part and player by player."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from zeuxis.data import Crops
from zeuxis.errors import ZeuxisError
from zeuxis.perception.vgg import load_vgg
from zeuxis.upscaling.bicubic import bicubic
from zeuxis.upscaling.model import new_network
from zeuxis.upscaling.training.lesson import Batch, UpscaleLesson, lattice_loss, lesson_of
from zeuxis.upscaling.training.settings import UpscaleTrainSettings

Little = Callable[..., UpscaleTrainSettings]
SHARP = {"perceptual_weight": 0.5, "adversarial_weight": 0.1}


@pytest.fixture
def teach(little: Little, photos: Path) -> Callable[..., UpscaleLesson]:
    def lesson(**knobs: object) -> UpscaleLesson:
        settings = little(**knobs)
        config = {"scale": settings.scale, "width": settings.width, "blocks": settings.blocks}
        return lesson_of(new_network("loupe", config, 0), Crops(photos, 1024), settings)

    return lesson


Teach = Callable[..., UpscaleLesson]


def batch_sees(batch: Batch) -> tuple[int, ...]:
    return tuple(batch.seen(batch.large).shape[2:])


def test_a_batch_is_of_its_step(teach: Teach) -> None:
    lesson = teach()
    one, again, other = (lesson.batch(step, 10) for step in (3, 3, 4))
    assert one.small.shape == (2, 3, 16, 16) and one.large.shape == (2, 3, 32, 32)
    assert torch.equal(one.small, again.small) and torch.equal(one.large, again.large)
    assert not torch.equal(one.large, other.large)
    shifts = {lesson.batch(step, 10).shift for step in range(12)}
    assert len(shifts) > 6 and all(0 <= each < 8 for shift in shifts for each in shift)
    assert batch_sees(one) == (32 - one.shift[0], 32 - one.shift[1])
    large = one.large[0].permute(1, 2, 0).double().numpy()
    small = one.small[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(small, bicubic(large, (16, 16)).clip(0, 1), atol=0.51 / 255)


def test_pixels_alone(teach: Teach) -> None:
    for kind in ("l1", "l2"):
        lesson = teach(pixel_loss=kind, pixel_weight=3.0)
        batch = lesson.batch(0, 1)
        (losses,) = lesson.turns(batch)
        gap = (lesson.players.network(batch.small) - batch.large).double()
        wanted = gap.abs().mean() if kind == "l1" else gap.square().mean()
        assert set(losses) == {"pixel"} and lesson.vgg is None
        assert losses["pixel"].item() == pytest.approx(3 * wanted.item(), rel=1e-5)


def test_what_vgg_sees(teach: Teach) -> None:
    """Johnson et al. 2016, equation 2: the mean squared difference of features."""
    lesson = teach(perceptual_weight=0.5, pixel_weight=0.0, perceptual_layers=("relu2_2",))
    batch = lesson.batch(0, 1)
    (losses,) = lesson.turns(batch)
    vgg = load_vgg("vgg16")
    down, right = batch.shift
    pictures = (lesson.players.network(batch.small), batch.large)
    pictures = tuple(each[..., down:, right:] for each in pictures)
    seen, wanted = (vgg(each, ["relu2_2"])["relu2_2"].double() for each in pictures)
    assert set(losses) == {"perceptual", "lattice"}
    mean = (seen - wanted).square().mean().item()
    assert losses["perceptual"].item() == pytest.approx(0.5 * mean, rel=1e-4)


def test_layers_count_alike(teach: Teach) -> None:
    names = ("relu1_2", "relu2_2")
    batch = teach().batch(0, 1)
    each = [
        next(teach(perceptual_weight=1.0, perceptual_layers=(name,)).turns(batch))["perceptual"]
        for name in names
    ]
    both = next(teach(perceptual_weight=1.0, perceptual_layers=names).turns(batch))["perceptual"]
    assert both.item() == pytest.approx(sum(loss.item() for loss in each) / 2, rel=1e-5)


def test_lattices() -> None:
    """What is the same in each cell costs its square; the same energy in disorder a sixteenth of it."""
    large = torch.full((1, 3, 64, 64), 0.5)
    cell = torch.zeros(4, 4)
    cell[1, 2], cell[3, 0] = 0.2, -0.2
    lattice = lattice_loss(large + cell.repeat(16, 16), large, 4).item()
    assert lattice == pytest.approx(cell.square().mean().item(), rel=1e-5)
    signs = torch.randint(2, (1, 3, 16, 16), generator=torch.manual_seed(0)) * 2.0 - 1
    noise = signs.repeat_interleave(4, 2).repeat_interleave(4, 3) * cell.repeat(16, 16)
    assert lattice_loss(large + noise, large, 4).item() == pytest.approx(lattice / 16, rel=0.25)
    assert lattice_loss(large, large, 4).item() == 0
    assert lattice_loss(large[..., :8, :8] + 0.1, large[..., :8, :8], 4).item() > 0  # two cells


@pytest.mark.parametrize("loss", ["non_saturating", "relativistic_average"])
@pytest.mark.parametrize("discriminator", ["patches", "srgan"])
def test_rivals_by_turns(teach: Teach, loss: str, discriminator: str) -> None:
    """Each turn has slopes for its own player alone."""
    lesson = teach(**SHARP, loss=loss, discriminator=discriminator, r1_gamma=0.1)
    network, judge = lesson.players.network, lesson.players.discriminator
    assert judge is not None
    turns = lesson.turns(lesson.batch(0, 1))
    first = next(turns)
    assert set(first) == {"discriminator", "r1"}
    sum(first.values(), torch.zeros(())).backward()
    assert all(p.grad is None for p in network.parameters())
    # The last bias moves real and made logits alike: a relativistic loss has no slope for it.
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in judge.parameters())
    lesson.players.zero_grad()
    second = next(turns)
    assert set(second) == {"pixel", "perceptual", "lattice", "adversarial"}
    second["adversarial"].backward()
    assert all(p.grad is None for p in judge.parameters())
    slopes = [p.grad for p in network.parameters() if p.grad is not None]
    assert sum(slope.abs().sum() for slope in slopes) > 0
    assert next(turns, None) is None


def test_the_adversarial_weight(teach: Teach) -> None:
    batch = teach().batch(0, 1)
    found = []
    for weight in (0.1, 0.3):
        _, losses = teach(adversarial_weight=weight, loss="non_saturating").turns(batch)
        found.append(losses["adversarial"].item())
    assert found[1] == pytest.approx(3 * found[0], rel=1e-4)


def test_less_precision_is_near(teach: Teach) -> None:
    batch = teach().batch(0, 1)
    exact, about = (
        {k: v for turn in teach(**SHARP, precision=p).turns(batch) for k, v in turn.items()}
        for p in ("float32", "bfloat16")
    )
    for name, loss in exact.items():
        assert about[name].dtype == torch.float32
        assert about[name].item() == pytest.approx(loss.item(), rel=0.05)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"adversarial_weight": 1.0, "loss": "wishful"}, "no loss 'wishful'"),
        ({"perceptual_weight": 1.0, "vgg": "vgg99"}, "vgg99"),
        ({"device": "cuda"}, "no GPU"),
    ],
)
def test_what_there_is_not(teach: Teach, knobs: dict[str, object], message: str) -> None:
    if torch.cuda.is_available() and "device" in knobs:
        pytest.skip("there is one")
    with pytest.raises(ZeuxisError, match=message):
        teach(**knobs)


def test_an_unknown_layer(teach: Teach) -> None:
    lesson = teach(perceptual_weight=1.0, perceptual_layers=("relu9_9",))
    with pytest.raises(ZeuxisError, match="relu9_9"):
        list(lesson.turns(lesson.batch(0, 1)))

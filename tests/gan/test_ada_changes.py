"""Blits, geometry and colours of adaptive augmentation against what one can write down."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from zeuxis.gan.augmentation import geometry as geometric
from zeuxis.gan.augmentation.blits import blit, blits
from zeuxis.gan.augmentation.chances import Chances
from zeuxis.gan.augmentation.colors import colors, mixing, recolor
from zeuxis.gan.augmentation.geometry import geometry, resample


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(*shape: int, seed: int = 1) -> Tensor:
    return torch.rand(shape, dtype=torch.float64, generator=draws(seed))


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None]


class Told:
    """Chances that give what they are told, in turn."""

    def __init__(self, *amounts: Tensor) -> None:
        self.amounts = list(amounts)

    def __getattr__(self, _: str) -> Any:
        return lambda *_, **__: self.amounts.pop(0)


def mirrored(x: np.ndarray, reach: int) -> np.ndarray:
    return np.pad(x, ((0, 0), (reach, reach), (reach, reach)), mode="symmetric")


@pytest.mark.parametrize("flip", [0, 1])
@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_blits_move_pixels(flip: int, turn: int) -> None:
    x, down, right = pictures(1, 3, 6, 6), -2, 3
    out = blit(x, column(flip), column(turn), column(down), column(right))
    expected = x[0].numpy()
    if flip:
        expected = expected[:, :, ::-1]
    expected = mirrored(np.rot90(expected, turn, (1, 2)), 6)
    expected = expected[:, 6 - down : 12 - down, 6 - right : 12 - right]
    np.testing.assert_array_equal(out[0].numpy(), expected)


def test_blits_of_a_picture_that_is_not_square() -> None:
    x = pictures(1, 1, 4, 9)
    out = blit(x, column(1), column(0), column(1), column(-2))
    expected = mirrored(x[0].numpy()[:, :, ::-1], 4)[:, 3:7, 6:15]
    np.testing.assert_array_equal(out[0].numpy(), expected)


def test_blits_are_drawn() -> None:
    """Shifts up to an eighth of a side, either mirror, each quarter; all pixels keep their values."""
    x = torch.zeros(8000, 1, 16, 16)
    x[:, :, 7, 4] = 1  # from the middle: half a pixel up, 3.5 left
    at = torch.nonzero(blits(x, Chances(x, 1.0, draws())))[:, 2:]
    assert len(at) == 8000
    corners = {(y, x) for y in (7, 8) for x in (4, 11)} | {(y, x) for x in (7, 8) for y in (4, 11)}
    reached = {(y + v, x + h) for y, x in corners for v in range(-2, 3) for h in range(-2, 3)}
    assert set(map(tuple, at.tolist())) == reached


def test_blits_left_out() -> None:
    x = torch.zeros(2000, 1, 16, 16)
    x[:, :, 7, 4] = 1
    chances = Chances(x, 1.0, draws())
    at = torch.nonzero(blits(x, chances, has_flips=False, has_turns=False))[:, 2:]
    assert set(map(tuple, at.tolist())) == {(y, x) for y in range(5, 10) for x in range(2, 7)}


def linear(x: np.ndarray, back: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """One channel, pixel by pixel: linear between the four around, mirrored at the edge."""
    height, width = x.shape
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    reach = 4 * max(height, width)
    wide = np.pad(x, reach, mode="symmetric")
    out = np.empty_like(x)
    for row in range(height):
        for col in range(width):
            place = back @ (np.array([col, row]) - middle - shift) + middle
            (left, top), (u, v) = np.floor(place).astype(int) + reach, place - np.floor(place)
            upper = (1 - u) * wide[top, left] + u * wide[top, left + 1]
            lower = (1 - u) * wide[top + 1, left] + u * wide[top + 1, left + 1]
            out[row, col] = (1 - v) * upper + v * lower
    return out


@pytest.mark.parametrize(("height", "width"), [(6, 6), (5, 8)])
def test_resampling_is_linear(height: int, width: int) -> None:
    x = pictures(4, 2, height, width)
    back = torch.eye(2).double() + 0.4 * torch.randn(4, 2, 2, generator=draws(2)).double()
    shift = 2 * torch.randn(4, 2, generator=draws(3)).double()
    out = resample(x, back, shift, is_antialiased=False)
    for n in range(4):
        for c in range(2):
            expected = linear(x[n, c].numpy(), back[n].numpy(), shift[n].numpy())
            np.testing.assert_allclose(out[n, c].numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("is_antialiased", [True, False])
def test_what_does_not_move_stays_to_the_bit(is_antialiased: bool) -> None:
    x = pictures(3, 3, 6, 8)
    back, shift = torch.eye(2).double().repeat(3, 1, 1), torch.zeros(3, 2).double()
    assert resample(x, back, shift, is_antialiased) is x
    shift[1, 0] = 0.3
    out = resample(x, back, shift, is_antialiased)
    assert torch.equal(out[[0, 2]], x[[0, 2]]) and not torch.equal(out[1], x[1])


@pytest.mark.parametrize("is_antialiased", [True, False])
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_quarter_turn_is_exact(is_antialiased: bool, quarters: int) -> None:
    x = pictures(1, 3, 9, 9)
    angle = quarters * math.pi / 2
    turn = geometric._turning(column(angle))
    out = resample(x, turn, torch.zeros(1, 2).double(), is_antialiased)
    torch.testing.assert_close(out, torch.rot90(x, quarters, (2, 3)), rtol=0, atol=1e-12)


def wave(frequency: float, offset: float = 0.0) -> Tensor:
    """Along x, so many periods a pixel, 1 x 1 x 4 x 64."""
    at = torch.arange(64, dtype=torch.float64) + offset
    return torch.cos(2 * math.pi * frequency * at).expand(1, 1, 4, 64)


def test_doubling_keeps_fine_detail() -> None:
    """Shifted by half a pixel, a wave of 3 pixels keeps cos(pi / 3) = 1/2 of itself linearly."""
    back, shift = torch.eye(2).double()[None], torch.tensor([[0.5, 0.0]]).double()
    x, expected, inside = wave(1 / 3), wave(1 / 3, -0.5), (..., slice(16, -16))
    linearly = resample(x, back, shift, is_antialiased=False)
    torch.testing.assert_close(linearly[inside], expected[inside] / 2)
    finely = resample(x, back, shift)
    assert (finely - expected)[inside].abs().max() < 0.2


def test_geometry_is_the_papers_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """T(t) R(after) A(stretch) R(before) S(scale), of which pixels need the inverse."""
    seen = {}
    monkeypatch.setattr(
        geometric, "resample", lambda x, back, shift, _: seen.update(back=back, shift=shift)
    )
    scale, before, stretch, after = 1.3, 0.4, 0.8, -1.1
    told = Told(*map(column, (scale, before, stretch, after)), column(0.1, -0.2).T)
    geometry(pictures(1, 1, 10, 20), told, 0.5)  # type: ignore[arg-type]

    def turn(t: float) -> np.ndarray:
        return np.array([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]])

    forth = turn(after) @ np.diag([stretch, 1 / stretch]) @ turn(before) * scale
    np.testing.assert_allclose(seen["back"][0].numpy(), np.linalg.inv(forth), rtol=1e-12)
    np.testing.assert_allclose(seen["shift"].numpy(), [[2, -2]], rtol=1e-12)  # of 20 and of 10


class Listening:
    """Chances that write down what they are asked for, and give what changes nothing."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def uniform(self, low: float, high: float, p: float | None = None) -> Tensor:
        self.asked.append(("uniform", low, high, p))
        return column(0.0)

    def normal(self, deviation: float, columns: int = 1) -> Tensor:
        self.asked.append(("normal", deviation))
        return torch.zeros(1, columns).double()

    def factor(self, deviation: float) -> Tensor:
        self.asked.append(("factor", deviation))
        return column(1.0)

    def whole(self, below: int) -> Tensor:
        self.asked.append(("whole", below))
        return column(0.0)


def test_amounts_of_geometry_are_the_papers() -> None:
    """Either turn happens with 1 - sqrt(1 - p), so that a picture is turned with p."""
    told, x = Listening(), pictures(1, 1, 4, 4)
    assert geometry(x, told, 0.36) is x  # type: ignore[arg-type]
    turn = ("uniform", -math.pi, math.pi, pytest.approx(0.2))
    assert told.asked == [("factor", 0.2), turn, ("factor", 0.2), turn, ("normal", 0.125)]


def test_amounts_of_colors_are_the_papers() -> None:
    """Brightness is half of the paper's, whose pictures are in [-1, 1]."""
    told = Listening()
    colors(pictures(1, 3, 4, 4), told)  # type: ignore[arg-type]
    of_rgb = [("uniform", -math.pi, math.pi, None), ("factor", 1.0)]
    of_all = [("normal", 0.1), ("factor", 0.5), ("whole", 2)]
    assert told.asked == of_all + of_rgb
    told.asked = []
    colors(pictures(1, 1, 4, 4), told)  # type: ignore[arg-type]
    assert told.asked == of_all


@pytest.mark.parametrize("is_antialiased", [True, False])
def test_slopes_of_geometry(is_antialiased: bool) -> None:
    x = pictures(2, 1, 4, 5).requires_grad_(True)
    assert gradcheck(lambda y: geometry(y, Chances(y, 1.0, draws(5)), 1.0, is_antialiased), (x,))


def papers_colors(b: float, c: float, flip: int, t: float, s: float) -> np.ndarray:
    """The homogeneous matrix of appendix B for pictures in [-1, 1], one factor a change."""
    v = np.array([1, 1, 1, 0]) / math.sqrt(3)
    cross = np.array([[0, -v[2], v[1], 0], [v[2], 0, -v[0], 0], [-v[1], v[0], 0, 0], [0] * 4])
    move = np.eye(4)
    move[:3, 3] = b
    hue = np.eye(4) + math.sin(t) * cross + (1 - math.cos(t)) * cross @ cross  # Rodrigues
    luma = np.eye(4) - 2 * np.outer(v, v) * flip
    saturation = np.outer(v, v) + (np.eye(4) - np.outer(v, v)) * s
    saturation[3] = [0, 0, 0, 1]
    saturation[:, 3] = [0, 0, 0, 1]
    return saturation @ hue @ luma @ np.diag([c, c, c, 1]) @ move


@pytest.mark.parametrize("flip", [0, 1])
def test_colors_are_the_papers_product(flip: int) -> None:
    x = pictures(1, 3, 2, 3)
    b, c, t, s = 0.3, 1.4, 0.9, 0.6
    out = colors(x, Told(*map(column, (b / 2, c, flip, t, s))))  # type: ignore[arg-type]
    signed = np.concatenate([x[0].numpy().reshape(3, -1) * 2 - 1, np.ones((1, 6))])
    expected = (papers_colors(b, c, flip, t, s) @ signed)[:3] / 2 + 0.5
    np.testing.assert_allclose(out[0].numpy().reshape(3, -1), expected, rtol=1e-12)


@pytest.mark.parametrize("flip", [0, 1])
def test_grey_pictures_go_as_grey_ones_of_three_channels(flip: int) -> None:
    x, (b, c, t, s) = pictures(1, 1, 2, 3), (0.1, 0.7, 0.9, 0.6)
    grey = colors(x, Told(*map(column, (b, c, flip))))  # type: ignore[arg-type]
    three = x.expand(1, 3, 2, 3)
    three = colors(three, Told(*map(column, (b, c, flip, t, s))))  # type: ignore[arg-type]
    torch.testing.assert_close(three, grey.expand_as(three), rtol=1e-12, atol=1e-12)


def test_neutral_colors_are_the_identity() -> None:
    mix = mixing(column(1), column(1), column(0), column(1))
    torch.testing.assert_close(mix[0], torch.eye(3).double(), rtol=0, atol=1e-15)
    x = pictures(1, 3, 2, 3)
    torch.testing.assert_close(recolor(x, column(0), mix), x, rtol=0, atol=1e-15)


@pytest.mark.parametrize("channels", [1, 3])
def test_slopes_of_blits_and_colors(channels: int) -> None:
    x = pictures(2, channels, 4, 4).requires_grad_(True)
    assert gradcheck(lambda y: blits(y, Chances(y, 1.0, draws(5))), (x,))
    assert gradcheck(lambda y: colors(y, Chances(y, 1.0, draws(5))), (x,))

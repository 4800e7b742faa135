"""Fresco: sizes, conditional normalisation, rows, flat pictures and borders, gradients."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from zeuxis.style.networks import fresco
from zeuxis.style.networks.fresco import Fresco, _normalised, _smoothed, continued


@pytest.fixture
def network() -> Fresco:
    torch.manual_seed(0)
    network = Fresco((4, 6, 8), 1)
    torch.nn.init.normal_(network.last.bias)  # type: ignore[arg-type]
    return network


def rows_of(network: Fresco, count: int = 1) -> Tensor:
    torch.manual_seed(1)
    return network.plain_row() + 0.5 * torch.randn(count, network.row_length)


@torch.no_grad()
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (16, 16), (17, 40), (8, 100), (33, 1)])
def test_any_size_comes_back(network: Fresco, size: tuple[int, int]) -> None:
    painted = network(torch.rand(2, 3, *size), rows_of(network, 2))
    assert painted.shape == (2, 3, *size) and painted.dtype == torch.float32
    assert painted.isfinite().all() and painted.min() >= 0 and painted.max() <= 1


def test_pictures_are_continued() -> None:
    picture = torch.arange(6.0).reshape(1, 1, 2, 3)
    whole = continued(picture)
    assert whole.shape == (1, 1, 16, 16)
    assert torch.equal(whole[..., :2, :3], picture)
    assert (whole[..., 1:, 3:] == 5).all() and (whole[..., 0, 3:] == 2).all()
    assert (whole[..., 2:, 0] == 3).all()
    assert continued(torch.zeros(1, 3, 24, 33)).shape == (1, 3, 24, 40)


def test_equation_5() -> None:
    """Dumoulin et al. 2017: gamma (x - mean) / deviation + beta, each picture by its own style."""
    torch.manual_seed(0)
    x = 3 * torch.randn(2, 4, 5, 6) + 2
    scale, shift = torch.randn(2, 4), torch.randn(2, 4)
    exact = x.double()
    normal = F.instance_norm(exact, eps=1e-5)
    wanted = scale.double()[:, :, None, None] * normal + shift.double()[:, :, None, None]
    torch.testing.assert_close(_normalised(x, scale, shift).double(), wanted, rtol=1e-5, atol=1e-6)


def test_the_plain_row_is_instance_normalisation() -> None:
    network = Fresco((4, 6, 8), 1)
    x = torch.randn(2, 4, 8, 8)
    scales, shifts = network.plain_row().chunk(2)
    first = network.norms[0]
    found = _normalised(x, scales[:first].expand(2, -1), shifts[:first].expand(2, -1))
    torch.testing.assert_close(found, F.instance_norm(x))


def test_a_row_has_a_scale_and_a_shift_for_each_channel() -> None:
    for widths, blocks, fine in (((4, 6, 8), 1, 1), ((16, 48, 96), 3, 1), ((4, 4, 4), 0, 0)):
        half, quarter, eighth = widths
        channels = (
            half + quarter + eighth + 2 * blocks * eighth + quarter + 2 * fine * quarter + half
        )
        network = Fresco(widths, blocks, fine)
        assert network.row_length == 2 * channels == len(network.plain_row())
        assert network.config == {"widths": list(widths), "blocks": blocks, "fine_blocks": fine}


@torch.no_grad()
def test_every_part_of_a_row_counts(network: Fresco) -> None:
    """Each normalisation takes its own part of the row, and none is left over."""
    picture, row = torch.rand(1, 3, 32, 32), rows_of(network)
    before = network(picture, row)
    ends = torch.tensor(network.norms).cumsum(0).tolist()
    ending_a_block = {
        4,
        7,
    }  # what these shift is constant, and the next normalisation takes it away
    for half, idle in ((0, set()), (network.row_length // 2, ending_a_block)):
        for number, end in enumerate(ends):
            other = row.clone()
            other[0, half + end - network.norms[number] : half + end] += 1
            gap = (network(picture, other) - before).abs().max().item()
            assert (gap < 1e-4) == (number in idle), (half, number)


@torch.no_grad()
def test_each_picture_has_its_own_row(network: Fresco) -> None:
    pictures, rows = torch.rand(3, 3, 24, 32), rows_of(network, 3)
    together = network(pictures, rows)
    for number in range(3):
        alone = network(pictures[number : number + 1], rows[number : number + 1])
        torch.testing.assert_close(together[number], alone[0], rtol=0, atol=1e-5)
    assert (network(pictures, rows.flip(0))[0] - together[0]).abs().max() > 0.01


def test_checkerboards_are_smoothed_away() -> None:
    rows, columns = torch.meshgrid(torch.arange(12), torch.arange(14), indexing="ij")
    for board in ((rows + columns) % 2, rows % 2, columns % 2):
        smooth = _smoothed(board.float()[None, None])
        assert torch.equal(smooth[..., 1:-1, 1:-1], torch.full((1, 1, 10, 12), 0.5))
    assert torch.equal(_smoothed(torch.ones(1, 2, 4, 5)), torch.ones(1, 2, 4, 5))


@torch.no_grad()
def flat_painting(network: Fresco) -> Tensor:
    return network(torch.full((1, 3, 40, 48), 0.3), rows_of(network))  # type: ignore[no-any-return]


def unevenness(painted: Tensor) -> float:
    return (painted.amax((2, 3)) - painted.amin((2, 3))).max().item()


def test_a_flat_picture_comes_out_flat(network: Fresco) -> None:
    assert unevenness(flat_painting(network)[..., 1:-1, 1:-1]) < 1e-6


def test_a_flat_picture_comes_out_flat_up_to_the_border(network: Fresco) -> None:
    assert unevenness(flat_painting(network)) < 1e-6


@torch.no_grad()
def test_a_picture_moved_is_a_painting_moved(
    network: Fresco, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By 8 pixels, away from the borders, for the same statistics."""

    def as_told(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        return x * scale[:, :, None, None] + shift[:, :, None, None]

    monkeypatch.setattr(fresco, "_normalised", as_told)
    picture, row = torch.rand(1, 3, 192, 200), rows_of(network)
    painted = network(picture, row)

    def gap(down: int, right: int) -> float:
        moved = network(picture.roll((down, right), (2, 3)), row).roll((-down, -right), (2, 3))
        return (moved - painted)[..., 80:-80, 80:-80].abs().max().item()  # type: ignore[no-any-return]

    assert max(gap(8, 0), gap(0, 8), gap(-8, 16)) < 1e-5
    assert gap(0, 1) > 1e-4


def test_gradients_reach_every_parameter(network: Fresco) -> None:
    rows = rows_of(network, 2).requires_grad_()
    network(torch.rand(2, 3, 40, 48), rows).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name
    assert rows.grad is not None
    assert (rows.grad != 0).float().mean() > 0.8  # a ReLU may be off in all of a channel


def test_gradients_of_the_row() -> None:
    torch.manual_seed(0)
    network = Fresco((4, 4, 4), 0, 0)
    picture, row = torch.rand(1, 3, 16, 16), rows_of(network)
    direction = torch.randn_like(row)
    row.requires_grad_()
    network(picture, row).mean().backward()
    assert row.grad is not None
    with torch.no_grad():
        up, down = (
            network(picture, row + sign * 2e-3 * direction).double().mean() for sign in (1, -1)
        )
    slope = ((up - down) / 4e-3).item()
    assert (row.grad * direction).sum().item() == pytest.approx(slope, rel=0.02, abs=1e-5)


@torch.no_grad()
def test_half_precision_paints_the_same(network: Fresco) -> None:
    picture, row = torch.rand(1, 3, 32, 40), rows_of(network)
    with torch.autocast("cpu", torch.bfloat16):
        rough = network(picture, row)
    assert rough.dtype == torch.float32
    assert 0 < (rough - network(picture, row)).abs().mean() < 0.01

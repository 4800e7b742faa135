"""The warping error on motions that are known, and on Middlebury's RubberWhale where it is at hand."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis import ZeuxisError
from zeuxis.images import read
from zeuxis.metrics.warping import read_flow, video_error, visible, warp, warping_error

WHALE = Path(__file__).parents[3] / "shared" / "data" / "flow_rubberwhale"


def waves(x: Tensor, y: Tensor) -> Tensor:
    """A smooth picture without borders, 1 x 3 x H x W."""
    return torch.stack([0.5 + 0.4 * torch.sin(x / k + y / (k + 2)) for k in (4, 6, 9)])[None]


def grid(side: int = 32) -> tuple[Tensor, Tensor]:
    y, x = torch.meshgrid(*[torch.arange(side, dtype=torch.float64)] * 2, indexing="ij")
    return x, y


def constant(u: float, v: float, side: int = 32) -> Tensor:
    return torch.tensor([u, v], dtype=torch.float64).reshape(1, 2, 1, 1).repeat(1, 1, side, side)


@pytest.mark.parametrize(("u", "v"), [(3, 0), (0, -2), (5, 4)])
def test_whole_pixels_right_and_down(u: int, v: int) -> None:
    """What is at (x, y) is next at (x + u, y + v): with that flow the error is 0, with none it is not."""
    x, y = grid()
    first, second = waves(x, y), waves(x - u, y - v)
    warped, inside = warp(second, constant(u, v))
    torch.testing.assert_close((warped - first) * inside, torch.zeros_like(first))
    assert int(inside.sum()) == (32 - abs(u)) * (32 - abs(v))
    assert warping_error(first, second, constant(u, v)).item() == pytest.approx(0, abs=1e-20)
    assert warping_error(first, second, constant(0, 0)).item() > 1e-3


def test_half_a_pixel_is_the_mean_of_two() -> None:
    picture = torch.rand(1, 1, 8, 8, dtype=torch.float64)
    warped, inside = warp(picture, constant(0.5, 0, 8))
    torch.testing.assert_close(warped[..., :-1], (picture[..., :-1] + picture[..., 1:]) / 2)
    assert inside[..., :-1].all() and not inside[..., -1].any()


def test_the_mean_is_over_what_is_visible() -> None:
    first, second = torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 4)
    second[0, :, 0, 0], second[0, 0, 1, 0] = 1.0, 0.5
    seen = torch.zeros(1, 1, 4, 4, dtype=torch.bool)
    seen[0, 0, 1] = True
    still = torch.zeros(1, 2, 4, 4)
    assert warping_error(first, second, still).item() == pytest.approx((3 + 0.25) / 48)
    assert warping_error(first, second, still, seen).item() == pytest.approx(0.25 / 12)
    assert math.isnan(warping_error(first, second, still, ~(seen | True)).item())


def test_what_is_hidden_is_not_visible() -> None:
    """A square of 8 moves 6 to the right over a still ground: it hides 6 columns; edges are left out."""
    forward, backward = constant(0, 0), constant(0, 0)
    forward[0, 0, 12:20, 8:16], backward[0, 0, 12:20, 14:22] = 6, -6
    seen = visible(forward, backward)[0, 0]
    hidden = torch.zeros(32, 32, dtype=torch.bool)
    hidden[12:20, 16:22] = True
    assert not seen[hidden].any()
    assert seen[13:18, 9:14].all() and seen[:11].all() and seen[22:].all() and seen[:, 23:].all()


def test_a_flow_that_undoes_itself_is_visible_but_for_what_leaves() -> None:
    seen = visible(constant(3, 0), constant(-3, 0))[0, 0]
    assert seen[:, :-3].all() and not seen[:, -3:].any()


def test_a_video_is_the_mean_of_its_pairs() -> None:
    x, y = grid()
    frames = [waves(x - shift, y) for shift in (0, 1, 3)]
    flows = [(constant(1, 0), None), (constant(0, 0), None)]
    second = warping_error(frames[1], frames[2], constant(0, 0)).item()
    assert video_error(iter(frames), iter(flows)) == pytest.approx(second / 2)
    with pytest.raises(ZeuxisError, match="fewer flows than pairs"):
        video_error(frames, flows[:1])
    with pytest.raises(ZeuxisError, match="more flows than pairs"):
        video_error(frames[:2], flows)
    with pytest.raises(ZeuxisError, match="two frames at least"):
        video_error(frames[:1], [])


def test_a_flow_of_another_size() -> None:
    with pytest.raises(ZeuxisError, match=r"1 pictures of 32x32 is 1 x 2 x 32 x 32, but .* 8 x 8"):
        warp(waves(*grid()), constant(0, 0, 8))


def test_a_mask_of_another_size() -> None:
    frames = waves(*grid()), waves(*grid())
    with pytest.raises(
        ZeuxisError, match="is 1 x 1 x 32 x 32 here, but this has the shape 1 x 1 x 5"
    ):
        warping_error(*frames, constant(0, 0), torch.ones(1, 1, 5, 5))
    everywhere = torch.ones(1, 1, 32, 32, dtype=torch.bool)
    assert warping_error(*frames, constant(0, 0), everywhere).item() < 1e-20


def flo(path: Path, width: int, height: int, values: np.ndarray, magic: float = 202021.25) -> Path:
    head = struct.pack("<fii", magic, width, height)
    path.write_bytes(head + values.astype("<f4").tobytes())
    return path


def test_a_flow_file(tmp_path: Path) -> None:
    values = np.arange(12.0).reshape(2, 3, 2)
    values[1, 2] = 1.7e9
    flow, known = read_flow(flo(tmp_path / "a.flo", 3, 2, values))
    assert flow.shape == (1, 2, 2, 3)
    assert flow[0, :, 0, 1].tolist() == [2, 3] and flow[0, :, 1, 0].tolist() == [6, 7]
    assert flow[0, :, 1, 2].tolist() == [0, 0]
    assert known[0, 0].tolist() == [[True, True, True], [True, True, False]]


def test_what_is_no_flow_file(tmp_path: Path) -> None:
    values = np.zeros(12)
    for path, said in (
        (tmp_path / "gone.flo", "cannot read .*gone.flo: no such file"),
        (tmp_path, "cannot read .*: is a directory"),
        (flo(tmp_path / "magic.flo", 3, 2, values, 1.0), r"magic\.flo is not a \.flo file"),
        (flo(tmp_path / "size.flo", -3, 2, values), r"size\.flo says it holds -3x2 pixels"),
        (flo(tmp_path / "huge.flo", 2**30, 2**30, values), "huge.flo says it holds 1073741824x"),
        (flo(tmp_path / "cut.flo", 3, 2, values[:11]), "cut.flo is cut short"),
    ):
        with pytest.raises(ZeuxisError, match=said):
            read_flow(path)
    (tmp_path / "empty.flo").touch()
    with pytest.raises(ZeuxisError, match=r"empty\.flo is not a \.flo file"):
        read_flow(tmp_path / "empty.flo")


@pytest.mark.skipif(not WHALE.is_dir(), reason="needs the project's RubberWhale")
def test_the_true_flow_of_rubberwhale() -> None:
    first, second = (torch.from_numpy(read(WHALE / f"frame{n}.png").batch()) for n in (10, 11))
    flow, known = read_flow(WHALE / "flow10.flo")
    still = warping_error(first, second, torch.zeros_like(flow), known).item()
    moved = warping_error(first, second, flow, known).item()
    wrong = warping_error(first, second, -flow, known).item()
    assert moved < 0.2 * still < still < wrong

"""How much a video flickers: the temporal warping error (Ruder et al. 2016; Lai et al. 2018).

Optical flow is N x 2 x H x W in pixels, right and down: what is at (x, y) of the first frame is at
(x + u, y + v) of the second.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from zeuxis.errors import ZeuxisError, reason
from zeuxis.metrics.pairs import Pictures, checked

_MAGIC = 202021.25  # what a .flo file begins with, "PIEH" as a float
_UNKNOWN = 1e9  # pixels, beyond which Middlebury's flow is not known
_MOST = 1 << 28  # pixels


def warping_error(
    first: Pictures, second: Pictures, flow: Pictures, visible: Tensor | None = None
) -> Tensor:
    """Mean squared difference of a frame and the next one, warped back by the flow, where it can be seen.

    That of Lai et al. 2018 as their code computes it: a mean over pixels and colours.

    Args:
        first: N x C x H x W in [0, 1].
        second: the frames that follow.
        flow: from the first to the second, N x 2 x H x W.
        visible: N x 1 x H x W, where the first frame's pixels can be seen in the second, as `visible` and
            `read_flow` say; everywhere when None. What the flow takes out of the picture never counts.

    Returns:
        N values, float64; not a number where nothing is visible.

    Raises:
        ZeuxisError: if shapes do not go together.
    """
    first, second = checked(first, second)
    warped, inside = warp(second, flow)
    seen = inside if visible is None else inside & _mask(visible, inside)
    gaps = (warped - first).double().square().mean(1, keepdim=True)
    return (gaps * seen).sum((1, 2, 3)) / seen.sum((1, 2, 3))


def video_error(
    frames: Iterable[Pictures], flows: Iterable[tuple[Pictures, Tensor | None]]
) -> float:
    """The mean of `warping_error` over the pairs of consecutive frames, one in memory at a time.

    Args:
        frames: each 1 x C x H x W in [0, 1].
        flows: for each frame but the last, the flow to the next and where it is visible (None: everywhere).

    Raises:
        ZeuxisError: if there are fewer than two frames, not one flow a pair, or nothing to be seen.
    """
    errors = [error for error in _errors(frames, flows) if math.isfinite(error)]
    if not errors:
        raise ZeuxisError("a warping error needs two frames at least, of which one shows the other")
    return math.fsum(errors) / len(errors)


def warp(pictures: Tensor, flow: Pictures) -> tuple[Tensor, Tensor]:
    """Pictures seen from where the flow begins, bilinear.

    Returns:
        N x C x H x W, and whether the flow ends within the picture, N x 1 x H x W.

    Raises:
        ZeuxisError: if the flow is not N x 2 x H x W.
    """
    flow = torch.as_tensor(flow).to(pictures)
    count, _, height, width = pictures.shape
    if flow.shape != (count, 2, height, width):
        raise ZeuxisError(
            f"the flow of {count} pictures of {width}x{height} is {count} x 2 x {height} x {width}, "
            f"but this has the shape {' x '.join(map(str, flow.shape))}"
        )
    x = torch.arange(width, dtype=flow.dtype, device=flow.device) + flow[:, 0]
    y = torch.arange(height, dtype=flow.dtype, device=flow.device)[:, None] + flow[:, 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    ends = [2 * at / max(1, side - 1) - 1 for at, side in ((x, width), (y, height))]
    warped = F.grid_sample(
        pictures, torch.stack(ends, -1), padding_mode="border", align_corners=True
    )
    return warped, inside[:, None]


def visible(forward: Tensor, backward: Tensor) -> Tensor:
    """Where pixels of the first frame are not hidden in the second, and the flow has no edge.

    There the flow back undoes the flow there: Ruder et al. 2016, section 4.2, after Sundaram et al. 2010.

    Args:
        forward: flow from the first frame to the second, N x 2 x H x W.
        backward: from the second to the first.

    Returns:
        N x 1 x H x W, bool.
    """
    back, inside = warp(backward, forward)
    squares = forward.square().sum(1, keepdim=True) + back.square().sum(1, keepdim=True)
    agrees = (forward + back).square().sum(1, keepdim=True) <= 0.01 * squares + 0.5
    smooth = _slopes(forward) <= 0.01 * forward.square().sum(1, keepdim=True) + 0.002
    return inside & agrees & smooth


def _mask(visible: Tensor, inside: Tensor) -> Tensor:
    """What is said to be visible, if that is said of each pixel."""
    if visible.shape != inside.shape:
        raise ZeuxisError(
            f"what is visible is {' x '.join(map(str, inside.shape))} here, but this has the shape "
            f"{' x '.join(map(str, visible.shape))}"
        )
    return visible.to(inside)


def read_flow(path: str | Path) -> tuple[Tensor, Tensor]:
    """A Middlebury .flo file.

    Returns:
        the flow, 1 x 2 x H x W, 0 where it is not known; and whether it is, 1 x 1 x H x W.

    Raises:
        ZeuxisError: if there is no such file, or it is none of these, or cut short.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(12)
            if len(head) < 12 or np.frombuffer(head, "<f4", 1)[0] != np.float32(_MAGIC):
                raise ZeuxisError(f"{path} is not a .flo file: give one as Middlebury has them")
            width, height = (int(side) for side in np.frombuffer(head, "<i4", 2, 4))
            if min(width, height) < 1 or width * height > _MOST:
                raise ZeuxisError(f"{path} says it holds {width}x{height} pixels: get it anew")
            content = file.read(8 * width * height)
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}") from error
    if len(content) < 8 * width * height:
        raise ZeuxisError(f"{path} is cut short: get a whole copy of it")
    flow = torch.from_numpy(np.frombuffer(content, "<f4").astype(np.float32))
    flow = flow.reshape(1, height, width, 2).permute(0, 3, 1, 2)
    known = (flow.abs() < _UNKNOWN).all(1, keepdim=True)
    return flow.where(known, 0.0).contiguous(), known


def _slopes(flow: Tensor) -> Tensor:
    """|grad u|^2 + |grad v|^2, N x 1 x H x W: of differences to the next pixel."""
    across = F.pad(flow.diff(dim=3), (0, 1)).square()
    down = F.pad(flow.diff(dim=2), (0, 0, 0, 1)).square()
    return (across + down).sum(1, keepdim=True)


def _errors(
    frames: Iterable[Pictures], flows: Iterable[tuple[Pictures, Tensor | None]]
) -> Iterator[float]:
    left = iter(flows)
    for first, second in pairwise(frames):
        flow = next(left, None)
        if flow is None:
            raise ZeuxisError("there are fewer flows than pairs of frames: give one for each")
        yield warping_error(first, second, *flow).item()
    if next(left, None) is not None:
        raise ZeuxisError("there are more flows than pairs of frames: give one for each")

"""What other style transfer is known to fail at, from its trackers; each here by its name."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from zeuxis import ZeuxisError, paint
from zeuxis.painting import PaintSettings, batch, painter, progress
from zeuxis.painting.lbfgs import LBFGS
from zeuxis.painting.objective import Evaluation, Objective, StyleSource
from zeuxis.perception import streaming
from zeuxis.perception.vgg import VGG, load_vgg

MEASURE = """
import sys
import numpy as np
import zeuxis
from zeuxis.painting import painter
side, steps = int(sys.argv[1]), int(sys.argv[2])
rng = np.random.default_rng(0)
photo, style = (rng.random((64, 64, 3)).astype(np.float32) for _ in range(2))
painting = zeuxis.paint(photo, style, size=str(side), levels=1, iterations=steps)
assert painting.picture.pixels.shape == (side, side, 3)
assert painting.evaluations >= steps + 1 and np.isfinite(painting.loss)
status = open("/proc/self/status").read()
print(int(status.split("VmHWM:")[1].split()[0]) * 1024)
"""


# Out of memory at print size.


def peak_bytes(side: int, steps: int) -> int:
    """Peak memory of a process that paints a square of this side, with the settings as they come."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(side), str(steps)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="peak memory is read from /proc"
)


@pytest.mark.slow
@needs_proc
def test_2048_pixels_take_less_than_3_gb() -> None:
    assert peak_bytes(2048, steps=3) < 3e9


@pytest.mark.slow
@needs_proc
def test_4096_pixels_take_less_than_6_gb() -> None:
    assert peak_bytes(4096, steps=2) < 6e9


def test_what_would_not_fit_is_seen_in_strips(objective: Callable[..., Objective]) -> None:
    """The estimate decides before anything is allocated, at the size that was asked for."""
    fits = objective()._fits
    for side, whole in ((64, True), (1024, True), (2048, False), (4096, False)):
        assert fits(torch.empty(1, 3, side, side, device="meta")) == whole


def test_the_estimate_is_not_too_low(vgg: VGG) -> None:
    """What autograd keeps for the way back, counted, is less than the estimate says."""
    kept = 0

    def count(tensor: Tensor) -> Tensor:
        nonlocal kept
        kept += tensor.numel() * tensor.element_size()
        return tensor

    weights = sum(buffer.numel() * buffer.element_size() for buffer in vgg.buffers())
    picture = torch.rand(1, 3, 128, 128, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        vgg(picture, ["relu5_1"])
    assert kept - weights < streaming.BYTES_PER_PIXEL * 128 * 128


def test_memory_that_is_not_there_is_one_sentence(
    photo: np.ndarray, texture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: Any) -> Evaluation:
        raise MemoryError

    monkeypatch.setattr(Objective, "__call__", too_much)
    with pytest.raises(ZeuxisError, match="not enough memory for 64x43 pixels: lower --size or"):
        paint(photo, texture, size="64")


# L-BFGS without a line search blowing up.


@pytest.fixture
def hard(vgg: VGG, photo_batch: Tensor) -> tuple[Objective, Tensor]:
    """Black and white noise for a style, and a grey canvas to begin from."""
    speckles = np.random.default_rng(0).random((1, 1, 64, 64)) > 0.5
    style = torch.from_numpy(speckles.astype(np.float32)).expand(1, 3, 64, 64).contiguous()
    objective = Objective(vgg, photo_batch, [StyleSource(style)], PaintSettings())
    return objective, torch.full_like(photo_batch, 0.5)


def torchs(objective: Objective, canvas: Tensor, evaluations: int) -> list[float]:
    """The losses that torch's own L-BFGS sees, as the published recipe runs it."""
    losses = []
    picture = canvas.clone().requires_grad_(True)

    def closure() -> Tensor:
        there = objective(picture)
        picture.grad = there.gradient
        losses.append(there.loss)
        return torch.tensor(there.loss)

    torch.optim.LBFGS([picture], lr=1, max_iter=evaluations, max_eval=evaluations).step(closure)
    return losses


def test_lbfgs_does_not_blow_up(hard: tuple[Objective, Tensor]) -> None:
    objective, canvas = hard
    published = torchs(objective, canvas, 40)
    assert max(published) > 100 * published[0]  # so it is a case on which it does

    lbfgs = LBFGS(objective, canvas)
    losses = [lbfgs.now.loss]
    while lbfgs.evaluations < 40:
        lbfgs.step()
        losses.append(lbfgs.now.loss)
    assert all(after < before for before, after in pairwise(losses))
    assert losses[-1] < 0.1 * losses[0]


# Twenty wasted evaluations at the start.


@pytest.mark.parametrize(("start", "share"), [("content", 0.5), ("noise", 0.75)])
def test_no_evaluations_are_wasted_at_the_start(
    photo: np.ndarray, texture: np.ndarray, recorder: Any, start: str, share: float
) -> None:
    paint(photo, texture, size="64", start=start, iterations=5, callback=recorder)
    first = paint(photo, texture, size="64", start=start, iterations=0).loss
    assert first is not None
    assert recorder.seen[-1].evaluations <= 8
    assert recorder.losses[-1] < share * first


# Colours lost.


def chroma(pixels: np.ndarray) -> np.ndarray:
    """Cb and Cr of ITU-R BT.601."""
    return pixels @ np.array([[-0.1687, 0.5], [-0.3313, -0.4187], [0.5, -0.0813]], np.float32)


def test_colours_are_not_lost_when_only_lightness_is_painted(texture: np.ndarray) -> None:
    ramp = np.linspace(0.35, 0.65, 64, dtype=np.float32)  # far from black and white: nothing clips
    photo = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None], np.float32(0.5)), axis=2)
    painting = paint(photo, texture, size=None, levels=1, iterations=6, colors="luminance")
    painted = painting.picture.pixels
    inside = ((painted > 0.01) & (painted < 0.99)).all(axis=2)
    assert inside.mean() > 0.9
    assert np.abs(chroma(painted) - chroma(photo))[inside].max() < 1e-3
    luma = np.array([0.299, 0.587, 0.114], np.float32)
    assert np.abs((painted - photo) @ luma).mean() > 0.001  # and painted it is


@pytest.mark.parametrize("colors", ["histogram", "covariance"])
def test_colours_are_not_lost_when_they_are_matched(
    photo: np.ndarray, texture: np.ndarray, colors: str
) -> None:
    def away(**settings: Any) -> float:
        painting = paint(photo, texture, size="64", iterations=10, content_weight=0.1, **settings)
        mean = painting.picture.pixels.mean((0, 1))
        return float(np.abs(mean - photo.mean((0, 1))).max())

    assert away(colors=colors) < 0.06
    assert away() > 0.1


# Dead weight links.


def test_no_weight_link_is_needed(
    photo: np.ndarray, texture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    load_vgg.cache_clear()
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    assert paint(photo, texture, size="64", iterations=1).loss


# NaN, black pictures.


@pytest.mark.parametrize("statistic", ["gram", "mean_std", "wasserstein", "sliced", "nearest"])
@pytest.mark.parametrize("distance", ["mse", "rmse"])
def test_flat_pictures_give_no_nan(photo: np.ndarray, statistic: str, distance: str) -> None:
    flat, black = np.full((40, 40, 3), 0.5, np.float32), np.zeros((40, 40, 3), np.float32)
    chosen = {"statistic": statistic, "distance": distance}
    layers = ("relu1_1", "relu2_1")
    for one, other in ((photo, flat), (flat, photo), (flat, flat), (black, photo), (black, black)):
        painting = paint(one, other, size="40", iterations=2, style_layers=layers, **chosen)
        assert painting.loss is not None and np.isfinite(painting.loss)
        assert np.isfinite(painting.picture.pixels).all()
        assert not any("taken back" in note for note in painting.notes)


def test_a_painting_is_not_black(photo: np.ndarray, texture: np.ndarray) -> None:
    painted = paint(photo, texture, size="64", iterations=10, style_weight=10.0).picture.pixels
    assert 0.3 < painted.mean() < 0.9 and painted.std() > 0.05


@pytest.mark.parametrize("weights", [{"style_weight": 1e30}, {"content_weight": 1e39}], ids=str)
def test_weights_beyond_numbers_are_refused(
    photo: np.ndarray, texture: np.ndarray, weights: dict[str, float], tmp_path: Path
) -> None:
    with pytest.raises(ZeuxisError, match="not a finite number before the first step"):
        paint(
            photo, texture, size="48", checkpoint=tmp_path / "checkpoint", start="noise", **weights
        )
    assert not list(tmp_path.iterdir())


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Makes some evaluations of the loss come out as NaN."""
    evaluate = Objective.__call__

    def spoil(first: int, last: int) -> None:
        calls = 0

        def call(self: Objective, picture: Tensor) -> Evaluation:
            nonlocal calls
            calls += 1
            there = evaluate(self, picture)
            if not first <= calls <= last:
                return there
            return Evaluation(float("nan"), there.gradient * float("nan"), there.parts)

        monkeypatch.setattr(Objective, "__call__", call)

    return spoil


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_a_loss_that_turns_nan_is_stepped_back_and_reported(
    photo: np.ndarray,
    texture: np.ndarray,
    recorder: Any,
    spoilt: Callable[[int, int], None],
    optimizer: str,
) -> None:
    spoilt(4, 5)
    chosen = {"optimizer": optimizer, "callback": recorder}
    painting = paint(photo, texture, size="64", iterations=8, **chosen)
    assert np.isfinite(painting.picture.pixels).all() and np.isfinite(recorder.losses).all()
    assert recorder.seen[-1].recoveries == 2
    assert recorder.losses[-1] < recorder.losses[0]
    assert any("was taken back" in note for note in painting.notes)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_nan_is_never_written(
    photo: np.ndarray, texture: np.ndarray, spoilt: Callable[[int, int], None], optimizer: str
) -> None:
    good = paint(photo, texture, size="64", iterations=2, optimizer=optimizer)
    spoilt(good.evaluations + 1, 10**9)  # from the third step on there is nothing but NaN
    painting = paint(photo, texture, size="64", iterations=30, optimizer=optimizer)
    assert np.array_equal(painting.picture.pixels, good.picture.pixels)
    assert painting.loss == good.loss


# Work lost when something cannot be written.


def full_disk(*_: Any, **__: Any) -> None:
    raise ZeuxisError("no space left on device")


def test_a_full_disk_at_the_end_does_not_cost_the_painting(
    photo: np.ndarray, texture: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zeuxis.painting.result import Painting

    save = Painting.save

    def full(self: Painting, target: Any, **options: Any) -> None:
        if Path(target).parent == tmp_path:
            full_disk()
        save(self, target, **options)

    monkeypatch.setattr(Painting, "save", full)
    with pytest.raises(ZeuxisError, match=r"no space left .*; the result was saved as ") as caught:
        batch.paint_file(photo, texture, tmp_path / "out.png", size="64", iterations=2)
    rescued = Path(str(caught.value).rpartition(" as ")[2])
    with Image.open(rescued) as image:
        assert image.size == (64, 43)
    rescued.unlink()
    rescued.parent.rmdir()


def test_a_full_disk_meanwhile_does_not_stop_the_painting(
    photo: np.ndarray,
    texture: np.ndarray,
    tmp_path: Path,
    recorder: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(painter, "save_checkpoint", full_disk)
    monkeypatch.setattr(painter, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(progress, "write", full_disk)
    output = tmp_path / "out.png"
    chosen = {"size": "64", "iterations": 4, "preview_every": 2, "callback": recorder}
    painting = batch.paint_file(photo, texture, output, **chosen)
    assert output.exists() and len(recorder.seen) == 4
    assert painting.notes == (
        "no checkpoint: no space left on device",
        "no space left on device; painted on without it",
    )


# Broken on current torch.


def test_every_warning_of_torch_is_an_error_here() -> None:
    """A subprocess, so that nothing imported or warned of earlier hides one."""
    code = (
        "import numpy as np, zeuxis\n"
        "a = np.random.default_rng(0).random((48, 48, 3)).astype(np.float32)\n"
        "for k in ({}, {'optimizer': 'adam'}, {'max_memory': 0.5}, {'statistic': 'wasserstein'}):\n"
        "    zeuxis.paint(a, a[::-1], size='48', iterations=2, **k)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")

"""How a network that learns to enlarge does on pictures that it never saw: numbers, and a sheet."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from zeuxis.data import stacked
from zeuxis.errors import ZeuxisError
from zeuxis.images import picture_files, read, write
from zeuxis.metrics.compare import as_luma
from zeuxis.metrics.lpips import Lpips
from zeuxis.metrics.pairs import psnr, without_border
from zeuxis.metrics.similarity import ssim
from zeuxis.training.trainer import Report
from zeuxis.upscaling.bicubic import bicubic
from zeuxis.upscaling.degrading import Floats, at_8_bits
from zeuxis.upscaling.networks import Enlarging
from zeuxis.upscaling.training.lesson import degradation_of
from zeuxis.upscaling.training.settings import UpscaleTrainSettings

PICTURES = 8  # held back at most
SHARE = 20  # of so many pictures one is held back
SIDE = 288  # pixels of the part in the middle that is looked at
SHOWN = 4  # pictures on the sheet
SMALLEST = 32  # pixels of a side: a window of SSIM and a border, and what LPIPS asks for


def held_back(folder: Path) -> list[Path]:
    """Pictures of a folder that are not to be learned from, always the same ones.

    Raises:
        ZeuxisError: if there is but one picture, or none.
    """
    files = list(picture_files(folder))
    if len(files) < 2:
        raise ZeuxisError(
            f"{folder} has {len(files)} pictures: give some hundreds, or two at the very least"
        )
    count = min(PICTURES, max(1, len(files) // SHARE))
    return files[:: len(files) // count][:count]


class Exam:
    """Enlarges pictures that were made small, and compares with what they were.

    Args:
        network: what is examined.
        files: the pictures; those that cannot be used are left out.
        settings: how they become small.
        sheet: where a sheet goes: a row a picture, enlarged by bicubic, by the network, and as it was.
        every: steps from one examination to the next.

    Raises:
        ZeuxisError: if none of the pictures can be used.
    """

    def __init__(
        self,
        network: Enlarging,
        files: Sequence[Path],
        settings: UpscaleTrainSettings,
        sheet: Path,
        every: int,
    ) -> None:
        self.network, self.scale, self.sheet, self.every = network, settings.scale, sheet, every
        self.large = _usable(files, settings.scale)
        rng = np.random.default_rng([settings.seed, 2**32])
        degraded = degradation_of(settings)
        self.small = [degraded(picture, rng) for picture in self.large]
        self.lpips = Lpips()

    def is_due(self, report: Report) -> bool:
        """Whether it is to be held after a step."""
        return report.step % self.every == 0 or report.step == report.steps

    @torch.no_grad()
    def hold(self) -> dict[str, float]:
        """Write the sheet; the means of PSNR and SSIM as papers on super-resolution count, and of LPIPS.

        Colours are RGB for LPIPS and luma for the others, without a border as wide as the scale.
        """
        was_training = self.network.training
        self.network.eval()
        enlarged = [at_8_bits(self._enlarged(each)) for each in self.small]
        self.network.train(was_training)
        found = [self._compared(a, b) for a, b in zip(enlarged, self.large, strict=True)]
        self._write(enlarged)
        return {name: float(np.mean([each[name] for each in found])) for name in found[0]}

    def _enlarged(self, small: Floats) -> Floats:
        device = next(self.network.parameters()).device
        picture = self.network(_batch(small).to(device))
        pixels: Floats = picture[0].cpu().numpy().transpose(1, 2, 0)
        return pixels

    def _compared(self, enlarged: Floats, large: Floats) -> dict[str, float]:
        one, other = _batch(enlarged), _batch(large)
        inside = [without_border(each, self.scale) for each in as_luma(one, other)]
        return {
            "psnr": psnr(*inside).item(),
            "ssim": ssim(*inside).item(),
            "lpips": self.lpips(one, other).item(),
        }

    def _write(self, enlarged: Sequence[Floats]) -> None:
        rows = []
        views = zip(self.small, enlarged, self.large, strict=True)
        for small, ours, large in islice(views, SHOWN):
            simple = bicubic(small, large.shape[:2]).clip(0, 1)
            rows.append(np.concatenate([simple, ours, large], axis=1))
        write(stacked(rows), self.sheet, overwrite=True)


def _usable(files: Sequence[Path], scale: int) -> list[Floats]:
    """The middle of each picture, sides multiples of the scale, at 8 bits."""
    found, faults = list[Floats](), list[str]()
    for file in files:
        try:
            pixels = read(file).pixels
        except ZeuxisError as error:
            faults.append(str(error))
            continue
        height, width = (min(side, SIDE) // scale * scale for side in pixels.shape[:2])
        if min(height, width) < max(SMALLEST, 4 * scale):
            faults.append(f"{file} is too small to enlarge {scale} times")
            continue
        top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
        found.append(at_8_bits(pixels[top : top + height, left : left + width]))
    if not found:
        raise ZeuxisError(f"no picture can be held back to examine with: {faults[0]}")
    return found


def _batch(pixels: Floats) -> Tensor:
    """H x W x 3 as 1 x 3 x H x W."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None]

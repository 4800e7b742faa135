"""What a discriminator sees in pictures: features for other tasks (Radford et al. 2016, section 5.1).

Needs torch.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from zeuxis.data import PictureSet, prepare
from zeuxis.data.sources import find_source
from zeuxis.errors import ZeuxisError
from zeuxis.gan.finding import find
from zeuxis.gan.layout import check_card
from zeuxis.gan.networks import Discriminator, Shape, networks
from zeuxis.gan.training.rivals import under
from zeuxis.models import read_card
from zeuxis.models.files import check_writable, writing
from zeuxis.training import load_checkpoint
from zeuxis.training.folder import RunFolder
from zeuxis.training.precision import device_for

GRID = 4  # places a side that the maps of a stage are pooled to
PART = 64  # pictures looked at together
SUFFIX = ".npz"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Extracted:
    """What a file of features holds.

    Attributes:
        pictures: how many.
        features: of each.
        classes: their names; empty if the data has none.
        skipped: pictures that could not be used, and why, by name.
    """

    pictures: int
    features: int
    classes: tuple[str, ...]
    skipped: Mapping[str, str]


def extract(
    run: str | Path,
    data: str | Path,
    output: str | Path,
    *,
    split: str = "train",
    overwrite: bool = False,
    progress: Progress | None = None,
    preparing: Progress | None = None,
) -> Extracted:
    """Write what the discriminator of a run sees in pictures, which need not be those it was trained on.

    The file, an `.npz`, has `features`, float32, pictures x features, and if the data has classes `labels`,
    int64, and `classes`, their names. Pictures are in the order of `zeuxis.data.prepare`. They are streamed:
    memory does not grow with their number. The same run and pictures give the same bytes.

    Args:
        run: a folder that `zeuxis gan train` made.
        data: pictures, as `prepare` takes them; brought to the size and colours of the run.
        output: the file, by custom `*.npz`.
        split: `"train"` or `"test"`, for data that comes in these parts.
        overwrite: whether to replace a file that is there.
        progress: called after each part with how many pictures are done, and of how many.
        preparing: called now and then with how many pictures are prepared, and of how many.

    Raises:
        ZeuxisError: if there is no discriminator, the data cannot be used, or the file cannot be written.
    """
    output = Path(output)
    if output.suffix != SUFFIX:
        raise ZeuxisError(f"{output} would hold arrays: give a name that ends in {SUFFIX}")
    check_writable(output, overwrite, SUFFIX, argument="overwrite")
    discriminator = load_discriminator(run)
    shape = discriminator.shape
    pictures = prepare(
        data,
        height=shape.height,
        width=shape.width,
        channels=shape.channels,
        classes=bool(find_source(data, split).load().classes),
        split=split,
        progress=preparing,
    )
    with writing(output) as file:
        width = _write(file, discriminator, pictures, progress)
    return Extracted(len(pictures), width, pictures.classes, pictures.skipped)


def load_discriminator(run: str | Path) -> Discriminator:
    """The rival of a run's `generator.safetensors`, in evaluation mode, on the GPU if there is one.

    Raises:
        ZeuxisError: if it is no folder of a run, or its checkpoint is missing or damaged.
    """
    path = Path(run)
    if not path.is_dir():
        raise ZeuxisError(
            f"{run} is no folder of a run, which alone has the discriminator: give one that zeuxis gan train "
            "made"
        )
    model, checkpoint = find(path), RunFolder(path).best
    card = read_card(model)
    check_card(card, model)
    if not checkpoint.is_file():
        raise ZeuxisError(
            f"there is no {checkpoint}, which holds the discriminator: give the whole folder that zeuxis gan "
            "train made"
        )
    device = device_for("auto")
    tensors = load_checkpoint(checkpoint, device)[0]
    family = networks.get(str(card.extra["network"]))
    try:
        with torch.random.fork_rng(devices=[]):  # first weights are drawn, and of no use
            discriminator = family.discriminator(Shape(**card.extra["shape"]))
        discriminator.load_state_dict(under(tensors, "discriminator"))
    except (TypeError, ValueError, RuntimeError) as error:
        raise ZeuxisError(
            f"{checkpoint} is not of the network on the card of {model}: give another run"
        ) from error
    # as it was trained: with the channels of a place side by side
    discriminator.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return discriminator.eval()


def features(discriminator: Discriminator, pictures: Tensor) -> Tensor:
    """The maps of every stage, each pooled to 4 x 4 places by their maxima, flattened and put together.

    Rows, of stages that have no maps, stay as they are. Classes play no part, even for a discriminator that
    knows of them.

    Args:
        discriminator: in evaluation mode, else it learns statistics.
        pictures: N x C x H x W in [0, 1], of its shape.

    Returns:
        N x (16 times the channels of all stages).
    """
    stages = discriminator.features(pictures)
    pooled = [F.adaptive_max_pool2d(maps, GRID) if maps.ndim == 4 else maps for maps in stages]
    return torch.cat([each.flatten(1) for each in pooled], 1)


def _write(
    file: BinaryIO,
    discriminator: Discriminator,
    pictures: PictureSet,
    progress: Progress | None,
) -> int:
    """Write features as they come, in the form that numpy knows; how many a picture has."""
    count, width = len(pictures), 0
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open(_entry("features"), "w", force_zip64=True) as entry:
            done = 0
            for part in _parts(discriminator, pictures):
                if not done:
                    width = part.shape[1]
                    header = {"shape": (count, width), "fortran_order": False, "descr": "<f4"}
                    np.lib.format.write_array_header_1_0(entry, header)
                entry.write(part.tobytes())
                done += len(part)
                if progress is not None:
                    progress(done, count)
        if pictures.classes:
            for name, array in (("labels", pictures.labels), ("classes", pictures.classes)):
                with archive.open(_entry(name), "w") as entry:
                    np.lib.format.write_array(entry, np.asarray(array), allow_pickle=False)
    return width


def _entry(name: str) -> zipfile.ZipInfo:
    """Of an archive, dated 1980: its bytes do not tell when they were written."""
    return zipfile.ZipInfo(f"{name}.npy")


@torch.inference_mode()
def _parts(discriminator: Discriminator, pictures: PictureSet) -> Iterator[NDArray[np.float32]]:
    """Features of some pictures at a time."""
    device = next(discriminator.parameters()).device
    for first in range(0, len(pictures), PART):
        # copied: those on disk are read-only
        pixels = torch.from_numpy(np.array(pictures.pictures[first : first + PART]))
        seen = pixels.to(device).permute(0, 3, 1, 2).float() / 255
        yield features(discriminator, seen).cpu().numpy()

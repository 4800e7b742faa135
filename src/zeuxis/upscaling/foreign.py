"""Networks of other programs that enlarge: ESRGAN, SwinIR and whatever else spandrel knows. Needs torch.

Files are opened here, and as plain tensors only; spandrel is handed those, tells whose they are and builds
the network. How far such a network sees is not known, and some look at the whole picture, so tiles
overlap and fade into one another.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from itertools import count, groupby
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError, reason
from zeuxis.images.modes import unit
from zeuxis.runtime.enlarging import Tile, tiles
from zeuxis.runtime.memory import MAX_MEMORY, PROCESS_BYTES
from zeuxis.runtime.pixels import check, put
from zeuxis.runtime.sessions import default_threads

if TYPE_CHECKING:
    import torch

    from zeuxis.upscaling.gallery import Progress

MARGIN = 32  # pixels around a tile that the network sees besides
FADE = 8  # pixels of those, above and to the left, over which a tile fades into the ones before it
STEP = 16  # tiles begin at multiples of it, and so at windows of attention, of 8 or 16 pixels
PROBE = 32  # the side of the picture that tells how much memory a network takes
ALIVE = 4  # of the widest values of a network there are so many at once, about
TORCH_BYTES = 250e6  # torch itself
LEAST_BYTES = 64e6  # of a tile

Pixels = NDArray[Any]
Floats = NDArray[np.float32]


class Foreign:
    """A network of another program, which enlarges. Several threads may enlarge with it at once.

    Args:
        model: as spandrel has loaded it: an `ImageModelDescriptor` from RGB to RGB.
        path: of its file, for messages.

    Attributes:
        scale: how many times the sides become.
        margin: pixels beyond a part of the picture that are taken into account.
        name: of its architecture.

    Raises:
        ZeuxisError: if it cannot be run.
    """

    def __init__(self, model: Any, path: Path) -> None:
        self._model, self.path = model, path
        self.scale: int = model.scale
        self.name: str = model.architecture.name
        self.margin = MARGIN
        self._step = int(np.lcm(STEP, model.size_requirements.multiple_of))
        weights = sum(each.numel() for each in model.model.state_dict().values())
        self._held = TORCH_BYTES + 4 * weights
        self._bytes = 4 * ALIVE * self._widest()

    def enlarge(
        self,
        pixels: Pixels,
        *,
        threads: int | None = None,
        max_memory: float = MAX_MEMORY,
        progress: Progress | None = None,
    ) -> Pixels:
        """Enlarge a picture, tile by tile.

        Args:
            pixels: H x W x 3, sRGB: uint8, or float32 in [0, 1].
            threads: how many to compute with; None for `OMP_NUM_THREADS`, or all processors.
            max_memory: bytes that the process should stay below; what a network takes is estimated.
            progress: called after each tile with the share that is done, in (0, 1].

        Returns:
            The enlargement, sH x sW x 3, of the type of `pixels`.

        Raises:
            ZeuxisError: if these are no pixels, or the network cannot be run.
        """
        pixels = np.asarray(pixels)
        check(pixels)
        height, width = pixels.shape[:2]
        result = np.empty((self.scale * height, self.scale * width, 3), pixels.dtype)
        left = max_memory - PROCESS_BYTES - self._held - pixels.nbytes - result.nbytes
        places = tiles(height, width, int(max(LEAST_BYTES, left) // self._bytes), MARGIN + STEP)
        done = count(1)

        def tell() -> None:
            if progress is not None:
                progress(next(done) / len(places))

        with _threads(default_threads() if threads is None else max(1, threads)):
            for top, row in groupby(places, key=attrgetter("top")):
                band = self._band(pixels, list(row), tell)
                lines = self.scale * min(top, FADE)
                first = self.scale * top - lines
                before = result[first : first + len(band)]
                _fade(band, unit(before[:lines]), lines)
                put(band.transpose(2, 0, 1)[None], 0, before, 0)
        return result

    def _band(self, pixels: Pixels, row: Sequence[Tile], tell: Callable[[], None]) -> Floats:
        """A row of tiles, and what fades into the rows before: rows x sW x 3 in [0, 1]."""
        top, bottom = max(0, row[0].top - FADE), row[0].bottom
        height, width = pixels.shape[:2]
        band = np.empty((self.scale * (bottom - top), self.scale * width, 3), np.float32)
        for tile in row:
            left = max(0, tile.left - FADE)
            own = Tile(top, bottom, left, tile.right)
            around = _aligned(own, self._step, height, width)
            made = own.within(around).of(self._run(around.of(pixels)), self.scale).swapaxes(0, 1)
            before = band.swapaxes(0, 1)[self.scale * left : self.scale * tile.right]
            lines = self.scale * (tile.left - left)
            _fade(made, before[:lines], lines)
            before[...] = made
            tell()
        return band

    def _run(self, part: Pixels) -> Floats:
        """What the network makes of a part: sH x sW x 3 in [0, 1]."""
        import torch

        batch = torch.from_numpy(np.ascontiguousarray(unit(part).transpose(2, 0, 1)))[None]
        try:
            made: Floats = self._model(batch)[0].numpy().transpose(1, 2, 0)
        except Exception as error:  # of a network that we do not know
            why = " ".join(str(error).split())[:200]
            raise ZeuxisError(f"{self.path}, a {self.name}, cannot enlarge this: {why}") from error
        if made.shape != (self.scale * part.shape[0], self.scale * part.shape[1], 3):
            raise ZeuxisError(f"{self.path}, a {self.name}, gives values of shape {made.shape}")
        if not np.isfinite(made).all():
            raise ZeuxisError(f"{self.path} gives values that are not finite: get the file anew")
        return made

    def _widest(self) -> float:
        """Numbers for each pixel of the picture that a layer makes at most."""
        counts = [3 * self.scale**2]

        def measure(_: Any, __: Any, output: Any) -> None:
            counts.append(getattr(output, "numel", lambda: 0)() // PROBE**2)

        layers = [each for each in self._model.model.modules() if not list(each.children())]
        hooks = [layer.register_forward_hook(measure) for layer in layers]
        try:
            self._run(np.zeros((PROBE, PROBE, 3), np.float32))
        finally:
            for hook in hooks:
                hook.remove()
        return float(max(counts))


def load_foreign(path: Path) -> Foreign:
    """A network of another program.

    Args:
        path: `.safetensors`, or a PyTorch file of plain tensors, which is all that is ever opened.

    Raises:
        ZeuxisError: without torch and spandrel; if the file cannot be read, holds code, or no network that
            spandrel knows and that enlarges single RGB pictures.
    """
    spandrel = _spandrel()
    state = _tensors(path)
    try:
        with warnings.catch_warnings(action="ignore"):
            model = spandrel.ModelLoader().load_from_state_dict(state)
    except Exception as error:  # what tells networks apart trusts their files
        raise ZeuxisError(
            f"{path} holds no network that spandrel {spandrel.__version__} knows, or not all of it: "
            "give an ESRGAN, a SwinIR or one of its others"
        ) from error
    is_plain = isinstance(model, spandrel.ImageModelDescriptor) and model.purpose == "SR"
    if not is_plain or (model.input_channels, model.output_channels) != (3, 3):
        raise ZeuxisError(
            f"{path} is a {model.architecture.name} that does not enlarge RGB pictures "
            f"(it is for {model.purpose}, from {model.input_channels} channels to "
            f"{model.output_channels}): give one that does"
        )
    return Foreign(model.float().eval(), path)


def _tensors(path: Path) -> Mapping[str, torch.Tensor]:
    """What a file holds, opened without running anything of it."""
    import torch
    from safetensors.torch import load_file

    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}; check the name") from error
    try:
        if path.suffix.lower() == ".safetensors":
            return load_file(path)
        with warnings.catch_warnings(action="ignore"):  # about odd pickles: the sentence says it
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged or hostile file can make the reader raise anything
        raise ZeuxisError(
            f"cannot read {path}: it is truncated, is no PyTorch file, or holds more than plain "
            "tensors, which Zeuxis never opens; get it anew, as .safetensors if there is one"
        ) from error
    if not isinstance(state, dict):
        raise ZeuxisError(f"{path} holds no tensors by name: save the network's state_dict()")
    return state


def _spandrel() -> Any:
    try:
        import_module("torch")
        ready = nullcontext() if "spandrel" in sys.modules else _torchvision()
        with ready, warnings.catch_warnings(action="ignore"):
            return import_module("spandrel")
    except ImportError as error:
        raise ZeuxisError(
            "networks of other programs need torch and spandrel: run pip install 'zeuxis[spandrel]'"
        ) from error


@contextmanager
def _torchvision() -> Iterator[None]:
    """A stand-in for torchvision while spandrel is imported, where there is none that fits torch.

    Only its inpainting (LaMa) and its faces (RestoreFormer), which are not used here, ask for it, and they
    do so on import.
    """
    names = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")
    try:
        import_module(names[-1])
    except (ImportError, RuntimeError):  # one for another torch says that operators are missing
        modules = {name: ModuleType(name) for name in names}
        for wanted in ("InterpolationMode", "normalize", "rotate"):
            setattr(modules[names[-1]], wanted, None)
        sys.modules.update(modules)
        try:
            yield
        finally:
            for name in names:
                del sys.modules[name]
    else:
        yield


@contextmanager
def _threads(count: int) -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _aligned(tile: Tile, step: int, height: int, width: int) -> Tile:
    """A tile with its margin, from multiples of `step` to multiples of it, as far as the picture goes."""
    grown = tile.grown(MARGIN, height, width)
    return Tile(
        grown.top // step * step,
        min(height, -(-grown.bottom // step) * step),
        grown.left // step * step,
        min(width, -(-grown.right // step) * step),
    )


def _fade(made: Floats, before: Floats, lines: int) -> None:
    """Let the first lines of what was made come gradually out of those there were; `made` is written to."""
    share = np.arange(1, lines + 1, dtype=np.float32)[:, None, None] / np.float32(lines + 1)
    made[:lines] = share * made[:lines] + (1 - share) * before

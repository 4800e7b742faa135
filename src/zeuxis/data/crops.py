"""Random square crops of a folder of photographs."""

from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, picture_files, read, resize

MEMORY = 1.5e9  # bytes of decoded photographs that are kept
SMALLEST = 32  # pixels of a side, below which a picture is no photograph to learn from


class Crops:
    """Draws crops from the photographs of a folder, at any depth.

    Photographs are decoded when they are first drawn and kept at 8 bits as long as there is room. One that
    cannot be used is noted in `skipped`, and the next one is taken in its place.

    Args:
        folder: with the photographs.
        short_side: pixels; a photograph with a longer short side is made smaller on reading.
        leave_out: files of the folder that are not drawn from.

    Raises:
        ZeuxisError: if there is no such folder, or no picture in it.
    """

    def __init__(
        self, folder: str | Path, short_side: int, leave_out: Collection[Path] = ()
    ) -> None:
        self.folder = Path(folder)
        self.files = [file for file in picture_files(self.folder) if file not in leave_out]
        if not self.files:
            raise ZeuxisError(f"there are no pictures in {folder}: give a folder with some")
        self.short_side = short_side
        self.skipped: dict[Path, str] = {}
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()

    def __str__(self) -> str:
        """How many there are, and how many of them turned out to be of no use."""
        skipped = f" ({len(self.skipped)} of them unusable)" if self.skipped else ""
        return f"{len(self.files)} pictures{skipped} of the folder {self.folder.resolve().name}"

    def draw(
        self, rng: np.random.Generator, side: int, zoom: float = 1.0, shrink: float = 1.0
    ) -> np.ndarray:
        """One crop.

        Args:
            rng: decides on photograph, place, size and side.
            side: pixels of the crop.
            zoom: the crop shows a part of the photograph up to so many times smaller than `side`
                pixels, enlarged: what larger photographs look like to a network.
            shrink: and up to so many times larger, made smaller.

        Returns:
            3 x side x side, RGB, float32 in [0, 1]; mirrored half of the time.

        Raises:
            ZeuxisError: if no photograph of the folder can be used.
        """
        photo = self._photo(int(rng.integers(len(self.files))))
        height, width = photo.shape[:2]
        factor = np.exp(rng.uniform(-np.log(zoom), np.log(shrink)))
        part = min(round(side * factor), height, width)
        top, left = (int(rng.integers(length - part + 1)) for length in (height, width))
        crop = photo[top : top + part, left : left + part].astype(np.float32) / 255
        if rng.random() < 0.5:
            crop = crop[:, ::-1]
        return np.ascontiguousarray(resize(crop, (side, side)).transpose(2, 0, 1))

    def _photo(self, index: int) -> np.ndarray:
        for offset in range(len(self.files)):
            number = (index + offset) % len(self.files)
            if number in self._kept:
                self._kept.move_to_end(number)
                return self._kept[number]
            if self.files[number] in self.skipped:
                continue
            try:
                return self._keep(number, self._read(self.files[number]))
            except ZeuxisError as error:
                self.skipped[self.files[number]] = str(error)
        raise ZeuxisError(
            f"none of the {len(self.files)} pictures in {self.folder} can be used: "
            f"{next(iter(self.skipped.values()))}"
        )

    def _read(self, file: Path) -> np.ndarray:
        picture: Picture = read(file)
        shortest = min(picture.height, picture.width)
        if shortest < SMALLEST:
            raise ZeuxisError(f"{file} is smaller than {SMALLEST} pixels: leave it out")
        factor = min(1.0, self.short_side / shortest)
        size = round(picture.height * factor), round(picture.width * factor)
        pixels: np.ndarray = np.rint(resize(picture.pixels, size) * 255).astype(np.uint8)
        return pixels

    def _keep(self, number: int, photo: np.ndarray) -> np.ndarray:
        self._kept[number] = photo
        while sum(each.nbytes for each in self._kept.values()) > MEMORY:
            self._kept.popitem(last=False)
        return photo

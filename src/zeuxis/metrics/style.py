"""Whether a painting has the painter's hand and the photo's contents, by the losses that painting goes by.

Everything is seen at one size, so that numbers of several programs can be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size
from zeuxis.images.sources import as_picture
from zeuxis.metrics.cautions import of_distance
from zeuxis.metrics.frechet import MomentsAccumulator, fid
from zeuxis.metrics.lpips import SMALLEST, Lpips
from zeuxis.metrics.network import FeatureNetwork
from zeuxis.metrics.pairing import named
from zeuxis.perception.grams import gram, relative_style_loss
from zeuxis.perception.losses import content_loss

STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")
CONTENT_LAYER = "relu3_3"
LONGEST = 512  # pixels: longest side of what was painted, and of the photo
STROKES = 560  # pixels: short side of the painting it was painted after
LARGEST = 1.3  # that a painting is enlarged at most

_ROUNDING = 2  # pixels by which sides may differ when they are brought to one size


def art_fid(lpips: float, frechet: float) -> float:
    """(1 + LPIPS to the contents) (1 + Fréchet distance to the style): Wright & Ommer 2022.

    1 at best. Theirs has features of an Inception network that was taught art.
    """
    return (1 + lpips) * (1 + frechet)


@dataclass(frozen=True)
class Judgement:
    """What a painted photo is like.

    Attributes:
        painting: which of the paintings it is nearest to in style, from 0.
        style_loss: to that one: mean over layers of |G - A|^2 / |A|^2; 0 at best.
        content_loss: mean squared difference to the photo at relu3_3; 0 at best.
        lpips: to the photo; 0 at best.
    """

    painting: int
    style_loss: float
    content_loss: float
    lpips: float

    def report(self) -> dict[str, float]:
        """The numbers by name."""
        names = ("style_loss", "content_loss", "lpips")
        return {name: getattr(self, name) for name in names}


class StyleJudge:
    """Judges painted photos, one by one, and all together.

    Args:
        paintings: they were painted after: files, Pillow images, arrays or pictures.
        lpips: the perceptual distance, whose VGG-16 sees for the losses too.
        features: a network to see paintings as a set with; None: `art_fid` is not asked for.
        max_megapixels: the largest file that is read.

    Raises:
        ZeuxisError: if there is no painting, or one cannot be read or is too narrow.
    """

    def __init__(
        self,
        paintings: Sequence[Any],
        lpips: Lpips,
        features: FeatureNetwork | None = None,
        *,
        max_megapixels: float = 200.0,
    ) -> None:
        if not paintings:
            raise ZeuxisError("a style needs a painting: give one at least")
        self.lpips, self.features, self.max_megapixels = lpips, features, max_megapixels
        self._grams: list[dict[str, Tensor]] = []
        self._theirs, self._ours = MomentsAccumulator(), MomentsAccumulator()
        self._distances: list[float] = []
        for source in paintings:
            painting = as_picture(source, max_megapixels)
            seen = self._seen(_tensor(_with_strokes(source, painting)), STYLE_LAYERS)
            self._grams.append({layer: gram(each) for layer, each in seen.items()})
            if features is not None:
                size = Size(longest=LONGEST).resolve(painting.height, painting.width)
                whole = painting.resized(_wide_enough(source, painting, size))
                self._look(_tensor(whole), self._theirs)

    @torch.no_grad()
    def __call__(self, result: Any, content: Any) -> Judgement:
        """Judge a photo as painted, and keep what `art_fid` needs of it.

        Args:
            result: what was painted: a file, a Pillow image, an array or a picture.
            content: the photo it was painted from; of the same shape, at any size.

        Raises:
            ZeuxisError: if one cannot be read or is too narrow, or their shapes differ.
        """
        pair = _of_one_size(result, content, self.max_megapixels)
        painted, photo = (_tensor(each) for each in pair)
        seen = self._seen(painted, (*STYLE_LAYERS, CONTENT_LAYER))
        wanted = self._seen(photo, (CONTENT_LAYER,))[CONTENT_LAYER]
        styles = [relative_style_loss(seen, grams).item() for grams in self._grams]
        nearest = min(range(len(styles)), key=styles.__getitem__)
        distance = self.lpips(painted, photo).item()
        self._distances.append(distance)
        self._look(painted, self._ours)
        contents = content_loss(seen[CONTENT_LAYER], wanted).item()
        return Judgement(nearest, styles[nearest], contents, distance)

    @property
    def art_fid(self) -> float | None:
        """`art_fid` of all that was judged so far; None without features, or of less than two on a side."""
        if self.features is None or min(self._ours.count, self._theirs.count) < 2:
            return None
        lpips = sum(self._distances) / len(self._distances)
        return art_fid(lpips, fid(self._ours.moments(), self._theirs.moments()))

    @property
    def cautions(self) -> tuple[str, ...]:
        """What one should know before believing `art_fid`, a sentence each."""
        if self.features is None or self.art_fid is None:
            return ()
        fewest = min(self._ours.count, self._theirs.count)
        return tuple(of_distance("ArtFID", fewest, self.features.dim))

    @torch.no_grad()
    def _seen(self, picture: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        vgg = self.lpips.vgg
        features: dict[str, Tensor] = vgg(picture.to(vgg.mean.device), layers)
        return features

    def _look(self, picture: Tensor, moments: MomentsAccumulator) -> None:
        if self.features is not None:
            moments.add(self.features(picture).rows)


def _with_strokes(source: Any, painting: Picture) -> Picture:
    factor = min(STROKES / min(painting.height, painting.width), LARGEST)
    size = round(painting.height * factor), round(painting.width * factor)
    return painting.resized(_wide_enough(source, painting, size))


def _wide_enough(source: Any, picture: Picture, size: tuple[int, int]) -> tuple[int, int]:
    """The size to see a picture at, if a network sees anything in it then."""
    if min(size) < SMALLEST:
        raise ZeuxisError(
            f"{named(source, picture)} is too narrow: it is looked at at {size[1]}x{size[0]} pixels, where "
            f"{SMALLEST} a side are the least"
        )
    return size


def _of_one_size(result: Any, content: Any, max_megapixels: float) -> tuple[Picture, Picture]:
    painted, photo = (as_picture(each, max_megapixels) for each in (result, content))
    size, other = (Size(longest=LONGEST).resolve(p.height, p.width) for p in (painted, photo))
    if max(abs(a - b) for a, b in zip(size, other, strict=True)) > _ROUNDING:
        raise ZeuxisError(
            f"{named(result, painted)} was not painted from {named(content, photo)}: "
            "give pictures of the same shape"
        )
    size = _wide_enough(result, painted, size)
    return painted.resized(size), photo.resized(size)


def _tensor(picture: Picture) -> Tensor:
    return torch.from_numpy(picture.batch())

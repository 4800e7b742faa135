"""Pictures that were judged in pairs: the numbers, and those that are worth a look."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from zeuxis.images.sources import as_picture
from zeuxis.metrics.differences import difference
from zeuxis.metrics.report.contents import Line, Listing, Numbers, Report, Row, Section, Shown
from zeuxis.metrics.report.page import DENSITY, WIDE, reduced
from zeuxis.metrics.telling import HIGHER, LOWER

ALL = 8  # pairs that are all shown; of more of them, the ends
ENDS = 6  # the worst, and the best


@dataclass(frozen=True)
class Measure:
    """One of the numbers, and what it is.

    Attributes:
        title: what it is called.
        digits: behind the point, as it is told.
        better: which numbers are.
        says: what it measures, a clause.
        unit: what it counts; empty for none.
    """

    title: str
    digits: int
    better: str
    says: str
    unit: str = ""

    def told(self, value: float | None) -> str:
        """A number of it; `-` for None."""
        if value is None:
            return "-"
        return f"{value:,.{self.digits}f}" if math.isfinite(value) else "infinite"

    @property
    def heading(self) -> str:
        """Its title, with the unit."""
        return f"{self.title}, {self.unit}" if self.unit else self.title


ALIKE = {
    "psnr": Measure(
        "PSNR", 2, HIGHER, "how small the mean squared difference is; infinite for equals", "dB"
    ),
    "ssim": Measure(
        "SSIM", 4, HIGHER, "lightness, contrast and structure within small windows; 1 for equals"
    ),
    "ms_ssim": Measure("MS-SSIM", 4, HIGHER, "the same, at five scales; 1 for equals"),
    "lpips": Measure(
        "LPIPS", 4, LOWER, "what a network sees, weighted as people judged; 0 for equals"
    ),
}
PAINTED = {
    "style_loss": Measure(
        "style loss", 4, LOWER, "how far colours and textures are from the painting's; 0 at best"
    ),
    "content_loss": Measure(
        "content loss", 3, LOWER, "how far what is to be seen is from the photo; 0 at best"
    ),
    "lpips": Measure(
        "LPIPS", 4, LOWER, "how far from the photo people would find it: a painting is far from 0"
    ),
}


@dataclass(frozen=True, eq=False)
class Pair:
    """Pictures that were held against one another.

    Attributes:
        name: of the first of them.
        numbers: what was said of them, by the names of the metrics; None where they are too small for one.
        pictures: what is to be seen side by side, read when it is shown.
    """

    name: str
    numbers: Mapping[str, float | None]
    pictures: Callable[[], tuple[Shown, ...]]


def of_pairs(
    title: str,
    summary: str,
    pairs: Sequence[Pair],
    measures: Mapping[str, Measure],
    facts: Mapping[str, str],
    *,
    more: Sequence[Line] = (),
    warnings: Sequence[str] = (),
) -> Report:
    """A page about pairs, the worst first.

    Args:
        title: what was judged.
        summary: what the numbers are of, a sentence.
        pairs: one at least.
        measures: what the numbers of each are, by their names.
        facts: how they were made.
        more: numbers of all pairs together.
        warnings: what is to be known before believing them.
    """
    lines = [_line(name, measure, pairs) for name, measure in measures.items()]
    numbers = Numbers(summary, "least to most", (*lines, *more), tuple(warnings))
    order = _order(pairs, measures)
    found = _ends(pairs, measures, order)
    if len(pairs) > 1:
        found += (Section("Every pair", listing=_listing(pairs, measures)),)
    return Report(title, numbers, found, facts)


def alike(first: Path, second: Path, max_megapixels: float) -> tuple[Shown, ...]:
    """Two pictures and where they differ as they are shown: smaller than they are, if they are large.

    Raises:
        ZeuxisError: if one cannot be read any more.
    """
    both = side_by_side({"A": first, "B": second}, max_megapixels)
    where = difference(*(shown.picture for shown in both))
    caption = f"1/2 + {where.gain} (A - B): grey where they are the same"
    return (*both, Shown(where.picture, caption))


def side_by_side(files: Mapping[str, Path], max_megapixels: float) -> tuple[Shown, ...]:
    """Pictures by what they are, no larger than they are shown: a page's are in memory all at once.

    Raises:
        ZeuxisError: if one cannot be read any more.
    """
    shown = []
    for what, file in files.items():
        picture = as_picture(file, max_megapixels)
        caption = f"{what}: {file.name}, {picture.width}x{picture.height}"
        shown.append(Shown(reduced(picture, DENSITY * WIDE), caption))
    return tuple(shown)


def _line(name: str, measure: Measure, pairs: Sequence[Pair]) -> Line:
    known = [value for pair in pairs if (value := pair.numbers[name]) is not None]
    mean = measure.told(fmean(known) if known else None)
    ends = f"{measure.told(min(known))} to {measure.told(max(known))}" if len(known) > 1 else ""
    return Line(measure.heading, mean, ends, measure.better, measure.says)


def _order(pairs: Sequence[Pair], measures: Mapping[str, Measure]) -> str:
    """The metric that tells the worst from the best: LPIPS or style loss, or what all pairs have."""
    names = [name for name in ("style_loss", "lpips", *measures) if name in measures]
    return next(name for name in names if all(pair.numbers[name] is not None for pair in pairs))


def _ends(
    pairs: Sequence[Pair], measures: Mapping[str, Measure], order: str
) -> tuple[Section, ...]:
    about = measures[order]
    sign = -1.0 if about.better == LOWER else 1.0
    ranked = sorted(pairs, key=lambda pair: sign * (pair.numbers[order] or 0.0))
    if len(pairs) <= ALL:
        text = (f"The worst first, by {about.title}.",) if len(pairs) > 1 else ()
        return (Section("Side by side", text, _rows(ranked, measures)),)
    text = (f"{ENDS} of {len(pairs):,}, by {about.title}.",)
    worst, best = ranked[:ENDS], ranked[::-1][:ENDS]
    return (
        Section("The worst", text, _rows(worst, measures)),
        Section("The best", text, _rows(best, measures)),
    )


def _rows(pairs: Sequence[Pair], measures: Mapping[str, Measure]) -> tuple[Row, ...]:
    return tuple(
        Row(pair.pictures(), title=pair.name, text=_said(pair, measures), large=True)
        for pair in pairs
    )


def _said(pair: Pair, measures: Mapping[str, Measure]) -> str:
    values = (
        f"{measure.title} {measure.told(pair.numbers[name])} {measure.unit}".rstrip()
        for name, measure in measures.items()
        if pair.numbers[name] is not None
    )
    return ", ".join(values)


def _listing(pairs: Sequence[Pair], measures: Mapping[str, Measure]) -> Listing:
    heads = ("", *(measure.heading for measure in measures.values()))
    lines = (
        (pair.name, *(measure.told(pair.numbers[name]) for name, measure in measures.items()))
        for pair in pairs
    )
    return Listing(heads, tuple(lines))

"""The page about pictures in pairs: which of them are shown, and in which order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zeuxis.images import Picture
from zeuxis.metrics.report import Report, Shown, page
from zeuxis.metrics.report.pairs import ALIKE, ALL, ENDS, PAINTED, Pair, of_pairs


def pair(name: str, psnr: float, lpips: float | None) -> Pair:
    shown = Shown(Picture.from_array(np.zeros((80, 60), np.uint8)), name)
    numbers = {"psnr": psnr, "ssim": 0.5, "ms_ssim": None, "lpips": lpips}
    return Pair(name, numbers, lambda: (shown,) * 3)


def titles(report: Report) -> list[list[str]]:
    """The names of the pairs in each part of the page that has some."""
    return [[row.title for row in each.rows] for each in report.sections if each.rows]


def test_the_worst_come_first() -> None:
    pairs = [pair("good", 30, 0.1), pair("bad", 40, 0.6), pair("fair", 20, 0.3)]
    report = of_pairs("t", "s", pairs, ALIKE, {})
    assert titles(report) == [["bad", "fair", "good"]]
    assert report.sections[0].text == ("The worst first, by LPIPS.",)
    psnr, _, ms_ssim, lpips = report.numbers.lines
    assert (psnr.value, psnr.spread, psnr.better) == ("30.00", "20.00 to 40.00", "higher")
    assert (ms_ssim.value, ms_ssim.spread) == ("-", "")
    assert (lpips.value, lpips.better) == ("0.3333", "lower")
    listing = report.sections[-1].listing
    assert listing is not None and listing.lines[0] == ("good", "30.00", "0.5000", "-", "0.1000")


def test_where_some_are_too_small_for_lpips() -> None:
    pairs = [pair("same", float("inf"), 0), pair("small", 30, None), pair("bad", 20, 0.1)]
    report = of_pairs("t", "s", pairs, ALIKE, {})
    assert titles(report) == [["bad", "small", "same"]]
    assert report.sections[0].rows[2].text == "PSNR infinite dB, SSIM 0.5000, LPIPS 0.0000"
    assert report.sections[0].rows[1].text == "PSNR 30.00 dB, SSIM 0.5000"
    assert report.numbers.lines[0].value == "infinite"


def test_of_many_only_the_ends_are_read() -> None:
    read: list[str] = []

    def watched(each: Pair) -> Callable[[], tuple[Shown, ...]]:
        def pictures() -> tuple[Shown, ...]:
            read.append(each.name)
            return each.pictures()

        return pictures

    pairs = [pair(str(n), 30, n / 100) for n in range(ALL + ENDS)]
    pairs = [Pair(each.name, each.numbers, watched(each)) for each in pairs]
    report = of_pairs("t", "s", pairs, ALIKE, {})
    last = ALL + ENDS - 1
    worst, best = titles(report)
    assert worst == [str(last - n) for n in range(ENDS)] and best == [str(n) for n in range(ENDS)]
    assert len(read) == 2 * ENDS
    assert page(report).count("<img") == 3 * 2 * ENDS


def test_paintings_go_by_style() -> None:
    shown = (Shown(Picture.from_array(np.zeros((80, 60), np.uint8))),)
    pairs = [
        Pair(name, {"style_loss": style, "content_loss": 1.0, "lpips": 1 - style}, lambda: shown)
        for name, style in (("near", 0.1), ("far", 0.9))
    ]
    report = of_pairs("t", "s", pairs, PAINTED, {}, warnings=("mind",))
    assert titles(report) == [["far", "near"]] and report.numbers.warnings == ("mind",)
    assert report.numbers.lines[0].value == "0.5000"

"""The page about an evaluation."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zeuxis import ZeuxisError
from zeuxis.images import Picture
from zeuxis.metrics.measures import METRICS, Value
from zeuxis.metrics.nearest import copies
from zeuxis.metrics.report import (
    Listing,
    Report,
    Row,
    Section,
    Shown,
    Side,
    check_report,
    numbers_of,
    page,
    sections,
    write_report,
)
from zeuxis.metrics.report.drawings import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Curve,
    curves,
    histograms,
)
from zeuxis.metrics.report.page import data_uri
from zeuxis.metrics.report.verdict import by_chance, expected, verdict
from zeuxis.metrics.sets import Evaluation, SetFeatures
from zeuxis.metrics.telling import MEANINGS, between, number

HOSTILE = "<script>alert('&')</script>\"'$title"
VOID = {"meta", "img", "br", "hr", "link", "line", "polygon", "polyline"}
LOW, HIGH = HEIGHT - BOTTOM, TOP  # of a drawing: the places of its least and greatest number
MIDDLE = (LOW + HIGH) / 2


class Reader(HTMLParser):
    """Holds a page to be whole: every tag closed in its turn, nothing asked for from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "iframe", "object", "form")
        told = dict(attrs)
        assert not {name for name in told if name.startswith("on") or name in ("href", "srcset")}
        if tag == "img":
            self.images.append(told)
            assert str(told["src"]).startswith("data:image/")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "url(" not in data and "@import" not in data
        self.text.append(data)


def report(picture: Picture | None = None) -> Report:
    shown = Shown(picture or Picture.from_array(np.zeros((8, 8), np.uint8)), HOSTILE)
    evaluation = Evaluation(
        HOSTILE, 7, 1234, {"fid": Value(12.3456, 10, 14.5, 1), HOSTILE: Value(0.5)}, {}, (HOSTILE,)
    )
    drawing = curves(HOSTILE, HOSTILE, [Curve(HOSTILE, [0, 1], [1, 2])])
    section = Section(HOSTILE, (HOSTILE,), (Row((shown,), (shown,), HOSTILE),), (drawing,))
    listing = Section(HOSTILE, listing=Listing(("", HOSTILE), ((HOSTILE, HOSTILE),)))
    facts = {HOSTILE: HOSTILE}
    return Report(HOSTILE, numbers_of(evaluation), (section, listing), facts, {"name": HOSTILE})


def test_a_page_is_whole_and_shows_text_as_it_is() -> None:
    read = Reader(page(report()))
    assert [text for text in read.text if "alert" in text]
    assert all(HOSTILE in text for text in read.text if "alert" in text)
    words = " ".join(read.text)
    assert "7 made pictures beside 1,234 real ones" in words
    for said in ("FID", "12.35", "10 to 14.5, std 1", "lower is better"):
        assert said in words
    assert read.images[0]["alt"] == HOSTILE


def test_small_pictures_are_kept_as_they_are_and_enlarged() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (28, 20, 3), np.uint8)
    (image, _) = Reader(page(report(Picture.from_array(pixels)))).images
    assert (image["width"], image["height"], image["class"]) == ("80", "112", "enlarged")
    kind, _, content = str(image["src"]).partition(",")
    assert kind == "data:image/png;base64"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))), pixels)


def test_large_pictures_are_reduced() -> None:
    picture = Picture.from_array(np.full((300, 600, 4), 128, np.uint8))
    (image, _) = Reader(page(report(picture))).images
    assert (image["width"], image["height"]) == ("128", "64") and "class" not in image
    assert str(image["src"]).startswith("data:image/webp;base64")
    decoded = Image.open(io.BytesIO(base64.b64decode(str(image["src"]).split(",")[1])))
    assert decoded.size == (256, 128) and decoded.mode == "RGBA"


def test_a_data_uri_holds_no_metadata() -> None:
    picture = Picture.from_array(np.zeros((4, 4), np.uint8)).but(exif=b"Exif\0\0MM secret")
    assert b"secret" not in base64.b64decode(data_uri(picture).split(",")[1])


def points(svg: str, name: str) -> list[list[list[float]]]:
    """The points of all shapes of a class."""
    shapes = [each for each in ET.fromstring(svg).iter() if name in each.get("class", "").split()]
    return [[[float(n) for n in p.split(",")] for p in s.get("points", "").split()] for s in shapes]


def test_curves_go_through_their_points() -> None:
    svg = curves(
        "Score", "steps", [Curve("score", [0, 5, 10], [4, float("nan"), 2]), Curve("b", [5], [3])]
    )
    first, second = points(svg, "line")
    centre = [(LEFT + WIDTH - RIGHT) / 2, MIDDLE]
    assert first == [[LEFT, HIGH], [WIDTH - RIGHT, LOW]] and second == [centre, centre]
    words = "".join(ET.fromstring(svg).itertext())
    assert all(said in words for said in ("score", "steps", "10", "2.5"))


def test_curves_of_many_points_are_averaged_within_their_range() -> None:
    x = np.arange(10_000)
    svg = curves("Loss", "steps", [Curve("loss", x, np.where(x % 2, 1.0, 3.0))])
    (line,), (band,) = points(svg, "line"), points(svg, "band")
    assert len(line) == 320 and len(band) == 640
    assert all(abs(y - MIDDLE) < 4 for _, y in line)
    assert min(y for _, y in band) == HIGH and max(y for _, y in band) == LOW


def test_there_is_no_drawing_of_nothing_and_one_of_equal_values() -> None:
    assert curves("a", "b", [Curve("c", [], []), Curve("d", [1], [float("inf")])]) == ""
    (line,) = points(curves("a", "b", [Curve("c", [1, 2], [5, 5])]), "line")
    assert line[0][1] == line[1][1] == MIDDLE


def test_one_point_is_no_curve() -> None:
    assert curves("a", "b", [Curve("c", [1], [5]), Curve("d", [2], [6])]) == ""
    dot, _ = points(curves("a", "b", [Curve("c", [1], [5]), Curve("d", [2, 3], [6, 7])]), "line")
    assert dot[0] == dot[1]


def test_histograms_show_shares() -> None:
    svg = histograms("Distances", "far", [("one", [0.0] * 3 + [1.0]), ("other", [0.0, 1.0])])
    first, second = points(svg, "area")
    assert min(y for _, y in first) == HIGH  # three quarters are at the top of the frame
    half = LOW - (LOW - HIGH) * 0.5 / 0.75
    assert min(y for _, y in second) == pytest.approx(half, abs=0.1)
    assert "%" in "".join(ET.fromstring(svg).itertext())


def side(rows: np.ndarray, labels: np.ndarray | None = None) -> Side:
    """Pictures whose grey is their number."""
    found = SetFeatures.of(rows, "none", labels=labels)
    return Side(
        found,
        lambda number: Picture.from_array(np.full((2, 2), number % 256, np.uint8)),
        lambda number: f"number {number}",
        labels,
    )


def test_what_is_worth_a_look() -> None:
    random = np.random.default_rng(0)
    real, made = (random.normal(size=(n, 4)).astype(np.float32) for n in (60, 40))
    made[5], made[6] = real[3], 50
    marks = np.arange(60) % 2
    evaluation = Evaluation("none", 40, 60, {}, {"a": Value(1.5), "b": Value(2.5)})
    found = sections(side(made, marks[:40]), side(real, marks), evaluation, what="them")
    samples, copied, extremes, classes = found
    assert len({shown.caption for shown in samples.rows[0].pictures}) == 40
    first = copied.rows[0]
    assert first.pictures[0].caption == "0%" and first.pictures[0].picture.bytes[0, 0, 0] == 5
    assert len(first.beside) == 5 and first.beside[0].caption == "0"
    assert first.beside[0].picture.bytes[0, 0, 0] == 3
    assert len(copied.rows) == 12 and "among them" in copied.text[0]
    worst, best = extremes.rows
    assert worst.pictures[0].picture.bytes[0, 0, 0] == 6
    assert best.pictures[0].picture.bytes[0, 0, 0] == 5
    assert [row.title for row in classes.rows] == ["b: FID 2.5", "a: FID 1.5"]
    assert [each.picture.bytes[0, 0, 0] for each in classes.rows[0].beside[:3]] == [1, 3, 5]
    Reader(page(Report("t", numbers_of(evaluation), found, {})))


def test_the_verdict_follows_the_numbers() -> None:
    random = np.random.default_rng(1)
    real, other = (random.normal(size=(300, 4)).astype(np.float32) for _ in range(2))
    evaluation = Evaluation("none", 300, 300, {})
    clean = sections(side(other), side(real), evaluation, what="them")[1].text
    learned = sections(side(real), side(real), evaluation, what="them")[1].text
    assert "no sign" in clean[1] and "more than chance" in learned[1]
    assert learned[1].startswith("100% of the made pictures")


@pytest.mark.parametrize(("made", "real"), [(100, 100), (300, 120), (60, 240), (300, 300)])
def test_pictures_as_the_real_ones_are_seldom_suspected(made: int, real: int) -> None:
    random, alarms, shares = np.random.default_rng(2), 0, []
    for _ in range(100):
        rows = (random.normal(size=(n, 8)).astype(np.float32) for n in (made, real))
        near = copies(*rows, 1)
        alarms += "more than chance" in verdict(near, "them")[1].replace("no more", "")
        shares.append(near.suspicious)
    assert alarms <= 5
    assert np.mean(shares) == pytest.approx(expected(real), rel=0.35)


def test_a_few_copies_among_many_are_found() -> None:
    random = np.random.default_rng(3)
    real, made = (random.normal(size=(400, 8)).astype(np.float32) for _ in range(2))
    made[:20] = real[:20]  # 5%
    assert "That is more than chance" in verdict(copies(made, real, 1), "them")[1]


def test_few_real_pictures_are_no_measure() -> None:
    real = np.random.default_rng(4).normal(size=(99, 4)).astype(np.float32)
    said = verdict(copies(real, real, 1), "them")[1]
    assert said.startswith("99 real pictures are too few") and "1%" not in said


def test_by_chance_in_closed_form() -> None:
    """With one pair of distances to tell, the share that is near is that of the least of 51."""
    assert by_chance(0, 10, 100) == pytest.approx(1)
    assert expected(100) == 1 / 51
    assert by_chance(1, 1, 100) == pytest.approx(1 / 51)
    assert by_chance(2, 2, 100) == pytest.approx(2 / (51 * 52))


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    check_report(file)
    write_report(report(), file)
    assert file.read_text(encoding="utf-8") == page(report())
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]
    check_report(file, overwrite=True)
    with pytest.raises(
        ZeuxisError, match=r"a\.html exists already; use --force \(overwrite=True\)"
    ):
        check_report(file)
    with pytest.raises(
        ZeuxisError, match=r"a\.pdf would be a page: give a name that ends in \.html"
    ):
        check_report(tmp_path / "a.pdf")
    with pytest.raises(ZeuxisError, match="cannot write"):
        check_report(file / "b.html")


def test_every_metric_is_told() -> None:
    assert set(METRICS.names()) <= set(MEANINGS)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.123456, "0.1235"), (12345.6, "12,346"), (-3e-7, "-3e-07"), (999.96, "1000")],
)
def test_numbers(value: float, said: str) -> None:
    assert number(value) == said


def test_intervals() -> None:
    assert between(Value(1)) == "" and between(Value(1, std=0.25)) == "std 0.25"
    assert between(Value(1, 0.5, 2, 0.1)) == "0.5 to 2, std 0.1"

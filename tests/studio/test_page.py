"""The page as files: small, whole, each of one subject, and nothing that its security policy forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from zeuxis.studio.routes.pages import MEDIA, PAGE
from zeuxis.studio.verbs import verbs

BUDGET = 300_000  # bytes, of all that is no picture
LINES = 300
TABS = {
    "stylise": "stylize",
    "paint": "paint",
    "grow": "sample",
    "enlarge": "upscale",
    "train": "train",
}
FILES = sorted(path for path in PAGE.rglob("*") if path.is_file())
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
STYLES = [path for path in FILES if path.suffix == ".css"]
INDEX = PAGE / "index.html"


class Elements(HTMLParser):
    """The elements of a page, and the texts in its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        self.inline += data if self._in_script else ""


def elements() -> list[tuple[str, dict[str, str | None]]]:
    return Elements(INDEX.read_text()).all


def names(path: Path) -> str:
    return path.relative_to(PAGE).as_posix()


def addresses() -> Iterator[tuple[Path, str]]:
    """Every address of a file that a file of the page names."""
    for path in FILES:
        for found in re.findall(r"""["'(](/page/[^"')]*)["')]""", path.read_text()):
            yield path, found


def test_it_is_small() -> None:
    sizes = [path.stat().st_size for path in FILES if path.suffix not in {".png", ".webp"}]
    assert sum(sizes) < BUDGET


@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_is_short_and_of_a_known_kind(path: Path) -> None:
    assert path.suffix in MEDIA
    assert len(path.read_text().splitlines()) < LINES


@pytest.mark.parametrize("path", FILES, ids=names)
def test_nothing_is_asked_of_others(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.findall(r"(?i)(https?:|wss?:|[\"'(]//|@import|sendBeacon)", text)


def test_nothing_is_inline() -> None:
    page = Elements(INDEX.read_text())
    assert not page.inline.strip()
    for tag, attributes in page.all:
        assert tag != "style"
        assert not [each for each in attributes if each == "style" or each.startswith("on")]
        assert tag != "script" or attributes.get("src")


@pytest.mark.parametrize("path", SCRIPTS, ids=names)
def test_no_script_makes_code_or_html_of_a_text(path: Path) -> None:
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|cssText"
    )
    assert not re.findall(forbidden, path.read_text())


def test_what_is_named_is_there() -> None:
    missing = [
        (names(path), found)
        for path, found in addresses()
        if not (PAGE / found.removeprefix("/page/")).is_file()
    ]
    assert not missing


@pytest.mark.parametrize("path", SCRIPTS, ids=names)
def test_what_is_imported_is_exported_and_used(path: Path) -> None:
    text = path.read_text()
    for listed, source in re.findall(r'import \{([^}]*)\} from "([^"]+)"', text):
        other = (path.parent / source).read_text()
        for name in filter(None, (each.strip() for each in listed.split(","))):
            assert re.search(rf"export (async )?(function|class|const) {name}\b", other), name
            assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{name} is not used"


def test_every_file_is_used() -> None:
    used = {found.removeprefix("/page/") for _, found in addresses()} | {"index.html"}
    for path in SCRIPTS:
        used |= {f"js/{each}" for each in re.findall(r'from "\./([^"]+)"', path.read_text())}
    assert {names(path) for path in FILES} == used


def test_ids_are_there_once() -> None:
    ids = [each["id"] for _, each in elements() if each.get("id")]
    assert len(ids) == len(set(ids))
    wanted = {each[name] for _, each in elements() for name in each if name.startswith("aria-")}
    wanted = {each for each in wanted if each and re.fullmatch(r"(tab|panel)-\w+", each)}
    for path in SCRIPTS:
        wanted |= set(re.findall(r'getElementById\("([^"]+)"\)', path.read_text()))
    assert wanted and wanted <= set(ids)


def test_every_icon_has_a_shape() -> None:
    shapes = set(re.findall(r"\.icon-(\w+) \{", (PAGE / "css" / "icons.css").read_text()))
    used: set[str] = set()
    for path in SCRIPTS:
        used |= set(re.findall(r'\b(?:icon|button|empty)\("(\w+)"', path.read_text()))
    assert shapes == used


def test_no_rule_is_for_nothing() -> None:
    made = INDEX.read_text() + "".join(path.read_text() for path in SCRIPTS)
    for path in STYLES:
        text = re.sub(r'/\*.*?\*/|"[^"]*"', "", path.read_text(), flags=re.DOTALL)
        for name in set(re.findall(r"\.([a-z][\w-]*)", text)):
            stem = re.sub(r"-\w+$", "-", name)  # as in `icon-${name}`
            assert re.search(rf"\b{name}\b", made) or f"{stem}${{" in made, (
                f"{names(path)}: .{name}"
            )


@pytest.mark.parametrize("tab", TABS)
def test_the_first_knobs_are_knobs(tab: str) -> None:
    (listed,) = re.findall(r"const FIRST = \[(.*?)\]", (PAGE / "js" / f"{tab}.js").read_text())
    known = {knob.name for knob in verbs.get(TABS[tab]).knobs}
    assert set(re.findall(r'"(\w+)"', listed)) <= known


def test_it_is_served(studio: TestClient) -> None:
    for path in FILES:
        answer = studio.get("/" if path == INDEX else f"/page/{names(path)}")
        assert answer.status_code == 200 and answer.content == path.read_bytes()
        assert answer.headers["content-type"].partition(";")[0] == MEDIA[path.suffix]
        assert "'unsafe-inline'" not in answer.headers["content-security-policy"]

"""Pictures that are pasted into the page and dropped on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Open = Callable[..., Any]
PASTE = """parcel => document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: parcel, bubbles: true, cancelable: true }))"""
LARGEST = 0.1  # MB, that a small studio takes


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("no picture")
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.png"
    path.write_bytes(bytes(int(1.1e6 * LARGEST)))
    return path


def drop(page: Any, place: Any, parcel: Any) -> None:
    """Drag a parcel over a place, and let it go there."""
    for kind in ("dragenter", "dragover"):
        place.dispatch_event(kind, {"dataTransfer": parcel})
    page.locator(".is-over").wait_for()
    place.dispatch_event("drop", {"dataTransfer": parcel})
    page.locator(".is-over").wait_for(state="detached")


def test_a_picture_is_pasted(opened: Open, hands: Any, picture: Path, painting: Path) -> None:
    page = opened("stylise")
    panel = page.locator("#panel-stylise")
    panel.locator(".tile:has-text('Great Wave')").click()

    def paste(*paths: Path) -> None:
        page.evaluate(PASTE, hands.parcel(page, *paths))

    paste(picture)
    panel.locator(".command code:has-text('zeuxis stylize breakfast.jpg')").wait_for()
    assert hands.saved(page, panel, "PNG").size == (144, 96)
    paste()  # a text, which is none of ours
    assert panel.locator(".photo-name").inner_text() == "breakfast.jpg"
    assert page.locator("#voice").inner_text() == ""

    page.locator("#tab-enlarge").click()
    paste(painting)
    names = [
        page.locator(f"#panel-{tab} .photo-name").inner_text() for tab in ("stylise", "enlarge")
    ]
    assert names == ["breakfast.jpg", "texture.png"]


def test_a_photo_and_a_painting_are_dropped(
    opened: Open, hands: Any, picture: Path, painting: Path
) -> None:
    page = opened("stylise")
    panel = page.locator("#panel-stylise")
    drop(page, panel.locator(".drop"), hands.parcel(page, picture))
    drop(page, panel.locator(".tile:has-text('Olive Trees')"), hands.parcel(page, painting))
    said = "zeuxis stylize breakfast.jpg --style texture.png"
    panel.locator(f".command code:has-text('{said}')").wait_for()
    assert hands.saved(page, panel, "JPEG").size == (144, 96)

    place = panel.locator(".drop")
    place.dispatch_event("dragenter", {"dataTransfer": hands.parcel(page)})
    place.dispatch_event("dragleave", {"dataTransfer": hands.parcel(page)})
    assert page.locator(".is-over").count() == 0


@pytest.mark.parametrize("place", [".drop", ".wall"])
def test_what_is_dropped_and_is_no_file(
    opened: Open, hands: Any, picture: Path, place: str
) -> None:
    page = opened("stylise")
    panel = page.locator("#panel-stylise")
    hands.choose(panel, picture)
    tiles = panel.locator(".tile").count()
    drop(page, panel.locator(place), hands.parcel(page))
    page.locator("#voice").get_by_text("That was no file").wait_for()
    assert panel.locator(".photo-name").inner_text() == "breakfast.jpg"
    assert panel.locator(".tile").count() == tiles


def test_what_is_dropped_and_is_no_picture(
    opened: Open, hands: Any, picture: Path, note: Path
) -> None:
    page = opened("stylise")
    panel, voice = page.locator("#panel-stylise"), page.locator("#voice")
    hands.choose(panel, picture)
    drop(page, panel.locator(".wall"), hands.parcel(page, note))
    voice.get_by_text("is not a picture").wait_for()
    panel.locator(".tile:has-text('Water Lilies')").click()
    panel.locator(".command code:has-text('water-lilies')").wait_for()
    assert voice.inner_text() == ""


def test_a_drop_beside_its_place_leaves_the_page(opened: Open, hands: Any, picture: Path) -> None:
    page = opened("stylise")
    script = """parcel => {
        const drop = new DragEvent("drop", { dataTransfer: parcel, bubbles: true, cancelable: true });
        return document.getElementById("foot").dispatchEvent(drop);
    }"""
    assert page.evaluate(script, hands.parcel(page, picture)) is False  # the browser does nothing


def test_what_is_too_large_is_not_sent(
    opened: Open, start: Callable[..., str], hands: Any, picture: Path, large: Path
) -> None:
    page = opened("stylise", at=start("--max-upload-mb", str(LARGEST)))
    panel, voice = page.locator("#panel-stylise"), page.locator("#voice")
    hands.choose(panel, picture)
    tiles = panel.locator(".tile").count()
    for place in (".drop", ".wall"):
        drop(page, panel.locator(place), hands.parcel(page, large))
        voice.get_by_text("large.png is larger than the 0.1 MB").wait_for()
        voice.get_by_role("button").click()
    assert panel.locator(".photo-name").inner_text() == "breakfast.jpg"
    assert panel.locator(".tile").count() == tiles

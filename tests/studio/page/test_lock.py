"""A studio that listens to everybody: its page asks for the token, and works with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TOKEN = "grapes-that-fooled-birds"

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def locked(start: Callable[..., str]) -> str:
    """Where a studio with a token is."""
    return start("--host", "0.0.0.0", "--token", TOKEN)


def test_the_page_asks_for_the_token(
    window: Open, locked: str, hands: Any, picture: Path, painting: Path
) -> None:
    page = window()
    page.goto(f"{locked}#paint")
    field, voice = page.get_by_label("Token"), page.locator("#voice")
    field.wait_for()
    assert field.evaluate("it => it === document.activeElement")
    assert not page.get_by_role("tablist").is_visible()

    field.fill("not-the-token")
    field.press("Enter")
    voice.get_by_text("This is not the token").wait_for()
    assert "token" not in page.url
    field.fill(TOKEN)
    page.get_by_role("button", name="Open").click()
    page.locator("#foot p").wait_for()
    assert page.url == f"{locked}#paint" and voice.inner_text() == ""

    page.locator("#tab-stylise").click()
    panel = page.locator("#panel-stylise")
    hands.choose(panel, picture)
    panel.locator(".wall-frame input[type=file]").set_input_files(painting)
    panel.locator(".compare").wait_for()
    assert hands.saved(page, panel, "WebP").size == (144, 96)
    for image in (".tile:has-text('Water Lilies') img", ".sample img", ".compare-after"):
        shown = panel.locator(image).first
        shown.scroll_into_view_if_needed()
        page.wait_for_function(
            "it => it.complete && it.naturalWidth > 1", arg=shown.element_handle()
        )

    page.reload()
    page.locator("#foot p").wait_for()
    other = page.context.new_page()
    other.goto(f"{locked}#grow")
    other.locator("#panel-grow .grown:enabled").nth(15).wait_for()


def test_a_token_in_the_address_opens_it_too(window: Open, locked: str) -> None:
    page = window()
    page.goto(f"{locked}?token={TOKEN}#enlarge")
    page.locator("#panel-enlarge .photo").wait_for()
    assert TOKEN not in page.url


def test_without_a_studio_that_is_said(window: Open, locked: str) -> None:
    page = window()
    page.goto(locked)
    page.get_by_label("Token").fill(TOKEN)
    page.context.set_offline(True)
    page.get_by_role("button", name="Open").click()
    page.locator("#voice").get_by_text("The studio does not answer").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="Open").click()
    page.locator("#foot p").wait_for()

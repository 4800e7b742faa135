"""What the page says of what goes wrong and what cannot be had: in sight, as long as it is of use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Open = Callable[..., Any]


@pytest.mark.parametrize("width", [390, 1280])
def test_that_the_studio_is_away_is_in_sight(
    opened: Open, hands: Any, picture: Path, width: int
) -> None:
    page = opened("stylise", width)
    panel = page.locator("#panel-stylise")
    hands.choose(panel, picture)
    panel.locator(".tile:has-text('Starry Night')").click()
    panel.locator(".compare").wait_for()
    page.context.set_offline(True)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    hands.turn(panel, "strength", "0.5")
    said = page.locator("#connection")
    said.get_by_text("trying again").wait_for()
    hands.wait_in_sight(page, said)
    page.context.set_offline(False)
    said.wait_for(state="hidden")


def test_escape_puts_a_message_away_and_so_does_another_tab(opened: Open, hands: Any) -> None:
    page = opened("enlarge")
    panel, voice = page.locator("#panel-enlarge"), page.locator("#voice")
    panel.locator("[data-sample=coffee]").click()
    begin = panel.get_by_role("button", name="Enlarge", exact=True)
    hands.turn(panel, "scale", "9")
    begin.click()
    voice.get_by_text("Scale must be between 1 and 8.").wait_for()
    voice.get_by_role("button").focus()
    page.keyboard.press("Escape")
    voice.wait_for(state="hidden")
    assert begin.evaluate("it => it === document.activeElement")

    begin.click()
    voice.get_by_text("Scale must be").wait_for()
    page.locator("#tab-grow").click()
    voice.wait_for(state="hidden")


def test_what_paint_cannot_take_along_is_said(opened: Open, hands: Any, painting: Path) -> None:
    page = opened("stylise")
    panel = page.locator("#panel-stylise")
    panel.locator("[data-sample=coffee]").click()
    panel.locator(".tile:has-text('Great Wave')").click()
    panel.get_by_role("button", name="Paint it slowly").click()
    panel = page.locator("#panel-paint")
    panel.get_by_text("The Great Wave off Kanagawa stayed behind").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Paint"
    begin, both = panel.get_by_role("button", name="Paint", exact=True), panel.locator(".tick")
    assert begin.is_disabled() and not both.is_visible()

    choose = panel.locator(".wall-frame input[type=file]")
    choose.set_input_files(painting)
    panel.get_by_text("stayed behind").wait_for(state="hidden")
    assert begin.is_enabled() and not both.is_visible()
    choose.set_input_files(painting)
    both.wait_for()


def test_controls_say_what_they_are_by_default(opened: Open) -> None:
    page = opened("train")
    panel = page.locator("#panel-train")
    panel.locator("details summary").click()
    minutes = panel.locator("[data-knob=minutes] input")
    assert minutes.get_attribute("placeholder") == "30"
    assert panel.locator("[placeholder=default]").count() == 0
    for name in ("DCGAN", "MLP", "RGB", "Colour"):
        assert panel.get_by_text(name, exact=True).is_visible()

    preview = panel.locator("[data-knob=preview_minutes] input")
    minutes.fill("1")
    assert preview.input_value() == "0.2"  # so that there is something to see
    minutes.fill("10")
    assert preview.input_value() == ""
    preview.fill("0.5")
    minutes.fill("1")
    assert preview.input_value() == "0.5"

"""The page as a screen reader has it: names of all controls, and words for what happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

CONTROLS = (
    "article|button|checkbox|combobox|img|link|progressbar|radio|radiogroup|slider|spinbutton|tab|"
    "tablist|tabpanel|textbox"
)
NAMELESS = re.compile(rf"^\s*- (?:{CONTROLS})\b(?! \").*$", re.MULTILINE)

Open = Callable[..., Any]


def nameless(page: Any) -> list[str]:
    return NAMELESS.findall(page.locator("body").aria_snapshot())


def heard(page: Any) -> Callable[[], list[str]]:
    """What the polite live region has said since."""
    script = """it => {
        const said = (window.said = []);
        new MutationObserver(() => said.push(it.textContent)).observe(it, { childList: true });
    }"""
    region = page.locator("#quiet-voice")
    assert region.get_attribute("role") == "status"
    region.evaluate(script)
    return lambda: page.evaluate("said")


@pytest.mark.parametrize("tab", ["stylise", "paint", "grow", "enlarge", "train"])
def test_every_control_has_a_name(opened: Open, hands: Any, tab: str, painting: Path) -> None:
    page = opened(tab)
    panel = page.locator(f"#panel-{tab}")
    if tab in ("stylise", "paint", "enlarge"):
        panel.locator("[data-sample=coffee]").click()
    if tab == "stylise":
        page.get_by_label("Blend two").first.check()
        for title in ("Starry Night", "Scream"):
            panel.locator(f".tile:has-text('{title}')").click()
        panel.locator(".compare").wait_for()
    elif tab == "paint":
        panel.locator(".wall-frame input[type=file]").set_input_files(painting)
    elif tab == "grow":
        for place in (0, 1):
            panel.locator(".grown:enabled").nth(15).wait_for()
            panel.locator(".grown").nth(place).click()
        panel.locator(".walk code:has-text('--seeds')").wait_for()
    elif tab == "enlarge":
        hands.turn(panel, "scale", "2")
        panel.get_by_role("button", name="Enlarge", exact=True).click()
        panel.locator(".compare").wait_for()
    more = panel.locator("details summary")
    if more.count():
        more.click()
    if tab == "stylise":
        panel.get_by_label("Layout size pixels").wait_for()
    snapshot = page.locator("body").aria_snapshot()
    assert f'tab "{tab.capitalize()}" [selected]' in snapshot
    assert snapshot.count("- heading") >= 3
    assert nameless(page) == []


def test_how_far_a_job_is_can_be_heard(opened: Open, hands: Any, picture: Path) -> None:
    page = opened("stylise")
    panel, said = page.locator("#panel-stylise"), heard(page)
    hands.turn(panel, "size", "2400")
    hands.choose(panel, picture)
    panel.locator(".tile:has-text('Starry Night')").click()
    panel.locator(".compare").wait_for()
    assert re.search(r"\d+ percent: Painting", " ".join(said()))
    assert said()[-1] == "breakfast.jpg is painted in the style of The Starry Night."
    assert len(said()) <= 6  # not at each change

    voice = page.locator("#voice")
    assert voice.get_attribute("role") == "alert"
    hands.turn(panel, "layout_size", "1")
    voice.get_by_text("Layout size must be at least 64.").wait_for()


def test_runs_are_heard_by_name(opened: Open, hands: Any) -> None:
    page = opened("train")
    panel, said = page.locator("#panel-train"), heard(page)
    for name, value in (("minutes", "0.05"), ("size", "16"), ("batch_size", "8")):
        hands.turn(panel, name, value)
    panel.get_by_role("button", name="Train", exact=True).click()
    card = panel.get_by_role("article", name="Blots 1")
    card.get_by_text("Export the generator").wait_for()
    assert [each for each in said() if each.startswith("Blots")]
    assert said()[-1] == "Blots 1: Done."
    assert nameless(page) == []

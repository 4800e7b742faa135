"""The page on a phone, a desk and a wall, by day and night, by keyboard and for screen readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TABS = ("stylise", "paint", "grow", "enlarge", "train")
SHOT = {(390, "dark", "stylise"), *((1280, "light", tab) for tab in ("stylise", "grow", "enlarge"))}
LOOKS = [*((width, scheme) for width in (390, 1280, 2560) for scheme in ("light", "dark"))]
LOOKS.append((640, "light"))  # a window of 1280 by 900, at twice the size
MOVING = """[...document.querySelectorAll("*")].filter((it) => {
    const { transitionDuration, animationName } = getComputedStyle(it);
    return animationName !== "none" || /[1-9]/.test(transitionDuration);
}).length"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Open = Callable[..., Any]
Shoot = Callable[[Any, str], None]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_fits_and_is_accessible(opened: Open, shoot: Shoot, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened("stylise", width, scheme)
    panel = page.locator("#panel-stylise")
    panel.locator("[data-sample=chelsea]").click()
    panel.locator(".tile:has-text('Olive Trees')").click()
    panel.locator(".compare").wait_for()
    least = min(width, 420) - 40
    assert panel.locator(".compare").bounding_box()["width"] >= least
    for tab in TABS:
        page.locator(f"#tab-{tab}").click()
        if tab == "grow":
            for place in (1, 4, 7, 12):
                page.locator(".grown:enabled").nth(15).wait_for()
                page.locator(".grown").nth(place).click()
            page.locator(".walk code:has-text('--seeds')").wait_for()
        if tab == "enlarge":
            page.locator("#panel-enlarge [data-sample=coffee]").click()
            page.locator("#panel-enlarge .knobs > button").click()
            page.locator("#panel-enlarge .compare").wait_for()
        more = page.locator("details summary:visible")
        if more.count():
            more.first.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab
        found = axe.run(page, options={"runOnly": RULES}).response["violations"]
        assert not [(each["id"], each["nodes"][0]["target"]) for each in found], tab
        if more.count():
            more.first.click()
        if (width, scheme, tab) in SHOT:
            page.evaluate("scrollTo(0, 0)")
            shoot(page, f"{tab}-dark" if scheme == "dark" else tab)


def test_tabs_go_by_keyboard(opened: Open) -> None:
    page = opened("stylise")
    page.locator("#tab-stylise").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-paint").is_visible() and page.url.endswith("#paint")
    page.keyboard.press("End")
    assert page.locator("#panel-train").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-stylise").is_visible()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_those_who_ask_for_that(opened: Open, motion: str) -> None:
    page = opened("stylise", motion=motion)
    panel = page.locator("#panel-stylise")
    page.context.set_offline(True)
    panel.locator("[data-sample=chelsea]").click()
    panel.locator(".tile:has-text('Olive Trees')").click()
    panel.locator(".bar-track.is-unknown").wait_for()
    assert bool(page.evaluate(MOVING)) == (motion == "no-preference")
    page.context.set_offline(False)
    panel.locator(".compare").wait_for()


def test_a_choice_can_be_read_while_the_pointer_is_over_it(opened: Open) -> None:
    page = opened("stylise")
    chosen = page.locator("#panel-stylise [data-knob=colors] :checked + span")
    colours = "it => [getComputedStyle(it).color, getComputedStyle(it).backgroundColor]"
    before = chosen.evaluate(colours)
    chosen.hover(force=True)  # what takes the pointer is an input over it, that is not seen
    assert chosen.evaluate(colours) == before

"""The page on a phone, a desk and a wall, by day and night, by keyboard and for screen readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TABS = ("stylise", "paint", "grow", "enlarge", "train")
SHOT = {(390, "dark", "stylise"), *((1280, "light", tab) for tab in ("stylise", "grow", "enlarge"))}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Open = Callable[..., Any]
Shoot = Callable[[Any, str], None]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 2560])
def test_it_fits_and_is_accessible(opened: Open, shoot: Shoot, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened("stylise", width, scheme)
    panel = page.locator("#panel-stylise")
    panel.locator("[data-sample=chelsea]").click()
    panel.locator(".tile:has-text('Olive Trees')").click()
    panel.locator(".compare").wait_for()
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

"""Walking over a plane of grown pictures, and what is kept while other knobs are turned."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytestmark = pytest.mark.slow

PICKED = (0, 5, 7, 9)

Open = Callable[..., Any]


@pytest.fixture(params=[1280, 2560])
def page(opened: Open, request: pytest.FixtureRequest) -> Any:
    """A plane between four pictures, in the middle of which we are."""
    page = opened("grow", request.param)
    panel = page.locator("#panel-grow")
    panel.locator(".grown:enabled").nth(15).wait_for()
    for place in PICKED:
        panel.locator(".grown").nth(place).click()
    panel.locator(".walk code:has-text('--seeds 0,5,7,9')").wait_for()
    return page


def place(page: Any) -> tuple[float, float]:
    """Where on the plane we are."""
    return tuple(
        float(page.locator(".walk").get_by_label(way).input_value()) for way in ("Across", "Down")
    )


def test_what_is_liked_stays_while_it_is_saved(page: Any, hands: Any) -> None:
    walk = page.locator(".walk")
    plane = walk.locator(".walk-shown")
    plane.hover(position={"x": 60, "y": 150})
    assert place(page) == (0.5, 0.5)  # only what is held moves

    hands.hold(page, plane, 60, 150)
    box = walk.locator(".walk-corner.at-0").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)  # under the thumbnail in the corner
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.up()
    assert place(page) == (0, 0)
    walk.get_by_text("--weights 1,0,0,0").wait_for()
    said = walk.locator("code").inner_text()
    walk.locator(".save a").hover()
    page.wait_for_timeout(500)
    assert place(page) == (0, 0) and walk.locator("code").inner_text() == said

    walk.locator(".walk-corner.at-3").click()
    walk.get_by_text("--weights 0,0,0,1").wait_for()


def test_truncation_leaves_the_walk_where_it_is(page: Any, hands: Any) -> None:
    panel = page.locator("#panel-grow")
    walk = panel.locator(".walk")
    walk.get_by_label("Across").fill("0.25")
    walk.get_by_text("0.375,0.125,0.375,0.125").wait_for()
    hands.turn(panel, "truncation_psi", "0.5")
    walk.get_by_text("--truncation 0.5 --seeds 0,5,7,9").wait_for()
    assert place(page) == (0.25, 0.5)
    panel.locator(".grown:enabled").nth(15).wait_for()
    marks = [panel.locator(".grown .order").nth(seed).inner_text() for seed in PICKED]
    assert marks == ["1", "2", "3", "4"]
    panel.locator(".grown").nth(9).click()
    assert not walk.is_visible()  # three are no plane


def test_the_sheet_is_saved(page: Any, hands: Any) -> None:
    panel = page.locator("#panel-grow")
    with page.expect_download() as download:
        panel.get_by_role("button", name="Save the sheet").click()
    sheet = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert sheet.format == "PNG" and min(sheet.size) >= 4 * 64
    panel.locator(".grown-left code:has-text('zeuxis gan sample flowers -n 16')").wait_for()
    assert panel.locator(".walk").is_visible()

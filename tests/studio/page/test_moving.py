"""Moving about the page: by address, by Back, by keyboard alone, and away from what takes too long."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytestmark = pytest.mark.slow

TABS = ("stylise", "paint", "grow", "enlarge", "train")
MOST_STOPS = 60  # of the key Tab, from one control to another

Open = Callable[..., Any]


def shown(page: Any) -> list[str]:
    return [tab for tab in TABS if page.locator(f"#panel-{tab}").is_visible()]


def walk_to(page: Any, wanted: Any) -> None:
    """Press Tab until something has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by keyboard")


def test_back_leads_to_the_tab_before(opened: Open) -> None:
    page = opened("stylise")
    for tab in ("grow", "enlarge", "enlarge"):
        page.locator(f"#tab-{tab}").click()
    assert shown(page) == ["enlarge"] and page.title().startswith("Enlarge")
    for tab in ("grow", "stylise"):
        page.go_back()
        page.locator(f"#panel-{tab}").wait_for()
        assert shown(page) == [tab] and page.url.endswith(f"#{tab}")
    page.go_forward()
    page.locator("#panel-grow").wait_for()
    assert page.locator("#tab-grow").get_attribute("aria-selected") == "true"

    page.evaluate("location.hash = 'train'")
    page.locator("#panel-train").wait_for()
    page.evaluate("location.hash = 'nonsense'")
    page.wait_for_url("**#train")
    assert shown(page) == ["train"]


@pytest.mark.parametrize("tab", ["", "#nonsense"])
def test_an_address_of_no_tab_opens_the_first(opened: Open, url: str, tab: str) -> None:
    page = opened("enlarge", at=url)
    page.goto("about:blank")
    page.goto(f"{url}{tab}")
    page.locator("#foot p").wait_for()
    assert shown(page) == ["stylise"] and page.url.endswith("#stylise")


def test_the_link_past_the_tabs_stays_in_the_tab(opened: Open) -> None:
    page = opened("enlarge")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#enlarge")
    assert shown(page) == ["enlarge"]
    assert page.evaluate("document.activeElement.id") == "main"


def test_nothing_is_lost_by_the_name_of_the_page(opened: Open, hands: Any, picture: Path) -> None:
    page = opened("stylise")
    hands.choose(page.locator("#panel-stylise"), picture)
    page.locator("#tab-train").click()
    page.locator(".brand").click()
    page.locator("#panel-stylise .photo.is-filled").wait_for()
    assert shown(page) == ["stylise"]


def test_from_photo_to_saved_picture_by_keyboard(opened: Open) -> None:
    page = opened("stylise")
    panel, press = page.locator("#panel-stylise"), page.keyboard.press
    walk_to(page, panel.locator("[data-sample=coffee]"))
    press("Space")
    walk_to(page, panel.locator(".tile:has-text('Starry Night')"))
    press("Enter")
    panel.locator(".command code:has-text('starry-night')").wait_for()
    walk_to(page, panel.locator(".compare input"))
    press("ArrowLeft")
    assert panel.locator(".compare").evaluate("it => it.style.getPropertyValue('--at')") == "49%"
    walk_to(page, panel.locator(".save :checked"))  # PNG; Save is before it
    press("ArrowRight")
    press("Shift+Tab")
    with page.expect_download() as download:
        press("Enter")
    image = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert image.format == "JPEG" and image.size == (480, 320)
    walk_to(page, panel.locator("[data-knob=strength] input"))
    press("ArrowLeft")
    panel.locator(".command code:has-text('--strength 0.99')").wait_for()


def test_a_painting_is_stopped_while_it_is_painted(
    opened: Open, hands: Any, picture: Path, url: str
) -> None:
    page = opened("stylise")
    panel = page.locator("#panel-stylise")
    hands.turn(panel, "size", "6000")
    hands.choose(panel, picture)
    panel.locator(".tile:has-text('Starry Night')").click()
    bar = panel.locator(".bar")
    bar.get_by_text("Painting").wait_for()
    assert page.request.get(f"{url}healthz").json()["running"]
    bar.get_by_role("button", name="Stop").click()
    bar.get_by_text("Stopped").wait_for()
    assert not bar.get_by_role("button").is_visible()
    for _ in range(40):
        if not page.request.get(f"{url}v1/jobs").json():
            break
        page.wait_for_timeout(250)
    assert page.request.get(f"{url}v1/jobs").json() == []
    assert not panel.locator(".compare").is_visible()

    hands.turn(panel, "size", "")
    panel.locator(".compare").wait_for()
    assert not bar.is_visible()
    assert hands.saved(page, panel, "PNG").size == (144, 96)


def test_on_a_phone_the_work_that_was_begun_is_in_sight(opened: Open) -> None:
    page = opened("enlarge", 390)
    panel = page.locator("#panel-enlarge")
    panel.locator("[data-sample=coffee]").click()
    begin = panel.get_by_role("button", name="Enlarge", exact=True)
    begin.evaluate("it => it.scrollIntoView({ block: 'end' })")
    begin.click()
    bar = panel.locator(".bar").bounding_box()
    assert bar["y"] >= 0 and bar["y"] + bar["height"] <= page.viewport_size["height"]
    panel.locator(".compare").wait_for()
    assert panel.locator(".compare").evaluate("it => it.getBoundingClientRect().top < innerHeight")


def test_on_a_phone_the_first_painting_is_in_sight(opened: Open, hands: Any) -> None:
    page = opened("stylise", 390)
    panel = page.locator("#panel-stylise")
    panel.locator("[data-sample=coffee]").click()
    panel.locator(".tile:has-text('Starry Night')").click()
    compare = panel.locator(".compare")
    compare.wait_for()
    hands.wait_in_sight(page, compare)

    hands.turn(panel, "strength", "0.5")  # who turns a knob stays there
    before = page.evaluate("scrollY")
    panel.locator(".command code:has-text('--strength 0.5')").wait_for()
    assert page.evaluate("scrollY") == before


def test_the_slider_between_two_styles_is_in_sight(opened: Open, hands: Any) -> None:
    page = opened("stylise")
    panel = page.locator("#panel-stylise")
    panel.locator("[data-sample=coffee]").click()
    page.get_by_label("Blend two").first.check()
    for title in ("Great Wave", "Woman with a Hat"):
        panel.locator(f".tile:has-text('{title}')").click()
    slider = panel.locator(".between input")
    assert page.evaluate("scrollY") > 0
    hands.wait_in_sight(page, slider)
    assert slider.evaluate(
        "it => { const { x, y } = it.getBoundingClientRect();"
        " return document.elementFromPoint(x + 5, y + 5) === it; }"
    )


def test_each_tab_keeps_its_place(opened: Open) -> None:
    page = opened("stylise")

    def go(tab: str) -> None:
        box = page.locator(f"#tab-{tab}").bounding_box()
        page.mouse.click(box["x"] + 5, box["y"] + 5)  # a locator's click would scroll first
        page.locator(f"#panel-{tab}").wait_for()

    page.evaluate("scrollTo(0, 300)")
    go("train")
    assert page.evaluate("scrollY") == 0
    go("stylise")
    assert page.evaluate("scrollY") == 300
    page.go_back()
    page.locator("#panel-train").wait_for()
    assert page.evaluate("scrollY") == 0


def test_what_begins_the_work_is_in_sight_on_a_desk(opened: Open, hands: Any) -> None:
    page = opened("enlarge")
    begin = page.locator("#panel-enlarge").get_by_role("button", name="Enlarge", exact=True)
    hands.wait_in_sight(page, begin)

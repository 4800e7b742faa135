"""The page as people use it: every tab, from file to saved result."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from PIL import Image, ImageChops

pytestmark = pytest.mark.slow

Open = Callable[..., Any]


def test_stylise(opened: Open, hands: Any, picture: Path, painting: Path) -> None:
    page = opened("stylise")
    panel = page.locator("#panel-stylise")
    hands.choose(panel, picture)
    panel.locator(".tile:has-text('Starry Night')").click()
    compare = panel.locator(".compare")
    compare.wait_for()
    assert hands.saved(page, panel, "WebP").size == (144, 96)

    line = compare.locator("input")
    line.focus()
    line.press("ArrowRight")
    assert compare.evaluate("it => it.style.getPropertyValue('--at')") == "51%"

    code = panel.locator(".command code")
    page.get_by_label("Blend two").first.check()
    panel.locator(".tile:has-text('Scream')").click()
    panel.locator(".between input").fill("0.25")
    code.get_by_text("--style starry-night:0.75 --style the-scream:0.25").wait_for()
    panel.locator("[data-knob=strength] input").fill("0.5")
    code.get_by_text("--strength 0.5").wait_for()
    page.get_by_label("Blend two").first.uncheck()
    panel.locator(".wall-frame input[type=file]").set_input_files(painting)
    code.get_by_text("--style texture.png").wait_for()
    assert hands.saved(page, panel, "JPEG").size == (144, 96)

    panel.get_by_role("button", name="Enlarge it").click()
    page.locator("#panel-enlarge .photo.is-filled").wait_for()


def test_what_goes_wrong_is_said_and_nothing_is_lost(
    opened: Open, hands: Any, picture: Path
) -> None:
    page = opened("stylise")
    panel, voice = page.locator("#panel-stylise"), page.locator("#voice")
    panel.locator(".tile:has-text('Water Lilies')").click()
    note = {"name": "note.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    panel.locator(".photo input[type=file]").set_input_files(note)
    voice.get_by_text("note.jpg").wait_for()
    hands.choose(panel, picture)
    code = panel.locator(".command code")
    code.get_by_text("water-lilies").wait_for()
    assert voice.inner_text() == ""
    hands.turn(panel, "layout_size", "1")
    voice.get_by_text("Layout size must be at least 64.").wait_for()
    hands.turn(panel, "layout_size", "")

    page.context.set_offline(True)
    panel.locator(".tile:has-text('Straw Hat')").click()
    page.locator("#connection").get_by_text("trying again").wait_for()
    page.context.set_offline(False)
    code.get_by_text("straw-hat").wait_for()
    assert page.locator("#connection").inner_text() == ""


def test_paint(opened: Open, hands: Any, picture: Path, painting: Path) -> None:
    page = opened("stylise")
    panel = page.locator("#panel-stylise")
    hands.choose(panel, picture)
    panel.locator(".wall-frame input[type=file]").set_input_files(painting)
    panel.get_by_role("button", name="Paint it slowly").click()
    panel = page.locator("#panel-paint")
    hands.turn(panel, "size", "96")
    hands.turn(panel, "iterations", "5000")
    panel.get_by_role("button", name="Paint", exact=True).click()
    panel.locator(".empty").get_by_text("It is being painted").wait_for()
    panel.locator(".shown").wait_for()
    panel.locator(".plot svg").wait_for()
    assert re.fullmatch(r"step 1\s+step \d+", panel.locator(".plot .ends").inner_text())
    assert re.fullmatch(r"[\d.]+\s+[\d.]+", panel.locator(".plot .heights").inner_text())
    stop = panel.get_by_role("button", name="Stop, and keep it")
    held: list[Any] = []
    page.route("**/cancel", lambda route: held.append(route))  # so that it takes long
    stop.click()
    assert panel.locator(".bar-text").inner_text() == "Stopping …" and stop.is_disabled()
    page.wait_for_timeout(1500)  # news of the job goes on coming
    assert panel.locator(".bar-text").inner_text() == "Stopping …" and stop.is_disabled()
    held[0].continue_()
    panel.locator(".compare").wait_for()
    assert hands.saved(page, panel, "PNG").size == (96, 64)
    panel.get_by_text("Stopped, and kept").wait_for()
    page.reload()
    panel.locator(".compare").wait_for()  # what was painted last is still there
    names = [panel.locator(".photo-name").inner_text(), panel.locator(".tile-title").inner_text()]
    assert names == ["breakfast.jpg", "texture.png"]  # and so is what it was painted of
    assert panel.locator(".compare-before").is_visible()
    assert "zeuxis paint breakfast.jpg" in panel.locator(".command code").inner_text()


def test_enlarge(opened: Open, hands: Any, picture: Path) -> None:
    page = opened("enlarge")
    panel = page.locator("#panel-enlarge")
    hands.choose(panel, picture)
    hands.turn(panel, "scale", "2")
    panel.get_by_role("button", name="Enlarge", exact=True).click()
    panel.locator(".compare").wait_for()
    assert hands.saved(page, panel, "PNG").size == (288, 192)
    spot, lenses = panel.locator(".spot"), panel.locator(".lenses")
    before = spot.bounding_box()
    lenses.focus()
    lenses.press("ArrowRight")
    assert spot.bounding_box()["x"] > before["x"]
    assert panel.locator("canvas").first.evaluate(
        "it => it.getContext('2d').getImageData(9, 9, 1, 1).data[3]"
    )


def test_grow(opened: Open, hands: Any) -> None:
    page = opened("grow")
    panel = page.locator("#panel-grow")
    tiles = panel.locator(".grown:enabled")
    tiles.nth(15).wait_for()
    tiles.nth(0).click()
    assert hands.saved(page, panel.locator(".grown-one"), "PNG").size == (64, 64)
    tiles.nth(2).click()
    walk = panel.locator(".walk")
    walk.get_by_text("--seeds 0,2").wait_for()
    walk.get_by_label("Across").fill("0.2")
    tiles.nth(4).click()
    tiles.nth(6).click()
    walk.get_by_text("--seeds 0,2,4,6").wait_for()

    flying, most = [], 0
    page.on("request", lambda asked: "/v1/blend" in asked.url and flying.append(asked))
    page.on("requestfinished", lambda asked: asked in flying and flying.remove(asked))
    plane = walk.locator(".walk-shown")
    seen = plane.locator("img").get_attribute("src")
    hands.hold(page, plane, 20, 40)
    for place in range(20, 200, 12):
        plane.hover(position={"x": place, "y": 40})
        most = max(most, len(flying))
    page.mouse.up()
    assert most <= 1
    page.wait_for_timeout(1500)
    assert plane.locator("img").get_attribute("src") != seen
    assert hands.saved(page, walk, "WebP").size == (64, 64)

    panel.locator("select").first.select_option("digits")
    panel.get_by_label("Class", exact=True).select_option("7")
    hands.turn(panel, "n", "4")
    panel.locator(".grown[aria-label='Seed 3, 7']:enabled").wait_for()
    assert tiles.count() == 4
    page.locator("#tab-train").click()
    with page.expect_response("**/v1/generators"):
        page.locator("#tab-grow").click()
    page.wait_for_timeout(300)
    assert panel.get_by_label("Class", exact=True).input_value() == "7"


def test_a_walk_goes_from_class_to_class(opened: Open, hands: Any) -> None:
    page = opened("grow")
    panel = page.locator("#panel-grow")
    panel.locator("select").first.select_option("fashion")
    for name in ("Seed 1, trouser", "Seed 8, bag"):
        panel.locator(f".grown[aria-label='{name}']:enabled").click()
    walk = panel.locator(".walk")
    walk.get_by_label("Across").fill("0.25")
    said = "zeuxis gan blend fashion --class trouser,bag --seeds 1,8 --weights 0.75,0.25"
    walk.get_by_text(said, exact=True).wait_for()
    for place in (0, 1):  # at its ends the walk is at the pictures themselves, of both classes
        walk.get_by_label("Across").fill(str(place))
        walk.get_by_text(f"--weights {1 - place},{place}").wait_for()
        end = walk.locator(f".walk-corner.at-{place}").get_attribute("src")
        answer = page.request.get(urljoin(page.url, end))
        corner, shown = Image.open(io.BytesIO(answer.body())), hands.saved(page, walk, "PNG")
        assert ImageChops.difference(corner.convert("L"), shown.convert("L")).getextrema()[1] <= 1

    for name in ("Seed 3, dress", "Seed 9, ankle-boot"):
        panel.locator(f".grown[aria-label='{name}']:enabled").click()
    walk.get_by_text("--class trouser,bag,dress,ankle-boot --seeds 1,8,3,9").wait_for()


def test_train(opened: Open, hands: Any) -> None:
    page = opened("train")
    panel = page.locator("#panel-train")
    for name, value in (("minutes", "5"), ("size", "16"), ("batch_size", "8")):
        hands.turn(panel, name, value)
    hands.turn(panel, "preview_minutes", "0.05")
    panel.get_by_role("button", name="Train", exact=True).click()
    card = panel.locator(".run").first
    card.locator(".plot svg").first.wait_for()
    card.locator(".sheet").wait_for()
    page.reload()  # it goes on, and is found again
    card.get_by_role("button", name="Stop, and keep it").click()
    with page.expect_download() as download:
        card.get_by_text("Export the generator").click()
    assert download.value.suggested_filename == "blots-1.safetensors"

    hands.turn(panel, "minutes", "0.01")
    card.get_by_role("button", name="Go on").click()
    page.locator("#voice").get_by_text("Minutes must be at least 0.05").wait_for()
    hands.turn(panel, "minutes", "")
    card.get_by_role("button", name="Go on").click()
    panel.locator(".run").nth(1).wait_for()
    card.locator(".sheet").wait_for()
    card.get_by_role("button", name="Stop, and keep it").click()
    card.get_by_text("Export the generator").wait_for()
    assert re.search(r"zeuxis gan resume /\S+/blots-1", card.locator(".command code").inner_text())
    card.get_by_role("button", name="Grow with it").click()
    page.locator("#panel-grow .grown:enabled").nth(15).wait_for()
    assert page.locator("#panel-grow select").first.input_value() == "run-blots-1"

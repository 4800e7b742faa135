"""What is too large for a studio: said beforehand, with what fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

LARGEST = 0.1  # megapixels, that a small studio makes

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def small(start: Callable[..., str]) -> str:
    """Where a studio is that makes small pictures only."""
    return start("--max-megapixels", str(LARGEST))


def test_a_scale_that_fits_is_chosen(opened: Open, small: str, hands: Any, picture: Path) -> None:
    page = opened("enlarge", at=small)
    panel, voice = page.locator("#panel-enlarge"), page.locator("#voice")
    scale, forecast = panel.locator("[data-knob=scale] input"), panel.locator(".forecast")
    assert scale.get_attribute("placeholder") == "4"
    hands.choose(panel, picture)
    forecast.get_by_text("144 × 96 pixels become 374 × 250, 0.1 megapixels.").wait_for()
    assert scale.input_value() == "2.6"

    scale.fill("3")
    forecast.get_by_text("a scale of up to 2.6 fits").wait_for()
    panel.get_by_role("button", name="Enlarge", exact=True).click()
    voice.get_by_text("over the 0.1 of this studio: a scale of up to 2.6 fits.").wait_for()
    assert scale.get_attribute("aria-invalid") == "true"
    scale.fill("2")
    assert scale.get_attribute("aria-invalid") == "false"
    panel.get_by_role("button", name="Enlarge", exact=True).click()
    panel.locator(".compare").wait_for()

    scale.fill("")
    hands.choose(panel, picture)  # what was proposed gives way to a size that is asked for
    forecast.get_by_text("374 × 250").wait_for()
    hands.turn(panel, "to", "200x100")
    forecast.get_by_text("become 200 × 100").wait_for()
    assert scale.input_value() == ""


@pytest.mark.parametrize(
    ("size", "said"), [("1000", "the longest side can be 387"), ("wide", "is not a size")]
)
def test_a_size_that_is_refused_is_marked(
    opened: Open, small: str, hands: Any, picture: Path, size: str, said: str
) -> None:
    page = opened("stylise", at=small)
    panel = page.locator("#panel-stylise")
    hands.turn(panel, "size", size)
    hands.choose(panel, picture)
    panel.locator(".tile:has-text('Starry Night')").click()
    page.locator("#voice").get_by_text(said).wait_for()
    field = panel.locator("[data-knob=size] input")
    assert field.get_attribute("aria-invalid") == "true"
    hands.turn(panel, "size", "")
    panel.locator(".compare").wait_for()
    assert field.get_attribute("aria-invalid") == "false"

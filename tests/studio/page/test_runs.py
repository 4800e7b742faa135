"""Several runs of training, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Open = Callable[..., Any]


def test_two_runs_go_on_side_by_side(opened: Open, hands: Any, url: str) -> None:
    page = opened("train")
    panel = page.locator("#panel-train")
    for name, value in (("minutes", "5"), ("size", "16"), ("batch_size", "8")):
        hands.turn(panel, name, value)
    hands.turn(panel, "preview_minutes", "0.05")
    begin = panel.get_by_role("button", name="Train", exact=True)
    for count in (1, 2):
        begin.click()
        panel.locator(".run").nth(count - 1).wait_for()
    cards = [panel.get_by_role("article", name=f"Blots {number}") for number in (1, 2)]
    rows = [panel.locator(f".earlier li:has-text('Blots {number}')") for number in (1, 2)]
    for card, row in zip(cards, rows, strict=True):
        card.locator(".sheet").wait_for()
        card.locator(".plot svg").first.wait_for()
        row.get_by_text("At it now").wait_for()
        assert row.get_by_role("button", name="Go on").count() == 0
    jobs = [run["job"] for run in page.request.get(f"{url}v1/runs").json()]
    assert all(jobs) and jobs[0] != jobs[1]

    cards[0].get_by_role("button", name="Stop, and keep it").click()
    cards[0].get_by_text("Export the generator").wait_for()
    rows[0].get_by_role("button", name="Go on with blots-1").wait_for()
    assert rows[1].get_by_text("At it now").is_visible()
    step = "it => Number(it.querySelector('.bar-text').textContent.match(/[Ss]tep (\\d+)/)[1])"
    before = cards[1].evaluate(step)
    for _ in range(40):
        page.wait_for_timeout(500)
        if cards[1].evaluate(step) > before:
            break
    assert cards[1].evaluate(step) > before

    cards[1].get_by_role("button", name="Stop, and keep it").click()
    rows[1].get_by_role("button", name="Go on").wait_for()
    assert not any(run["job"] for run in page.request.get(f"{url}v1/runs").json())
    cards[0].get_by_role("button", name="Put away").click()
    cards[0].wait_for(state="detached")
    assert rows[0].is_visible() and cards[1].is_visible()


def test_a_run_of_another_browser_is_watched_and_stopped(opened: Open, hands: Any) -> None:
    page = opened("train")
    panel = page.locator("#panel-train")
    panel.locator("select").first.select_option("blots/my photos")
    for name, value in (("minutes", "5"), ("size", "16"), ("preview_minutes", "0.05")):
        hands.turn(panel, name, value)
    panel.get_by_role("button", name="Train", exact=True).click()
    panel.get_by_role("article", name="My photos 1").locator(".sheet").wait_for()

    other = opened("train")
    panel = other.locator("#panel-train")
    assert not panel.get_by_text("No run yet").is_visible()
    panel.get_by_role("button", name="Watch my-photos-1").click()
    card = panel.get_by_role("article", name="My photos 1")
    card.locator(".sheet").wait_for()
    panel.locator(".earlier li:has-text('My photos 1')").get_by_text("At it now").wait_for()
    card.get_by_role("button", name="Stop, and keep it").click()
    card.get_by_text("Export the generator").wait_for()
    card.get_by_role("button", name="Put away").click()
    card.wait_for(state="detached")
    other.close()
    page.get_by_role("article", name="My photos 1").get_by_text("Export").wait_for()
    jobs = page.request.get(page.url.partition("#")[0] + "v1/jobs").json()
    assert "my-photos-1" in [job["run"] for job in jobs]  # whose it is still has it

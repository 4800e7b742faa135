"""A browser, and a studio with all that comes with Zeuxis, for the tests that drive the page.

With ZEUXIS_SCREENSHOTS set to a folder, pictures of the tabs are saved there, as docs/studio.md has them.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HEIGHTS = {390: 844, 1280: 900, 2560: 1440}  # of a window, by its width
PATIENCE = 40_000  # milliseconds
SCREENSHOTS = os.environ.get("ZEUXIS_SCREENSHOTS")

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to train on."""
    folder = tmp_path_factory.mktemp("roots") / "blots"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(48):
        pixels = np.full((32, 32, 3), 230, np.uint8)
        top, left = random.integers(2, 16, 2)
        pixels[top : top + 12, left : left + 12] = random.integers(0, 160, 3)
        Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def url(browser: Any, tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Iterator[str]:
    """A studio with all that comes with Zeuxis, in a process of its own."""
    words = [
        "-c",
        "from zeuxis.cli.main import main; main()",
        "studio",
        "--no-browser",
        "--port",
        "0",
    ]
    words += ["--state", str(tmp_path_factory.mktemp("state")), "--root", str(pictures)]
    server = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    found = re.search(r"http://\S+?/", server.stdout.readline())
    assert found
    yield found.group()
    server.terminate()
    server.communicate(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any, url: str) -> Iterator[Open]:
    """Opens a tab; whatever goes wrong in a script fails the test."""
    contexts, wrong = [], []

    def opened(tab: str, width: int = 1280, scheme: str = "light") -> Any:
        size = {"width": width, "height": HEIGHTS[width]}
        context = browser.new_context(
            viewport=size, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
        page.goto(f"{url}#{tab}")
        page.locator("#foot p").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture(scope="session")
def shoot() -> Callable[[Any, str], None]:
    """Saves a picture of the page, if pictures are wanted."""

    def shoot(page: Any, name: str) -> None:
        if SCREENSHOTS:
            page.wait_for_timeout(700)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            shot.save(Path(SCREENSHOTS) / f"studio-{name}.webp", quality=85, method=6)

    return shoot

"""A browser, and a studio with all that comes with Zeuxis, for the tests that drive the page.

With ZEUXIS_SCREENSHOTS set to a folder, pictures of the tabs whose work takes seconds are saved there, as
docs/studio.md has them. Those of Paint and Train are taken by hand, when there is something to see.
"""

from __future__ import annotations

import base64
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
HEIGHTS = {390: 844, 640: 450, 1280: 900, 2560: 1440}  # of a window, by its width
OURS = re.compile(r"http://127\.0\.0\.1:|blob:|data:")  # addresses that the page may ask
PATIENCE = 90_000  # milliseconds; a busy machine is slow to train
SCREENSHOTS = os.environ.get("ZEUXIS_SCREENSHOTS")
STUDIO = [sys.executable, "-c", "from zeuxis.cli.main import main; main()", "studio"]
IN_SIGHT = """it => {
    const box = it.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight;
}"""
PARCEL = """files => {
    const parcel = new DataTransfer();
    for (const { name, kind, text } of files) {
        const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
        parcel.items.add(new File([bytes], name, { type: kind }));
    }
    return parcel;
}"""

Open = Callable[..., Any]


class Hands:
    """What people do on the page."""

    @staticmethod
    def choose(panel: Any, path: Path) -> None:
        """Choose a photo from the device."""
        panel.locator(".photo input[type=file]").set_input_files(path)

    @staticmethod
    def turn(panel: Any, name: str, value: str) -> None:
        """Turn a knob that is typed or slid."""
        knob = panel.locator(f"[data-knob={name}] input")
        if not knob.is_visible():
            panel.locator("details summary").click()
        knob.fill(value)

    @staticmethod
    def wait_in_sight(page: Any, wanted: Any) -> None:
        """Wait until all of something is in the window."""
        page.wait_for_function(IN_SIGHT, arg=wanted.element_handle())

    @staticmethod
    def hold(page: Any, place: Any, x: float, y: float) -> None:
        """Press the mouse at a spot of something, and keep it pressed."""
        place.hover(position={"x": x, "y": y})
        page.mouse.down()

    @staticmethod
    def saved(page: Any, panel: Any, format: str) -> Image.Image:
        """What is saved as a format."""
        panel.locator(f".save:visible label:has-text('{format}')").click()
        with page.expect_download() as download:
            panel.locator(".save:visible a").click()
        image = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
        assert image.format == format.upper()
        return image

    @staticmethod
    def parcel(page: Any, *paths: Path) -> Any:
        """Files as they are dropped and pasted."""
        kinds = {".jpg": "image/jpeg", ".png": "image/png"}
        files = [
            {
                "name": path.name,
                "kind": kinds.get(path.suffix, "text/plain"),
                "text": base64.b64encode(path.read_bytes()).decode(),
            }
            for path in paths
        ]
        return page.evaluate_handle(PARCEL, files)


@pytest.fixture(scope="session")
def hands() -> type[Hands]:
    return Hands


@pytest.fixture
def picture(photo: np.ndarray, tmp_path: Path) -> Path:
    path = tmp_path / "breakfast.jpg"
    Image.fromarray((photo * 255).astype(np.uint8)).save(path)
    return path


@pytest.fixture
def painting(texture: np.ndarray, tmp_path: Path) -> Path:
    path = tmp_path / "texture.png"
    Image.fromarray((texture * 255).astype(np.uint8)).save(path)
    return path


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
    shutil.copytree(folder, folder / "my photos", ignore=shutil.ignore_patterns("my photos"))
    return folder


@pytest.fixture(scope="module")
def start(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Starts studios with all that comes with Zeuxis, each in a process of its own."""
    servers = []

    def start(*words: str) -> str:
        state = ["--state", str(tmp_path_factory.mktemp("state"))]
        command = [*STUDIO, "--no-browser", "--port", "0", *state, *words]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        servers.append(server)
        assert server.stdout is not None
        found = re.search(r"http://\S+?:(\d+)/", server.stdout.readline())
        assert found
        return f"http://127.0.0.1:{found[1]}/"

    yield start
    for server in servers:
        server.terminate()
    for server in servers:
        server.communicate(timeout=60)


@pytest.fixture(scope="module")
def url(start: Callable[..., str], pictures: Path) -> str:
    """The studio that the tests of a file share."""
    return start("--root", str(pictures))


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
def window(browser: Any) -> Iterator[Open]:
    """Opens an empty window; what goes wrong in a script, or asks another server, fails the test."""
    contexts, wrong = [], []

    def window(width: int = 1280, scheme: str = "light", motion: str = "reduce") -> Any:
        size = {"width": width, "height": HEIGHTS[width]}
        context = browser.new_context(
            viewport=size, color_scheme=scheme, reduced_motion=motion, locale="en-GB"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
        page.on("request", lambda asked: OURS.match(asked.url) or wrong.append(asked.url))
        return page

    yield window
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture
def opened(window: Open, url: str) -> Open:
    """Opens a tab, in a window of its own."""

    def opened(tab: str, *looks: Any, at: str = url, **more: Any) -> Any:
        page = window(*looks, **more)
        page.goto(f"{at}#{tab}")
        page.locator("#foot p").wait_for()
        return page

    return opened


@pytest.fixture(scope="session")
def shoot() -> Callable[[Any, str], None]:
    """Saves a picture of the page, if pictures are wanted."""

    def shoot(page: Any, name: str) -> None:
        if SCREENSHOTS:
            page.wait_for_timeout(700)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            shot.save(Path(SCREENSHOTS) / f"studio-{name}.webp", quality=85, method=6)

    return shoot

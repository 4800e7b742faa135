"""What the README and the docs show is run: Python blocks, and `$ zeuxis` lines of console blocks.

A page is one session: its blocks share a namespace and a folder that holds `photo.jpg` and
`painting.jpg`. A block below `<!-- not run: reason -->` is left out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data

from zeuxis.cli.main import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(
    r"(?P<skip><!-- not run: \S[^>]*-->\s*\n)?"
    r"^(?P<indent> *)```(?P<language>python|console)[^\n]*\n(?P<body>.*?)^(?P=indent)```\s*$",
    re.MULTILINE | re.DOTALL,
)
SIDE = 96


class Block(NamedTuple):
    line: int
    language: str
    body: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page that are to be run, in order."""
    for match in FENCE.finditer(text):
        if not match["skip"]:
            indent = len(match["indent"])
            body = "".join(x[indent:] for x in match["body"].splitlines(keepends=True))
            yield Block(text.count("\n", 0, match.start("body")) + 1, match["language"], body)


def commands(body: str) -> list[list[str]]:
    """The arguments of the `$ zeuxis` lines of a console block, continued lines joined."""
    lines = body.replace("\\\n", " ").splitlines()
    return [shlex.split(line)[2:] for line in lines if re.match(r"\$ zeuxis\b", line)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a small photograph and a small painting."""
    pictures = {"photo.jpg": data.astronaut(), "painting.jpg": data.immunohistochemistry()}
    for name, pixels in pictures.items():
        Image.fromarray(np.asarray(pixels)).resize((SIDE, SIDE)).save(tmp_path / name, quality=95)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    return tmp_path


def run_page(text: str, name: str) -> None:
    """Run the blocks of one page, in one namespace."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(text):
        if block.language == "python":
            padded = "\n" * (block.line - 1) + block.body  # a traceback gives the page's own line
            exec(compile(padded, name, "exec"), namespace)
            continue
        for arguments in commands(block.body):
            result = CliRunner().invoke(main, arguments, catch_exceptions=False)
            shown = f"{name}:{block.line}: zeuxis {shlex.join(arguments)}"
            assert result.exit_code == 0, f"{shown}\n{result.output}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_the_page_shows_runs(page: Path, folder: Path) -> None:
    run_page(page.read_text(), page.name)


LIST = "$ zeuxis weights \\\n  list --json\n[...]\n$ pip install zeuxis\n"


def test_blocks_are_found_and_skipped() -> None:
    text = (
        "# Page\n```python\nx = 1\n```\ntext\n\n<!-- not run: no network -->\n```console\n"
        f"$ zeuxis forge\n```\n\n- item\n\n  ```python\n  y = x\n  ```\n```console\n{LIST}```\n"
        "```text\n$ zeuxis nothing\n```\n"
    )
    first, second, third = blocks(text)
    assert first == Block(3, "python", "x = 1\n")
    assert second.body == "y = x\n"
    assert commands(third.body) == [["weights", "list", "--json"]]


def test_a_page_that_lies_is_caught(folder: Path) -> None:
    run_page("```python\nx = 1\n```\n```python\nassert x == 1\n```\n", "page")
    with pytest.raises(NameError):
        run_page("```python\nx\n```\n", "page")
    with pytest.raises(AssertionError, match="page:2: zeuxis forge"):
        run_page("```console\n$ zeuxis forge\n```\n", "page")

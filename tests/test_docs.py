"""What the README and the docs show is run: Python blocks, and `$ zeuxis` lines of console blocks.

A page is one session: its blocks share a namespace and a folder that holds `photo.jpg` and
`painting.jpg`. A block below `<!-- not run: reason -->` is left out. `$ zeuxis studio ... &` begins a
server that lives as long as the page, on a free port instead of 8765; all `$` lines of a block with
`$ curl` are run by bash, where there is curl, and an answer of 400 or above is a failure.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    monkeypatch.setenv("CURL_HOME", str(tmp_path))
    (tmp_path / ".curlrc").write_text("fail-with-body\nmax-time = 120\n")
    return tmp_path


@contextmanager
def studio(arguments: list[str]) -> Iterator[str]:
    """A server as `zeuxis studio` begins it; its port."""
    options = ["--port", "0", "--state", "state", "--workers", "1"]
    command = [
        sys.executable,
        "-c",
        "from zeuxis.cli.main import main; main()",
        *arguments,
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            found = re.search(r":(\d+)/", said)
            assert found, said
            yield found[1]
        finally:
            process.terminate()


def run_shell(body: str, shown: str) -> None:
    """Run the lines of a block with curl."""
    if shutil.which("curl") is None or shutil.which("bash") is None:
        return
    lines = re.sub(r"^\$ ", "", body.replace("\\\n", " "), flags=re.MULTILINE)
    ran = subprocess.run(["bash", "-ec", lines], capture_output=True, text=True, env=os.environ)
    assert ran.returncode == 0, f"{shown}: {lines}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"


def run_page(text: str, name: str) -> None:
    """Run the blocks of one page, in one namespace."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    with ExitStack() as servers:
        for block in blocks(text):
            run_block(block, name, namespace, servers)


def run_block(block: Block, name: str, namespace: dict[str, object], servers: ExitStack) -> None:
    """Run one of them; `namespace` has the port of a server, if there is one."""
    body = block.body.replace("127.0.0.1:8765", f"127.0.0.1:{namespace.get('port', 8765)}")
    shown = f"{name}:{block.line}"
    if block.language == "python":
        padded = "\n" * (block.line - 1) + body  # a traceback gives the page's own line
        exec(compile(padded, name, "exec"), namespace)
    elif "$ curl" in body:
        run_shell(body, shown)
    else:
        for arguments in commands(body):
            if arguments[-1:] == ["&"]:
                namespace["port"] = servers.enter_context(studio(arguments[:-1]))
                continue
            result = CliRunner().invoke(main, arguments, catch_exceptions=False)
            ran = f"{shown}: zeuxis {shlex.join(arguments)}"
            assert result.exit_code == 0, f"{ran}\n{result.output}"


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
    if shutil.which("curl"):
        with pytest.raises(AssertionError, match="page:2: curl"):
            run_page("```console\n$ curl -s http://127.0.0.1:9/\n$ true\n```\n", "page")

"""`zeuxis styles`: the list and the sheet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis.cli.main import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["styles", *arguments])


def painted(*arguments: str) -> Result:
    """Run it; it must end well."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def test_the_list(folder: Path) -> None:
    text = painted().stdout
    assert all(word in text for word in ("starry-night", "The Starry Night", "Gogh", "1889"))
    listed = json.loads(painted("--json").stdout)
    assert [style["name"] for style in listed] == ["starry-night", "great-wave", "scream"]
    assert listed[0]["title"] == "The Starry Night"


def test_titles_are_whole_where_there_is_no_terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zeuxis.style import gallery
    from zeuxis.style.gallery import Style

    title = "A Long Title " * 12
    known = [Style("long", Path("x"), title=title.strip(), painter="A [red] :cat:")]
    monkeypatch.setattr(gallery, "shipped", lambda: known)
    _, line = painted().stdout.splitlines()
    assert title.strip() in line and "A [red] :cat:" in line


def test_the_list_of_a_file(folder: Path, styles_file: Path) -> None:
    listed = json.loads(painted(str(styles_file), "--json").stdout)
    assert len(listed) == 3
    wrong = run("photo.jpg")
    assert wrong.exit_code == 2 and "photo.jpg is truncated or is not" in wrong.stderr


def test_the_sheet(folder: Path) -> None:
    result = painted("--sheet", "photo.jpg")
    with Image.open("photo-styles.jpg") as sheet:
        assert f"painted photo-styles.jpg ({sheet.width}x{sheet.height})" in result.stderr
    again = run("--sheet", "photo.jpg")
    assert again.exit_code == 2 and "exists already" in again.stderr
    painted("--sheet", "photo.jpg", "-o", "photo-styles.jpg", "--force")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "sheet.jpg"], "say of which photo, with --sheet"),
        (["--sheet", "none.jpg"], "there is no file none.jpg"),
        (["--sheet", "photo.jpg", "-o", "sheet.xyz"], "names no picture format"),
        (["none.safetensors"], "none.safetensors does not exist"),
        (["--sheet", "photo.jpg", "--max-megapixels", "0.001"], "raise --max-megapixels"),
    ],
    ids=str,
)
def test_what_styles_refuses(folder: Path, options: list[str], message: str) -> None:
    result = run(*options)
    assert result.exit_code == 2 and message in result.stderr
    assert result.stderr.count("\n") == 1

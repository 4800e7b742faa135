"""`zeuxis gan sample` and `zeuxis gan export`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis import Generator
from zeuxis.cli.main import main
from zeuxis.gan.samples import Samples


def zeuxis(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["gan", *map(str, arguments)], catch_exceptions=False)


def pixels_of(file: str | Path) -> np.ndarray:
    with Image.open(file) as image:
        return np.asarray(image)


def test_a_sheet(run: Path) -> None:
    done = zeuxis("sample", run, "-n", "12", "--seed", "7", "--truncation", "0.7", "-o", "s.png")
    assert done.exit_code == 0, done.output
    assert "s.png has 12 pictures of 16x16" in done.output
    sheet = Generator.load(run).sample(12, seed=7, truncation_psi=0.7).picture
    assert np.abs(pixels_of("s.png").astype(int) - sheet.bytes).max() <= 1


def test_the_sheet_is_as_wide_as_asked(run: Path) -> None:
    zeuxis("sample", run, "-n", "6", "--columns", "6")
    height, width, _ = pixels_of("sheet.png").shape
    assert width > 5 * height


def test_a_folder_of_files(run: Path) -> None:
    done = zeuxis("sample", run, "-n", "3", "--class", "Hat", "-o", "hats/")
    assert done.exit_code == 0, done.output
    files = sorted(Path("hats").iterdir())
    assert [each.name for each in files] == ["0000.png", "0001.png", "0002.png"]
    wanted = Generator.load(run).sample(3, label="hat").array
    for file, pixels in zip(files, wanted, strict=True):
        assert np.abs(pixels_of(file).astype(int) - pixels).max() <= 1


def test_ctrl_c_leaves_what_is_written(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Generator.load(run).sample(5)

    def parts(*_: object, **__: object) -> Iterator[Samples]:
        yield whole
        raise KeyboardInterrupt

    monkeypatch.setattr(Generator, "parts", parts)
    done = zeuxis("sample", run, "-n", "9999999999", "-o", "made")
    assert done.exit_code == 130 and "made has 5 of 9,999,999,999 pictures" in done.output
    assert sorted(path.name for path in Path("made").iterdir())[-1] == "0004.png"


def test_nothing_is_replaced_unless_forced(run: Path) -> None:
    for output in ("sheet.png", "made"):
        assert zeuxis("sample", run, "-n", "2", "-o", output).exit_code == 0
        again = zeuxis("sample", run, "-n", "2", "-o", output)
        assert again.exit_code == 2 and "exists already" in again.output
        assert zeuxis("sample", run, "-n", "2", "-o", output, "--force").exit_code == 0


def test_quiet_says_nothing(run: Path) -> None:
    done = zeuxis("sample", run, "-n", "2", "--quiet")
    assert done.output == "" and Path("sheet.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--class", "tree"], "knows no class 'tree': choose one of shoe, hat"),
        (["-n", "0"], "there are to be 0 pictures"),
        (["-n", "0", "-o", "made"], "there are to be 0 pictures"),
        (["-n", "9999999999"], "ask for fewer, or give a folder for single files"),
        (["--truncation", "2"], "2 is not between 0 and 1"),
        (["-o", "sheet.txt"], "sheet.txt"),
    ],
)
def test_what_cannot_be_is_a_sentence(run: Path, arguments: list[str], words: str) -> None:
    done = zeuxis("sample", run, *arguments)
    assert done.exit_code == 2 and words in done.output
    assert "Traceback" not in done.output and not list(Path().iterdir())


def test_an_unknown_name(run: Path) -> None:
    done = zeuxis("sample", "tulips")
    assert done.exit_code == 2 and "there is no generator tulips" in done.output


def test_export_for_others_and_for_zeuxis(run: Path) -> None:
    wanted = Generator.load(run).sample(3).array.astype(int)
    for arguments in (["out.onnx"], ["out.safetensors", "--half"]):
        done = zeuxis("export", run, "-o", *arguments)
        assert done.exit_code == 0 and done.output.strip() == arguments[0]
        assert zeuxis("sample", arguments[0], "-n", "1", "--force").exit_code == 0
        assert np.abs(Generator.load(arguments[0]).sample(3).array - wanted).max() <= 1
    again = zeuxis("export", run, "-o", "out.onnx")
    assert again.exit_code == 2 and "exists already" in again.output


def test_sampling_needs_no_torch_and_exporting_says_that_it_does(run: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from zeuxis.cli.main import main\n"
        "main(sys.argv[1:])\n"
    )
    for arguments, status in ((["sample", run, "-n", "2"], 0), (["export", run], 2)):
        command = [sys.executable, "-c", code, "gan", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == status, done.stderr
    assert "this needs torch" in done.stderr

"""`zeuxis compare` and `zeuxis evaluate style`: what they say and print, and what they refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis.cli.main import main
from zeuxis.images import Picture, read, write

RESULTS = ("--content", "photo.png", "--style", "painting.png")


@pytest.fixture
def folder(
    tmp_path: Path, photo: np.ndarray, texture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder to work in: pictures of 36x24 pixels, two in one/ and in two/, and a third that is none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("zeuxis.metrics.style.LONGEST", 36)
    monkeypatch.setattr("zeuxis.metrics.style.STROKES", 24)
    small = Picture.from_array(photo).resized((24, 36))
    darker = Picture(small.pixels * np.float32(0.8))
    named = {"photo": small, "dark": darker, "painting": Picture.from_array(texture)}
    for name in ("one", "two"):
        Path(name).mkdir()
        named |= {f"{name}/a": small, f"{name}/b": darker if name == "one" else small}
    for name, picture in named.items():
        write(picture, f"{name}.png")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_two_pictures(folder: Path) -> None:
    result = run("compare", "photo.png", "dark.png")
    assert result.exit_code == 0 and result.stderr == ""
    heading, numbers = result.stdout.splitlines()
    assert heading.split() == ["A", "B", "PSNR,", "dB", "SSIM", "MS-SSIM", "lpips-vgg16-caffe"]
    *files, psnr, ssim, ms_ssim, lpips = numbers.split()
    assert files == ["photo.png", "dark.png"] and ms_ssim == "-"  # too small for it
    assert 10 < float(psnr) < 30 and 0.5 < float(ssim) < 1 and 0 < float(lpips) < 0.5


def test_json(folder: Path) -> None:
    from zeuxis.metrics.compare import compare
    from zeuxis.metrics.lpips import Lpips

    found = json.loads(run("compare", "photo.png", "dark.png", "--json").stdout)
    expected = compare("photo.png", "dark.png", Lpips()).report()
    assert found["lpips"] == "lpips-vgg16-caffe"
    assert found["pictures"] == [{"A": "photo.png", "B": "dark.png", **expected}]
    assert found["wanted"] == 1 and found["interrupted"] is False
    same = json.loads(run("compare", "photo.png", "photo.png", "--json").stdout)["mean"]
    assert same == {"psnr": None, "ssim": pytest.approx(1), "ms_ssim": None, "lpips": 0}


def test_folders(folder: Path) -> None:
    Path("one/c.png").touch()
    result = run("compare", "one", "two")
    assert result.exit_code == 0
    assert result.stderr == "left out, for there is no other of its name: one/c.png\n"
    _, first, second, mean = (line.split() for line in result.stdout.splitlines())
    assert first[:3] == ["a.png", "a.png", "inf"] and second[0] == "b.png"
    assert float(mean[-1]) == pytest.approx(float(second[-1]) / 2, abs=1e-4)


def test_as_papers_count(folder: Path) -> None:
    from zeuxis.metrics.compare import compare
    from zeuxis.metrics.lpips import Lpips

    arguments = ("compare", "photo.png", "dark.png", "--luma", "--crop", "2")
    heading, _ = run(*arguments).stdout.splitlines()
    assert heading.split()[2:] == ["Y-PSNR,", "dB", "Y-SSIM", "Y-MS-SSIM", "lpips-vgg16-caffe"]
    found = json.loads(run(*arguments, "--json").stdout)
    expected = compare("photo.png", "dark.png", Lpips(), luma=True, crop=2).report()
    assert found["luma"] is True and found["crop"] == 2
    assert found["pictures"][0]["psnr"] == expected["psnr"]
    assert found["mean"]["psnr"] != compare("photo.png", "dark.png", Lpips()).psnr


def test_files_without_colors(folder: Path) -> None:
    """Black is 0 and white is 1 if either file has one channel, and not 16 and 235 of 255."""
    for name, value in (("white", 255), ("black", 0)):
        Image.new("L", (36, 24), value).save(f"{name}.png")
        Image.new("RGB", (36, 24), (value,) * 3).save(f"{name}-rgb.png")

    def psnr(one: str, other: str) -> float:
        found = run("compare", f"{one}.png", f"{other}.png", "--luma", "--json")
        return json.loads(found.stdout)["mean"]["psnr"]

    assert psnr("white", "black") == psnr("white-rgb", "black") == psnr("white", "black-rgb") == 0
    assert psnr("white-rgb", "black-rgb") == pytest.approx(20 * np.log10(255 / 219))


def test_picture_of_the_difference(folder: Path) -> None:
    arguments = ("compare", "photo.png", "dark.png", "--difference", "where.png")
    result = json.loads(run(*arguments, "--json").stdout)
    assert result["difference"] == "where.png" and result["pictures"][0]["gain"] == 2
    assert "gain" not in result["mean"]
    photo, dark, where = (read(name).pixels for name in ("photo.png", "dark.png", "where.png"))
    assert where == pytest.approx(np.clip(0.5 + 2 * (photo - dark), 0, 1), abs=1 / 255)
    again = run(*arguments)
    assert again.exit_code == 2 and again.stderr.startswith("zeuxis: where.png exists already")
    last = run(*arguments, "--force").stdout.splitlines()[-1]
    assert last == "where.png shows where: 1/2 + 2 (A - B), so that grey is none"


def test_a_page_about_pairs(folder: Path) -> None:
    Path("one/<c>.png").write_bytes(b"\x89PNG broken")
    write(read("photo.png"), "two/<c>.png")
    arguments = ("compare", "one", "two", "--crop", "1", "--quiet", "--report", "out/a.html")
    assert run(*arguments).exit_code == 1
    page = Path("out/a.html").read_text(encoding="utf-8")
    for said in (
        "<title>one beside two</title>",
        "2 pictures of A beside B, less a border (1 px); LPIPS is lpips-vgg16-caffe.",
        '<th scope="row">PSNR, dB</th><td>infinite</td>',
        "<li>1 of 3 pictures could not be judged, the first: ",
        "one/&lt;c&gt;.png",
        "A: b.png, 36x24",
        "1/2 + 2 (A - B): grey where they are the same",
        "<dd>zeuxis compare one two --crop 1</dd>",
        "Every pair",
    ):
        assert said in page, said
    assert page.index("<h3>b.png</h3>") < page.index("<h3>a.png</h3>")
    assert page.count("<img") == 6 and "<script" not in page
    again = run(*arguments)
    assert again.exit_code == 2 and "out/a.html exists already; use --force" in again.stderr
    assert run(*arguments, "--force").exit_code == 1
    refused = run("compare", "one", "two", "--report", "a.pdf")
    assert refused.exit_code == 2 and refused.stderr.startswith("zeuxis: a.pdf would be a page")


def test_a_page_about_paintings(folder: Path) -> None:
    arguments = ("evaluate", "style", "one", "--content", "two", "--style", "two")
    result = run(*arguments, "--report", "a.html")
    assert result.exit_code == 0 and result.stderr == "a.html shows them\n"
    page = Path("a.html").read_text(encoding="utf-8")
    for said in (
        "<title>one after two</title>",
        "2 painted photos beside the nearest of 2 paintings; LPIPS is lpips-vgg16-caffe.",
        '<th scope="row">style loss</th>',
        '<th scope="row">ArtFID</th>',
        "ArtFID is of 2 pictures but 768 features",
        "<dt>styles seen by</dt><dd>vgg16 (relu3_3 + relu5_3)</dd>",
        "<dd>zeuxis evaluate style one --content two --style two</dd>",
    ):
        assert said in page, said
    row = page[page.index("<h3>b.png</h3>") :]
    places = [row.index(f"<span>{what}: ") for what in ("photo", "painting", "result")]
    assert places == sorted(places) and page.count("<img") == 6
    assert run(*arguments, "--report", "a.html").exit_code == 2
    alone = ("evaluate", "style", "dark.png", *RESULTS, "--report", "b.html", "--force")
    assert run(*alone).exit_code == 0
    page = Path("b.html").read_text(encoding="utf-8")
    assert "A painted photo beside the painting" in page and "ArtFID" not in page


def test_pictures_of_differences(folder: Path) -> None:
    Path("one/deep").mkdir()
    Path("two/deep").mkdir()
    for name in ("one/deep/c.jpg", "two/deep/c.jpg"):
        write(read("photo.png"), name)
    result = run("compare", "one", "two", "--difference", "out/where")
    assert result.exit_code == 0 and result.stderr == ""
    heading, *rows, mean, _, last = result.stdout.splitlines()
    assert heading.split()[-1] == "gain" and [row.split()[-1] for row in rows] == ["8", "2", "8"]
    assert mean.split()[-1] != "8" and len(mean.split()) == len(rows[0].split()) - 2
    assert last == "out/where shows where: 1/2 + gain (A - B), so that grey is none"
    assert {str(path) for path in Path("out").rglob("*.png")} == {
        "out/where/a.png",
        "out/where/b.png",
        "out/where/deep/c.png",
    }
    assert np.all(read("out/where/a.png").bytes == 128)
    write(read("photo.png"), "one/b.jpg")
    again = run("compare", "one", "two", "--difference", "out/where", "--force")
    assert again.exit_code == 2
    assert again.stderr == (
        "zeuxis: two pictures of one would differ in out/where/b.png: leave one of them\n"
    )


def test_one_of_several_may_fail(folder: Path) -> None:
    Path("two/a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    write(Picture(np.zeros((30, 30, 3), np.float32)), "two/b.png", overwrite=True)
    write(Picture(np.zeros((30, 30, 3), np.float32)), "one/c.png")
    write(Picture(np.zeros((30, 30, 3), np.float32)), "two/c.png")
    result = run("compare", "one", "two")
    assert result.exit_code == 1
    broken, size = result.stderr.splitlines()
    assert broken.startswith("zeuxis: two/a.png is damaged")
    assert size == (
        "zeuxis: one/b.png (36x24) cannot be compared with two/b.png (30x30): "
        "bring them to one size"
    )
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == ["c.png"]


def test_names_are_whole_where_there_is_no_terminal(folder: Path) -> None:
    name = (
        f"{'deep/' * 9}the [bold] bridge of a very long name, seen at dawn from the :sun: side.png"
    )
    for side in ("one", "two"):
        Path(side, name).parent.mkdir(parents=True)
        write(read("photo.png"), Path(side, name))
    lines = run("compare", "one", "two").stdout.splitlines()
    assert len(lines) == 5 and sum(line.count(name) for line in lines) == 2


def test_no_table_of_nothing(folder: Path) -> None:
    for name in ("one/a.png", "one/b.png"):
        write(Picture(np.zeros((30, 30, 3), np.float32)), name, overwrite=True)
    result = run("compare", "one", "photo.png", "--difference", "where")
    assert result.exit_code == 1 and result.stderr.count("cannot be compared") == 2
    assert result.stdout == "" and isinstance(result.exception, SystemExit)
    assert json.loads(run("compare", "one", "photo.png", "--json").stdout)["pictures"] == []
    judged = run("evaluate", "style", "one", *RESULTS[:1], "photo.png", *RESULTS[2:])
    assert judged.exit_code == 1 and judged.stdout == ""
    assert isinstance(judged.exception, SystemExit)


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "photo.png", "dark.png", "--difference", "out.png"],
        ["compare", "photo.png", "dark.png", "--luma"],
        ["evaluate", "style", "dark.png", *RESULTS],
    ],
)
def test_the_largest_picture_to_read(folder: Path, arguments: list[str]) -> None:
    refused = run(*arguments, "--max-megapixels", "0.0008")
    assert refused.exit_code == 2 and refused.stderr.count("\n") == 1
    assert refused.stderr.endswith(
        "over the limit of 0.0008 megapixels; raise --max-megapixels (max_megapixels) if you trust the "
        "file\n"
    )
    assert run(*arguments, "--max-megapixels", "0.01").exit_code == 0


@pytest.mark.parametrize("painting", ["painting.png", "dark.png"])
def test_the_largest_picture_to_judge(folder: Path, painting: str) -> None:
    result = "painting.png" if painting == "dark.png" else "dark.png"
    files = ("evaluate", "style", result, "--content", "photo.png", "--style", painting)
    refused = run(*files, "--max-megapixels", "0.005").stderr
    assert refused.startswith(
        "zeuxis: cannot read painting.png: it has 96x96 pixels, over the limit"
    )


def test_ctrl_c_keeps_what_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zeuxis.metrics import compare as module

    whole = module.compare

    def stopped(first: Path, *rest: object, **how: object) -> object:
        if first.name == "b.png":
            raise KeyboardInterrupt
        return whole(first, *rest, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "compare", stopped)
    result = run("compare", "one", "two")
    assert result.exit_code == 130
    assert result.stderr == "interrupted: this is of 1 of 2 pictures\n"
    assert "a.png" in result.stdout and "b.png" not in result.stdout
    found = json.loads(run("compare", "one", "two", "--json").stdout)
    assert found["wanted"] == 2 and found["interrupted"] is True and len(found["pictures"]) == 1
    assert run("compare", "one", "two", "--report", "a.html").exit_code == 130
    page = Path("a.html").read_text(encoding="utf-8")
    assert "interrupted: this is of 1 of 2 pictures" in page and page.count("<img") == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "gone.png", "photo.png"], "there is no file gone.png; check the path"),
        (["compare", "photo.png", "painting.png"], "photo.png (36x24) cannot be compared with"),
        (["compare", "one", "photo.png", "--vgg", "vgg99"], "there are no weights 'vgg99'"),
        (["compare", "photo.png", "dark.png", "--crop", "12"], "a picture of 36x24 pixels has nothing"),
        (["compare", "gone.png", "dark.png", "--luma"], "there is no file gone.png; check the path"),
        (["compare", "one", "gone"], "there is no file gone; check the path"),
        (["compare", "gone", "one"], "there is no file gone; check the path"),
        (["compare", "one", "two", "--difference", "dark.png"], "dark.png is a file: the differences"),
        (["compare", "one", "two", "--difference", "dark.png/x"], "cannot make dark.png/x: not a dir"),
        (["compare", "photo.png", "dark.png", "--difference", "two"], "cannot write two: it is a folder"),
        (["compare", "photo.png", "dark.png", "--difference", "no/a.png"], "cannot write no/a.png: there"),
        (["compare", "dark.png", "two"], "no picture of two has the name of one of dark.png"),
        (["evaluate", "style", "gone.png", *RESULTS], "there is no file gone.png; check the path"),
        (["evaluate", "style", "painting.png", *RESULTS], "painting.png (96x96) was not painted"),
        (["evaluate", "style", "one", "--content", "two", "--style", "none"], "there is no file none"),
        (
            ["evaluate", "style", "one", "--content", "two", "--style", "one", "--features", "eye"],
            "there is no feature network 'eye'",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(folder: Path, arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith(f"zeuxis: {said}") and result.stderr.count("\n") == 1


def test_style_of_one(folder: Path) -> None:
    result = run("evaluate", "style", "dark.png", *RESULTS)
    assert result.exit_code == 0 and result.stderr == ""
    heading, numbers, _, names = result.stdout.splitlines()
    assert names == "LPIPS is lpips-vgg16-caffe"
    assert heading.split()[:3] == ["result", "content", "painting"]
    files, values = numbers.split()[:3], [float(each) for each in numbers.split()[3:]]
    assert files == ["dark.png", "photo.png", "painting.png"]
    assert len(values) == 3 and min(values) > 0


def test_style_of_several(folder: Path) -> None:
    arguments = ("evaluate", "style", "one", "--content", "two", "--style", "two")
    result = run(*arguments)
    assert result.exit_code == 0
    *_, said, note = result.stdout.splitlines()
    assert said.startswith("ArtFID is ")
    assert said.endswith("seen by vgg16 (relu3_3 + relu5_3); 2 results, 2 paintings")
    assert note.startswith("note: ArtFID is of 2 pictures but 768 features")
    found = json.loads(run(*arguments, "--json").stdout)
    assert found["networks"] == {
        "lpips": "lpips-vgg16-caffe",
        "features": "vgg16 (relu3_3 + relu5_3)",
    }
    first, second = found["pictures"]
    assert first["result"] == "one/a.png" and first["painting"] == "two/a.png"
    assert first["style_loss"] == pytest.approx(0, abs=1e-6) and first["content_loss"] == 0
    assert found["mean"]["lpips"] == pytest.approx(second["lpips"] / 2)
    assert found["art_fid"] > 1 + found["mean"]["lpips"]
    assert f"note: {found['warnings'][0]}" == note


def test_one_painting_makes_no_set(folder: Path) -> None:
    found = run("evaluate", "style", "one", "--content", "two", "--style", "photo.png", "--json")
    plain = json.loads(found.stdout)
    assert plain["art_fid"] is None and plain["warnings"] == []


@pytest.mark.parametrize("arguments", [["compare", "--help"], ["evaluate", "style", "--help"]])
def test_help_needs_no_torch(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom zeuxis.cli.main import main\n"
        f"main({arguments}, standalone_mode=False)\nassert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_without_torch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("zeuxis.metrics.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run("compare", "photo.png", "dark.png")
    assert result.exit_code == 2
    assert result.stderr == "zeuxis: this needs torch and onnx: run pip install 'zeuxis[train]'\n"

"""The house: which room may import which, what stays free of torch, what no file may name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "zeuxis"
FOUNDATION = {"errors", "places", "settings", "registry"}
MAY_IMPORT: dict[str, set[str]] = {
    "images": set(),
    "models": {"images"},
    "runtime": {"images", "models"},
    "perception": {"images", "models"},
    "metrics": {"perception"},
    "data": {"images"},
    "training": {"models"},
    "painting": {"perception", "training"},
    "style": {"perception", "training", "data", "runtime"},
    "gan": {"training", "data", "metrics", "runtime"},
    "upscaling": {"perception", "gan", "training", "data", "runtime"},
}
ROOMS = set(MAY_IMPORT)
MAY_IMPORT["studio"] = set(ROOMS)
MAY_IMPORT["cli"] = {*ROOMS, "studio"}
TORCH_FREE = {"images", "models", "runtime", "data", "cli", *FOUNDATION}


def below(room: str) -> set[str]:
    """The rooms that `room` may import: those in the table, and those that they may."""
    direct = MAY_IMPORT[room]
    return direct.union(*(below(each) for each in direct))


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, anywhere in it, with its line; names of `from` included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: 1 - node.level or None] if node.level else []
            module = ".".join([*parts, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def faults(source: str, path: str) -> list[str]:
    """What the file at `path` (relative to the package) imports against the rules."""
    room = path.split("/")[0].removesuffix(".py")
    package = ".".join(["zeuxis", *path.split("/")[:-1]])
    allowed = {room, *below(room)} if room in MAY_IMPORT else set()
    found = []
    for line, name in imports(ast.parse(source), package):
        top, _, rest = name.partition(".")
        target = rest.split(".")[0]
        if top == "torch" and room in TORCH_FREE:
            found.append(f"{path}:{line}: {room} imports torch")
        if top != "zeuxis" or room == "__init__":  # the front door opens every room, lazily
            continue
        front = target in {"ZeuxisError", "__version__"} and room in {"cli", "studio"}
        if target not in allowed | FOUNDATION and not front:
            found.append(f"{path}:{line}: {room} imports {name}")
    return found


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_imports_run_downwards() -> None:
    found = []
    for path in sources():
        found += faults(path.read_text(), path.relative_to(PACKAGE).as_posix())
    assert not found, "\n".join(found)


def test_every_room_is_in_the_table() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert rooms <= set(MAY_IMPORT)
    page = (ROOT / "docs" / "house.md").read_text()
    assert {room for room in rooms if f"| `zeuxis.{room}` |" not in page} == set()
    files = {path.stem for path in PACKAGE.glob("*.py")}
    assert files == {"__init__", *FOUNDATION}


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("images/a.py", "from zeuxis.models import Card", "images imports zeuxis.models.Card"),
        ("images/a.py", "from ..models import Card", "images imports zeuxis.models.Card"),
        ("images/a.py", "def f():\n    import zeuxis.cli.main", "images imports zeuxis.cli.main"),
        ("models/a.py", "def f():\n    import torch", "models imports torch"),
        ("cli/a.py", "from torch import nn", "cli imports torch"),
        ("data/a.py", "def f():\n    import torch", "data imports torch"),
        ("training/a.py", "from zeuxis import painting", "training imports zeuxis.painting"),
        ("studio/a.py", "from zeuxis.cli import main", "studio imports zeuxis.cli.main"),
        ("errors.py", "from zeuxis.images import read", "errors imports zeuxis.images.read"),
    ],
)
def test_a_breach_is_seen(path: str, source: str, fault: str) -> None:
    (found,) = faults(source, path)
    assert found.endswith(fault)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("painting/a.py", "from zeuxis.images import read"),  # by way of perception
        ("painting/a.py", "import torch"),
        ("painting/a.py", "from .losses import gram"),
        ("images/a.py", "from zeuxis.errors import ZeuxisError\nfrom . import codecs"),
        ("cli/a.py", "from zeuxis import ZeuxisError, __version__"),
        ("__init__.py", "from zeuxis.painting import paint"),
    ],
)
def test_what_is_allowed_is_no_breach(path: str, source: str) -> None:
    assert faults(source, path) == []


@pytest.mark.parametrize(
    "work",
    [
        "import zeuxis",
        "import zeuxis; zeuxis.ZeuxisError, dir(zeuxis)",
        "import zeuxis.images",
        "import zeuxis.models",
        "import zeuxis.data",
        "import zeuxis.perception, zeuxis.perception.sources",
        "import zeuxis.settings, zeuxis.registry",
        "from zeuxis.cli.main import main; main(['--help'], standalone_mode=False)",
        "from zeuxis.cli.main import main; main(['weights', 'list'], standalone_mode=False)",
        "from zeuxis.cli.main import main; main(['paint', '--help'], standalone_mode=False)",
        "from zeuxis.cli.main import main; main(['stylize', '--help'], standalone_mode=False)",
        "from zeuxis.cli.main import main; main(['styles', '--help'], standalone_mode=False)",
        "import zeuxis.style.batch, zeuxis.style.sheet, zeuxis.runtime",
        "import zeuxis; zeuxis.Stylizer, zeuxis.Stylized, zeuxis.StylizeSettings, zeuxis.stylize",
        "import zeuxis.upscaling; zeuxis.Upscaler, zeuxis.Upscaled, zeuxis.UpscaleSettings, zeuxis.upscale",
        "from zeuxis.cli.main import main; main(['upscale', '--help'], standalone_mode=False)",
        "from zeuxis.cli.main import main; main(['gan', 'train', '--help'], standalone_mode=False)",
        "from zeuxis.cli.main import main; main(['gan', 'sample', '--help'], standalone_mode=False)",
        "import zeuxis; zeuxis.Generator; import zeuxis.gan; zeuxis.gan.Samples, zeuxis.gan.GanSettings",
    ],
)
def test_torch_stays_out(work: str) -> None:
    code = f"{work}\nimport sys\nassert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_front_door() -> None:
    code = (
        "import zeuxis\n"
        "assert set(zeuxis.__all__) <= set(dir(zeuxis))\n"
        "assert callable(zeuxis.paint) and zeuxis.paint is zeuxis.paint\n"
        "assert zeuxis.PaintSettings and zeuxis.Painting\n"
        "try:\n    zeuxis.forge\nexcept AttributeError as error:\n    assert 'forge' in str(error)\n"
        "else:\n    raise SystemExit('zeuxis.forge exists')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def committed() -> list[Path]:
    """The files git tracks, or would if they were added now."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def texts() -> Iterator[tuple[str, str]]:
    for path in committed():
        if path.is_file():
            try:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a picture, a weight file


# Written in pieces, so that this file does not name what it forbids.
LOCAL_PATH = re.compile(r"(?<![\w.~/-])/" + r"(?:work|root|home|Users|tmp/\w)" + r"/[\w.-]")
REGISTRY_HOST = re.compile(
    "|".join(
        [r"py" + r"pi\.org", r"python" + r"hosted\.", r"py" + r"torch\.org/whl", r"npm" + r"js\."]
    )
)


@pytest.mark.parametrize("pattern", [LOCAL_PATH, REGISTRY_HOST], ids=["local path", "registry"])
def test_no_file_names_this_machine(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}: {match.group()}" for name, text in texts() for match in pattern.finditer(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("folder", ["work", "root", "home", "Users"])
def test_a_local_path_is_seen(folder: str) -> None:
    assert LOCAL_PATH.search(f"open('/{folder}/someone/cat.jpg')")
    assert not LOCAL_PATH.search(f"a{'/' + folder}/of/art")


def test_dependencies_are_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    explained = (ROOT / "docs" / "dependencies.md").read_text()
    for requirement in [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]:
        name, limits = re.fullmatch(r"([\w-]+)(?:\[\w+\])?(.*)", requirement).groups()  # type: ignore[union-attr]
        if name != "zeuxis":
            row = re.search(rf"^\| {name} \|.*$", explained, re.MULTILINE)
            assert row, f"docs/dependencies.md does not say what {name} is for"
            assert f"`{limits}`" in row.group(), (
                f"docs/dependencies.md has another range for {name}"
            )

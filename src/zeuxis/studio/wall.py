"""What there is to choose from: styles, samples, generators, folders to train on. No picture is decoded."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.gan import finding
from zeuxis.models import read_card
from zeuxis.studio.uploads import Received
from zeuxis.style import gallery

PHOTOGRAPHS = Path(str(files("zeuxis.perception"))) / "photographs"
FOLDERS = 200  # inside a root, that are listed


@lru_cache(maxsize=1)
def samples() -> dict[str, Received]:
    """Our photographs by name; `file` is a path."""
    found = {}
    for path in sorted(PHOTOGRAPHS.glob("*.webp")):
        with Image.open(path) as image:
            found[path.stem] = Received(str(path), path.name, *image.size, str(path))
    return found


def styles() -> dict[str, dict[str, str]]:
    """The styles that come with the package, by name: name, title, painter, year.

    Raises:
        ZeuxisError: if the installation lacks them.
    """
    return _styles(gallery.SHIPPED, _changed(gallery.SHIPPED))


def generators(runs: Path) -> dict[str, dict[str, Any]]:
    """The generators that come with the package and those that were trained here, by name.

    Args:
        runs: the folder of runs.
    """
    ours = {name: (path, "shipped") for name, path in finding.shipped().items()}
    trained = {
        f"run-{path.parent.name}": (path, "run")
        for path in sorted(runs.glob(f"*/{finding.IN_RUN}"))
    }
    found = {}
    for name, (path, source) in {**ours, **trained}.items():
        try:
            about = _generator(path, _changed(path))
        except ZeuxisError:
            continue  # it was deleted, or damaged: there is nothing to choose
        found[name] = {"name": name, "source": source} | about
    return found


def generator_file(name: str, runs: Path) -> Path:
    """The file of a generator that `generators` lists.

    Raises:
        ZeuxisError: if there is none of this name; the message lists the known ones.
    """
    known = generators(runs)
    if name not in known:
        raise ZeuxisError(f"there is no generator {name!r}: choose one of {', '.join(known)}")
    if known[name]["source"] == "shipped":
        return finding.shipped()[name]
    return runs / name.removeprefix("run-") / finding.IN_RUN


def runs_in(folder: Path) -> list[dict[str, Any]]:
    """The runs of training, the newest first: name, data, command, whether there is a generator yet.

    Args:
        folder: of runs.
    """
    found = []
    for about in sorted(folder.glob("*/settings.json"), key=_changed, reverse=True):
        try:
            told = json.loads(about.read_text(encoding="utf-8"))
            data, command = Path(told["data"]).name, told["command"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # damaged: nothing can be gone on with
        has_generator = (about.parent / finding.IN_RUN).is_file()
        name = about.parent.name
        found.append(
            {"name": name, "data": data, "command": command, "has_generator": has_generator}
        )
    return found


def folders(roots: Mapping[str, Path]) -> list[str]:
    """What training may be asked to use: the roots, and the folders in them."""
    found = []
    for name, root in roots.items():
        inside: list[str] = []
        with suppress(OSError), os.scandir(root) as entries:  # it may be gone, or closed to us
            # A link may lead out of the root, where nothing may be used.
            inside = sorted(each.name for each in entries if each.is_dir(follow_symlinks=False))
        shown = [each for each in inside if not each.startswith(".")]
        found += [name, *(f"{name}/{each}" for each in shown[:FOLDERS])]
    return found


@lru_cache(maxsize=4)
def _styles(path: Path, _when: int) -> dict[str, dict[str, str]]:
    return {style.name: style.told() for style in gallery.styles_of(path)}


@lru_cache(maxsize=256)
def _generator(path: Path, _when: int) -> dict[str, Any]:
    card = read_card(path)
    shape = card.extra.get("shape")
    if not isinstance(shape, dict):
        raise ZeuxisError(f"{path} is no generator: give one that zeuxis gan train made")
    return {
        "title": card.name,
        "classes": list(finding.classes_of(card)),
        "width": shape["width"],
        "height": shape["height"],
        "channels": shape["channels"],
    }


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0

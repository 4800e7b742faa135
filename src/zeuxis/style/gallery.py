"""Which styles there are: those that come with the package, model files, and any painting."""

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, read_card

MODEL = ".safetensors"
FOREIGN = (".pth", ".pt", ".model", ".onnx", ".t7")
_MODELS = files("zeuxis.style") / "models"
SHIPPED = Path(str(_MODELS / "styles.safetensors"))
_TOLD = ("name", "title", "painter", "year")
ANY = Path(str(_MODELS / "any.safetensors"))  # paints in the style of any painting


@dataclass(frozen=True, eq=False)
class Style:
    """Something to paint in the style of.

    Attributes:
        name: what to call it, in file names too: `"starry-night"`.
        model: the file of the network that paints it.
        number: which of that file's styles it is; None for a painting.
        painting: a painting, in any form that `zeuxis.images.sources.as_picture` takes; None for a style
            that the network has learned.
        title, painter, year: of the painting, where the card says so.
    """

    name: str
    model: Path
    number: int | None = 0
    painting: Any = None
    title: str = ""
    painter: str = ""
    year: str = ""

    def told(self) -> dict[str, str]:
        """What there is to say of it: name, title, painter, year."""
        return {key: getattr(self, key) for key in _TOLD}


def shipped() -> list[Style]:
    """The styles that come with the package.

    Raises:
        ZeuxisError: the installation lacks the file, or it is damaged.
    """
    if not SHIPPED.exists():
        raise ZeuxisError("this Zeuxis came without its styles: install it anew")
    return styles_of(SHIPPED)


def styles_of(model: Path) -> list[Style]:
    """The styles of a model file, in its order.

    Raises:
        ZeuxisError: the file cannot be read, or is not of a network that paints.
    """
    card = read_card(model)
    return [
        Style(model=model, number=number, **{key: str(about.get(key, "")) for key in _TOLD})
        for number, about in enumerate(_listed(card, model))
    ]


def find(source: Any) -> Style:
    """The style that a person means.

    Args:
        source: the name of a style that comes with the package, a model file (`mine.safetensors`, with
            `#name` behind it if it has several styles), or a painting: its file, an open file, a Pillow
            image, an array, a `zeuxis.images.Picture`.

    Raises:
        ZeuxisError: it is none of these.
    """
    if isinstance(source, Style):
        return source
    if not isinstance(source, str | Path):
        return Style(name="painting", model=ANY, number=None, painting=source)
    text = str(source)
    known = {style.name: style for style in shipped()} if SHIPPED.exists() else {}
    if (name := _plain(text)) in known and isinstance(source, str):
        return known[name]
    path, _, chosen = (text, "", "") if Path(text).exists() else text.partition("#")
    if Path(path).suffix.lower() == MODEL:
        return _of_model(Path(path), chosen)
    if not Path(text).exists():
        raise ZeuxisError(_unknown(text, list(known)))
    if Path(text).suffix.lower() in FOREIGN:
        raise ZeuxisError(
            f"{text} is a network of another program: turn it into a model file with zeuxis style import"
        )
    return Style(name=Path(text).stem, model=ANY, number=None, painting=source)


def _listed(card: Card, model: Path) -> list[dict[str, Any]]:
    styles: Any = card.extra.get("styles")
    listed: list[Any] = styles if isinstance(styles, list) else []
    if not listed or not all(isinstance(each, dict) and each.get("name") for each in listed):
        raise ZeuxisError(
            f"{model} is a {card.kind} that knows no styles: give a model that zeuxis style made"
        )
    return listed


def _of_model(model: Path, name: str) -> Style:
    styles = styles_of(model)
    if not name and len(styles) == 1:
        return styles[0]
    names = [style.name for style in styles]
    if not name:
        raise ZeuxisError(
            f"{model} has {len(styles)} styles: say which, as {model}#{names[0]}; there are "
            f"{', '.join(names)}"
        )
    for style in styles:
        if _plain(style.name) == _plain(name):
            return style
    raise ZeuxisError(f"{model} has no style {name!r}: choose one of {', '.join(names)}")


def _unknown(text: str, names: list[str]) -> str:
    from difflib import get_close_matches

    if not names:
        return f"there is no file {text}: check the name"
    near = get_close_matches(_plain(text), names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}" if near else f"choose one of {', '.join(names)}"
    return f"there is neither a style nor a file {text}: {hint}, or give a picture or a model file"


def _plain(name: str) -> str:
    """A name as it is written in cards, from the ways in which people write names."""
    return re.sub(r"[\s_-]+", "-", name.strip().lower())

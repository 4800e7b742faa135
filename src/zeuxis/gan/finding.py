"""Which generator a person means: a run, a file, or one that comes with the package; and what it can make."""

from importlib.resources import files
from pathlib import Path

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card

MODEL, ONNX = ".safetensors", ".onnx"
MODELS = Path(str(files("zeuxis.gan"))) / "models"
IN_RUN = "generator.safetensors"  # as zeuxis.training.folder has it, which needs torch


def shipped() -> dict[str, Path]:
    """The generators that come with the package, by name."""
    return {file.stem: file for file in sorted(MODELS.glob(f"*{MODEL}"))}


def find(source: str | Path) -> Path:
    """The file of a generator.

    Args:
        source: the folder of a run, a `.safetensors` or `.onnx` file, or the name of a shipped generator.

    Raises:
        ZeuxisError: it is none of these; the message lists the names.
    """
    known, path = shipped(), Path(source)
    if isinstance(source, str) and source in known and not path.exists():
        return known[source]
    if path.is_dir():
        if not (path / IN_RUN).is_file():
            raise ZeuxisError(
                f"there is no {IN_RUN} in {path}: give the folder of a run of zeuxis gan train that has got "
                "as far as its first sheet"
            )
        return path / IN_RUN
    if not path.exists():
        names = f", or one of {', '.join(known)}" if known else ""
        raise ZeuxisError(f"there is no generator {source}: give a run, a model file{names}")
    if path.suffix.lower() not in (MODEL, ONNX):
        raise ZeuxisError(f"{path} is no generator: give a {MODEL} or {ONNX} file, or a run")
    return path


def model_file(source: str | Path) -> Path:
    """The model file of a generator, with its weights, as `find` finds it.

    Raises:
        ZeuxisError: it is none, or a file that was exported for others.
    """
    path = find(source)
    if path.suffix.lower() != MODEL:
        raise ZeuxisError(
            f"{path} cannot be looked into: give the {MODEL} file that it was exported from"
        )
    return path


def classes_of(card: Card) -> tuple[str, ...]:
    """Names of the classes that a generator knows; their numbers, if it was never told any names."""
    count = int(card.extra["shape"]["classes"])
    named = [str(each) for each in card.extra.get("classes") or ()]
    return tuple(named if len(named) == count else map(str, range(count)))

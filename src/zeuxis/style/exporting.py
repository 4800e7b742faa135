"""Model files for programs that know nothing of Zeuxis."""

from pathlib import Path

from zeuxis.models import load
from zeuxis.models.files import check_writable, writing
from zeuxis.style.graphs import to_onnx


def export_file(model: str | Path, output: str | Path, *, force: bool = False) -> None:
    """Make an ONNX file of a model file; see `zeuxis.style.graphs.to_onnx` for what it takes and gives.

    Raises:
        ZeuxisError: if the model cannot be read or holds no styles, or the output cannot be written.
    """
    check_writable(output, force, ".onnx")
    content = to_onnx(*load(model))
    with writing(output) as file:
        file.write(content)

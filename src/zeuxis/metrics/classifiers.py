"""A user's own network to see with: an ONNX file, or a torch module."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zeuxis.errors import ZeuxisError, reason
from zeuxis.metrics.network import FeatureNetwork
from zeuxis.perception.download import file_digest


def module_network(module: nn.Module) -> FeatureNetwork:
    """A torch module: of logits it makes features and, by a softmax, probabilities; or it gives a pair.

    It is left as it was found: it sees on the device it is on, and is in evaluation mode for as long as that
    takes. Nothing is kept of data sets, for no name tells one module from another.
    """
    own = next(chain(module.parameters(), module.buffers()), None)
    device = "cpu" if own is None else str(own.device)

    def see(pictures: Tensor) -> tuple[Tensor, Tensor | None]:
        with _evaluating(module):
            found = module(pictures)
        rows, logits = found if isinstance(found, tuple | list) else (found, found)
        return _pooled(rows), _probabilities(logits)

    return FeatureNetwork(type(module).__name__, see, 0, device=device)


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Evaluation mode, and each part's own mode afterwards."""
    modes = [(each, each.training) for each in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for each, mode in modes:
            each.training = mode


def split_name(name: str) -> tuple[Path, str] | None:
    """File and tensor of `net.onnx` or `net.onnx:tensor`; None for what names no ONNX file."""
    match = re.fullmatch(r"(.*\.onnx)(?::(.+))?", name, re.IGNORECASE | re.DOTALL)
    return None if match is None else (Path(match[1]), match[2] or "")


def onnx_network(path: Path, output: str = "") -> FeatureNetwork:
    """A classifier in an ONNX file, run by ONNX Runtime.

    It takes pictures in [0, 1]; where it has a fixed size they are resized to it. Its last output gives
    the probabilities, by a softmax unless they are probabilities already.

    Args:
        path: the file.
        output: the tensor to take features from, an output or not; by default the last output.

    Raises:
        ZeuxisError: there is no such file or tensor, or the network takes no pictures.
    """
    session = _session(path, output)
    entry, last = session.get_inputs()[0], session.get_outputs()[-1].name
    chosen = output or last
    count, channels, *size = _picture_shape(entry, path)

    def see(pictures: Tensor) -> tuple[Tensor, Tensor | None]:
        if size and tuple(pictures.shape[-2:]) != tuple(size):
            pictures = F.interpolate(pictures, size, mode="bilinear", antialias=True)
        missing = max(0, count - len(pictures))  # a network of a fixed number of pictures
        given = F.pad(pictures, (0, 0, 0, 0, 0, 0, 0, missing)).contiguous().numpy()
        try:
            rows, final = session.run([chosen, last], {entry.name: given})
        except Exception as error:  # ONNX Runtime has a dozen kinds, none of them public
            what = str(error).splitlines()[0]
            raise ZeuxisError(f"{path} does not run on pictures of this size: {what}") from error
        real = len(pictures)
        return _pooled(torch.from_numpy(rows))[:real], _probabilities(
            torch.from_numpy(final)[:real]
        )

    name = f"{path.name}:{chosen}"
    key = f"onnx {file_digest(path)} {chosen}"
    return FeatureNetwork(name, see, 0, channels=channels, part=count or 32, key=key)


def _session(path: Path, output: str) -> Any:
    import onnxruntime

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}; give an ONNX file") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 4  # what goes wrong is said by the sentence
    try:
        session = onnxruntime.InferenceSession(content, options)
        if output and output not in [each.name for each in session.get_outputs()]:
            session = onnxruntime.InferenceSession(_with_output(content, output), options)
    except Exception as error:  # ONNX Runtime has a dozen kinds, none of them public
        what = f"has no tensor {output!r}" if "session" in locals() else "is no network it can run"
        raise ZeuxisError(f"{path} {what}: look at it with a viewer, or make it anew") from error
    return session


def _with_output(content: bytes, output: str) -> bytes:
    """The same network, with one more tensor among its outputs, in the first place."""
    import onnx

    model = onnx.load_from_string(content)
    model.graph.output.insert(0, onnx.helper.make_empty_tensor_value_info(output))
    return bytes(model.SerializeToString())


def _picture_shape(entry: Any, path: Path) -> tuple[int, ...]:
    """Pictures at a time (0: any), channels, and height and width if they are fixed."""
    shape = entry.shape
    if len(shape) != 4 or shape[1] not in (1, 3) or entry.type != "tensor(float)":
        raise ZeuxisError(
            f"{path} takes {entry.type} of shape {shape}, not pictures of N x 3 x H x W or N x 1 x H x W"
        )
    count, channels, height, width = (each if isinstance(each, int) else 0 for each in shape)
    return (count, channels, height, width) if height and width else (count, channels)


def _pooled(rows: Any) -> Any:
    """N x D of N x D or, by means over positions, of N x D x H x W; what is no tensor is left as it is."""
    return rows.mean((2, 3)) if isinstance(rows, Tensor) and rows.ndim == 4 else rows


def _probabilities(final: Any) -> Tensor | None:
    """Of classes, from logits or from themselves; None of what is neither."""
    if not isinstance(final, Tensor) or final.ndim != 2:
        return None
    sums = final.double().sum(1)
    if bool((final >= 0).all()) and np.allclose(sums.cpu(), 1, atol=1e-3):
        return final
    return final.softmax(1)

"""A generator for other programs, or in half the space. Needs torch."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.gan.finding import MODEL, ONNX, model_file
from zeuxis.gan.graphs import drawn, inputs_of
from zeuxis.gan.latents import draw
from zeuxis.gan.layout import ONNX_CARD, STYLE_MEAN
from zeuxis.gan.model import built, save_generator
from zeuxis.gan.networks.shape import Generator
from zeuxis.models import Card, load
from zeuxis.models.files import check_writable, writing
from zeuxis.runtime.sessions import Session

CHECKED = 8  # pictures that are made both ways
EQUAL = 1e-4


def export(
    source: str | Path, output: str | Path, *, half: bool = False, force: bool = False
) -> None:
    """Write a generator to a file of its own.

    An ONNX file (`.onnx`) takes `latents`, N x latent_dim from the standard normal distribution, with classes
    also `labels`, N (int64), and if one likes `truncation`, a number from 0 to 1; it gives `pictures`,
    N x C x H x W in [0, 1]. Its card is in its metadata. It is checked against torch before it is written.

    Args:
        source: a run, a model file or a name, as for `zeuxis.Generator.load`.
        output: `*.onnx`, or `*.safetensors` for a model file.
        half: of a model file: weights in half precision, in half the space.
        force: replace a file that is there already.

    Raises:
        ZeuxisError: if the generator cannot be read, the output cannot be written, or half precision is asked
            of ONNX.
    """
    output = Path(output)
    if output.suffix not in (ONNX, MODEL):
        raise ZeuxisError(
            f"{output} is no name for a generator: give one that ends in {ONNX} or {MODEL}"
        )
    check_writable(output, force, output.suffix)
    path = model_file(source)
    tensors, card = load(path)
    generator, style_mean = built(tensors, card, path), torch.from_numpy(tensors[STYLE_MEAN])
    if output.suffix == MODEL:
        save_generator(output, generator, style_mean, card, half=half)
        return
    if half:
        raise ZeuxisError(f"half precision is for {MODEL} files: leave --half out for {ONNX}")
    content = to_onnx(generator, style_mean, card)
    with writing(output) as file:
        file.write(content)


def to_onnx(generator: Generator, style_mean: Tensor, card: Card) -> bytes:
    """A generator as one ONNX graph with its weights.

    Args:
        generator: in evaluation mode.
        style_mean: classes x style_dim, 1 x style_dim without classes.
        card: goes into the metadata.

    Raises:
        ZeuxisError: without onnx and onnxscript, or if ONNX Runtime makes other pictures than torch.
    """
    from onnx import helper, numpy_helper

    whole = _Whole(generator, style_mean).eval()
    inputs = inputs_of(generator.shape)
    model = drawn(whole, whole.make, {"truncation": torch.ones(()), **inputs}, ["pictures"])
    ones = numpy_helper.from_array(np.ones((), np.float32), "truncation")
    model.graph.initializer.append(ones)  # what it is when nobody says
    helper.set_model_props(model, {ONNX_CARD: card.to_json()})
    content: bytes = model.SerializeToString()
    _check(content, whole)
    return content


class _Whole(nn.Module):
    def __init__(self, generator: Generator, style_mean: Tensor) -> None:
        super().__init__()
        self.generator = generator
        self.register_buffer("style_mean", style_mean)

    def make(self, truncation: Tensor, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Truncated, clipped pictures."""
        styles = self.generator.mapping(latents, labels)
        mean = self.style_mean[:1] if labels is None else self.style_mean[labels]  # type: ignore[index]
        pictures = self.generator.synthesis(mean + truncation * (styles - mean))
        return pictures.clamp(0.0, 1.0)


@torch.no_grad()
def _check(content: bytes, whole: _Whole) -> None:
    """Refuse a graph that makes other pictures than torch."""
    shape = whole.generator.shape
    feed: dict[str, NDArray[Any]] = {"latents": draw(0, CHECKED, shape.latent_dim)}
    feed["truncation"] = np.array(0.7, np.float32)
    if shape.classes:
        feed["labels"] = np.arange(CHECKED) % shape.classes
    wanted = whole.make(**{name: torch.as_tensor(each) for name, each in feed.items()})
    (found,) = Session(np.frombuffer(content, np.uint8), {}, 1).run(["pictures"], feed)
    apart = float(np.abs(found - wanted.numpy()).max())
    if not apart < EQUAL:
        raise ZeuxisError(
            f"the ONNX graph makes pictures that are {apart:.2g} away from torch's: export a model file "
            "instead"
        )

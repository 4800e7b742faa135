"""Style networks as others publish them: their names for the layers, and what they do to pictures.

All are `TransformerNet`, under other names and with small differences.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zeuxis.perception.sources import INPUTS
from zeuxis.style.networks.transformer_net import BLOCKS

BLOCK = [(block, half) for block in range(BLOCKS) for half in (1, 2)]  # its two convolutions
PLACES = (
    *(f"down.{number}" for number in range(3)),
    *(f"residual.{number}" for number in range(2 * BLOCKS)),
    *(f"up.{number}" for number in range(2)),
)
RGB_255 = {"order": "RGB", "scale": 255.0, "mean": [0.0] * 3, "std": [1.0] * 3}
BGR_255 = {**RGB_255, "order": "BGR"}


@dataclass(frozen=True, eq=False)
class Layout:
    """How one project writes its style networks down.

    Attributes:
        source: the project, a repository on GitHub.
        names: its name for each of our tensors.
        unused: names of what makes no difference: biases before a normalisation, layers it never calls.
        input: what it does to a picture before the network, and takes back after, as in `perception.sources`.
        network: the arguments of `TransformerNet`.
        epsilon: what it adds to the variance in a normalisation.
    """

    source: str
    names: Mapping[str, str]
    unused: frozenset[str]
    input: Mapping[str, Any]
    network: Mapping[str, Any]
    epsilon: float


def _layout(
    source: str,
    layers: Iterable[tuple[str, str]],
    last: str,
    input: Mapping[str, Any],
    *,
    affine: tuple[str, str] = ("weight", "bias"),
    upsampling: str = "nearest",
    rectified: bool = False,
    epsilon: float = 1e-5,
    unused: Iterable[str] = (),
) -> Layout:
    """A layout, from the names of its convolutions and normalisations in the order of `PLACES`."""
    names = {"last.weight": f"{last}.weight", "last.bias": f"{last}.bias"}
    biases = []
    for place, (convolution, norm) in zip(PLACES, layers, strict=True):
        names[f"{place}.convolution.weight"] = f"{convolution}.weight"
        names[f"{place}.norm.weight"] = f"{norm}.{affine[0]}"
        names[f"{place}.norm.bias"] = f"{norm}.{affine[1]}"
        biases.append(f"{convolution}.bias")
    network = {"upsampling": upsampling, "rectified": rectified}
    return Layout(source, names, frozenset([*biases, *unused]), input, network, epsilon)


EXAMPLES_DOWN = [(f"conv{number}.conv2d", f"in{number}") for number in (1, 2, 3)]
EXAMPLES_RESIDUAL = [
    (f"res{block + 1}.conv{half}.conv2d", f"res{block + 1}.in{half}") for block, half in BLOCK
]
EXAMPLES = [
    *EXAMPLES_DOWN,
    *EXAMPLES_RESIDUAL,
    ("deconv1.conv2d", "in4"),
    ("deconv2.conv2d", "in5"),
]

LAYOUTS = (
    _layout("pytorch/examples", EXAMPLES, "deconv3.conv2d", RGB_255),
    _layout(
        "abhiskk/fast-neural-style",
        EXAMPLES,
        "deconv3.conv2d",
        BGR_255,
        affine=("scale", "shift"),
        epsilon=1e-9,
    ),
    _layout(
        "gordicaleksa/pytorch-neural-style-transfer-johnson",
        [
            *EXAMPLES_DOWN,
            *EXAMPLES_RESIDUAL,
            ("up1.conv2d.conv2d", "in4"),
            ("up2.conv2d.conv2d", "in5"),
        ],
        "up3.conv2d",
        INPUTS["torchvision"],
    ),
    _layout(
        "dxyang/StyleTransfer",
        [
            *((convolution, f"{norm}_e") for convolution, norm in EXAMPLES_DOWN),
            *EXAMPLES_RESIDUAL,
            ("deconv3.conv2d", "in3_d"),
            ("deconv2.conv2d", "in2_d"),
        ],
        "deconv1.conv2d",
        INPUTS["torchvision"],
        rectified=True,
        unused=("in1_d.weight", "in1_d.bias"),
    ),
    _layout(
        "igreat/fast-style-transfer",
        [
            *((f"layers.{number}.conv", f"layers.{number + 1}") for number in (0, 3, 6)),
            *(
                (f"layers.{9 + block}.conv{half}.conv", f"layers.{9 + block}.instance_norm{half}")
                for block, half in BLOCK
            ),
            ("layers.14.conv.conv", "layers.15"),
            ("layers.17.conv.conv", "layers.18"),
        ],
        "layers.20.conv",
        INPUTS["torchvision"],
    ),
    _layout(
        "rrmina/fast-neural-style-pytorch",
        [
            *(
                (f"ConvBlock.{number}.conv_layer", f"ConvBlock.{number}.norm_layer")
                for number in (0, 2, 4)
            ),
            *(
                (
                    f"ResidualBlock.{block}.conv{half}.conv_layer",
                    f"ResidualBlock.{block}.conv{half}.norm_layer",
                )
                for block, half in BLOCK
            ),
            *(
                (f"DeconvBlock.{number}.conv_transpose", f"DeconvBlock.{number}.norm_layer")
                for number in (0, 2)
            ),
        ],
        "DeconvBlock.4.conv_layer",
        BGR_255,
        upsampling="transposed",
    ),
)

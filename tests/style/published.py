"""Style networks under the names, and with the pictures' ranges, of those who published them.

Written after their code (pytorch/examples: BSD-3-Clause), not with it: what an import must equal.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
STD = torch.tensor([0.229, 0.224, 0.225])[:, None, None]


def norm(channels: int) -> nn.Module:
    return nn.InstanceNorm2d(channels, affine=True)


class Convolution(nn.Module):
    """A convolution of one name, dots in it included, after an enlargement and a reflection."""

    def __init__(self, name, inputs, outputs, size=3, stride=1, enlarged=1):
        super().__init__()
        self.name, self.pad, self.enlarged = name, size // 2, enlarged
        *folders, leaf = name.split(".")
        place: nn.Module = self
        for folder in folders:
            place.add_module(folder, nn.Module())
            place = place.get_submodule(folder)
        place.add_module(leaf, nn.Conv2d(inputs, outputs, size, stride))

    def forward(self, x: Tensor) -> Tensor:
        x = x.repeat_interleave(self.enlarged, 2).repeat_interleave(self.enlarged, 3)
        return self.get_submodule(self.name)(F.pad(x, [self.pad] * 4, mode="reflect"))


class Residual(nn.Module):
    def __init__(self, convolution="conv2d", norms="in", norm=norm, rectified=False):
        super().__init__()
        self.norms, self.rectified = norms, rectified
        for half in (1, 2):
            self.add_module(f"conv{half}", Convolution(convolution, 128, 128))
            self.add_module(f"{norms}{half}", norm(128))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.get_submodule(f"{self.norms}1")(self.conv1(x)))
        y = x + self.get_submodule(f"{self.norms}2")(self.conv2(y))
        return F.relu(y) if self.rectified else y


class Published(nn.Module):
    """A network that takes and gives 0 to 255, RGB, unless a subclass says otherwise."""

    source = ""
    last = ""
    whole = 255.0  # what white is worth

    def stylize(self, picture: Tensor) -> Tensor:
        """As the project's script does it: [0, 1] to [0, 1]."""
        return self(picture * 255) / 255


class FromOneLine(Published):
    """Its layers have names, and are called in this order."""

    norm = staticmethod(norm)
    norms = ("in1", "in2", "in3", "in4", "in5")
    ups = ("deconv1", "deconv2", "deconv3")
    rectified = False

    def __init__(self):
        super().__init__()
        self.conv1 = Convolution("conv2d", 3, 32, 9)
        self.conv2 = Convolution("conv2d", 32, 64, stride=2)
        self.conv3 = Convolution("conv2d", 64, 128, stride=2)
        for number in range(1, 6):
            self.add_module(f"res{number}", Residual(norm=self.norm, rectified=self.rectified))
        for name, layer in zip(self.ups, self.enlarging(), strict=True):
            self.add_module(name, layer)
        for name, channels in zip(self.norms, (32, 64, 128, 64, 32), strict=True):
            self.add_module(name, self.norm(channels))

    def enlarging(self):
        yield Convolution("conv2d", 128, 64, enlarged=2)
        yield Convolution("conv2d", 64, 32, enlarged=2)
        yield Convolution("conv2d", 32, 3, 9)

    def forward(self, x: Tensor) -> Tensor:
        norms = [self.get_submodule(name) for name in self.norms]
        ups = [self.get_submodule(name) for name in self.ups]
        for layer, norm in zip((self.conv1, self.conv2, self.conv3), norms[:3], strict=True):
            x = F.relu(norm(layer(x)))
        for number in range(1, 6):
            x = self.get_submodule(f"res{number}")(x)
        for layer, norm in zip(ups[:2], norms[3:], strict=True):
            x = F.relu(norm(layer(x)))
        return ups[2](x)


class Examples(FromOneLine):
    source = "pytorch/examples"
    last = "deconv3.conv2d"


class ScaleAndShift(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.rand(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean((2, 3), keepdim=True)
        variance = x.var((2, 3), correction=0, keepdim=True)
        x = (x - mean) / torch.sqrt(variance + 1e-9)
        return x * self.scale[:, None, None] + self.shift[:, None, None]


class Abhiskk(FromOneLine):
    source = "abhiskk/fast-neural-style"
    last = "deconv3.conv2d"
    norm = staticmethod(ScaleAndShift)

    def stylize(self, picture: Tensor) -> Tensor:
        return self(picture.flip(1) * 255).flip(1) / 255


class OfImageNet(Published):
    whole = 4.4

    def stylize(self, picture: Tensor) -> Tensor:
        mean, std = MEAN.to(picture.dtype), STD.to(picture.dtype)
        return self((picture - mean) / std) * std + mean


class Gordicaleksa(OfImageNet, FromOneLine):
    source = "gordicaleksa/pytorch-neural-style-transfer-johnson"
    last = "up3.conv2d"
    ups = ("up1", "up2", "up3")

    def enlarging(self):
        yield Convolution("conv2d.conv2d", 128, 64, enlarged=2)
        yield Convolution("conv2d.conv2d", 64, 32, enlarged=2)
        yield Convolution("conv2d", 32, 3, 9)


class Dxyang(OfImageNet, FromOneLine):
    source = "dxyang/StyleTransfer"
    last = "deconv1.conv2d"
    norms = ("in1_e", "in2_e", "in3_e", "in3_d", "in2_d")
    ups = ("deconv3", "deconv2", "deconv1")
    rectified = True

    def __init__(self):
        super().__init__()
        self.in1_d = norm(3)  # never called


class Igreat(OfImageNet):
    source = "igreat/fast-style-transfer"
    last = "layers.20.conv"

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            *(Convolution("conv", 3, 32, 9), norm(32), nn.ReLU()),
            *(Convolution("conv", 32, 64, stride=2), norm(64), nn.ReLU()),
            *(Convolution("conv", 64, 128, stride=2), norm(128), nn.ReLU()),
            *(Residual("conv", "instance_norm") for _ in range(5)),
            *(Convolution("conv.conv", 128, 64, enlarged=2), norm(64), nn.ReLU()),
            *(Convolution("conv.conv", 64, 32, enlarged=2), norm(32), nn.ReLU()),
            Convolution("conv", 32, 3, 9),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Normalised(nn.Module):
    """A convolution and its normalisation."""

    def __init__(self, inputs, outputs, size=3, stride=1):
        super().__init__()
        self.conv_layer = nn.Conv2d(inputs, outputs, size, stride)
        self.norm_layer = norm(outputs)
        self.pad = nn.ReflectionPad2d(size // 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm_layer(self.conv_layer(self.pad(x)))


class Transposed(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv_transpose = nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, 1)
        self.norm_layer = norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm_layer(self.conv_transpose(x))


class NormalisedResidual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = Normalised(128, 128), Normalised(128, 128)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x)))


class Rrmina(Published):
    source = "rrmina/fast-neural-style-pytorch"
    last = "DeconvBlock.4.conv_layer"

    def __init__(self):
        super().__init__()
        self.ConvBlock = nn.Sequential(
            *(Normalised(3, 32, 9), nn.ReLU()),
            *(Normalised(32, 64, stride=2), nn.ReLU()),
            *(Normalised(64, 128, stride=2), nn.ReLU()),
        )
        self.ResidualBlock = nn.Sequential(*(NormalisedResidual() for _ in range(5)))
        self.DeconvBlock = nn.Sequential(
            *(Transposed(128, 64), nn.ReLU()),
            *(Transposed(64, 32), nn.ReLU()),
            Convolution("conv_layer", 32, 3, 9),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.DeconvBlock(self.ResidualBlock(self.ConvBlock(x)))

    def stylize(self, picture: Tensor) -> Tensor:
        return self(picture.flip(1) * 255).flip(1) / 255  # OpenCV reads and writes BGR


NETWORKS = (Examples, Abhiskk, Gordicaleksa, Dxyang, Igreat, Rrmina)


def drawn(network: type[Published], seed: int = 0) -> Published:
    """A network with random weights, its paintings mostly between black and white."""
    torch.manual_seed(seed)
    made = network().eval()
    with torch.no_grad():
        for name, tensor in made.named_parameters():
            if tensor.ndim == 1:
                tensor.uniform_(0.3, 1.2) if name.endswith(
                    ("weight", "scale")
                ) else tensor.normal_()
        last = made.get_submodule(made.last)
        last.weight.normal_(std=0.004 * made.whole)
        last.bias.normal_(0.5 * made.whole if made.whole == 255 else 0, 0.05 * made.whole)
    return made

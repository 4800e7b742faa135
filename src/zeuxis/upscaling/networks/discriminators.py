"""Who tells enlarged pictures from real ones."""

from torch import Tensor, nn

from zeuxis.gan.networks.spectral import hold_slopes
from zeuxis.registry import Registry

SLOPE = 0.2  # of what is below 0
WIDTHS = (32, 64, 128)

DISCRIMINATORS = Registry[type[nn.Module]]("discriminator")


@DISCRIMINATORS.register("patches")
class Patches(nn.Module):
    """Judges overlapping patches, not the picture (Isola et al. 2017, section 3.2.2), with held slopes.

    It has few layers, for what is to be told is texture: whatever is larger is in the small picture already.
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for width in WIDTHS:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.LeakyReLU(SLOPE)]
            layers += [nn.Conv2d(width, width, 4, 2, padding=1), nn.LeakyReLU(SLOPE)]
            inputs = width
        layers += [nn.Conv2d(inputs, inputs, 3, padding=1), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(inputs, 1, 3, padding=1))
        hold_slopes(self.layers)

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits of N x 3 x H x W pictures in [0, 1], patch by patch: M."""
        logits: Tensor = self.layers(2 * pictures - 1)
        return logits.flatten()


@DISCRIMINATORS.register("srgan")
class SRGANDiscriminator(nn.Module):
    """The one of Ledig et al. 2017, figure 4, for pictures of any size.

    Where we deviate: means over the picture in place of its dense layer over all places, which asks for
    pictures of one size, and logits, without the sigmoid at the end.
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, 64, 3, padding=1), nn.LeakyReLU(SLOPE)]
        inputs = 64
        for width, stride in ((64, 2), (128, 1), (128, 2), (256, 1), (256, 2), (512, 1), (512, 2)):
            layers += [nn.Conv2d(inputs, width, 3, stride, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(width), nn.LeakyReLU(SLOPE)]
            inputs = width
        self.layers = nn.Sequential(*layers)
        self.judge = nn.Sequential(nn.Linear(512, 1024), nn.LeakyReLU(SLOPE), nn.Linear(1024, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits of N x 3 x H x W pictures in [0, 1]: N."""
        logits: Tensor = self.judge(self.layers(2 * pictures - 1).mean((2, 3)))
        return logits.flatten()

"""What a network that enlarges is taught: to undo what made pictures small."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, pixel_unshuffle

from zeuxis.data import Crops
from zeuxis.gan.losses import losses
from zeuxis.gan.penalties import slope_penalty
from zeuxis.perception.distances import DISTANCES
from zeuxis.perception.losses import content_loss
from zeuxis.perception.vgg import VGG, load_vgg
from zeuxis.training.precision import device_for, precision_for
from zeuxis.upscaling.degrading import DEGRADATIONS, Damage, Floats, at_8_bits
from zeuxis.upscaling.networks import Enlarging
from zeuxis.upscaling.networks.discriminators import DISCRIMINATORS
from zeuxis.upscaling.training.settings import UpscaleTrainSettings

SHRINK = 1.6  # photographs are shown at up to so many times less than their size
SHRUNK = 0.5  # how many of them; those of full size may have flaws of JPEG
CELLS = 4  # a side: of the parts in which an error that repeats is a lattice
SHIFT = 8  # pixels: VGG and discriminators halve pictures two or three times


class Players(nn.Module):
    """A network that enlarges, and who judges it, if there is one."""

    def __init__(self, network: Enlarging, discriminator: nn.Module | None) -> None:
        super().__init__()
        self.network, self.discriminator = network, discriminator


@dataclass(frozen=True, eq=False)
class Batch:
    """Pictures as they come in, and as they are to come out.

    Attributes:
        small: N x 3 x c x c.
        large: N x 3 x sc x sc.
        shift: rows and columns of the latter that VGG and the discriminator do not see. They would else
            always halve them in step with how pixels are shuffled into place, and teach a lattice.
    """

    small: Tensor
    large: Tensor
    shift: tuple[int, int]

    def seen(self, pictures: Tensor) -> Tensor:
        """What VGG and the discriminator see of large pictures."""
        down, right = self.shift
        return pictures[..., down:, right:]


@dataclass(frozen=True, eq=False)
class UpscaleLesson:
    """Pixels, what VGG sees and a rival, each as much as its weight says.

    Attributes:
        players: what learns.
        crops: photographs.
        settings: the knobs.
        precision: of the networks' numbers.
        vgg: what sees; None if that does not count.
    """

    players: Players
    crops: Crops
    settings: UpscaleTrainSettings
    precision: torch.dtype
    vgg: VGG | None

    def batch(self, step: int, _: int) -> Batch:
        """The batch of a step."""
        rng = np.random.default_rng([self.settings.seed, step])
        large = [self._picture(rng) for _ in range(self.settings.batch_size)]
        degraded = degradation_of(self.settings)
        small = [degraded(picture, rng) for picture in large]
        device = next(self.players.parameters()).device
        down, right = (int(each) for each in rng.integers(SHIFT, size=2))
        return Batch(_stacked(small).to(device), _stacked(large).to(device), (down, right))

    def turns(self, batch: Batch) -> Iterator[dict[str, Tensor]]:
        """The discriminator's turn, if there is one, and the network's."""
        with self._at_precision(batch.small):
            enlarged: Tensor = self.players.network(batch.small)
        if self.settings.adversarial_weight > 0:
            yield self._judged(enlarged.detach(), batch)
        yield self._enlarged(enlarged, batch)

    def _judged(self, enlarged: Tensor, batch: Batch) -> dict[str, Tensor]:
        """What the discriminator costs."""
        assert self.players.discriminator is not None
        self.players.discriminator.requires_grad_(True)
        game = losses.get(self.settings.loss)
        found = {
            "discriminator": game.discriminator(
                self._logits(batch.seen(batch.large)), self._logits(batch.seen(enlarged))
            )
        }
        if self.settings.r1_gamma > 0:
            real = batch.seen(batch.large)
            slopes = slope_penalty(lambda x, _: self._logits(x), real)
            found["r1"] = self.settings.r1_gamma / 2 * slopes
        return found

    def _enlarged(self, enlarged: Tensor, batch: Batch) -> dict[str, Tensor]:
        """What the network costs: Ledig et al. 2017, equation 3, with pixels beside what VGG sees."""
        settings = self.settings
        found = {}
        if settings.pixel_weight > 0:
            far = DISTANCES.get(PIXEL_LOSSES[settings.pixel_loss])
            found["pixel"] = settings.pixel_weight * far(enlarged, batch.large)
        if self.vgg is not None:
            with torch.no_grad():
                wanted = self.vgg(batch.seen(batch.large), settings.perceptual_layers)
            seen = self.vgg(batch.seen(enlarged), settings.perceptual_layers)
            gaps = [content_loss(seen[k].float(), wanted[k].float()) for k in wanted]
            found["perceptual"] = settings.perceptual_weight * torch.stack(gaps).mean()
        if self.vgg is not None or self.players.discriminator is not None:
            lattice = lattice_loss(enlarged, batch.large, settings.scale)
            found["lattice"] = settings.lattice_weight * lattice
        if self.players.discriminator is not None:
            # What it costs goes through the discriminator, which itself is not to learn from it.
            self.players.discriminator.requires_grad_(False)
            game = losses.get(settings.loss)
            real = batch.seen(batch.large)
            known = self._logits(real).detach() if game.needs_real else None
            fooled = game.generator(self._logits(batch.seen(enlarged)), known)
            found["adversarial"] = settings.adversarial_weight * fooled
        return found

    def _logits(self, pictures: Tensor) -> Tensor:
        assert self.players.discriminator is not None
        with self._at_precision(pictures):
            logits: Tensor = self.players.discriminator(pictures)
        return logits.float()

    def _picture(self, rng: np.random.Generator) -> Floats:
        """A crop as it is to come out, sc x sc x 3, turned some way."""
        side = self.settings.scale * self.settings.crop
        shrink = SHRINK if rng.random() < SHRUNK else 1.0
        picture = self.crops.draw(rng, side, shrink=shrink).transpose(1, 2, 0)
        return at_8_bits(np.rot90(picture, int(rng.integers(4))))

    def _at_precision(self, pictures: Tensor) -> torch.autocast:
        is_less = self.precision != torch.float32
        return torch.autocast(pictures.device.type, self.precision, enabled=is_less)


def lattice_loss(enlarged: Tensor, large: Tensor, scale: int) -> Tensor:
    """What of the error repeats from pixel to pixel of the small picture, squared.

    Where texture is lost, what VGG sees gets nearer with any texture, and a network that shuffles pixels into
    place most easily makes one that is the same in each pixel of the small picture. Errors of true texture
    differ from one to the next, and vanish in the mean over some of them. Ours.

    Args:
        enlarged: N x 3 x sH x sW.
        large: what it should be.
        scale: s.
    """
    places = pixel_unshuffle(enlarged - large, scale)
    return avg_pool2d(places, min(CELLS, *places.shape[2:]), stride=CELLS // 2).square().mean()


PIXEL_LOSSES = {"l1": "l1", "l2": "mse"}  # as papers call them, and as we do


def lesson_of(network: Enlarging, crops: Crops, settings: UpscaleTrainSettings) -> UpscaleLesson:
    """The lesson of a network, which is brought to the device of the settings.

    Raises:
        ZeuxisError: for a device, a VGG, a layer or a loss that there is not.
    """
    device = device_for(settings.device)
    precision = precision_for(settings.precision, device)
    discriminator, vgg = None, None
    if settings.adversarial_weight > 0:
        losses.get(settings.loss)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            discriminator = DISCRIMINATORS.get(settings.discriminator)()
    if settings.perceptual_weight > 0:
        vgg = load_vgg(settings.vgg, device=str(device))
        vgg = vgg if precision == torch.float32 else vgg.at(precision)
    players = Players(network, discriminator).to(device)
    return UpscaleLesson(players, crops, settings, precision, vgg)


def degradation_of(
    settings: UpscaleTrainSettings,
) -> Callable[[Floats, np.random.Generator], Floats]:
    """What makes a picture small, sH x sW x 3 to H x W x 3."""
    degraded = DEGRADATIONS.get(settings.degradation)
    damage = Damage(settings.blur, settings.noise, settings.jpeg_quality)
    return lambda picture, rng: degraded(picture, settings.scale, damage, rng)


def _stacked(pictures: list[Any]) -> Tensor:
    """N pictures of H x W x 3 as N x 3 x H x W, channels last."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)

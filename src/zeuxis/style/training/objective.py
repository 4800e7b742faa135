"""The loss of painted crops: Johnson et al. 2016, section 3.2, for several styles at once."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from zeuxis.perception.grams import relative_style_loss
from zeuxis.perception.losses import content_loss, total_variation
from zeuxis.perception.tones import patch_loss, tone_loss
from zeuxis.perception.vgg import VGG
from zeuxis.style.training.settings import StyleTrainSettings


class Objective:
    """What painted crops cost, by part."""

    def __init__(self, vgg: VGG, settings: StyleTrainSettings) -> None:
        self.vgg, self.settings = vgg, settings

    def __call__(
        self, painted: Tensor, photos: Tensor, targets: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """Weighted losses of N painted crops.

        Args:
            painted: N x 3 x H x W in [0, 1].
            photos: what they were painted on.
            targets: Gram matrices of their paintings, N x C x C for each style layer.
        """
        settings = self.settings
        with torch.no_grad():
            wanted = self.see(photos, settings.content_layers)
        seen = self.see(painted, {*settings.content_layers, *settings.style_layers})
        contents = [
            content_loss(seen[layer].float(), wanted[layer].float())
            for layer in settings.content_layers
        ]
        return {
            "content": settings.content_weight * torch.stack(contents).mean(),
            "style": settings.style_weight * relative_style_loss(seen, targets).mean(),
            "tone": settings.tone_weight * tone_loss(painted, photos).mean(),
            "patch": settings.patch_weight * patch_loss(painted, photos).mean(),
            "tv": settings.tv_weight * total_variation(painted),
        }

    def see(self, pictures: Tensor, layers: Sequence[str] | set[str]) -> dict[str, Tensor]:
        """Features of pictures, at the network's own precision."""
        features: dict[str, Tensor] = self.vgg(pictures, layers)
        return features

"""How far made clothes are from real ones: by the features of a small classifier, trained here."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.metrics.frechet import Moments, frechet_distance

EPOCHS, BATCH, RATE = 4, 128, 3e-3


class Classifier(nn.Module):
    """28 x 28 grey pictures to 10 classes, by 128 features."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Dropout(0.25), nn.Linear(64 * 49, 128), nn.ReLU()),
        )
        self.classes = nn.Linear(128, 10)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.classes(self.features(pictures))


class Judge:
    """The distance between the features of made pictures and those of the test set."""

    def __init__(
        self, train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor], file: Path
    ) -> None:
        self.classifier = Classifier()
        if file.exists():
            self.classifier.load_state_dict(torch.load(file, weights_only=True))
        else:
            self._learn(*train)
            torch.save(self.classifier.state_dict(), file)
        self.classifier.eval()
        with torch.no_grad():
            right = [(self.classifier(x).argmax(1) == y) for x, y in _parts(*test)]
        self.accuracy = torch.cat(right).float().mean().item()
        if self.accuracy < 0.91:
            raise SystemExit(f"the classifier is right only {self.accuracy:.1%} of the time")
        self.real = self._moments(x for x, _ in _parts(*test))

    def __call__(self, pictures: Iterable[Tensor]) -> float:
        """Of parts of N x 1 x 28 x 28 in [0, 1]."""
        made, real = self._moments(pictures), self.real
        return frechet_distance(made.mean, made.covariance, real.mean, real.covariance)

    @torch.no_grad()
    def _moments(self, parts: Iterable[Tensor]) -> Moments:
        return Moments.of(np.concatenate([self.classifier.features(x).numpy() for x in parts]))

    def _learn(self, pictures: Tensor, labels: Tensor) -> None:
        steps = EPOCHS * (len(pictures) // BATCH)
        optimizer = torch.optim.Adam(self.classifier.parameters(), fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
        for _ in range(EPOCHS):
            for chosen in torch.randperm(len(pictures)).split(BATCH)[: steps // EPOCHS]:
                loss = F.cross_entropy(self.classifier(pictures[chosen]), labels[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()


def _parts(pictures: Tensor, labels: Tensor) -> Iterable[tuple[Tensor, Tensor]]:
    return zip(pictures.split(500), labels.split(500), strict=True)

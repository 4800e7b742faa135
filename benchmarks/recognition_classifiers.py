"""The classifiers of `recognition.py`: a linear one, and a small network that learns from labels."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.training.precision import precision_for

PENALTIES = (10.0, 1.0, 0.1, 0.01, 0.001)  # of the squared weights; the strongest first
ITERATIONS = 50  # of L-BFGS, at most, for each penalty
FEW, FOLDS = 1000, 5  # up to so many labels all of 5 folds are held out in turn, above only one
BATCH, RATE, DECAY = 64, 3e-3, 1e-3
SHIFT = 2  # pixels
FEWEST_STEPS, MOST_STEPS, EPOCHS = 400, 3750, 12

Labelled = tuple[Tensor, Tensor]  # rows, or pictures N x C x H x W in [0, 1], and N classes


class Linear:
    """Multinomial logistic regression, by L-BFGS: mean cross-entropy + penalty / 2 x squared weights.

    `fit` begins where it ended the last time: it is quick for ever weaker penalties.

    Args:
        rows: N x F.
        classes: how many.
    """

    def __init__(self, rows: int, classes: int) -> None:
        self.weights = torch.zeros(rows, classes, requires_grad=True)
        self.biases = torch.zeros(classes, requires_grad=True)

    def fit(self, data: Labelled, penalty: float) -> None:
        """Learn from rows."""
        optimizer = torch.optim.LBFGS(
            [self.weights, self.biases],
            max_iter=ITERATIONS,
            tolerance_grad=1e-4,
            tolerance_change=1e-6,
            line_search_fn="strong_wolfe",
        )

        def cost() -> Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(data[0] @ self.weights + self.biases, data[1])
            loss = loss + penalty / 2 * self.weights.square().sum()
            loss.backward()
            return loss

        optimizer.step(cost)

    @torch.no_grad()
    def accuracy(self, data: Labelled) -> float:
        """The share of rows whose class it finds."""
        found = (data[0] @ self.weights + self.biases).argmax(1)
        return (found == data[1]).float().mean().item()


def linear(data: Labelled, test: Labelled, classes: int) -> float:
    """Accuracy on the test set, with the penalty that held-out parts of the data have chosen."""
    count, found = len(data[0]), torch.zeros(len(PENALTIES))
    for fold in range(FOLDS if count <= FEW else 1):
        first, last = count * fold // FOLDS, count * (fold + 1) // FOLDS
        held_out = data[0][first:last], data[1][first:last]
        # the first fold leaves a view of the rest: nothing large is copied
        kept = (data[0][last:], data[1][last:]) if fold == 0 else _without(data, first, last)
        model = Linear(data[0].shape[1], classes)
        for number, penalty in enumerate(PENALTIES):
            model.fit(kept, penalty)
            found[number] += model.accuracy(held_out)
    best = int(found.argmax())
    model = Linear(data[0].shape[1], classes)
    for penalty in PENALTIES[: best + 1]:
        model.fit(data, penalty)
    accuracy = model.accuracy(test)
    print(f"  {count:,} labels: {accuracy:.2%} with a penalty of {PENALTIES[best]:g}", flush=True)
    return accuracy


def _without(data: Labelled, first: int, last: int) -> Labelled:
    rows, labels = data
    return torch.cat([rows[:first], rows[last:]]), torch.cat([labels[:first], labels[last:]])


class Network(nn.Module):
    """Four convolutions with batch normalisation, the mean of all places, one dense layer."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_stage(channels, 32),
            *_stage(32, 64),
            nn.MaxPool2d(2),
            *_stage(64, 128),
            nn.MaxPool2d(2),
            *_stage(128, 128),
            nn.AdaptiveAvgPool2d(1),
            *(nn.Flatten(), nn.Dropout(0.25), nn.Linear(128, classes)),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        return self.layers(pictures)


def _stage(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)


def supervised(
    sources: Sequence[Labelled], test: Labelled, classes: int, seed: int, steps: int | None = None
) -> float:
    """Accuracy on the test set of a network that takes as much of each batch from every source.

    Batches are shifted by up to two pixels, in colour also mirrored. Nothing of it is chosen by results.
    """
    torch.manual_seed(seed)
    dtype = precision_for("auto", torch.device("cpu"))
    network = Network(test[0].shape[1], classes).to(memory_format=torch.channels_last)
    count = sum(len(labels) for _, labels in sources)
    steps = steps or min(max(FEWEST_STEPS, EPOCHS * count // BATCH), MOST_STEPS)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(steps):
        pictures, labels = _batch(sources)
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            logits = network(pictures).float()
        optimizer.zero_grad()
        F.cross_entropy(logits, labels).backward()
        optimizer.step()
        schedule.step()
    network.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        found = torch.cat([network(part).argmax(1) for part in test[0].split(500)])
    return (found == test[1]).float().mean().item()


def _batch(sources: Sequence[Labelled]) -> Labelled:
    chosen = [torch.randint(len(labels), (BATCH // len(sources),)) for _, labels in sources]
    pictures = torch.cat([p[c] for (p, _), c in zip(sources, chosen, strict=True)])
    labels = torch.cat([y[c] for (_, y), c in zip(sources, chosen, strict=True)])
    down, right = torch.randint(2 * SHIFT + 1, (2,)).tolist()
    height, width = pictures.shape[2:]
    padded = F.pad(pictures, (SHIFT,) * 4, mode="replicate")
    pictures = padded[:, :, down : down + height, right : right + width]
    if pictures.shape[1] == 3 and torch.rand(()) < 0.5:
        pictures = pictures.flip(3)
    return pictures.contiguous(memory_format=torch.channels_last), labels

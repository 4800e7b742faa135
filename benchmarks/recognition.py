"""What a discriminator has learned without labels, for those who have few (Radford et al. 2016, section 5).

    python benchmarks/recognition.py --data ../shared/data --data-sets fashion cifar --steps 3000

With 100, 1,000 and all labels: a linear classifier on pixels; the same on features of an unconditional
dcgan's discriminator, 32 px, that was trained on the training part without labels, and, to compare, on those
of one after its first step; and a small network that learns from the labels. Fashion-MNIST also shows what
pictures of the shipped `fashion` generator add to few real ones. All with one thread.

What is measured is kept in benchmarks/results/recognition.json and is not measured again by the same command;
runs are kept in out/recognition. So it can be interrupted at any time. recognition.md is of what is there.
"""

import argparse
import json
import platform
import shutil
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from recognition_classifiers import Labelled, linear, supervised
from recognition_table import DRAWS, GENERATED, NAMES, SIZES, page
from torch import Tensor

import zeuxis
from zeuxis.data import PictureSet, prepare
from zeuxis.gan.features import extract
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training.run import resume, train
from zeuxis.training import load_checkpoint
from zeuxis.training.folder import RunFolder

RESULTS = Path(__file__).parent / "results"
LOOK = 15  # minutes from one checkpoint to the next: where nothing else runs, there is but the last
STEPS = 1000  # of a network that learns from real and generated pictures


def cifar(data: Path, folder: Path) -> Path:
    """An .npz of the data pack's CIFAR-10, which comes on sheets of 1,000."""
    file = folder / "cifar10" / "cifar10.npz"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(data / "cifar10" / "classes.txt", file.parent)
        arrays = {}
        for split in ("train", "test"):
            sheets = sorted((data / "cifar10").glob(f"{split}_*.webp"))
            arrays[f"x_{split}"] = np.concatenate([_cut(sheet) for sheet in sheets])
            arrays[f"y_{split}"] = np.load(data / "cifar10" / f"{split}_labels.npy")
        np.savez(file, **arrays)
    return file


def _cut(sheet: Path) -> np.ndarray:
    cells = np.asarray(Image.open(sheet).convert("RGB")).reshape(25, 32, 40, 32, 3)
    return cells.transpose(0, 2, 1, 3, 4).reshape(-1, 32, 32, 3)


def trained(data: Path, folder: Path, steps: int) -> float:
    """A run of an unconditional dcgan of so many steps, gone on with if there is one; its CPU-minutes."""
    run, clock = RunFolder(folder), folder.with_suffix(".minutes")
    before = float(clock.read_text()) if clock.exists() else 0.0
    began = time.process_time()
    if not run.settings.exists():
        settings = GanSettings(network="dcgan", size="32", steps=steps, preview_minutes=LOOK)
        train(data, folder, settings, say=print)
    elif load_checkpoint(run.last, torch.device("cpu"))[1]["step"] < steps:
        resume(folder, steps=steps, say=print)
    else:
        return before
    used = before + (time.process_time() - began) / 60
    clock.write_text(f"{used:.2f}\n")
    return used


def pictures_of(data: Path, name: str, split: str) -> Labelled:
    """N x C x H x W in [0, 1] in their own size, and their classes."""
    side, channels = (28, 1) if name == "fashion" else (32, 3)
    found: PictureSet = prepare(
        data, height=side, width=side, channels=channels, classes=True, split=split
    )
    pixels = torch.from_numpy(np.array(found.pictures)).permute(0, 3, 1, 2)
    return pixels.float() / 255, torch.from_numpy(found.labels.copy())


def features_of(run: Path, data: Path, labels: Tensor, split: str) -> Tensor:
    """What the discriminator sees, N x F."""
    file = run.parent / f"{run.name}-{split}.npz"
    extract(run, data, file, split=split, overwrite=True)
    with np.load(file) as found:
        assert np.array_equal(found["labels"], labels)
        rows = torch.from_numpy(found["features"])
    file.unlink()
    return rows


def standardized(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """In place: by mean and deviation of the training pictures, for which no label is needed."""
    for first in range(0, train.shape[1], 256):
        columns = slice(first, first + 256)
        mean, deviation = train[:, columns].mean(0), train[:, columns].std(0).clamp(min=1e-4)
        for rows in (train, test):
            rows[:, columns] = (rows[:, columns] - mean) / deviation
    return train, test


def drawn(data: Labelled, size: int | None, draw: int) -> Labelled:
    """So many of the pictures, other ones each time; the order is a random one."""
    chosen = slice(None) if size is None else slice(draw * size, (draw + 1) * size)
    return data[0][chosen], data[1][chosen]


def repeated(
    data: Labelled, size: int | None, accuracy: Callable[[Labelled, int], float]
) -> dict[str, float]:
    """Mean and deviation of percentages over draws; all labels can be drawn but once."""
    draws = range(1 if size is None else DRAWS)
    found = [100 * accuracy(drawn(data, size, draw), draw) for draw in draws]
    spread = statistics.stdev(found) if len(found) > 1 else 0.0
    return {"mean": round(statistics.mean(found), 2), "deviation": round(spread, 2)}


class Comparison:
    """Accuracies on a data set, each written as soon as it is known.

    Args:
        name: of the data set.
        about: what is written; what is in it already is not measured again.
        train: pictures and classes to learn from.
        test: and to be asked about.
    """

    def __init__(self, name: str, about: dict[str, Any], train: Labelled, test: Labelled) -> None:
        self.name, self.about, self.train, self.test = name, about, train, test
        self.classes = int(train[1].max()) + 1

    def knows(self, table: str, way: str) -> bool:
        """Whether all of a row was measured."""
        return len(self.about.get(table, {}).get(way, {})) == len(SIZES)

    def lines(self, way: str, make: Callable[[], tuple[Tensor, Tensor]]) -> None:
        """Of linear classifiers on rows of the training and the test pictures, made if need be."""
        rows = cache(lambda: standardized(*make()))

        def by_line(few: Labelled, _: int) -> float:
            return linear(few, (rows()[1], self.test[1]), self.classes)

        for size in SIZES:
            self._keep(
                "accuracy",
                way,
                size,
                lambda size=size: repeated((rows()[0], self.train[1]), size, by_line),
            )

    def networks(self) -> None:
        """Of networks that learn from the labelled pictures alone."""
        for size in SIZES:
            self._keep("accuracy", "network", size, partial(self._networks, size, ()))

    def augmented(self) -> None:
        """Of networks on few real pictures of clothes, with and without generated ones."""
        made = zeuxis.Generator.load("fashion").sample(GENERATED, seed=0)
        assert made.labels is not None
        pictures = torch.from_numpy(made.array).permute(0, 3, 1, 2).float() / 255
        generated = pictures, torch.from_numpy(made.labels)
        for size in SIZES[:2]:
            self._keep("augmentation", "real", size, partial(self._networks, size, (), STEPS))
            both = partial(self._networks, size, (generated,), STEPS)
            self._keep("augmentation", "both", size, both)
        alone = partial(self._networks, 0, (generated,), STEPS)
        self._keep("augmentation", "generated", SIZES[0], alone)

    def _networks(
        self, size: int | None, more: tuple[Labelled, ...], steps: int | None = None
    ) -> dict[str, float]:
        def accuracy(few: Labelled, draw: int) -> float:
            sources = [few, *more] if len(few[1]) else more
            return supervised(sources, self.test, self.classes, draw, steps)

        return repeated(self.train, size, accuracy)

    def _keep(
        self, table: str, way: str, size: int | None, job: Callable[[], dict[str, float]]
    ) -> None:
        cells = self.about.setdefault(table, {}).setdefault(way, {})
        key = str(size or "all")
        if key not in cells:
            cells[key] = job()
            print(f"{self.name}: {table}, {way}, {key}: {cells[key]}", flush=True)
            write(self.name, self.about)


def measure(name: str, data: Path, folder: Path, about: dict[str, Any], steps: int) -> None:
    """All of a data set."""
    source = data / "fashion_mnist" if name == "fashion" else cifar(data, folder)
    train_set, test_set = (pictures_of(source, name, split) for split in ("train", "test"))
    about["pictures"] = len(train_set[1])
    comparison = Comparison(name, about, train_set, test_set)
    comparison.lines(
        "pixels", lambda: (train_set[0].flatten(1).clone(), test_set[0].flatten(1).clone())
    )
    for way, length in {"untrained": 1, "features": steps}.items():
        if comparison.knows("accuracy", way):
            continue
        run = folder / f"{name}-{length}"
        about["minutes"] = round(trained(source, run, length), 1)
        about["step"] = load_checkpoint(RunFolder(run).best, torch.device("cpu"))[1]["step"]
        print(f"{name}: {length} steps in {about['minutes']} minutes of the processor", flush=True)
        comparison.lines(
            way,
            lambda run=run: (
                features_of(run, source, train_set[1], "train"),
                features_of(run, source, test_set[1], "test"),
            ),
        )
    comparison.networks()
    if name == "fashion":
        comparison.augmented()


def write(name: str, about: dict[str, Any]) -> None:
    """Put a data set's results among the others, and make the page anew."""
    file = RESULTS / "recognition.json"
    file.write_text(json.dumps(results() | {name: about}, indent=1) + "\n")
    (RESULTS / "recognition.md").write_text(page(results()))


def results() -> dict[str, Any]:
    """What was measured so far."""
    file = RESULTS / "recognition.json"
    return json.loads(file.read_text()) if file.exists() else {}


def machine() -> str:
    """The processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), "")
    return f"{model or platform.processor()}, one thread, torch {torch.__version__}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--data-sets", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--steps", type=int, default=3000, help="of training, for each data set")
    parser.add_argument("--output", type=Path, default=Path("out/recognition"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name in args.data_sets:
        command = f"python benchmarks/recognition.py --data-sets {name} --steps {args.steps}"
        about = results().get(name, {})
        if about.get("command") != command:
            about = {"machine": machine(), "date": f"{datetime.now():%Y-%m-%d %H:%M}"}
        measure(name, args.data, args.output, about | {"command": command}, args.steps)


if __name__ == "__main__":
    main()

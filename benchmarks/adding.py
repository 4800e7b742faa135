"""How soon a style that is added paints like one that was trained into the network.

    python benchmarks/adding.py --data ../shared/data

A picture that the shipped network has not seen becomes a style of it in three ways: by `zeuxis style add`,
which tunes two rows for some minutes; by training all of a copy of the network on it, while at least half of
every batch is the picture's and the other half keeps the 13 styles that were there; and by training all of a
copy on nothing else, which forgets them. All begin from the nearest style. Losses are those of
`networks.py`, on photographs that were not practised on. Results go to benchmarks/results/adding.md.

With --cpu-time the minutes are those of the processor, for a machine that others use as well.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import skimage.data
import torch
from networks import quality

from zeuxis.images import Picture, write
from zeuxis.models import Card, read_card, save
from zeuxis.style.gallery import SHIPPED
from zeuxis.style.graphs import add_graphs
from zeuxis.style.model import StyleModel, load_model
from zeuxis.style.training import trainer
from zeuxis.style.training.lessons import Batch, StyleLesson, begin_from, lesson_of
from zeuxis.style.training.run import add_style
from zeuxis.style.training.settings import ADDING, StyleTrainSettings
from zeuxis.training.session import Session

HERE = Path(__file__).parent
PICTURES = {
    "tissue": skimage.data.immunohistochemistry,
    "sky": skimage.data.hubble_deep_field,
}


class Half(StyleLesson):
    """The first style in half of a batch, and all in turn in the other half."""

    def batch(self, step: int, steps: int) -> Batch:
        batch = super().batch(step, steps)
        batch.styles[::2] = 0
        return batch


def trained(
    painting: Path, others: list[Path], content: Path, output: Path, minutes: float
) -> dict[str, float]:
    """All of the shipped network, trained on one painting, and on others that it knows; its metrics.

    Args:
        painting: the new style, which becomes the first.
        others: the paintings of the styles of the shipped network, in order; or none.
        content: photographs.
        output: a model file.
        minutes: to train for.
    """
    known, _, card = load_model(SHIPPED)
    assert len(others) in (0, len(known.styles))
    styles = [{"name": painting.stem}, *(known.styles if others else [])]
    model = StyleModel(load_model(SHIPPED)[0].network, styles)
    settings = StyleTrainSettings(minutes=minutes, learning_rate=1e-3, plain_weight=0.0)
    lesson = lesson_of(model, [painting, *others], content, settings)
    begin_from(known, lesson)
    if others:
        lesson = Half(**vars(lesson))
    session = Session(model, lesson, settings, rates=settings.rate, growth=settings.growth)
    session.train()
    card = Card(name=output.stem, kind=card.kind, extra=model.extra())
    save(output, add_graphs(model.tensors(), card), card)
    return session.metrics()


def paintings_of(model: Path, data: Path) -> list[Path]:
    """The paintings that a model was trained on, from the command on its card."""
    words = read_card(model).command.split()
    return [data / "style" / word for word in words if word.endswith(".jpg")]


def figures(name: str, content: Path, data: Path, args: argparse.Namespace) -> Iterator[str]:
    """The lines of the table for a picture."""
    photos = sorted((data / "content_test").glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        painting, model = Path(folder) / f"{name}.png", Path(folder) / f"{name}.safetensors"
        write(Picture.from_array(PICTURES[name]()), painting, overwrite=True)
        whole: list[float] = []
        ways = {
            "whole network, this picture alone": [],
            "whole network, all": paintings_of(SHIPPED, data),
        }
        for how, others in ways.items():
            metrics = trained(painting, others, content, model, args.fully)
            own = quality(model, painting, photos, ADDING)
            whole.append(own["style"])
            yield _line(name, how, args.fully, metrics["steps"], own, whole)
        for minutes in args.minutes:
            steps: list[int] = []
            settings = replace(ADDING, minutes=minutes)
            card = add_style(
                painting, SHIPPED, model, content, settings, about={"name": name}, force=True,
                callbacks=[lambda report, steps=steps: steps.append(report.step)],
            )  # fmt: skip
            number = len(card.extra["styles"]) - 1
            own = quality(model, painting, photos, settings, number)
            yield _line(name, "rows", minutes, steps[-1], own, whole)


def _line(
    name: str, how: str, minutes: float, steps: float, own: dict[str, float], whole: list[float]
) -> str:
    over = [f"{own['style'] / each:.2f}" for each in whole] + [""]
    return (
        f"| {name} | {how} | {minutes:g} | {steps:g} | {own['style']:.3f} | {own['content']:.2f} | "
        f"{over[0]} | {over[1]} |"
    )


def main() -> None:
    """Add, train, measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 3, 6])
    parser.add_argument("--fully", type=float, default=6)
    parser.add_argument("--pictures", nargs="+", default=list(PICTURES), choices=list(PICTURES))
    parser.add_argument("--cpu-time", action="store_true", help="minutes of the processor")
    args = parser.parse_args()
    minutes = " ".join(f"{each:g}" for each in args.minutes)
    said = f"--minutes {minutes} --fully {args.fully:g} --pictures {' '.join(args.pictures)}"
    if args.cpu_time:
        trainer.time = argparse.Namespace(monotonic=time.process_time)
        said += " --cpu-time"
    lines = [
        "# A style added, and a style trained fully",
        "",
        f"{date.today()}, {torch.get_num_threads()} threads, "
        f"`python benchmarks/adding.py --data ../shared/data {said}`",
        "",
        "| picture | how | minutes | steps | style loss | content loss | over that of a network of its own "
        "| over that of a network of all |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in args.pictures:
        for line in figures(name, args.data / "content/open", args.data, args):
            lines.append(line)
            print(line, flush=True)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "adding.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

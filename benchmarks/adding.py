"""How soon a style that is added paints like one that was trained into the network.

    python benchmarks/adding.py --data ../shared/data

A picture that the shipped network has not seen becomes a style of it: by `zeuxis style add`, which tunes two
rows for some minutes, and by training all of a copy of the network on nothing else. Both begin from the
nearest style. Losses are those of `networks.py`, on photographs that were not practised on. Results go to
benchmarks/results/adding.md.
"""

import argparse
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import skimage.data
import torch
from networks import quality

from zeuxis.images import Picture, write
from zeuxis.models import Card, save
from zeuxis.style.gallery import SHIPPED
from zeuxis.style.graphs import add_graphs
from zeuxis.style.model import StyleModel, load_model
from zeuxis.style.training.lessons import begin_from_nearest, lesson_of
from zeuxis.style.training.run import add_style
from zeuxis.style.training.session import Session
from zeuxis.style.training.settings import ADDING, StyleTrainSettings

HERE = Path(__file__).parent
PICTURES = {
    "tissue": skimage.data.immunohistochemistry,
    "sky": skimage.data.hubble_deep_field,
}


def trained_fully(painting: Path, content: Path, output: Path, minutes: float) -> None:
    """All of the shipped network, trained on one painting alone."""
    known, _, card = load_model(SHIPPED)
    style = {"name": painting.stem}
    model = StyleModel(load_model(SHIPPED)[0].network, [style])
    settings = StyleTrainSettings(minutes=minutes, learning_rate=1e-3, plain_weight=0.0)
    lesson = lesson_of(model, [painting], content, settings)
    begin_from_nearest(lesson, known)
    Session(model, lesson, settings).train()
    card = Card(name=output.stem, kind=card.kind, extra=model.extra())
    save(output, add_graphs(model.tensors(), card), card)


def main() -> None:
    """Add, train, measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 3, 6])
    parser.add_argument("--fully", type=float, default=6)
    parser.add_argument("--pictures", nargs="+", default=list(PICTURES), choices=list(PICTURES))
    args = parser.parse_args()
    photos = sorted((args.data / "content_test").glob("*.jpg"))
    content = args.data / "content/open"
    lines = [
        "# A style added, and a style trained fully",
        "",
        f"{date.today()}, {torch.get_num_threads()} threads, "
        "`python benchmarks/adding.py --data ../shared/data`",
        "",
        "| picture | how | minutes | style loss | content loss | style loss over the full one's |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name in args.pictures:
            painting, model = Path(folder) / f"{name}.png", Path(folder) / f"{name}.safetensors"
            write(Picture.from_array(PICTURES[name]()), painting, overwrite=True)
            trained_fully(painting, content, model, args.fully)
            full = quality(model, painting, photos, ADDING)
            lines.append(
                f"| {name} | whole network | {args.fully:g} | {full['style']:.3f} | {full['content']:.2f} | |"
            )
            print(lines[-1], flush=True)
            for minutes in args.minutes:
                settings = replace(ADDING, minutes=minutes)
                card = add_style(
                    painting, SHIPPED, model, content, settings, about={"name": name}, force=True
                )
                number = len(card.extra["styles"]) - 1
                own = quality(model, painting, photos, settings, number)
                lines.append(
                    f"| {name} | rows | {minutes:g} | {own['style']:.3f} | {own['content']:.2f} | "
                    f"{own['style'] / full['style']:.2f} |"
                )
                print(lines[-1], flush=True)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "adding.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

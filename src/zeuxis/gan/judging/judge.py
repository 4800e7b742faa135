"""From a generator and real pictures to numbers, and to a page about them."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from zeuxis.data import PictureSet
from zeuxis.gan.forger import Generator
from zeuxis.gan.judging.course import course
from zeuxis.gan.judging.made import Kept, order_for
from zeuxis.gan.judging.real import Real, real_pictures
from zeuxis.gan.judging.settings import JudgeSettings
from zeuxis.images import Picture
from zeuxis.metrics.describing import describe
from zeuxis.metrics.enough import check_classifier, check_counts
from zeuxis.metrics.features import FeatureNetwork, feature_network
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.report import (
    Report,
    Section,
    Side,
    check_report,
    numbers_of,
    sections,
    write_report,
)
from zeuxis.metrics.report.facts import facts_of
from zeuxis.metrics.sets import Evaluation, evaluate
from zeuxis.settings import command_of, validate
from zeuxis.training.precision import device_for

Progress = Callable[[str, int, int | None], None]  # what is done, how many, of how many


@dataclass(frozen=True)
class Judgement:
    """What was found.

    Attributes:
        evaluation: the numbers.
        made: what was made, in words.
        real: what it was compared with, in words.
        settings: the knobs.
    """

    evaluation: Evaluation
    made: str
    real: str
    settings: JudgeSettings

    def plain(self) -> dict[str, Any]:
        """All of it, of types that JSON has."""
        about = {"compared": self.real, "settings": asdict(self.settings)}
        return about | self.evaluation.plain()


def judge(
    source: str | Path,
    data: str | Path,
    settings: JudgeSettings | None = None,
    *,
    report: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Judgement:
    """Measure what a generator makes against real pictures.

    Of a generator that knows the classes of the data as many pictures of each are made as there are real
    ones, and each class is measured by itself, too. Memory does not grow with the number of pictures; a
    report keeps them in a temporary file.

    Args:
        source: a run, a model file or a name, as `zeuxis.Generator.load` takes it.
        data: real pictures, as `zeuxis.data.prepare` takes them; brought to the size and colours of the
            generator.
        settings: the knobs.
        report: an `.html` file to write, with pictures.
        overwrite: whether to replace one that is there.
        progress: called with what is done, how many times, and of how many.

    Raises:
        ZeuxisError: there is no generator, the data cannot be used, a setting is out of its range, pictures
            are fewer than the metrics need, or the report cannot be written.
    """
    settings, data = settings or JudgeSettings(), Path(data)
    validate(settings)
    if report is not None:
        check_report(report, overwrite)
    check_counts(settings.metrics, settings.samples, None)
    generator = Generator.load(source)
    network = feature_network(settings.network, str(device_for("auto")))
    check_classifier(settings.metrics, network.name, network.classifies)
    watch = progress or (lambda *_: None)
    real = real_pictures(
        generator,
        data,
        settings.pictures,
        settings.real,
        lambda done, of: watch("pictures prepared", done, of),
    )
    check_counts(settings.metrics, None, len(real.pictures))
    bench = _Bench(generator, real, settings, network, watch)
    if report is None:
        return bench.judgement()
    with tempfile.TemporaryFile(prefix="zeuxis-") as file:
        bench.kept = Kept(file, bench.order)
        judgement = bench.judgement()
        watch("drawn", 0, None)
        command = ["zeuxis", "evaluate", "gan", str(source), "--data", str(data)]
        title = f"{generator.card.name} beside {data.name}"
        write_report(bench.report(title, command_of(command, settings), judgement), report)
    return judgement


class _Bench:
    """A generator and real pictures, and what was seen of both.

    Attributes:
        kept: where made pictures go that are to be shown later.
    """

    kept: Kept | None = None

    def __init__(
        self,
        generator: Generator,
        real: Real,
        settings: JudgeSettings,
        network: FeatureNetwork,
        watch: Progress,
    ) -> None:
        self.generator, self.real, self.settings = generator, real, settings
        self.network, self.watch = network, watch
        self.complaints: list[str] = []
        self.order = order_for(
            generator,
            real.pictures.classes,
            real.pictures.labels,
            settings.samples,
            seed=settings.seed,
            truncation=settings.truncation,
        )

    @cached_property
    def made_seen(self) -> SetFeatures:
        """What was seen of the made pictures; they are made for it."""
        return self._seen(self._made(), "made pictures", self.order.count)

    @cached_property
    def real_seen(self) -> SetFeatures:
        """What was seen of the real ones."""
        return self._seen(self.real.pictures, "real pictures", None)

    def judgement(self) -> Judgement:
        """Compare what is made with what is real."""
        settings, sides = self.settings, (self.made_seen, self.real_seen)
        per_class, notes = self._per_class()
        self.watch("compared", 0, None)
        found = evaluate(
            *sides,
            metrics=settings.metrics,
            bootstrap=settings.bootstrap,
            seed=settings.seed,
            per_class=per_class,
        )
        found = replace(
            found,
            warnings=(*self.real.notes, *notes, *self.complaints, *found.warnings),
            per_class={self._title(name): value for name, value in found.per_class.items()},
        )
        return Judgement(found, self._made_what(), self.real.what, settings)

    def report(self, title: str, command: str, judgement: Judgement) -> Report:
        """The page about it, of pictures that were kept."""
        assert self.kept is not None
        real, pictures = self.real, self.kept.pictures
        labels = self.order.labels
        made = Side(self.made_seen, lambda n: Picture.from_array(pictures[n]), self._name, labels)
        sides = made, _side(real.pictures, self.real_seen)
        known = None
        if real.known.digest != real.pictures.digest:
            known = _side(real.known, self._seen(real.known, "training pictures", None))
        what = judgement.real if known is None else real.known_what
        looks = sections(*sides, judgement.evaluation, what=what, known=known)
        run: Section | None = course(self.generator.path)
        found = judgement.evaluation
        facts = facts_of(command, found.network, made=judgement.made, real=judgement.real)
        shown = looks if run is None else (*looks, run)
        return Report(title, numbers_of(found), shown, facts, self._card())

    def _made(self) -> Iterator[Any]:
        parts, labels = self.order.made(), self.order.labels
        done = 0
        for part in parts if self.kept is None else self.kept.passing(parts):
            yield part if labels is None else (part, labels[done : done + len(part)])
            done += len(part)

    def _seen(self, pictures: Any, what: str, count: int | None) -> SetFeatures:
        return describe(
            pictures,
            self.network,
            per_class=self.order.labels is not None,
            kept=isinstance(pictures, PictureSet),
            progress=lambda done, of: self.watch(f"{what} seen", done, of or count),
            complaints=self.complaints,
        )

    def _per_class(self) -> tuple[bool, tuple[str, ...]]:
        """Whether each class can be measured by itself, and what is to be said if it cannot."""
        classes = self.real.pictures.classes
        if not self.generator.classes or not classes:
            return False, ()
        if self.order.labels is None:
            return False, (
                f"the classes of the data, {', '.join(classes)}, are not those of the generator, "
                f"{', '.join(self.generator.classes)}: pictures were made of all of its classes in turn",
            )
        sides = self.made_seen.labels, self.real_seen.labels
        counts = [np.bincount(each, minlength=len(classes)) for each in sides if each is not None]
        if min(int(each[np.sum(counts, 0) > 0].min()) for each in counts) < 2:
            return False, (
                "a class has fewer than two pictures, so that classes were not measured: ask for more "
                "--samples",
            )
        return len(classes) > 1, ()

    def _made_what(self) -> str:
        order = self.order
        said = f"{order.count:,} pictures, seed {order.seed}, truncation {order.truncation:g}"
        if order.classes is not None:
            return f"{said}; of each class as many as there are real ones to compare"
        return f"{said}; of all classes in turn" if self.generator.classes else said

    def _title(self, name: str) -> str:
        """A class as the generator calls it."""
        names = self.order.names or {}
        titles = {self.real.pictures.classes[label]: own for own, label in names.items()}
        return self.generator.classes[titles[name]] if name in titles else name

    def _name(self, number: int) -> str:
        labels = self.order.labels
        if labels is None:
            return ""
        return self._title(self.real.pictures.classes[labels[number]])

    def _card(self) -> dict[str, str]:
        card = self.generator.card
        height, width, channels = self.generator.size
        told = {
            "name": card.name,
            "network": str(card.extra.get("network", "")),
            "pictures": f"{width}x{height}, {'grey' if channels == 1 else 'in colour'}",
            "classes": ", ".join(self.generator.classes),
            "data": card.data,
            "licence": card.licence,
            "source": card.source,
            "command": card.command,
            "metrics": ", ".join(f"{name} {value:g}" for name, value in card.metrics.items()),
        }
        return {name: said for name, said in told.items() if said}


def _side(pictures: PictureSet, found: SetFeatures) -> Side:
    return Side(
        found, lambda number: Picture.from_array(pictures.pictures[number]), labels=pictures.labels
    )

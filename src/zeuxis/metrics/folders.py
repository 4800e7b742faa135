"""Two folders of pictures, one beside the other."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from zeuxis.images import Picture, picture_files, read
from zeuxis.metrics.describing import describe
from zeuxis.metrics.enough import check_classifier, check_counts
from zeuxis.metrics.features import feature_network
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.pictures import known_of
from zeuxis.metrics.report import Report, Side, check_report, numbers_of, sections, write_report
from zeuxis.metrics.report.facts import facts_of
from zeuxis.metrics.sets import Evaluation, evaluate
from zeuxis.metrics.settings import EvaluateSettings
from zeuxis.settings import command_of, validate

Progress = Callable[[str, int, int | None], None]  # what is done, how many, of how many


def evaluate_folder(
    made: str | Path,
    real: str | Path,
    settings: EvaluateSettings | None = None,
    *,
    report: str | Path | None = None,
    overwrite: bool = False,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Evaluation:
    """Measure the pictures of one folder against those of another, at any depth.

    Args:
        made: a folder; all its pictures are brought to the size of the first.
        real: a folder; its pictures are brought to the same size.
        settings: the knobs.
        report: an `.html` file to write, with pictures.
        overwrite: whether to replace one that is there.
        device: where the network computes.
        progress: called with what is done, how many times, and of how many (None: unknown).

    Raises:
        ZeuxisError: a folder with fewer pictures than the metrics need (two at least), an unknown network, a
            setting out of range, a report that cannot be written.
    """
    settings, made, real = settings or EvaluateSettings(), Path(made), Path(real)
    validate(settings)
    if report is not None:
        check_report(report, overwrite)
    watch = progress or (lambda *_: None)
    counts = [known.count for folder in (made, real) if (known := known_of(folder))]
    check_counts(settings.metrics, *counts)
    network = feature_network(settings.network, device)
    check_classifier(settings.metrics, network.name, network.classifies)
    complaints: list[str] = []

    def seen(folder: Path, size: tuple[int, int] | None, what: str) -> SetFeatures:
        return describe(
            folder,
            network,
            size=size,
            kept=True,
            progress=lambda done, of: watch(f"{what} seen", done, of),
            complaints=complaints,
        )

    first = seen(made, None, "made pictures")
    check_counts(settings.metrics, first.count, None)  # fewer than there were, if files are broken
    second = seen(real, first.size, "real pictures")
    watch("compared", 0, None)
    found = evaluate(
        first,
        second,
        metrics=settings.metrics,
        bootstrap=settings.bootstrap,
        seed=settings.seed,
    )
    found = replace(found, warnings=(*complaints, *found.warnings))
    if report is not None:
        watch("drawn", 0, None)
        sides = _side(made, first), _side(real, second)
        command = ["zeuxis", "evaluate", "folder", str(made), "--against", str(real)]
        contents = Report(
            f"{made.name} beside {real.name}",
            numbers_of(found),
            sections(*sides, found, what=str(real)),
            facts_of(command_of(command, settings), found.network, made=str(made), real=str(real)),
        )
        write_report(contents, report)
    return found


def _side(folder: Path, found: SetFeatures) -> Side:
    """The pictures of a folder by number, in the order they were looked at."""
    files = [file for file in picture_files(folder) if str(file) not in found.skipped]

    def picture(number: int) -> Picture:
        return read(files[number])

    return Side(found, picture, lambda number: files[number].name)

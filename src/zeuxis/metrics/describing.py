"""From a set of pictures to what its metrics are made of, in bounded memory."""

from collections.abc import Callable
from typing import Any

import torch

from zeuxis.errors import ZeuxisError
from zeuxis.metrics import keeping
from zeuxis.metrics.enough import AT_ALL, too_few
from zeuxis.metrics.gathering import Gathering, SetFeatures
from zeuxis.metrics.network import FeatureNetwork
from zeuxis.metrics.pictures import pictures_of

Progress = Callable[[int, int | None], None]


def describe(
    source: Any,
    network: FeatureNetwork,
    *,
    size: tuple[int, int] | None = None,
    per_class: bool = False,
    kept: bool = False,
    progress: Progress | None = None,
    complaints: list[str] | None = None,
) -> SetFeatures:
    """What a network sees in a set of pictures.

    Args:
        source: whatever `zeuxis.metrics.sets.evaluate` takes.
        network: that is to look at them.
        size: height and width that the pictures of a folder are brought to; None for that of the first.
        per_class: keep moments of each class, too, if the pictures have classes: 33 MB a class at 2048
            numbers a picture, 400 MB in all at most.
        kept: keep the result in the cache folder if the source is a folder or a data set, and use what is
            kept there of the same content.
        progress: called with how many pictures have been looked at, and of how many (None: unknown).
        complaints: takes up why the result could not be kept, which is no error.

    Raises:
        ZeuxisError: there are fewer than two pictures that can be used, or what comes is no pictures.
    """
    pictures = pictures_of(source, size)
    key = f"{network.key} {pictures.digest}" if network.key and pictures.digest else ""
    key += " by class" if key and per_class else ""
    if kept and key and (there := keeping.load(key, pictures.names)) is not None:
        return there
    gathered, sizes = Gathering(per_class), set()
    for part, labels in pictures.parts:
        sizes.add(part.shape[1:3])
        seen = network(torch.from_numpy(part.transpose(0, 3, 1, 2).copy()).float() / 255)
        gathered.add(seen.rows, labels, seen.probabilities)
        if progress is not None:
            progress(gathered.accumulator.count, pictures.total)
    if gathered.accumulator.count < AT_ALL:
        raise too_few(gathered.accumulator.count, pictures.skipped)
    found = SetFeatures(
        network.name,
        **gathered.found(),
        classes=pictures.classes,
        size=sizes.pop() if len(sizes) == 1 else None,
        skipped=pictures.skipped,
    )
    if kept and key:
        try:
            keeping.save(found, key, pictures.names)
        except ZeuxisError as error:
            if complaints is not None:
                complaints.append(f"what was seen could not be kept: {error}")
    return found

"""What a network saw in a data set, kept by content: it is looked at once.

The same content may be called by other names tomorrow: files that were no use are kept by their places.
"""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zeuxis.metrics.by_class import ClassMoments
from zeuxis.metrics.frechet import Moments
from zeuxis.metrics.gathering import ROOM, SetFeatures
from zeuxis.metrics.inception_score import ScoreSums
from zeuxis.models.files import writing
from zeuxis.places import cache_folder

FORMAT = 3  # of what is kept; with another one, everything is looked at anew


def load(key: str, names: Sequence[str]) -> SetFeatures | None:
    """What was kept under a key; None if nothing was, or it is damaged.

    Args:
        key: of the network and the content.
        names: of the files now, in their order; empty if there are none.
    """
    try:
        with open(_place(key), "rb") as file:  # numpy would leave a damaged one open
            found = np.load(file, allow_pickle=False)
            return _from_arrays({name: found[name] for name in found.files}, names)
    except (OSError, ValueError, LookupError, EOFError, TypeError, zipfile.BadZipFile):
        return None


def save(found: SetFeatures, key: str, names: Sequence[str]) -> None:
    """Keep it under a key.

    Args:
        found: what was seen.
        key: of the network and the content.
        names: of the files, in their order; empty if there are none.

    Raises:
        ZeuxisError: the cache folder cannot be written to.
    """
    with writing(_place(key)) as file:
        np.savez(file, **_arrays(found, names))


def _place(key: str) -> Path:
    name = hashlib.sha256(f"{FORMAT} {ROOM} {key}".encode()).hexdigest()[:32]
    return cache_folder("features") / f"{name}.npz"


def _arrays(found: SetFeatures, names: Sequence[str]) -> dict[str, Any]:
    about = {
        "network": found.network,
        "count": found.count,
        "classes": found.classes,
        "size": found.size,
        # what is around the name in each complaint, by the file's place
        "skipped": {
            place: found.skipped[name].split(name)
            for place, name in enumerate(names)
            if name in found.skipped
        },
    }
    arrays: dict[str, Any] = {
        "about": np.array(json.dumps(about)),
        "mean": found.moments.mean,
        "covariance": found.moments.covariance,
        "rows": found.rows,
        "numbers": found.numbers,
    }
    if found.labels is not None:
        arrays["labels"] = found.labels
    if found.scores is not None and found.scores.classes is not None:
        arrays |= {f"scores.{name}": value for name, value in vars(found.scores).items()}
    if found.by_class is not None:
        arrays |= {f"by_class.{name}": each for name, each in found.by_class.arrays().items()}
    return arrays


def _from_arrays(arrays: dict[str, np.ndarray], files: Sequence[str]) -> SetFeatures:
    about = json.loads(str(arrays["about"]))
    names = ("counts", "certainty", "classes")
    scored = "scores.counts" in arrays
    return SetFeatures(
        about["network"],
        about["count"],
        Moments(arrays["mean"], arrays["covariance"]),
        arrays["rows"],
        arrays["numbers"],
        arrays.get("labels"),
        tuple(about["classes"]),
        ScoreSums(*(arrays[f"scores.{name}"] for name in names)) if scored else None,
        None if about["size"] is None else tuple(about["size"]),
        {
            files[int(place)]: files[int(place)].join(around)
            for place, around in about["skipped"].items()
        },
        _by_class(arrays),
    )


def _by_class(arrays: dict[str, np.ndarray]) -> ClassMoments | None:
    start = "by_class."
    there = {name[len(start) :]: each for name, each in arrays.items() if name.startswith(start)}
    return ClassMoments.from_arrays(there) if there else None

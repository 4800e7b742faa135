"""How numbers are told to people: the same words in a terminal and on a page."""

from dataclasses import dataclass

from zeuxis.metrics.measures import Value

LOWER, HIGHER = "lower", "higher"


@dataclass(frozen=True)
class Meaning:
    """What a metric is.

    Attributes:
        title: as papers call it.
        better: which numbers are.
        says: what it measures, a clause.
    """

    title: str
    better: str
    says: str


MEANINGS = {
    "fid": Meaning("FID", LOWER, "how far the made pictures are from the real ones, all in all"),
    "kid": Meaning("KID", LOWER, "the same, without the bias that few pictures bring; 0 at best"),
    "precision": Meaning("precision", HIGHER, "share of the made pictures that look real"),
    "recall": Meaning("recall", HIGHER, "share of the real pictures that could have been made"),
    "density": Meaning(
        "density", HIGHER, "how crowded with real pictures the places of made ones are; about 1"
    ),
    "coverage": Meaning(
        "coverage", HIGHER, "share of the real pictures that have a made one nearby"
    ),
    "inception_score": Meaning(
        "inception score", HIGHER, "how clearly of a class, and of how many classes, they are"
    ),
    "intra_fid": Meaning("intra-FID", LOWER, "mean of the FIDs of each class"),
}


def meaning(name: str) -> Meaning:
    """What the metric of a name is; no more than its name if nobody said."""
    return MEANINGS.get(name, Meaning(name, "", ""))


def number(value: float) -> str:
    """Four digits that count, all of those before the point."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e12 else f"{value:.4g}"


def between(value: Value) -> str:
    """The interval, and the spread over blocks, of what has them."""
    said = []
    if value.low is not None and value.high is not None:
        said.append(f"{number(value.low)} to {number(value.high)}")
    if value.std is not None:
        said.append(f"std {number(value.std)}")
    return ", ".join(said)

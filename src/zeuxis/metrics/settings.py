"""Every knob of measuring pictures against real ones. Free of torch, for the doors that only show them."""

from dataclasses import dataclass

from zeuxis.metrics.measures import METRICS
from zeuxis.settings import setting

USUAL = ("fid", "kid", "precision", "recall", "density", "coverage")


@dataclass(frozen=True)
class EvaluateSettings:
    """How to measure one set of pictures against another."""

    network: str = setting(
        "vgg16", "What looks at the pictures: vgg16, inception, or a classifier, an .onnx file."
    )
    metrics: tuple[str, ...] = setting(USUAL, "What to measure.", choices=METRICS.names())
    bootstrap: int = setting(
        0, "How many times pictures are drawn anew for intervals; 200 will do.", low=0, high=10_000
    )
    seed: int = setting(0, "Of all draws.", low=0, high=2**63 - 1)

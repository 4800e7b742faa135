"""The card of a model: what it is, whose it is and how it was made."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from zeuxis.errors import ZeuxisError

FORMAT = 1  # raised when an older Zeuxis would misread a newer card


@dataclass(frozen=True)
class Card:
    """What travels in the header of a model file, beside the tensors.

    Attributes:
        name: What people call the model, e.g. `"vgg16"`.
        kind: Which network the tensors belong to, e.g. `"vgg16"`.
        licence: SPDX identifier (or a phrase) under which the tensors may be used.
        source: Where the tensors come from: a URL, a paper, a file name.
        data: What the network was trained on.
        command: The command that made the file.
        seed: The seed it was made with, None when nothing was drawn.
        metrics: Measured figures by name.
        extra: What only this kind of model needs, e.g. `{"input": ...}`. Any JSON value.
    """

    name: str
    kind: str
    licence: str = ""
    source: str = ""
    data: str = ""
    command: str = ""
    seed: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The card as one line of JSON, the same text for equal cards.

        Raises:
            ZeuxisError: If `metrics` or `extra` hold what JSON cannot, such as NaN or an array.
        """
        try:
            return canonical({"format": FORMAT, **dataclasses.asdict(self)})
        except (TypeError, ValueError) as error:
            raise ZeuxisError(
                f"the card of {self.name!r} cannot be written as JSON ({error}): "
                "keep only finite numbers, strings, lists and dictionaries in it"
            ) from error

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The card that `to_json` wrote; fields unknown to this version are left out.

        Raises:
            ZeuxisError: If the text is not the JSON of a card that this version understands.
        """
        try:
            values = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ZeuxisError(f"the card is not valid JSON ({error}): get the file anew") from error
        if not isinstance(values, dict):
            raise ZeuxisError("the card is not a JSON object: get the file anew")
        if values.get("format") != FORMAT:
            raise ZeuxisError(
                f"the card has format {values.get('format')!r} and this Zeuxis reads {FORMAT}: "
                "update Zeuxis"
            )
        known = {item.name: values[item.name] for item in _FIELDS if item.name in values}
        _check(known)
        return cls(**known)


_FIELDS = dataclasses.fields(Card)
_TYPES: dict[str, tuple[type, ...]] = {
    "seed": (int, type(None)),
    "metrics": (dict,),
    "extra": (dict,),
}


def canonical(values: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no NaN: equal values give equal text."""
    return json.dumps(values, sort_keys=True, allow_nan=False)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} in it")


def _check(values: Mapping[str, Any]) -> None:
    missing = [name for name in ("name", "kind") if name not in values]
    if missing:
        raise ZeuxisError(f"the card lacks {' and '.join(missing)}: get the file anew")
    for name, value in values.items():
        if not isinstance(value, _TYPES.get(name, (str,))):
            raise ZeuxisError(f"the card's {name!r} is {value!r}: get the file anew")

"""What is on the page, before it is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zeuxis.images import Picture
from zeuxis.metrics.sets import Evaluation


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture and what is said below it."""

    picture: Picture
    caption: str = ""


@dataclass(frozen=True, eq=False)
class Row:
    """Pictures side by side.

    Attributes:
        pictures: that it is about.
        beside: what they are to be held against, set apart.
        title: above it.
    """

    pictures: tuple[Shown, ...]
    beside: tuple[Shown, ...] = ()
    title: str = ""


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the page.

    Attributes:
        title: its heading.
        text: paragraphs below it, plain text.
        rows: of pictures.
        drawings: SVG elements.
    """

    title: str
    text: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    drawings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Report:
    """A whole page. All but `Section.drawings` is plain text, whatever is in it.

    Attributes:
        title: what was measured.
        evaluation: the numbers.
        sections: in order.
        facts: how the numbers were made, by what each is.
        card: of the model, in the same way; empty if there is none.
    """

    title: str
    evaluation: Evaluation
    sections: tuple[Section, ...]
    facts: Mapping[str, str]
    card: Mapping[str, str] = field(default_factory=dict)

"""What is on the page, before it is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zeuxis.images import Picture


@dataclass(frozen=True)
class Line:
    """A number, as it is told.

    Attributes:
        title: what it is called.
        value: itself.
        spread: how sure it is, or how far single ones lie apart; empty if nobody knows.
        better: which numbers are, `lower` or `higher`; empty if nobody knows.
        says: what it measures, a clause.
    """

    title: str
    value: str
    spread: str = ""
    better: str = ""
    says: str = ""


@dataclass(frozen=True)
class Numbers:
    """All that is told in numbers.

    Attributes:
        summary: what they are of, a sentence.
        spread: what the spread of a number is, the heading of that column.
        lines: the numbers.
        warnings: what one should know before believing them, a sentence each.
    """

    summary: str
    spread: str
    lines: tuple[Line, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A plain table: headings, and as many cells in each line; the first names it, the others are numbers."""

    heads: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


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
        text: below the title.
        large: whether they are to be compared in detail, three to a line.
    """

    pictures: tuple[Shown, ...]
    beside: tuple[Shown, ...] = ()
    title: str = ""
    text: str = ""
    large: bool = False


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the page.

    Attributes:
        title: its heading.
        text: paragraphs below it, plain text.
        rows: of pictures.
        drawings: figures, HTML with SVG.
        listing: a table at the end; None for none.
    """

    title: str
    text: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    drawings: tuple[str, ...] = ()
    listing: Listing | None = None


@dataclass(frozen=True, eq=False)
class Report:
    """A whole page. All but `Section.drawings` is plain text, whatever is in it.

    Attributes:
        title: what was measured.
        numbers: what was found.
        sections: in order.
        facts: how the numbers were made, by what each is.
        card: of the model, in the same way; empty if there is none.
    """

    title: str
    numbers: Numbers
    sections: tuple[Section, ...]
    facts: Mapping[str, str]
    card: Mapping[str, str] = field(default_factory=dict)

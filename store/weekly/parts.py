"""What a report is made of, before it is Markdown or a page: headings, sentences, figures, tables, charts, papers.

All texts but those of ``Prose`` and ``PaperCard.notes`` are plain; each form of a report sees to it that they stay so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lines:
    """Sentences, each for itself."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """Sentences that belong together."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Items:
    """Things by name, and what is said of each."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Quiet:
    """What is said beside the rest: why something is empty, or what a figure leaves out."""

    text: str


@dataclass(frozen=True)
class Prose:
    """What a person wrote, as Markdown; ``heading`` says what was asked. ``pictures`` by the attachment's id."""

    text: str
    heading: str = ""
    pictures: Mapping[int, "Picture"] = field(default_factory=dict)


@dataclass(frozen=True)
class Tile:
    """One figure: its name, how it is told, and what belongs beside it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Tiles:
    """The figures that stand first."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Table:
    """Rows of words under a head; ``right`` are the columns, from 0, of numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chart:
    """Bars over weeks, days or months: a label, a value and the value's words for each.

    ``values`` are None where nothing is known; ``marked`` is the place of the bar that the report is about.
    """

    title: str
    labels: tuple[str, ...]
    values: tuple[float | None, ...]
    said: tuple[str, ...]
    marked: int | None = None


@dataclass(frozen=True)
class Charts:
    """Small multiples: charts of the same weeks side by side; ``over`` names what their labels are."""

    charts: tuple[Chart, ...]
    over: str


@dataclass(frozen=True)
class Picture:
    """A picture in the report itself: a ``data:`` address, or empty with the reason in ``why``."""

    name: str
    uri: str = ""
    why: str = ""


@dataclass(frozen=True)
class PaperCard:
    """A paper: title, where it is, who wrote it and how far it is read (``about``), what was learned of it (lines),
    and the notes and pictures of it."""

    title: str
    address: str | None
    about: tuple[str, ...]
    lesson: str
    missing: str = ""
    notes: tuple[Prose, ...] = ()
    pictures: tuple[Picture, ...] = ()


Part = Lines | Said | Items | Quiet | Prose | Tiles | Table | Charts | PaperCard


@dataclass(frozen=True)
class Section:
    """A heading and what is under it; short ones may stand ``beside`` each other."""

    title: str
    parts: tuple[Part, ...]
    beside: bool = False


@dataclass(frozen=True)
class Report:
    """A whole report in one language; ``about`` are the lines under its title, ``footer`` the last one."""

    title: str
    language: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: str = ""

"""A report as Markdown: for a wiki, an issue, a talk's notes. Charts are tables, pictures are in the text itself."""

import re

from store.weekly.parts import (
    Chart,
    Charts,
    Items,
    Lines,
    PaperCard,
    Part,
    Picture,
    Prose,
    Quiet,
    Report,
    Said,
    Section,
    Table,
    Tiles,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$&])")
_BEGINS = re.compile(r"^(?:(?P<mark>#{1,6}(?=\s)|[-+](?=\s)|={2,}|-{2,})|(?P<number>\d{1,9})(?=[.)]\s))")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?=[ \t])")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ATTACHED = re.compile(r"(!?)\[((?:\\.|[^\[\]\\])*)\]\(\s*<?attachment:(\d{1,15})>?[^)\n]*\)")
_ELSEWHERE = re.compile(r"!(?=\[(?:\\.|[^\[\]\\])*\]\()")
"""A picture of another address: a link to it is left, so that reading a report asks nothing of the network."""
_ADDRESS = re.compile(r"[\s()<>\"\\]")
_DEEPER, _LOWEST = 3, 6
_MOST_ROWS = 14
"""Longer tables of a chart leave out what was nothing."""


def to_markdown(report: Report) -> str:
    """The whole report. Pictures stand at its end, so that the text can be read as it is."""
    shown: dict[str, str] = {}
    blocks = [f"# {plain(report.title)}"]
    if report.about:
        blocks.append("  \n".join(plain(line) for line in report.about))
    for section in report.sections:
        blocks += _section(section, shown)
    if report.footer:
        blocks += ["---", plain(report.footer)]
    blocks += [f"[{name}]: {uri}" for uri, name in shown.items()]
    return "\n\n".join(block for block in blocks if block.strip()) + "\n"


def plain(text: object) -> str:
    """Text as one line of Markdown that is exactly that text."""
    line = _SPECIAL.sub(r"\\\1", " ".join(_UNSEEN.sub(" ", str(text)).split()))
    return _BEGINS.sub(lambda found: f"\\{found[0]}" if found["mark"] else f"{found[0]}\\", line)


def _section(section: Section, shown: dict[str, str]) -> list[str]:
    found = [f"## {plain(section.title)}"] if section.title else []
    for part in section.parts:
        found += _part(part, shown)
    return found


def _part(part: Part, shown: dict[str, str]) -> list[str]:
    if isinstance(part, Lines):
        return ["\n".join(f"- {plain(text)}" for text in part.texts)]
    if isinstance(part, Said):
        return ["  \n".join(plain(text) for text in part.texts)]
    if isinstance(part, Items):
        return [
            "\n".join(
                f"- **{plain(name)}**: {plain(text)}" if text else f"- {plain(name)}" for name, text in part.items
            )
        ]
    if isinstance(part, Quiet):
        return [f"*{plain(part.text)}*"]
    if isinstance(part, Prose):
        return [f"**{plain(part.heading)}**" if part.heading else "", _prose(part, shown)]
    if isinstance(part, Tiles):
        return ["\n".join(_tile(tile.label, tile.value, tile.note) for tile in part.tiles)]
    if isinstance(part, Table):
        return [_table(part.head, part.rows, part.right)]
    if isinstance(part, Charts):
        return [_charts(part)]
    return _paper(part, shown)


def _tile(label: str, value: str, note: str) -> str:
    return f"- {plain(label)}: **{plain(value)}**" + (f" ({plain(note)})" if note else "")


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], right: frozenset[int]) -> str:
    rule = ("---:" if place in right else "---" for place in range(len(head)))
    lines = [head, tuple(rule), *rows]
    return "\n".join(
        "| " + " | ".join(cell if place == 1 else plain(cell) for cell in row) + " |" for place, row in enumerate(lines)
    )


def _charts(part: Charts) -> str:
    """The charts of the same weeks as one table."""
    if not part.charts:
        return ""
    charts = part.charts
    rows = []
    for place, label in enumerate(charts[0].labels):
        if len(charts[0].labels) <= _MOST_ROWS or any(_is_something(chart, place) for chart in charts):
            rows.append((label, *(chart.said[place] for chart in charts)))
    head = (part.over, *(chart.title for chart in charts))
    return _table(head, tuple(rows), frozenset(range(1, len(head)))) if rows else ""


def _is_something(chart: Chart, place: int) -> bool:
    return bool(chart.values[place])


def _paper(card: PaperCard, shown: dict[str, str]) -> list[str]:
    title = plain(card.title)
    if card.address and card.address.startswith(("https://", "http://")):
        title = f"[{title}]({_ADDRESS.sub(lambda found: f'%{ord(found[0]):02X}', card.address)})"
    blocks = [f"### {title}"]
    if card.about:
        blocks.append(plain(" · ".join(card.about)))
    if card.lesson.strip():
        lines = [plain(line) for line in card.lesson.strip().splitlines() if line.strip()]
        blocks.append("\n".join(f"> {line}" + ("  " if place < len(lines) - 1 else "")
                                for place, line in enumerate(lines)))  # fmt: skip
    elif card.missing:
        blocks.append(f"*{plain(card.missing)}*")
    for note in card.notes:
        blocks += [f"**{plain(note.heading)}**" if note.heading else "", _prose(note, shown)]
    blocks += [_picture(picture, picture.name, shown) for picture in card.pictures]
    return blocks


def _prose(part: Prose, shown: dict[str, str]) -> str:
    """What a person wrote, as it is: its headings below the report's, its pictures those of the report."""
    lines, fence = [], ""
    for line in _UNSEEN.sub("", part.text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n").split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            line = _HEADING.sub(lambda found: "#" * min(_LOWEST, len(found[1]) + _DEEPER), line)
            line = _ELSEWHERE.sub("", _ATTACHED.sub(lambda found: _attached(found, part, shown), line))
        lines.append(line)
    if fence:
        lines.append(fence)
    return "\n".join(lines)


def _attached(found: "re.Match[str]", part: Prose, shown: dict[str, str]) -> str:
    picture = part.pictures.get(int(found[3]))
    if not found[1] or picture is None:
        return found[2]
    return _picture(picture, re.sub(r"\\(.)", r"\1", found[2]), shown)


def _picture(picture: Picture, alt: str, shown: dict[str, str]) -> str:
    if not picture.uri:
        return f"*{plain(alt or picture.name)}: {plain(picture.why)}*"
    name = shown.setdefault(picture.uri, f"picture-{len(shown) + 1}")
    return f"![{plain(alt or picture.name)}][{name}]"

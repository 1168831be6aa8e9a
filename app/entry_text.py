"""An entry's text as the page shows it: what it speaks of as links, its pictures apart, nothing fetched from elsewhere.

Code and formulas are left as they were written.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from app.markup import plain
from store.attachments import Attachment
from store.references import REFERENCE

ADDRESSES = {
    "run": "/run?id={id}",
    "task": "/plan?task={id}",
    "entry": "/journal?entry={id}",
    "commit": "/journal?commit={id}",
    "paper": "/paper?id={id}",
}
"""Where in the dashboard a thing of that kind is shown."""
_DEEPER = 3
_TOKEN = re.compile(
    r"(?P<code>^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?^ {0,3}(?P=fence)[`~]*[ \t]*$|.*\Z)"
    r"|(?<!`)(?P<ticks>`+)(?!`)[^\n]*?[^`\n](?P=ticks)(?!`)"
    r"|\$\$.+?\$\$|(?<![\\$])\$[^$\n]+\$)"
    r"|(?P<picture>!\[(?P<alt>(?:\\.|[^\]\\\n])*)\]\(\s*(?P<source>[^\s)]+)(?:\s+\"[^\"\n]*\")?\s*\))"
    r"|(?P<link>\[(?P<label>(?:\\.|[^\]\\\n])*)\]\(\s*(?P<address>[^\s)]+)(?:\s+\"[^\"\n]*\")?\s*\))"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?P<heading>^ {0,3}#{1,6}(?=[ \t]))",
    re.MULTILINE | re.DOTALL,
)
_ATTACHMENT = re.compile(r"attachment:(\d+)")


class Piece(NamedTuple):
    """A stretch of an entry: Markdown, or the picture with the id ``attachment``."""

    markdown: str
    attachment: int | None = None


def pieces(body: str, known: Mapping[int, Attachment]) -> list[Piece]:
    """A text cut at its pictures; ``known`` are the attachments that are there.

    Pictures of other addresses become links, so that reading an entry asks nothing of the network. Headings go down
    three steps, for the page has its own.
    """
    found: list[Piece] = []
    text = ""
    for part in _parts(body, known):
        if isinstance(part, str):
            text += part
            continue
        if text.strip():
            found.append(Piece(text.strip("\n")))
        found.append(part)
        text = ""
    if text.strip():
        found.append(Piece(text.strip("\n")))
    return found


def shown_in(body: str) -> set[int]:
    """The attachments that a text shows or points at itself."""
    return {int(number) for match in _TOKEN.finditer(body) for number in _ATTACHMENT.findall(_target(match))}


def address_of(kind: str, one: str) -> str | None:
    """Where a thing is shown; None where no page shows it."""
    form = ADDRESSES.get(kind)
    return form.format(id=quote(one.rpartition("@")[2] if kind == "commit" else one, safe="")) if form else None


def _parts(body: str, known: Mapping[int, Attachment]) -> Iterator[str | Piece]:
    position = 0
    for match in _TOKEN.finditer(body):
        yield _with_links(body[position : match.start()])
        position = match.end()
        whole = match[0]
        attached = _ATTACHMENT.fullmatch(_target(match))
        if match["heading"]:
            yield "#" * min(6, whole.count("#") + _DEEPER)
        elif attached:
            number = int(attached[1])
            file = known.get(number)
            if match["picture"] and (file is None or file.is_picture):
                yield Piece(match["alt"], number)
            else:
                label = match["alt"] or match["label"] or (plain(file.name) if file else whole)
                yield f"[{label}](/journal?entry={file.entry_id})" if file else label
        elif match["picture"]:
            yield f"[{match['alt'] or plain(match['source'])}]({match['source']})"
        else:
            yield whole
    yield _with_links(body[position:])


def _target(match: re.Match[str]) -> str:
    return match["source"] or match["address"] or ""


def _with_links(text: str) -> str:
    return REFERENCE.sub(_link, text)


def _link(match: re.Match[str]) -> str:
    kind = next(name for name in ("run", "task", "entry", "commit", "paper") if match[name])
    address = address_of(kind, match[f"{kind}_id"])
    label = plain(match[0])
    return f"[{label}]({address})" if address else label

"""How papers are told: their states and sections, who wrote them, where and when, how far they are read."""

import math
import re
from datetime import UTC, datetime

from app import paper_text
from app.markup import plain, shorten
from app.status import Look
from app.words import Words, mark
from store.alert_words import say_phrase
from store.paper_faults import read as read_fault
from store.paper_faults import read_all
from store.paper_rows import Paper, PaperEvent

PAGE = "views/paper.py"
LIST = "views/papers.py"
SECTIONS = {
    "inbox": mark("Inbox"),
    "queue": mark("Queue"),
    "reading": mark("In reading"),
    "read": mark("Read"),
    "aside": mark("Put aside"),
    "searches": mark("Searches"),
}
SECTION_OF = {"later": "aside", "dropped": "aside"}
"""Where papers of a state stand, if not under its own name."""
STATES = {
    "inbox": Look(mark("in the inbox"), ":material/inbox:", "gray", "○"),
    "later": Look(mark("put off"), ":material/schedule:", "gray", "◷"),
    "queue": Look(mark("in the queue"), ":material/queue:", "violet", "≡"),
    "reading": Look(mark("in reading"), ":material/menu_book:", "blue", "◐"),
    "read": Look(mark("has been read"), ":material/check_circle:", "green", "✔"),
    "dropped": Look(mark("dropped"), ":material/do_not_disturb_on:", "gray", "–"),
}
PRIORITIES = {2: mark("urgent"), 1: mark("high"), 0: mark("normal"), -1: mark("low")}
PASSES = {
    1: mark("Pass 1: what it is about"),
    2: mark("Pass 2: what it says, but for proofs"),
    3: mark("Pass 3: how one would do it oneself"),
}
STYLE = """<style>
[data-testid=stMain] a[data-testid=stPageLink-NavLink]:not(:hover) { background: transparent !important; }
[data-testid=stMain] kbd { opacity: 1 !important; }
[data-testid=stMain] button[data-variant][data-selected=true] { color: inherit !important; }
[class*=st-key-paper-title] a[data-testid=stPageLink-NavLink] { padding-inline: 0; height: auto; }
[class*=st-key-paper-title] a[data-testid=stPageLink-NavLink] :is(span, div, p, strong):not(.katex, .katex *) {
  white-space: normal; overflow: visible; line-height: 1.4; }
[class*=st-key-papers-first] [class*=st-key-paper-title] p { font-size: 1.15rem; }
</style>"""
"""A title leads to its paper, and is as long as it is; what is chosen, and a button's key, are too pale to read."""
_COLOURS = {2: "red", 1: "orange"}
AUTHORS, TITLE = 3, 220


def title(paper: Paper) -> str:
    """A paper's title as Markdown, its formulas as such; never longer than a list bears, and never cut in a formula."""
    text = paper.title
    if len(text) > TITLE:
        cut = shorten(text, TITLE)
        text = cut if cut.count("$") % 2 == 0 else cut[: cut.rindex("$")].rstrip() + "…"
    return paper_text.formulas(text)


def short_title(paper: Paper, length: int = 60) -> str:
    """A paper's title as plain text, without dollars."""
    return shorten(re.sub(r"\$([^$]{1,80})\$", r"\1", paper_text.spoken(paper.title)), length)


def authors(paper: Paper, say: Words, most: int = AUTHORS) -> str:
    """``Ada Byron, Karl Gauss +4``, as plain text."""
    names = [paper_text.spoken(one) for one in paper.authors]
    shown = ", ".join(names[:most])
    more = len(names) - most
    return say.say("{names} +{n}", names=shown, n=more) if more > 0 else shown


def day(epoch: float | None, say: Words) -> str:
    """``2026-11-21``, empty for an unknown time."""
    return "" if epoch is None else say.date(epoch)[:10]


def dated(epoch: float | None) -> str:
    """The day that arXiv gives to a version, by its clock; empty for an unknown time."""
    return "" if epoch is None else f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%d}"


def source(paper: Paper, say: Words) -> list[str]:
    """Who wrote it, where it belongs and when it came out, as plain texts."""
    version = f" (v{paper.version})" if paper.version and paper.version > 1 else ""
    parts = [authors(paper, say), ", ".join(paper.categories[:3]), dated(paper.published) + version]
    if not paper.categories and paper.url:
        parts.append(re.sub(r"^https?://(www\.)?|/.*$", "", paper.url))
    return [part for part in parts if part]


def marks(paper: Paper, say: Words, *, version: bool = True) -> str:
    """The badges of a paper: urgent, withdrawn, newer version out; as Markdown, empty where there is none."""
    found = []
    if paper.withdrawn:
        found.append(f":red-badge[:material/block: {plain(say.say('withdrawn'))}]")
    if paper.has_newer and version:
        found.append(f":orange-badge[:material/update: {plain(newer(paper, say))}]")
    if paper.priority in _COLOURS:
        word = plain(say.say(PRIORITIES[paper.priority]))
        found.append(f":{_COLOURS[paper.priority]}-badge[:material/priority_high: {word}]")
    if paper.priority < 0:
        found.append(f":gray-badge[{plain(say.say(PRIORITIES[paper.priority]))}]")
    return " ".join(found)


def newer(paper: Paper, say: Words) -> str:
    """``v3 is out since v1``"""
    return say.say("v{new} is out, v{seen} was seen", new=paper.version, seen=paper.seen_version)


def tags(paper: Paper) -> str:
    """The tags of a paper, as plain text."""
    return " ".join(f"#{tag}" for tag in paper.tags)


def why(paper: Paper, say: Words) -> str:
    """Why it stands high, empty where that is not known."""
    return say.say("high because of: {words}", words=", ".join(paper.why)) if paper.why else ""


def progress(paper: Paper, spent: float, left: float | None, say: Words) -> list[str]:
    """How far it is read: passes, the page reached, minutes spent, and minutes left of the next pass."""
    parts = []
    if paper.passes:
        parts.append(say.count("{n} pass done", "{n} passes done", paper.passes))
    if paper.page and paper.pages:
        parts.append(say.say("page {page} of {pages}", page=paper.page, pages=paper.pages))
    elif paper.page:
        parts.append(say.say("page {page}", page=paper.page))
    if spent >= 1:
        parts.append(say.say("{length} spent", length=minutes(spent, say)))
    if left:
        parts.append(say.say("pass {n}: about {length}", n=paper.passes + 1, length=minutes(left, say)))
    return parts


def fault(text: str, say: Words, as_of: float) -> str:
    """Why arXiv could not be asked or read, in the reader's language."""
    return say_phrase(read_fault(text), say, as_of)


def answer(text: str, say: Words, as_of: float) -> str:
    """What became of something that the daemon was asked for, in the reader's language."""
    return say.say("; ").join(say_phrase(part, say, as_of) for part in read_all(text))


def minutes(count: float, say: Words) -> str:
    """``7 min``, ``1 h 10 m``"""
    if count < 60:
        return say.say("{n} min", n=f"{max(1, math.floor(count + 0.5))}")
    return say.length(round(count / 5) * 300.0)


def decided(event: PaperEvent, paper: Paper, say: Words) -> str:
    """``Skipped: A title``, as plain text."""
    words = {
        "queue": say.say("Kept: {title}", title=short_title(paper)),
        "dropped": say.say("Dropped: {title}", title=short_title(paper)),
        "later": say.say("Put off: {title}", title=short_title(paper)),
        "inbox": say.say("Back in the inbox: {title}", title=short_title(paper)),
        "reading": say.say("Taken up: {title}", title=short_title(paper)),
        "read": say.say("Read: {title}", title=short_title(paper)),
    }
    return words.get(str(event.detail.get("now")), short_title(paper))

"""A month's reading, or a project's, as a report: figures, papers with what was learned of each, their pictures."""

import re
from collections.abc import Sequence

from store.attachments import Attachment
from store.bibliography import address, year_of
from store.reading import PASSES
from store.tex_text import to_plain
from store.weekly.parts import (
    Chart,
    Charts,
    Lines,
    PaperCard,
    Part,
    Picture,
    Prose,
    Quiet,
    Report,
    Section,
    Table,
    Tile,
    Tiles,
)
from store.weekly.pictures import Album
from store.weekly.prose import pictured
from store.weekly.reading import PaperReading, ReadingReview
from store.weekly.terms import hours
from store.words import Words

_AUTHORS = 3


def tell_reading(review: ReadingReview, album: Album, say: Words, now: float, *, notes: bool = False) -> Report:
    """The report; the texts of notes are in it only with ``notes``, for they were written for nobody else."""
    sections = [Section("", _overview(review, say))]
    for title, found in (
        (say.say("Read"), review.read),
        (say.say("In reading"), review.reading),
    ):
        if found:
            sections.append(Section(title, tuple(tell_paper(one, album, say, notes=notes) for one in found)))
    if review.ahead:
        sections.append(Section(ahead_title(review, say), (Lines(tuple(tell_line(one, say) for one in review.ahead)),)))
    return Report(
        title_of(review, say),
        say.language,
        (period(review, say),),
        tuple(sections),
        say.say("Written by Machiai, {time}", time=say.date(now)[:16]),
    )


def title_of(review: ReadingReview, say: Words) -> str:
    """``Reading in 2026-11``, ``Reading for nerf``"""
    if review.project is not None:
        return say.say("Reading for {project}", project=review.project.name)
    return say.say("Reading in {month}", month=review.name)


def period(review: ReadingReview, say: Words) -> str:
    """From when to when it looks; that a month is not over."""
    last = say.date(max(review.begin, review.until - 1))[:10]
    if review.project is not None:
        return say.say("until {day}", day=last)
    if review.until <= review.begin:
        return say.say("this month has not begun")
    days = f"{say.date(review.begin)[:10]} – {last}"
    return say.say("{days}; this month is not over", days=days) if review.partial else days


def ahead_title(review: ReadingReview, say: Words) -> str:
    """Of papers that were kept and not taken up: those of the month, or all that wait."""
    return say.say("In the queue") if review.project is not None else say.say("Kept for later")


def emptiness(review: ReadingReview, say: Words) -> str:
    """Why there is nothing to show; empty where there is something."""
    if not review.is_empty:
        return ""
    if review.project is None:
        return say.say("Nothing was read in this month, and no paper was kept.")
    return say.say(
        "No paper belongs to {project} yet. One does by a task, a note or a session of the project, or by a tag of its "
        "name.",
        project=review.project.name,
    )


def tell_tiles(review: ReadingReview, say: Words) -> Tiles:
    """The figures that stand first."""
    figures = review.figures
    tiles = [
        Tile(say.say("Papers read"), f"{figures['read']:,}"),
        Tile(say.say("In reading"), f"{len(review.reading):,}"),
        Tile(ahead_title(review, say) if review.project is not None else say.say("Kept"), f"{figures['kept']:,}"),
    ]
    if figures["found"] is not None:
        tiles.append(Tile(say.say("Found"), f"{figures['found']:,}"))
    tiles.append(Tile(say.say("Dropped"), f"{figures['dropped']:,}"))
    tiles.append(Tile(say.say("Time of reading"), hours(figures["seconds"], say)))
    return Tiles(tuple(tiles))


def tell_passes(review: ReadingReview, say: Words) -> Table | None:
    """How often each pass was finished, and how long it took; None where none was."""
    rows = []
    for number in PASSES:
        done = review.figures["passes"][str(number)]
        if done["count"]:
            mean = hours(done["seconds"] / done["count"], say) if done["seconds"] else "–"
            rows.append((say.say("pass {n}", n=number), f"{done['count']:,}", hours(done["seconds"], say), mean))
    head = (say.say("Pass"), say.say("times"), say.say("in all"), say.say("each"))
    return Table(head, tuple(rows), frozenset((1, 2, 3))) if rows else None


def tell_strip(review: ReadingReview, say: Words) -> Chart | None:
    """The time of reading by day, for a project by month; None where there was none."""
    if not any(seconds for _, seconds in review.strip):
        return None
    name = say.say("Time of reading by month") if review.project is not None else say.say("Time of reading by day")
    return Chart(
        name,
        tuple(label for label, _ in review.strip),
        tuple(seconds for _, seconds in review.strip),
        tuple(hours(seconds, say) for _, seconds in review.strip),
    )


def tell_paper(one: PaperReading, album: Album, say: Words, *, notes: bool = False) -> PaperCard:
    """A paper with its lesson and the pictures of its notes."""
    paper = one.paper
    written, shown = [], set[int]()
    pictures = {number: album.picture(file) for number, file in _pictures(one).items()}
    if notes:
        for note in one.notes:
            shown |= pictured(note.body)
            written.append(Prose(note.body, note.title or say.date(note.created)[:10], pictures))
    rest = [picture for number, picture in pictures.items() if number not in shown]
    return PaperCard(
        to_plain(paper.title),
        address(paper),
        tuple(about(one, say)),
        paper.lesson,
        say.say("What was learned is not written down yet.") if paper.state == "read" else "",
        tuple(written),
        tuple(_once(rest)),
    )


def about(one: PaperReading, say: Words) -> list[str]:
    """Who wrote it and where it is, how far it is read, and how long that took."""
    paper = one.paper
    names = [to_plain(name) for name in paper.authors]
    parts = [", ".join(names[:_AUTHORS])]
    if len(names) > _AUTHORS:
        parts[0] = say.say("{names} +{n}", names=parts[0], n=len(names) - _AUTHORS)
    where = f"arXiv:{paper.ref}" if paper.source == "arxiv" else re.sub(r"^https?://(www\.)?|/.*$", "", paper.url or "")
    parts += [where, year_of(paper)]
    if one.passes:
        done = ", ".join(str(pass_.number) for pass_ in one.passes)
        parts.append(say.say("passes done: {passes}", passes=done))
    if one.seconds >= 60:
        parts.append(say.say("{length} spent", length=hours(one.seconds, say)))
    if paper.tags:
        parts.append(" ".join(f"#{tag}" for tag in paper.tags))
    return [part for part in parts if part]


def tell_line(one: PaperReading, say: Words) -> str:
    """A paper in a line."""
    return " · ".join([to_plain(one.paper.title), *about(one, say)])


def _overview(review: ReadingReview, say: Words) -> tuple[Part, ...]:
    nothing = emptiness(review, say)
    if nothing:
        return (Quiet(nothing),)
    parts: list[Part] = [tell_tiles(review, say)]
    passes, strip = tell_passes(review, say), tell_strip(review, say)
    if passes is not None:
        parts.append(passes)
    if strip is not None:
        over = say.say("Month") if review.project is not None else say.say("Day")
        parts.append(Charts((strip,), over))
    return tuple(parts)


def _pictures(one: PaperReading) -> dict[int, Attachment]:
    return {number: file for number, file in (one.attached or {}).items() if file.is_picture}


def _once(pictures: Sequence[Picture]) -> list[Picture]:
    """The same picture, attached to two notes, is shown once."""
    found: dict[str, Picture] = {}
    for picture in pictures:
        found.setdefault(picture.uri or picture.name, picture)
    return list(found.values())

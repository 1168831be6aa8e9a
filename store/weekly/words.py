"""What the figures of a week say, as sentences in a language: the same on the page, in a terminal and in a report.

Texts are plain: who shows them takes care of markup. Names that lead somewhere are items, with what they lead to.
"""

from collections.abc import Callable
from datetime import datetime

from store.figures import figure
from store.weekly import own_sentences, run_sentences
from store.weekly.calendar import parse_week, read_zone
from store.weekly.terms import (
    GOAL_STATES,
    HOURS,
    LENGTH,
    NAMES,
    Figures,
    Item,
    Part,
    gpu_hours,
    hours,
    name_of,
    number,
    number_of,
    written,
)
from store.words import Words

__all__ = [
    "GOAL_STATES",
    "NAMES",
    "Figures",
    "Item",
    "Part",
    "days",
    "gpu_hours",
    "heading",
    "headline",
    "hours",
    "is_empty",
    "number",
    "remarks",
    "tell_difference",
    "tell_week",
    "value_of",
    "written",
]


_SOON_SECONDS = 3600.0
_BESIDE = ("watched", "goals", "planned")
"""What is no doing of the week: when it was watched, and what was wanted of it."""


def is_empty(figures: Figures) -> bool:
    """Whether nothing at all is known to have happened; tasks that were carried along and goals do not count."""
    own = (path for path in NAMES if path != "tasks.carried" and path.partition(".")[0] not in _BESIDE)
    return not any(number(figures, path) for path in own)


def heading(figures: Figures, say: Words) -> str:
    """``Week 47 of 2026``"""
    week = parse_week(str(figures["week"]))
    return say.say("Week {number} of {year}", number=week.number, year=week.year)


def days(figures: Figures) -> str:
    """``2026-11-16 – 11-22``, the days of the zone that it was reckoned in."""
    zone = read_zone(str(figures.get("zone") or ""))
    first = datetime.fromtimestamp(figures["begin"], zone)
    last = datetime.fromtimestamp(figures["end"] - 1, zone)
    return f"{first:%Y-%m-%d} – {last:%m-%d}" if first.year == last.year else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"


def remarks(figures: Figures, say: Words, since: float | None = None) -> list[str]:
    """What must be known to read the figures: whether the week goes on, was closed, was empty, was not watched; that it
    is the first one, where ``since``, the first moment that anything is known of, lies in it."""
    told = []
    if figures.get("closed"):
        told.append(say.say("Closed {time}: these figures are frozen.", time=say.date(figures["closed"])[:16]))
        if figures.get("partial"):
            told.append(say.say("The week was not over then; what came later is not in them."))
    elif number_of(figures, "until") <= number_of(figures, "begin"):
        return [say.say("This week has not begun.")]
    elif figures.get("partial"):
        told.append(say.say("This week is not over: what is told is until {time}.",
                            time=say.date(figures["until"])[:16]))  # fmt: skip
    if since is not None and number_of(figures, "begin") + _SOON_SECONDS < since < number_of(figures, "until"):
        told.append(say.say("This is the first week: nothing is known of before {time}.", time=say.date(since)[:16]))
    if is_empty(figures):
        told.append(say.say("Nothing is known of this week: no run, no session, nothing written."))
    return told + unwatched(figures, say)


def unwatched(figures: Figures, say: Words) -> list[str]:
    """How long nothing was watched, and when; nothing where that was never so."""
    gaps = (figures.get("watched") or {}).get("gaps") or []
    if not gaps:
        return []
    away = sum(gap["end"] - gap["begin"] for gap in gaps)
    whole = number_of(figures, "until") - number_of(figures, "begin")
    if away >= whole - 1:
        return [say.say("Machiai did not watch in this week; what ran then is known only from what runs wrote.")]
    shown = [f"{say.date(gap['begin'])[5:16]} – {say.date(gap['end'])[5:16]}" for gap in gaps[:3]]
    if len(gaps) > len(shown):
        shown.append(say.count("{n} more", "{n} more", len(gaps) - len(shown)))
    return [
        say.say("For {length} nothing was watched, so the machine or Machiai was off: {times}.",
                length=hours(away, say), times=say.say(", ").join(shown))
    ]  # fmt: skip


def headline(figures: Figures, say: Words) -> str:
    """A week in a line: ``12 runs · 310 GPU-hours · 3 crashes · 9 tasks done · 4 papers read``; nothing that is 0."""
    shown: list[tuple[str, Callable[[int], str]]] = [
        ("runs.at_work", lambda n: say.count("{n} run", "{n} runs", n)),
        ("gpu.seconds", lambda _: gpu_hours(number(figures, "gpu.seconds"), say)),
        ("crashes.count", lambda n: say.count("{n} crash", "{n} crashes", n)),
        ("sessions.count", lambda n: say.count("{n} session", "{n} sessions", n)),
        ("tasks.done", lambda n: say.count("{n} task done", "{n} tasks done", n)),
        ("work.commits", lambda n: say.count("{n} commit", "{n} commits", n)),
        ("papers.read", lambda n: say.count("{n} paper read", "{n} papers read", n)),
    ]
    told = [tell(round(number(figures, path))) for path, tell in shown if number(figures, path)]
    return " · ".join(told) or say.say("nothing known")


def tell_difference(path: str, was: float | None, now: float | None, say: Words) -> str:
    """``crashes 2 → 3``: how a figure differs from what it was when its week was closed."""
    name, unit = name_of(path, say)
    before, after = written(was, unit, say), written(now, unit, say)
    if before == after and was is not None and now is not None:
        by = say.length(abs(now - was)) if unit in (LENGTH, HOURS) else figure(abs(now - was))
        after += f" ({'+' if now > was else '−'}{by})"
    return say.say("{name} {was} → {now}", name=name, was=before, now=after)


def value_of(figures: Figures, path: str, say: Words) -> str:
    """A single figure as it is written."""
    return written(number(figures, path), NAMES[path][1], say)


def tell_week(figures: Figures, say: Words) -> list[Part]:
    """All parts of a week, in the order they are read in."""
    return [*run_sentences.tell(figures, say), *own_sentences.tell(figures, say)]

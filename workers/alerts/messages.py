"""How an alert reads on a phone: what happened in the first words, then why, then what was planned for it.

Nothing here knows the clock or the settings. The text goes to a server in the clear, so every piece of it
passes through ``redact``, and does so before it is cut: half a token would be recognised by nobody.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Protocol
from urllib.parse import quote

from store import alert_words, tellings
from store.alert_rows import Alert
from store.alert_rules import ENDS
from store.figures import count
from store.progress import Progress
from store.run_tellings import position
from store.runs import Run
from store.symptoms import Length, Phrase
from store.words import LANGUAGES, Words
from workers.alerts.digest_lines import GOAL_MARK, compose_digest
from workers.alerts.lines import BODY_LIMIT, TITLE_LIMIT, VEIL, Message, clean_line, cleaner, shorten, veil_of

__all__ = [
    "BODY_LIMIT",
    "LATE_AFTER_SECONDS",
    "TITLE_LIMIT",
    "Message",
    "clean_line",
    "compose",
    "compose_digest",
    "compose_note",
    "language_of",
    "late_note",
    "shorten",
]

LATE_AFTER_SECONDS = 600.0
LOG_LINES = 10

_NAME_LIMIT = 40
_PIECE_LIMIT = 300
_LINE_LIMIT = 160
_MOST_BEFORE = 3
_GLANCE = 42
"""What a lock screen shows of a title, in columns."""
_WIDEST, _LEAST = 60, 12
"""Columns of a title where the text begins with what it leaves out, and the fewest that such a detail is worth."""
_OVER_TIME = frozenset(("stalled", "diverged"))
"""What began well before it could be told from what only looks like it: that is not late."""
_WITH_LOG = frozenset(("crashed", "killed", "lost", "stalled"))
_WITH_PLAN = frozenset((*ENDS, "diverged"))
_OF_NOBODY = frozenset(("review", "goals", "task"))
_MOST_TASKS = 3
_AS_GOOD_AS_ALL = 0.99  # many do not say the last step
_OF_MACHINES = frozenset(("gpu_lost", "driver", "xid", "heat", "ecc", "host_memory", "disk", "gpu_free"))
_WITHOUT_LEFT = frozenset((*ENDS, "stalled", "milestone"))


class _Speaks(Protocol):
    @property
    def language(self) -> str: ...


def language_of(settings: _Speaks, preferences: _Speaks, environ: Mapping[str, str]) -> str:
    """The language of alerts: as chosen for them, else for the dashboard, else this machine's, else English."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    for wish in (preferences.language, settings.language, locale.replace("-", "_").partition("_")[0].lower()):
        if wish in LANGUAGES:
            return wish
    return "en"


@dataclass(frozen=True)
class _Teller:
    """How texts of one message are made: the words, the time, and what texts that are not ours pass through."""

    words: Words
    now: float
    clean: Callable[[str], str]

    def phrase(self, phrase: Phrase | None) -> str:
        return "" if phrase is None else alert_words.say_phrase(phrase, self.words, self.now, self.clean)

    def labelled(self, message: str, text: str) -> str:
        text = shorten(self.clean(text), _PIECE_LIMIT)
        return self.words.say(message, text=text) if text.strip(VEIL) else ""


def compose(
    run: Run | None,
    kind: str,
    *,
    facts: Mapping[str, Any] | None = None,
    log_lines: Sequence[str] = (),
    now: float,
    dashboard_url: str,
    occurred: float,
    redact: Callable[[str], str] = str,
    zone: tzinfo | None = None,
    language: str = "en",
    private: bool = False,
    progress: Progress | None = None,
    others: Sequence[str] = (),
    before: Sequence[Alert] = (),
    host: str = "",
) -> Message:
    """Write the alert of ``kind`` about ``run``, or about a machine where that is None.

    ``facts`` are those of ``store.alert_words``; ``log_lines`` the last plain lines of the run's log; ``progress`` how
    far it is; ``others`` the names of the other running runs; ``before`` alerts that this one tells too. ``occurred``
    is when it happened and ``now`` when we came to know, in epoch seconds; ``zone`` is the zone to name times in, this
    machine's by default. ``host`` is the machine where neither run nor facts name it. Pass ``settings.redact`` as
    ``redact``. ``private`` leaves out paths, host names and log lines. The title has at most 100 characters, the body
    at most 1,500.
    """
    facts = dict(facts or {})
    veil = veil_of(run, host, tellings.word(facts, "host")) if private else None
    host = tellings.word(facts, "host") or (run.host if run else "") or host
    told = _Teller(Words(language, zone), now, cleaner(redact, veil))
    log_lines = () if private else log_lines
    if private:
        facts.pop("path", None)
        run = None if run is None else replace(run, last_line=None)
    if run is not None and kind in ENDS:
        facts |= {"length": _length(run), "cause": told.clean(run.cause or "") or _plain_cause(run)}
    lines = [text for line in log_lines if (text := told.clean(line))]
    place = "" if private else told.clean(host)
    first, *rest = _about_end(run, kind, facts, lines, told) if run and kind in ENDS else _about(kind, facts, told)
    parts = [
        "" if kind in _OVER_TIME else told.phrase(_late(occurred, now, told)),
        first,
        *(shorten(told.phrase(_said_before(one)), _PIECE_LIMIT) for one in before[-_MOST_BEFORE:]),
        *rest,
        told.phrase(_progress(kind, progress, told)),
        *(_plan(run, kind, told) if run and kind in _WITH_PLAN else ()),
        _unblocks(facts, told),
        told.phrase(_others(kind, others)) if run else "",
        " · ".join(part for part in (told.clean(run.project), place) if part) if run else "",
    ]
    name = _name(run, told) if run is not None and kind not in _OF_MACHINES else "" if kind in _OF_NOBODY else place
    title = _title(kind, facts, name, told)
    body = "\n".join(part for part in parts if part)
    if name and name != place and kind not in ENDS and _columns(title) > _GLANCE:
        body = f"{shorten(name, _NAME_LIMIT)}: {body}"
    if kind in _WITH_LOG:
        body += _last_lines(lines, told.words.say("Last lines:"), BODY_LIMIT - len(body))
    return Message(title, shorten(body, BODY_LIMIT), _link(run, kind, facts, dashboard_url))


def compose_note(title: str, body: str, *, url: str | None = None, redact: Callable[[str], str] = str) -> Message:
    """Write an alert of the user's own words, cleaned and cut to what a push can hold."""
    lines = [redact(clean_line(line, strip=False)) for line in redact(body).splitlines()]
    text = "\n".join(lines).strip("\n")
    return Message(shorten(redact(clean_line(redact(title))), TITLE_LIMIT), shorten(text, BODY_LIMIT), url)


def late_note(
    raised: float, now: float, zone: tzinfo | None = None, language: str = "en", *, queued: float | None = None
) -> str:
    """A line for an alert that waited long to be sent; empty for one that did not.

    One that was kept back on purpose, until ``queued``, is late only from then on.
    """
    if now - raised <= LATE_AFTER_SECONDS:
        return ""
    words = Words(language or "en", zone)
    then, late = _clock_time(raised, now, zone), now - max(raised, queued or raised)
    if late <= LATE_AFTER_SECONDS:
        return words.say("Kept back until now: known since {time}.", time=then)
    return words.say("Sent {length} late: known since {time}.", length=words.length(late), time=then)


def _title(kind: str, facts: Mapping[str, Any], name: str, told: _Teller) -> str:
    parts = alert_words.telling(kind, facts)
    head = f"{alert_words.title_of(kind, facts)[0]} {told.phrase(parts.head)}"
    brief = told.phrase(parts.brief)
    if not name:
        return shorten(head + (f": {brief}" if brief else ""), TITLE_LIMIT)
    head = shorten(head, TITLE_LIMIT - _NAME_LIMIT)
    room = TITLE_LIMIT - len(head) - len(" — ") - (len(": ") if brief else 0)
    name = shorten(name, min(room, max(_NAME_LIMIT, room - len(brief))))
    brief = shorten(brief, room - len(name)) if room - len(name) > 1 else ""
    if kind in ENDS:
        brief = _fit(brief, _WIDEST - _columns(f"{head}:  — {name}"))
    return head + (f": {brief}" if brief else "") + f" — {name}"


def _fit(text: str, width: int) -> str:
    """As much of it as so many columns hold; nothing where those are too few to tell anything."""
    limit = len(text)
    while limit > 1 and _columns(shorten(text, limit)) > width:
        limit -= 1
    return shorten(text, limit).replace(2 * VEIL, VEIL) if width >= min(_LEAST, _columns(text)) else ""


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _name(run: Run, told: _Teller) -> str:
    name = told.clean(run.name)
    return name if name.strip(VEIL + " ") else told.clean(run.id)


def _length(run: Run) -> float | None:
    if run.seconds is not None:
        return run.seconds
    return run.ended - run.started if run.started is not None and run.ended is not None else None


def _plain_cause(run: Run) -> str:
    if run.signal:
        return clean_line(run.signal)
    return f"exit code {run.exit_code}" if run.exit_code else ""


def _about(kind: str, facts: Mapping[str, Any], told: _Teller) -> list[str]:
    """What the title does not tell, and what to do; each goal of a week, which a title may cut off."""
    if kind == "goals":
        goals = [shorten(f"{GOAL_MARK}{told.clean(one)}", _PIECE_LIMIT) for one in tellings.listed(facts, "goals")]
        return goals or [""]
    parts = alert_words.telling(kind, facts)
    details = [shorten(told.phrase(one), _PIECE_LIMIT) for one in parts.details]
    if details and told.words.language == "en" and parts.details[0].message[0].islower():
        details[0] = details[0][:1].upper() + details[0][1:]
    return [told.words.say("; ").join(one for one in details if one.strip(VEIL)), told.phrase(parts.advice)]


def _about_end(run: Run, kind: str, facts: Mapping[str, Any], lines: Sequence[str], told: _Teller) -> list[str]:
    cause = tellings.word(facts, "cause")
    if kind != "finished" and cause:
        what = shorten(told.clean(cause), _PIECE_LIMIT)
    else:
        what = told.labelled("Last output: {text}", lines[-1] if lines else run.last_line or "")
    hint = told.labelled("Hint: {text}", run.hint or "") if kind != "finished" else ""
    evidence = ""
    if run.certainty == "inferred":
        reasons = "; ".join(told.clean(item) for item in run.evidence)
        evidence = told.words.say("Inferred, not recorded") + (f": {reasons}" if reasons else ".")
    return [what, hint, shorten(evidence, _PIECE_LIMIT)]


def _said_before(alert: Alert) -> Phrase:
    return Phrase("Before: {what}", what=alert_words.tell(alert.kind, alert.facts))


def _progress(kind: str, progress: Progress | None, told: _Teller) -> Phrase | None:
    if progress is None or progress.done is None:
        return None
    share = progress.share
    if kind == "milestone" or (kind == "finished" and (share is None or share >= _AS_GOOD_AS_ALL)):
        return None
    if kind == "finished" and progress.total and (progress.done or 0) >= progress.total - 1:
        return None  # it counts from 0
    place = position(progress.unit, count(progress.done), count(progress.total) if progress.total else "")
    if place is None:
        return None
    if share is not None:
        place = Phrase("{place} ({percent} %)", place=place, percent=f"{100 * share:.0f}")
    left = None if progress.eta_at is None or kind in _WITHOUT_LEFT else progress.eta_at - told.now
    if left is not None and left > 0:
        return Phrase("At {place}, about {left} left", place=place, left=Length(left))
    return Phrase("Got to {place}" if kind in ENDS else "At {place}", place=place)


def _plan(run: Run, kind: str, told: _Teller) -> list[str]:
    if kind == "finished":
        plan = told.labelled("Your plan for success: {text}", run.if_success or "")
    else:
        plan = told.labelled("Your plan for failure: {text}", run.if_failure or "")
    return [plan, told.labelled("Hypothesis: {text}", run.hypothesis or "")]


def _unblocks(facts: Mapping[str, Any], told: _Teller) -> str:
    titles = [text for text in facts.get("unblocks") or () if isinstance(text, str)]
    more = "" if len(titles) <= _MOST_TASKS else f" (+{len(titles) - _MOST_TASKS})"
    return told.labelled("Can go on now: {text}", "; ".join(titles[:_MOST_TASKS]) + more)


def _others(kind: str, others: Sequence[str]) -> Phrase | None:
    running = tellings.names({"others": list(others)}, "others")
    if running is None:
        return None
    return Phrase("Still running: {names}" if kind in ENDS else "Also running: {names}", names=running)


def _late(occurred: float, now: float, told: _Teller) -> Phrase | None:
    if now - occurred <= LATE_AFTER_SECONDS:
        return None
    then = _clock_time(occurred, now, told.words.zone)
    late = Length(now - occurred)
    return Phrase("Late: it happened at {time}, {length} before Machiai noticed.", time=then, length=late)


def _clock_time(time: float, now: float, zone: tzinfo | None) -> str:
    then, today = datetime.fromtimestamp(time, zone), datetime.fromtimestamp(now, zone)
    return then.strftime("%H:%M" if then.date() == today.date() else "%Y-%m-%d %H:%M")


def _last_lines(lines: Sequence[str], label: str, room: int) -> str:
    room -= len(label) + 1
    kept: list[str] = []
    for line in reversed(lines[-LOG_LINES:]):
        line = shorten(line, _LINE_LIMIT)
        room -= len(line) + 1
        if room < 0:
            break
        kept.insert(0, line)
    return "\n".join(["\n" + label, *kept]) if kept else ""


def _link(run: Run | None, kind: str, facts: Mapping[str, Any], dashboard_url: str) -> str | None:
    base = dashboard_url.rstrip("/")
    if not base:
        return None
    if kind == "review" and tellings.word(facts, "week"):
        return f"{base}/review?week={quote(tellings.word(facts, 'week'), safe='')}"
    if kind in _OF_MACHINES:
        return f"{base}/machine"
    return base if run is None else f"{base}/run?id={quote(run.id, safe='')}"

"""How an alert reads on a phone: what happened in the first words, then why, then what was planned for it.

Nothing here knows the clock or the settings. The text goes to a server in the clear, so every piece of it
passes through ``redact``, and does so before it is cut: half a token would be recognised by nobody.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import quote

from store.durations import spell
from store.runs import Run

TITLE_LIMIT = 100
BODY_LIMIT = 1500
LATE_AFTER_SECONDS = 600.0
LOG_LINES = 10

_NAME_LIMIT = 40
_PIECE_LIMIT = 300
_LINE_LIMIT = 160
_HEADS = {
    "finished": ("✔ finished", "in"),
    "crashed": ("✖ crashed", "after"),
    "killed": ("✖ killed", "after"),
    "lost": ("? lost", "after"),
}
_JOINERS = "\u200c\u200d"  # they shape emoji and some scripts; every other format character can disguise text


@dataclass(frozen=True)
class Message:
    """The text of an alert; ``url`` is where its link leads, None where there is no dashboard to lead to."""

    title: str
    body: str
    url: str | None


def compose(
    run: Run,
    kind: str,
    *,
    log_lines: Sequence[str],
    now: float,
    dashboard_url: str,
    occurred: float,
    redact: Callable[[str], str] = str,
    zone: tzinfo | None = None,
) -> Message:
    """Write the alert of ``kind`` about ``run``.

    ``log_lines`` are the last plain lines of its log; ``occurred`` is when it happened and ``now`` when we
    came to know, in epoch seconds; ``zone`` is the zone to name times in, this machine's by default. Pass
    ``settings.redact`` as ``redact``. The title has at most 100 characters, the body at most 1,500.
    """
    lines = [text for line in log_lines if (text := clean_line(redact(line)))]
    cause = clean_line(redact(run.cause or "")) or _plain_cause(run)
    parts = [
        _late(occurred, now, zone),
        _what(run, kind, cause, lines, redact),
        _hint(run, kind, redact),
        _certainty(run, redact),
        *_plan(run, kind, redact),
        f"{clean_line(redact(run.project))} · {clean_line(run.host)}",
    ]
    body = "\n".join(part for part in parts if part)
    if kind != "finished":
        body += _last_lines(lines, BODY_LIMIT - len(body))
    url = f"{dashboard_url.rstrip('/')}/run?id={quote(run.id, safe='')}" if dashboard_url else None
    return Message(_title(run, kind, cause, redact), shorten(body, BODY_LIMIT), url)


def compose_note(title: str, body: str, *, url: str | None = None, redact: Callable[[str], str] = str) -> Message:
    """Write an alert of the user's own words, cleaned and cut to what a push can hold."""
    lines = [clean_line(line, strip=False) for line in redact(body).splitlines()]
    text = "\n".join(lines).strip("\n")
    return Message(shorten(clean_line(redact(title)), TITLE_LIMIT), shorten(text, BODY_LIMIT), url)


def late_note(raised: float, now: float, zone: tzinfo | None = None) -> str:
    """A line for an alert that waited long to be sent; empty for one that did not."""
    if now - raised <= LATE_AFTER_SECONDS:
        return ""
    return f"Sent {spell(now - raised)} late: known since {_clock_time(raised, now, zone)}."


def clean_line(text: str, *, strip: bool = True) -> str:
    """One line that is safe to show: no control, direction or surrogate characters, blanks folded."""
    shown = []
    for character in text:
        category = unicodedata.category(character)
        if character.isspace() or category in ("Cc", "Zl", "Zp"):
            shown.append(" ")
        elif category == "Cs":
            shown.append("\ufffd")
        elif category != "Cf" or character in _JOINERS:
            shown.append(character)
    line = "".join(shown)
    return " ".join(line.split()) if strip else line.rstrip()


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where that loses little, with a ``…`` at the cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if space >= limit * 0.7:
        cut = cut[:space]
    return cut.rstrip(" ,;:·—-\n" + _JOINERS) + "…"


def _title(run: Run, kind: str, cause: str, redact: Callable[[str], str]) -> str:
    head, preposition = _HEADS.get(kind, (kind, "after"))
    seconds = _length(run)
    if seconds is not None:
        head += " at once" if seconds < 0.05 else f" {preposition} {spell(seconds)}"
    name = clean_line(redact(run.name)) or run.id
    cause = "" if kind == "finished" else cause
    room = TITLE_LIMIT - len(head) - len(" — ") - (len(": ") if cause else 0)
    name = shorten(name, max(_NAME_LIMIT, room - len(cause)))
    return head + (f": {shorten(cause, room - len(name))}" if cause else "") + f" — {name}"


def _length(run: Run) -> float | None:
    if run.seconds is not None:
        return run.seconds
    return run.ended - run.started if run.started is not None and run.ended is not None else None


def _plain_cause(run: Run) -> str:
    if run.signal:
        return clean_line(run.signal)
    return f"exit code {run.exit_code}" if run.exit_code else ""


def _what(run: Run, kind: str, cause: str, lines: Sequence[str], redact: Callable[[str], str]) -> str:
    if kind != "finished" and cause:
        return shorten(cause, _PIECE_LIMIT)
    last = lines[-1] if lines else clean_line(redact(run.last_line or ""))
    return f"Last output: {shorten(last, _PIECE_LIMIT)}" if last else ""


def _hint(run: Run, kind: str, redact: Callable[[str], str]) -> str:
    hint = clean_line(redact(run.hint or "")) if kind != "finished" else ""
    return f"Hint: {shorten(hint, _PIECE_LIMIT)}" if hint else ""


def _certainty(run: Run, redact: Callable[[str], str]) -> str:
    if run.certainty != "inferred":
        return ""
    evidence = "; ".join(clean_line(redact(item)) for item in run.evidence)
    return shorten("Inferred, not recorded" + (f": {evidence}" if evidence else "."), _PIECE_LIMIT)


def _plan(run: Run, kind: str, redact: Callable[[str], str]) -> list[str]:
    succeeded = kind == "finished"
    planned = clean_line(redact((run.if_success if succeeded else run.if_failure) or ""))
    hypothesis = clean_line(redact(run.hypothesis or ""))
    return [
        f"Your plan for {'success' if succeeded else 'failure'}: {shorten(planned, _PIECE_LIMIT)}" if planned else "",
        f"Hypothesis: {shorten(hypothesis, _PIECE_LIMIT)}" if hypothesis else "",
    ]


def _late(occurred: float, now: float, zone: tzinfo | None) -> str:
    if now - occurred <= LATE_AFTER_SECONDS:
        return ""
    then = _clock_time(occurred, now, zone)
    return f"Late: it happened at {then}, {spell(now - occurred)} before Machiai noticed."


def _clock_time(time: float, now: float, zone: tzinfo | None) -> str:
    then, today = datetime.fromtimestamp(time, zone), datetime.fromtimestamp(now, zone)
    return then.strftime("%H:%M" if then.date() == today.date() else "%Y-%m-%d %H:%M")


def _last_lines(lines: Sequence[str], room: int) -> str:
    head = "\nLast lines:"
    room -= len(head)
    kept: list[str] = []
    for line in reversed(lines[-LOG_LINES:]):
        line = shorten(line, _LINE_LIMIT)
        room -= len(line) + 1
        if room < 0:
            break
        kept.insert(0, line)
    return "\n".join([head, *kept]) if kept else ""

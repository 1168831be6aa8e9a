"""Several alerts told as one: what kinds in the title, a line for each, the most important first."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import tzinfo

from store import alert_words
from store.alert_rows import Alert
from store.words import Words
from workers.alerts.lines import BODY_LIMIT, TITLE_LIMIT, Message, cleaner, shorten

_SEVERITIES = ("now", "soon", "digest")
_IMPORTANCE = (
    *("crashed", "killed", "lost", "gpu_lost", "driver", "diverged", "stalled", "ecc", "xid", "disk", "host_memory"),
    *("gpu_memory", "gpu_idle", "heat", "finished", "threshold", "eta_slipped", "gpu_free", "best", "milestone"),
)
_LINE_LIMIT = 200
_DASH = " — "
GOAL_MARK = "• "


def compose_digest(
    alerts: Sequence[Alert],
    *,
    now: float,
    dashboard_url: str,
    redact: Callable[[str], str] = str,
    zone: tzinfo | None = None,
    language: str = "en",
) -> Message:
    """Write one message of ``alerts``, whose own titles are as private as they were to be when they were written.

    What concerns one run stands in one line. What does not fit is counted.
    """
    words, clean = Words(language, zone), cleaner(redact)
    ranked = sorted(alerts, key=_rank)
    kinds = Counter(alert_words.title_of(one.kind, one.facts)[1] for one in ranked)
    parts = [_some(word, n, words) for word, n in kinds.items()]
    title = words.count("{n} thing: {parts}", "{n} things: {parts}", len(alerts), parts=words.say(", ").join(parts))
    groups: dict[str, list[Alert]] = {}
    for one in ranked:
        groups.setdefault(one.run_id or f"#{one.id}", []).append(one)
    lines: list[str] = []
    told, room = 0, BODY_LIMIT
    for group in groups.values():
        line = _goals(group, words, clean) or shorten(_line(group, words, now, clean), _LINE_LIMIT)
        more = words.count("and {n} more", "and {n} more", len(alerts) - told)
        if len(line) + 1 + len(more) + 1 > room:
            lines.append(more)
            break
        lines.append(line)
        told, room = told + len(group), room - len(line) - 1
    base = dashboard_url.rstrip("/")
    own = {one.url for one in alerts}
    url = (own.pop() if len(own) == 1 else None) or base or None
    return Message(shorten(clean(title), TITLE_LIMIT), "\n".join(lines), url)


def _rank(alert: Alert) -> tuple[bool, int, int, float]:
    severity = _SEVERITIES.index(alert.severity) if alert.severity in _SEVERITIES else len(_SEVERITIES)
    kind = _IMPORTANCE.index(alert.kind) if alert.kind in _IMPORTANCE else len(_IMPORTANCE)
    return alert.cleared is not None, severity, kind, -_when(alert)


def _when(alert: Alert) -> float:
    return alert.latest if alert.latest is not None else alert.occurred


def _line(group: Sequence[Alert], words: Words, now: float, clean: Callable[[str], str]) -> str:
    """``✔ finished in 3 h — resnet50 · 14:20``, or ``resnet50: ✔ finished in 3 h · 14:20; ★ new best: …``."""
    titles = [clean(one.title) for one in group]
    names = {title.rpartition(_DASH)[2] for title in titles if _DASH in title}
    marks = [_marks(one, words, now) for one in group]
    if len(group) == 1 or len(names) != 1:
        return words.say("; ").join(f"{title}{mark}" for title, mark in zip(titles, marks, strict=True))
    heads = [title.rpartition(_DASH)[0] or title for title in titles]
    return f"{names.pop()}: " + words.say("; ").join(f"{head}{mark}" for head, mark in zip(heads, marks, strict=True))


def _some(word: str, n: int, words: Words) -> str:
    """How many there are of a kind; the goals of a week are told of once, and are not counted."""
    word = words.say(word)
    return word if word == words.say(alert_words.SIGNS["goals"][1]) else words.say("{n} {word}", n=n, word=word)


def _goals(group: Sequence[Alert], words: Words, clean: Callable[[str], str]) -> str:
    """The goals of a week, a line each as the alert itself has them; empty for what is not about these."""
    if group[0].kind != "goals":
        return ""
    sign, word = alert_words.title_of(group[0].kind, group[0].facts)
    goals = [clean(line) for line in group[0].body.splitlines() if line.startswith(GOAL_MARK)]
    return "\n".join([f"{sign} {words.say(word)}", *goals])


def _marks(alert: Alert, words: Words, now: float) -> str:
    marks = f" ×{alert.count}" if alert.count > 1 else ""
    if alert.cleared is not None:
        marks += " " + words.say("(over)")
    return f"{marks} · {words.moment(_when(alert), now)}"

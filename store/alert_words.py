"""What an alert says, from its kind and its facts: for the title on a phone, for the pages, in every language.

Kinds are those of ``store.alert_rules``, and ``digest``, ``note`` and ``test``. Facts may be of another version: what
is missing is left out, and nothing here raises for them.
"""

from collections.abc import Callable

from store import machine_tellings, run_tellings, tellings
from store.symptoms import Length, Moment, Phrase
from store.tellings import Facts, Telling, as_is, word
from store.words import Words

SIGNS: dict[str, tuple[str, str]] = {
    # kind: sign, word
    "finished": ("✔", "finished"),
    "crashed": ("✖", "crashed"),
    "killed": ("✖", "killed"),
    "lost": ("?", "lost"),
    "stalled": ("⏳", "stalled"),
    "diverged": ("!", "diverged"),
    "threshold": ("✔", "condition met"),
    "best": ("★", "new best"),
    "eta_slipped": ("»", "slower"),
    "milestone": ("◑", "milestone"),
    "gpu_idle": ("○", "GPU idle"),
    "gpu_lost": ("✖", "GPU lost"),
    "driver": ("✖", "GPU driver"),
    "xid": ("!", "GPU error"),
    "heat": ("!", "GPU slowed"),
    "ecc": ("!", "GPU memory errors"),
    "host_memory": ("!", "memory running out"),
    "gpu_memory": ("!", "GPU memory running out"),
    "disk": ("!", "disk"),
    "gpu_free": ("+", "GPU free"),
    "task": ("☐", "task can go on"),
    "review": ("☰", "week in review"),
    "goals": ("⚑", "goals of this week"),
    "digest": ("≡", "digest"),
    "note": ("·", "note"),
    "test": ("·", "test"),
}
_TELLERS: dict[str, Callable[[Facts], Telling]] = {**run_tellings.TELLERS, **machine_tellings.TELLERS}
_JOINED = "{one}; {other}"
_HEADED = "{one}: {other}"


def telling(kind: str, facts: Facts) -> Telling:
    """All that an alert tells, in parts. The fact ``words`` names another entry than that of its kind."""
    entry = word(facts, "words")
    teller = _TELLERS.get(entry) or _TELLERS.get(kind)
    if teller is not None:
        return teller(facts)
    title, body = word(facts, "title"), word(facts, "body")
    head = as_is(title) if title else Phrase(SIGNS[kind][1]) if kind in SIGNS else as_is(kind)
    return Telling(head, as_is(body) if body else None, full=bool(title or body))


def tell(kind: str, facts: Facts) -> Phrase:
    """What happened, in one sentence: ``no output for 42 m; usually every 3 s; GPU and CPU idle``."""
    told = telling(kind, facts)
    parts = [*tellings.some(told.brief), *told.details]
    if not parts:
        return told.head
    joined = parts[0]
    for part in parts[1:]:
        joined = Phrase(_JOINED, one=joined, other=part)
    return Phrase(_HEADED, one=told.head, other=joined) if told.full else joined


def headline(kind: str, facts: Facts) -> Phrase:
    """A title without its sign and the name: ``stalled: no output for 42 m``."""
    told = telling(kind, facts)
    return told.head if told.brief is None else Phrase(_HEADED, one=told.head, other=told.brief)


def advice(kind: str, facts: Facts) -> Phrase | None:
    """What to do now; None where we know of nothing."""
    return telling(kind, facts).advice


def title_of(kind: str, facts: Facts) -> tuple[str, str]:
    """The sign of an alert and the word for its kind (a msgid): ``("⏳", "stalled")``."""
    sign, name = SIGNS.get(kind, ("·", kind))
    return telling(kind, facts).sign or sign, name


def say_phrase(phrase: Phrase, words: Words, now: float | None = None, text: Callable[[str], str] = str) -> str:
    """A phrase in the language of ``words``. Times of the day of ``now`` are told without their date; every text that
    is not ours passes through ``text``."""

    def told(value: object) -> object:
        if isinstance(value, Phrase):
            return say_phrase(value, words, now, text)
        if isinstance(value, Length):
            return words.length(float(value))
        if isinstance(value, Moment):
            return words.moment(float(value), now) if now is not None else f"{value}"
        return text(value) if isinstance(value, str) else f"{value}"

    values = {name: told(value) for name, value in phrase.values.items()}
    return words.say(phrase.message, **values)


def messages() -> list[str]:
    """Every text that an alert may show, but for those of XIDs: what a translation must have."""
    listed = [
        *run_tellings.messages(),
        *machine_tellings.messages(),
        *(name for _, name in SIGNS.values()),
        _JOINED,
        tellings.AND_MORE,
    ]
    return list(dict.fromkeys(listed))

"""How far a run is and how long it still takes, in words: ``step 31,500 of 50,000``, ``about 42 min, 35–58``."""

from app.figures import count
from app.words import Words, mark
from store.progress import Progress

UNITS = {
    "step": mark("step"),
    "epoch": mark("epoch"),
    "iteration": mark("iteration"),
    "batch": mark("batch"),
    "file": mark("file"),
    "timestep": mark("timestep"),
    "kimg": mark("kimg"),
    "episode": mark("episode"),
    "row": mark("row"),
    "sample": mark("sample"),
    "update": mark("update"),
    "tick": mark("tick"),
}
PHASES = {
    "eval": mark("evaluating"),
    "load": mark("loading"),
    "save": mark("saving"),
}
_LEFT = (
    # Up to how many seconds, seconds in one, without and with an interval.
    (90.0, 1.0, mark("about {n} s"), mark("about {n} s, {low}–{high}")),
    (5400.0, 60.0, mark("about {n} min"), mark("about {n} min, {low}–{high}")),
    (172_800.0, 3600.0, mark("about {n} h"), mark("about {n} h, {low}–{high}")),
    (float("inf"), 86_400.0, mark("about {n} d"), mark("about {n} d, {low}–{high}")),
)


def unit_word(unit: str | None, say: Words) -> str:
    """A unit of steps in the reader's language; one we do not know is shown as it is."""
    return say.say(UNITS[unit]) if unit in UNITS else unit or say.say("step")


def position(progress: Progress, say: Words) -> str:
    """``epoch 3 of 10 · batch 85 of 180``, from the outermost counter to the innermost."""
    levels = [(level.get("unit"), level.get("done"), level.get("total")) for level in progress.levels]
    if not levels and progress.done is not None:
        levels = [(progress.unit, progress.done, progress.total)]
    parts = []
    for unit, done, total in levels:
        word = unit_word(unit, say)
        if total:
            parts.append(say.say("{unit} {done} of {total}", unit=word, done=count(done), total=count(total)))
        else:
            parts.append(say.say("{unit} {done}", unit=word, done=count(done)))
    if progress.phase in PHASES:
        parts.append(say.say(PHASES[progress.phase]))
    return " · ".join(parts)


def time_left(progress: Progress, say: Words, now: float) -> str:
    """``about 42 min, 35–58``; empty while nothing can be said."""
    if progress.eta_at is None:
        return ""
    left = max(0.0, progress.eta_at - now)
    _, seconds, alone, between = next(row for row in _LEFT if left < row[0])
    if progress.eta_low is None or progress.eta_high is None:
        return say.say(alone, n=_rounded(left / seconds))
    low, high = (_rounded(max(0.0, end - now) / seconds) for end in (progress.eta_low, progress.eta_high))
    return say.say(between, n=_rounded(left / seconds), low=low, high=high)


def why_no_interval(progress: Progress, say: Words) -> str:
    """Why a time left has no interval; empty where it has one or there is no time left."""
    if progress.eta_at is None or progress.eta_low is not None:
        return ""
    return say.say("no interval before ten finished runs of this kind")


def _rounded(amount: float) -> str:
    if amount >= 10 or abs(amount - round(amount)) < 0.05:
        return f"{amount:,.0f}"
    return f"{amount:.1f}"

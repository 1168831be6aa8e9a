"""From judgements to acts: an alert when something begins, nothing while it lasts, and its end when it is over. Pure.

What is remembered of a rule and its subject is plain JSON: ``open``; ``number``, that of its last alert, and the id of
this as ``alert``; ``calm``, since when it no longer holds though it is not over
yet; ``over``, when it ended; ``run``, the (id, attempt) it is about. Times are epoch seconds.
"""

from collections.abc import Mapping
from typing import Any

from store.alert_rules import Rule
from workers.alerts.judgement import Judgement

RAISE, AGAIN, CLEAR = "raise", "again", "clear"
"""What is to be done about an alert: raise it, count it once more, note that what it tells is over."""
ANEW_SECONDS = 6 * 3600.0
"""What befalls a machine again after so long is another alert."""
EVENTS = frozenset({"threshold", "best"})
"""Rules whose every judgement is something new that happened …"""
SERIAL = frozenset({"best"})
"""… and of these, the ones that make another alert each time."""
MOMENTS = EVENTS | {"milestone", "review", "goals"}
"""Rules that tell of a moment, not of a state: their alerts stay until somebody has seen them."""

State = dict[str, Any]


def follow(
    known: Mapping[str, Any] | None, judgement: Judgement, rule: Rule, now: float
) -> tuple[State | None, list[str]]:
    """What to remember after a judgement, and what to do; None where there is nothing to remember.

    Of one attempt of a run there is one alert for each subject and occasion, however often it comes and goes; of a
    machine another one when it was over for long. A state that does not change comes back equal to what was known.
    """
    if judgement.active is None:
        return (dict(known) if known else None), []
    if known is None:
        return _begin(judgement, rule, 1) if judgement.active else (None, [])
    state = dict(known)
    if judgement.active:
        if state["open"]:
            state["calm"] = None
            return state, []
        if rule.kind in SERIAL or _is_another(judgement, state, now):
            state, acts = _begin(judgement, rule, int(state["number"]) + 1)
            return state | {"alert": known["alert"]}, acts
        state |= {"calm": None, "open": rule.kind not in EVENTS, "over": now if rule.kind in EVENTS else None}
        return state, [AGAIN]
    if not state["open"]:
        return state, []
    if state["calm"] is None:
        state["calm"] = now
    if now - float(state["calm"]) >= rule.calm_seconds:
        return close(state, rule, now)
    return state, []


def close(known: Mapping[str, Any], rule: Rule, now: float) -> tuple[State, list[str]]:
    """The same when it is over at once: its run has ended, or the rule was switched off."""
    state = dict(known)
    if not state["open"]:
        return state, []
    state |= {"open": False, "calm": None, "over": now}
    return state, [] if rule.kind in MOMENTS else [CLEAR]


def occasion_of(judgement: Judgement, state: Mapping[str, Any]) -> str:
    """The occasion of the alert that an episode makes: the rule's own, numbered from the second one on."""
    if state["number"] == 1:
        return judgement.occasion
    return f"{judgement.occasion}#{state['number']}" if judgement.occasion else str(state["number"])


def _begin(judgement: Judgement, rule: Rule, number: int) -> tuple[State, list[str]]:
    is_open = rule.kind not in EVENTS
    over = None if is_open else 0.0
    state = {"open": is_open, "number": number, "alert": None, "calm": None, "over": over, "run": _run_of(judgement)}
    return state, [RAISE]


def _is_another(judgement: Judgement, state: State, now: float) -> bool:
    """Whether what begins again is another matter: it is about another run, or the machine was well for long."""
    run = _run_of(judgement)
    if run is not None and state["run"] is not None:
        return bool(run != state["run"])
    return now - float(state["over"]) > ANEW_SECONDS


def _run_of(judgement: Judgement) -> list[Any] | None:
    return None if judgement.run_id is None else [judgement.run_id, judgement.attempt]

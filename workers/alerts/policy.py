"""Which channel is told of an alert, and when: pure, from preferences, the clock and what is left of the pushes."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from store import deliveries, push_budget
from store.alert_rules import BAD_ENDS, DIGEST, ENDS, NOW, RULES, SOON
from store.deliveries import Planned
from store.preferences import AlertPreferences
from store.push_budget import Budget
from store.words import mark

TEST = "test"
FALLBACK_SECONDS = 600.0
FALLBACK_CRASH_SECONDS = 180.0
PASSING_SECONDS = 86400.0
PASSING = frozenset({"stalled", "eta_slipped", "best", "milestone", "gpu_idle", "gpu_free"})
"""Kinds that tell of something that goes on: a day later they are no news."""
URGENT = frozenset({*ENDS, "stalled", "diverged", "threshold", "gpu_lost"})
"""What is still told at once when pushes are getting few."""

OFF, MUTED, FILTER, QUIET, GRACE, FALLBACK, BUDGET = "off", "muted", "filter", "quiet", "grace", "fallback", "budget"
SESSION = deliveries.SESSION
WORDS = {
    OFF: mark("the rule is off"),
    MUTED: mark("muted for this run"),
    FILTER: mark("this channel does not get alerts of this kind"),
    QUIET: mark("quiet hours"),
    GRACE: mark("waits a moment for what may follow"),
    DIGEST: mark("waits for the digest"),
    SESSION: mark("waits for the end of your session"),
    BUDGET: mark("the month's pushes are used up"),
    FALLBACK: mark("goes here only if no other channel gets it through"),
    "over": mark("it was over before it was sent"),
    "expired": mark("it waited too long to be news"),
    "told": mark("another channel has told it"),
    "token": mark("there is no Pushbullet token"),
}
"""Why a delivery is held or suppressed."""

_RANK = {NOW: 0, SOON: 1, DIGEST: 2}
_USUAL_DIGEST = "09:00"


def decide(
    kind: str,
    severity: str,
    at_night: bool,
    now: float,
    preferences: AlertPreferences,
    channels: Sequence[str],
    *,
    muted: bool = False,
    budget: Budget | None = None,
    unable: Collection[str] = (),
    zone: tzinfo | None = None,
) -> list[Planned]:
    """What becomes of an alert raised at ``now`` on each of ``channels``, in their order.

    ``severity`` and ``at_night`` are those in force for it; ``budget`` is that of Pushbullet, None for no limit.
    ``unable`` names channels that cannot send now as they are: a fallback does not wait for them. ``zone`` is the zone
    of quiet hours and digest times, this machine's by default.
    """
    choices = {name: preferences.channel(name) for name in channels}
    if budget is not None and push_budget.stage(budget) == push_budget.EMPTY:
        unable = {*unable, push_budget.CHANNEL}
    alone = {
        name: _plan(kind, severity, at_night, now, preferences, name, muted=muted, budget=budget, zone=zone)
        for name in channels
    }
    tellers = [
        plan
        for name, plan in alone.items()
        if not choices[name].fallback and plan.state != "suppressed" and name not in unable
    ]
    if not tellers or kind == TEST:
        return list(alone.values())
    first = min(plan.next_try or now for plan in tellers)
    return [
        hold(name, FALLBACK, max(first + fallback_seconds(kind), plan.next_try or now))
        if choices[name].fallback and plan.state != "suppressed"
        else plan
        for name, plan in alone.items()
    ]


def may_disturb(kind: str, severity: str, preferences: AlertPreferences) -> bool:
    """Whether an alert may be pushed in quiet hours."""
    return kind == TEST or (severity == NOW and preferences.at_night(kind))


def fallback_seconds(kind: str) -> float:
    """How long the other channels have before a fallback tells an alert of that kind."""
    return FALLBACK_CRASH_SECONDS if kind in BAD_ENDS else FALLBACK_SECONDS


def next_digest(
    now: float, preferences: AlertPreferences, zone: tzinfo | None = None, *, once_a_day: bool = False
) -> float:
    """The next digest time after ``now``; the end of the quiet hours where it lies in them. Epoch seconds."""
    times = sorted(preferences.digests) or [_USUAL_DIGEST]
    times = times[:1] if once_a_day else times
    coming = min(
        moment for day in _days(now, zone, 0, 3) for text in times if (moment := _moment(day, text, zone)) > now
    )
    return quiet_until(coming, preferences, zone) or coming


def quiet_until(now: float, preferences: AlertPreferences, zone: tzinfo | None = None) -> float | None:
    """The end of the quiet hours that ``now`` lies in, in epoch seconds; None outside of them."""
    if preferences.quiet is None:
        return None
    begin, end = preferences.quiet
    over_midnight = timedelta(days=int(_clock(end) < _clock(begin)))
    for day in _days(now, zone, -1, 1):
        until = max(_moment(day + over_midnight, end, zone, fold) for fold in (0, 1))
        if _moment(day, begin, zone) <= now < until:
            return until
    return None


def _plan(
    kind: str,
    severity: str,
    at_night: bool,
    now: float,
    preferences: AlertPreferences,
    channel: str,
    *,
    muted: bool,
    budget: Budget | None,
    zone: tzinfo | None,
) -> Planned:
    """What becomes of it on one channel, whatever the others do."""
    if kind == TEST:
        return Planned(channel)
    if kind in RULES and not preferences.rule_on(kind):
        return suppress(channel, OFF)
    if muted:
        return suppress(channel, MUTED)
    choice = preferences.channel(channel)
    if not choice.on or _RANK[severity] > _RANK.get(choice.least, _RANK[DIGEST]):
        return suppress(channel, FILTER)
    at_once, once_a_day = severity == NOW, False
    if channel == push_budget.CHANNEL and budget is not None:
        stage = push_budget.stage(budget)
        if stage == push_budget.EMPTY and kind not in BAD_ENDS:
            return hold(channel, BUDGET, push_budget.next_month(now, zone))
        once_a_day = stage != push_budget.PLENTY
        if stage in (push_budget.RESERVE, push_budget.EMPTY):
            at_once = at_once and kind in BAD_ENDS
        elif stage == push_budget.TIGHT:
            at_once = at_once and kind in URGENT
    if not at_once:
        return hold(channel, DIGEST, next_digest(now, preferences, zone, once_a_day=once_a_day))
    grace = RULES[kind].grace_seconds if kind in RULES else 0.0
    until = None if at_night else quiet_until(now + grace, preferences, zone) or quiet_until(now, preferences, zone)
    if until is not None:
        return hold(channel, QUIET, until)
    return hold(channel, GRACE, now + grace) if grace else Planned(channel)


def suppress(channel: str, why: str, words: str = "") -> Planned:
    """Not to be sent, with the words for it."""
    return Planned(channel, "suppressed", why=why, error=words or WORDS[why])


def hold(channel: str, why: str, until: float) -> Planned:
    """Held until then, with the words for it."""
    return Planned(channel, "held", until, why, WORDS[why])


def _days(now: float, zone: tzinfo | None, first: int, last: int) -> Iterator[date]:
    today = datetime.fromtimestamp(now, zone).date()
    return (today + timedelta(days=n) for n in range(first, last + 1))


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def _moment(day: date, text: str, zone: tzinfo | None, fold: int = 0) -> float:
    """When a clock shows ``text`` on that day: the first time it does; as if it had, where that hour is left out."""
    return datetime.combine(day, _clock(text).replace(fold=fold), tzinfo=zone).timestamp()

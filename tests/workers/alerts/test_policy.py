"""Who is told and when: rules that are off, filters, quiet hours, digests, the budget and fallbacks."""

from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.alert_rules import RULES
from store.deliveries import Planned
from store.preferences import AlertPreferences, ChannelChoice, RuleChoice
from store.push_budget import Budget
from workers.alerts.policy import WORDS, decide, next_digest, quiet_until

TOKYO = ZoneInfo("Asia/Tokyo")
P = "pushbullet"
QUIET = ("23:00", "07:00")


def at(text: str, zone: tzinfo = TOKYO) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


NOON, NIGHT = at("2026-11-21T12:00"), at("2026-11-21T23:30")


def plan(
    kind: str,
    *,
    now: float = NOON,
    preferences: AlertPreferences | None = None,
    channels: tuple[str, ...] = (P,),
    **given: Any,
) -> dict[str, Planned]:
    preferences = preferences or AlertPreferences()
    severity = given.pop("severity", None) or preferences.severity(kind)
    found = decide(
        kind,
        severity,
        preferences.at_night(kind),
        now,
        preferences,
        channels,
        zone=TOKYO,
        **given,
    )
    assert [one.channel for one in found] == list(channels)
    return {one.channel: one for one in found}


def state(one: Planned) -> tuple[str, str | None]:
    return one.state, one.why


class TestOneChannel:
    """One channel, and a budget that is never short."""

    @pytest.mark.parametrize("kind", ["crashed", "finished", "stalled", "threshold", "note", "test", "xid", "review"])
    def test_at_once(self, kind: str) -> None:
        """What needs a person goes at once."""
        assert plan(kind)[P] == Planned(P)

    def test_grace(self) -> None:
        """A loss that diverged is kept back for a minute: the crash that follows tells it better."""
        assert plan("diverged")[P] == Planned(P, "held", NOON + 60, "grace", WORDS["grace"])

    @pytest.mark.parametrize("kind", ["best", "eta_slipped", "disk", "goals"])
    def test_digest(self, kind: str) -> None:
        """What can wait comes with the next digest."""
        found = plan(kind)[P]
        assert (state(found), found.next_try) == (("held", "digest"), at("2026-11-21T13:00"))

    def test_off(self) -> None:
        """A rule that is off is not told; milestones are off by default."""
        assert state(plan("milestone")[P]) == ("suppressed", "off")
        chosen = AlertPreferences(rules={"finished": RuleChoice(on=False), "milestone": RuleChoice(on=True)})
        assert state(plan("finished", preferences=chosen)[P]) == ("suppressed", "off")
        assert state(plan("milestone", preferences=chosen)[P]) == ("held", "digest")

    def test_muted(self) -> None:
        """What is muted for a run is not told."""
        assert state(plan("stalled", muted=True)[P]) == ("suppressed", "muted")

    @pytest.mark.parametrize(
        ("choice", "told"),
        [
            (ChannelChoice(), ["now", "soon", "digest"]),
            (ChannelChoice(least="soon"), ["now", "soon"]),
            (ChannelChoice(least="now"), ["now"]),
            (ChannelChoice(on=False), []),
        ],
    )
    def test_filter(self, choice: ChannelChoice, told: list[str]) -> None:
        """A channel gets what is at least as urgent as was chosen for it, and nothing when it is off."""
        chosen = AlertPreferences(channels={P: choice})
        found = [
            severity
            for severity in ("now", "soon", "digest")
            if plan("threshold", severity=severity, preferences=chosen)[P].state != "suppressed"
        ]
        assert found == told

    def test_test_push(self) -> None:
        """A test push goes through whatever was chosen: off, at night, without any push left."""
        chosen = AlertPreferences(quiet=QUIET, channels={P: ChannelChoice(on=False, fallback=True)})
        assert plan("test", now=NIGHT, preferences=chosen, budget=Budget(1, 1))[P] == Planned(P)


class TestNight:
    """Quiet hours from 23:00 to 07:00."""

    chosen = AlertPreferences(quiet=QUIET)

    @pytest.mark.parametrize("kind", ["crashed", "killed", "lost", "gpu_lost"])
    def test_wakes(self, kind: str) -> None:
        """What is allowed at night goes at once."""
        assert plan(kind, now=NIGHT, preferences=self.chosen)[P] == Planned(P)

    @pytest.mark.parametrize("kind", ["finished", "stalled", "diverged", "note"])
    def test_sleeps(self, kind: str) -> None:
        """The rest is held until morning."""
        found = plan(kind, now=NIGHT, preferences=self.chosen)[P]
        assert (state(found), found.next_try) == (("held", "quiet"), at("2026-11-22T07:00"))

    def test_chosen(self) -> None:
        """Which of them wake is for people to choose."""
        rules = {"finished": RuleChoice(at_night=True), "crashed": RuleChoice(at_night=False)}
        chosen = AlertPreferences(quiet=QUIET, rules=rules)
        assert plan("finished", now=NIGHT, preferences=chosen)[P] == Planned(P)
        assert state(plan("crashed", now=NIGHT, preferences=chosen)[P]) == ("held", "quiet")

    def test_grace_into_the_night(self) -> None:
        """A grace that ends in quiet hours lasts until these end."""
        found = plan("diverged", now=at("2026-11-21T22:59:30"), preferences=self.chosen)[P]
        assert (state(found), found.next_try) == (("held", "quiet"), at("2026-11-22T07:00"))

    def test_digest_time_at_night(self) -> None:
        """A digest time within quiet hours is put off to their end."""
        chosen = AlertPreferences(quiet=QUIET, digests=("02:00", "18:00"))
        assert next_digest(at("2026-11-21T19:00"), chosen, TOKYO) == at("2026-11-22T07:00")
        assert next_digest(at("2026-11-22T07:00"), chosen, TOKYO) == at("2026-11-22T18:00")


class TestBudget:
    """A limit of 500 on the first of a month of 30 days."""

    def found(self, kind: str, sent: int, now: float = at("2026-11-01T12:00")) -> Planned:
        return plan(kind, now=now, budget=Budget(500, sent, 1, 30))[P]

    @pytest.mark.parametrize(
        ("sent", "at_once"),
        [
            (0, ["crashed", "finished", "stalled", "gpu_idle", "note"]),
            (350, ["crashed", "finished", "stalled", "gpu_idle", "note"]),
            (420, ["crashed", "finished", "stalled"]),
            (460, ["crashed"]),
            (500, ["crashed"]),
        ],
    )
    def test_stages(self, sent: int, at_once: list[str]) -> None:
        """The fewer are left, the less goes at once; crashes always do."""
        kinds = ["crashed", "finished", "stalled", "gpu_idle", "note"]
        assert [kind for kind in kinds if self.found(kind, sent).state == "waiting"] == at_once

    def test_once_a_day(self) -> None:
        """In thrift the digest comes once a day, at the first of its times."""
        assert self.found("best", 0).next_try == at("2026-11-01T13:00")
        assert self.found("best", 350).next_try == at("2026-11-02T09:00")
        assert self.found("finished", 460).next_try == at("2026-11-02T09:00")

    def test_used_up(self) -> None:
        """When none is left, all but crashes waits for the next month."""
        found = self.found("finished", 500)
        assert (state(found), found.next_try) == (("held", "budget"), at("2026-12-01T00:00"))

    def test_other_channels_have_no_budget(self) -> None:
        """It is Pushbullet's alone."""
        found = plan("finished", channels=(P, "ntfy"), budget=Budget(500, 500))
        assert (found[P].state, found["ntfy"]) == ("held", Planned("ntfy"))


class TestFallback:
    """Pushbullet, and ntfy as the fallback."""

    chosen = AlertPreferences(channels={"ntfy": ChannelChoice(fallback=True)}, quiet=QUIET)

    def found(self, kind: str, now: float = NOON, **given: Any) -> dict[str, Planned]:
        return plan(kind, now=now, preferences=self.chosen, channels=(P, "ntfy"), **given)

    def test_waits(self) -> None:
        """It gives the other ten minutes, and three where a run crashed."""
        assert self.found("finished")["ntfy"] == Planned("ntfy", "held", NOON + 600, "fallback", WORDS["fallback"])
        assert self.found("crashed")["ntfy"].next_try == NOON + 180

    def test_waits_for_the_digest_too(self) -> None:
        """What the other holds it waits for as well."""
        found = self.found("best")
        assert found[P].why == "digest"
        assert (state(found["ntfy"]), found["ntfy"].next_try) == (("held", "fallback"), at("2026-11-21T13:10"))

    def test_takes_over(self) -> None:
        """Where the other cannot send it goes at once, whatever the reason."""
        assert self.found("finished", budget=Budget(500, 500))["ntfy"] == Planned("ntfy")
        assert self.found("crashed", budget=Budget(500, 500)) == {P: Planned(P), "ntfy": Planned("ntfy")}
        assert self.found("finished", unable=(P,))["ntfy"] == Planned("ntfy")
        off = AlertPreferences(channels={P: ChannelChoice(on=False), "ntfy": ChannelChoice(fallback=True)})
        assert plan("finished", preferences=off, channels=(P, "ntfy"))["ntfy"] == Planned("ntfy")

    def test_a_rule_that_is_off(self) -> None:
        """A fallback tells nothing that is not to be told."""
        assert {one.why for one in self.found("milestone").values()} == {"off"}


ZONES: list[tzinfo] = [
    *(ZoneInfo(name) for name in ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")),
    *(ZoneInfo(name) for name in ("Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "America/St_Johns")),
    timezone(timedelta(hours=-11, minutes=-30)),
]
TIMES = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
SPANS = st.tuples(TIMES, TIMES).filter(lambda span: span[0] != span[1])
MOMENTS = st.floats(at("2010-01-01T00:00"), at("2030-01-01T00:00"))


def clock(time: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(time, zone).strftime("%H:%M")


def is_shown_after_a_gap(time: float, zone: tzinfo) -> bool:
    """Whether the clocks went forward in the hours before: a time that was left out is taken for one after it."""
    now, before = (datetime.fromtimestamp(one, zone).utcoffset() for one in (time, time - 3 * 3600))
    return now is not None and before is not None and now > before


@given(
    now=MOMENTS, zone=st.sampled_from(ZONES), digests=st.lists(TIMES, min_size=1, max_size=4), quiet=SPANS | st.none()
)
@example(now=at("2026-03-29T01:30", ZONES[1]), zone=ZONES[1], digests=["02:30"], quiet=None)
@example(now=at("2026-10-25T02:30", ZONES[1]), zone=ZONES[1], digests=["02:30"], quiet=None)
@example(now=at("2011-12-29T23:00", ZONES[5]), zone=ZONES[5], digests=["09:00"], quiet=None)
def test_next_digest(now: float, zone: tzinfo, digests: list[str], quiet: tuple[str, str] | None) -> None:
    """In every zone and at every change of clocks: in the future, within two days, at one of the times or when quiet
    hours end, and not within these."""
    preferences = AlertPreferences(digests=tuple(digests), quiet=quiet)
    found = next_digest(now, preferences, zone)
    assert now < found <= now + 2 * 86400 + 8 * 3600
    allowed = {*digests, quiet[1]} if quiet else set(digests)
    assert clock(found, zone) in allowed or is_shown_after_a_gap(found, zone)
    assert quiet_until(found, preferences, zone) is None or is_shown_after_a_gap(found, zone)
    daily = next_digest(now, preferences, zone, once_a_day=True)
    assert daily >= found


@given(now=MOMENTS, zone=st.sampled_from(ZONES), quiet=SPANS)
@example(now=at("2026-03-29T01:59", ZONES[1]), zone=ZONES[1], quiet=("01:00", "02:30"))
@example(now=at("2026-10-25T02:15", ZONES[1]), zone=ZONES[1], quiet=("02:00", "02:30"))
def test_quiet_until(now: float, zone: tzinfo, quiet: tuple[str, str]) -> None:
    """In every zone: an end in the future, at its time, less than a day and a change of clocks away; None exactly when
    the clock shows a time outside of them."""
    found = quiet_until(now, AlertPreferences(quiet=quiet), zone)
    begin, end = quiet
    shown = clock(now, zone)
    inside = begin <= shown < end if begin < end else shown >= begin or shown < end
    offsets = {datetime.fromtimestamp(now + n * 3600, zone).utcoffset() for n in range(-30, 31)}
    if len(offsets) == 1:
        assert (found is not None) == inside
    if found is not None:
        assert now < found <= now + 27 * 3600
        assert clock(found, zone) == end or is_shown_after_a_gap(found, zone)
    assert quiet_until(now, AlertPreferences(), zone) is None


@given(
    kind=st.sampled_from([*RULES, "note", "test"]), now=MOMENTS, sent=st.integers(0, 600), quiet=SPANS | st.none(),
    choices=st.dictionaries(
        st.sampled_from([P, "ntfy", "mail"]),
        st.builds(ChannelChoice, st.booleans(), st.sampled_from(["now", "soon", "digest"]), st.booleans()),
    ),
    muted=st.booleans(), unable=st.sets(st.just(P)),
)  # fmt: skip
def test_decisions_are_sound(
    kind: str, now: float, sent: int, quiet: tuple[str, str] | None, choices: dict[str, ChannelChoice], muted: bool,
    unable: set[str],
) -> None:  # fmt: skip
    """Whatever was chosen: what is held is held until later, why is always said, somebody begins to tell what a channel
    is to get, and a crash is never held for the budget or a digest."""
    preferences = AlertPreferences(quiet=quiet, channels=choices)
    found = plan(
        kind, now=now, preferences=preferences, channels=(P, "ntfy", "mail"), budget=Budget(500, sent, 10, 30),
        muted=muted, unable=unable,
    )  # fmt: skip
    for one in found.values():
        assert one.state in ("waiting", "held", "suppressed")
        assert (one.state == "waiting") == (one.why is None)
        assert one.state != "held" or (one.next_try is not None and one.next_try > now)
        assert one.why is None or one.error
    if any(one.state != "suppressed" for one in found.values()):
        assert any(one.state != "suppressed" and one.why != "fallback" for one in found.values())
    if kind == "crashed" and not muted:
        assert all(one.why not in ("digest", "budget", "quiet") for one in found.values())

"""When a run is said to end later than was said, and which quarters it has passed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.progress import Progress
from tests.workers.alerts.test_messages import NOON, RUN
from workers.alerts.rules.progress import judge_milestones, judge_slip
from workers.alerts.sights import Gaps, RunSight

HOUR = 3600.0
START = NOON - 4 * HOUR
RUNNING = replace(RUN, state="running", created=START, started=START, ended=None, seconds=None)
FIRST = (10.0, START + 0.5 * HOUR, 4.0 * HOUR)
WAS_AT = START + 4.5 * HOUR


def slip(by, *, done=40.0, predictions=(FIRST,), sensitivity="normal", sight=None, **progress):
    """The judgement of a run that is now said to end so many seconds later than first."""
    now = Progress(1, done, 100.0, "epoch", NOON, eta_at=WAS_AT + by, **progress)
    seen = RunSight(run=RUNNING, now=NOON, progress=now, predictions=predictions, since_step=5.0)
    return judge_slip(replace(seen, **(sight or {})), sensitivity)


@pytest.mark.parametrize(("sensitivity", "hours"), [("keen", 1.0), ("normal", 2.0), ("patient", 4.0)])
def test_slip(sensitivity, hours):
    """A quarter, half, or all of the time that was left more is told; a little less is not; much less is over."""
    assert slip(hours * HOUR + 60, sensitivity=sensitivity).active is True
    assert slip(hours * HOUR - 60, sensitivity=sensitivity).active is None
    assert slip(0.6 * hours * HOUR, sensitivity=sensitivity).active is False


def test_facts():
    """The facts are when it was to end, when it will, and by how much that is more."""
    found = slip(3 * HOUR)
    assert found.facts == {"was_at": WAS_AT, "is_at": WAS_AT + 3 * HOUR, "by": 3 * HOUR, "share": 0.75}
    assert (found.rule, found.run_id, found.attempt) == ("eta_slipped", RUN.id, 1)


def test_minutes_are_no_slip():
    """A run of minutes that takes twice as long has not slipped: ten minutes are the least."""
    first = (10.0, NOON - 300, 400.0)
    is_at = first[1] + first[2]
    assert slip(is_at + 500 - WAS_AT, predictions=(first,)).active is not True
    assert slip(is_at + 700 - WAS_AT, predictions=(first,)).active is True


def test_what_is_said_too_early_does_not_count():
    """A prediction in the first minutes and per cent is not held against a run."""
    hasty = (5.0, START + 60, 0.5 * HOUR)
    assert slip(0.0, predictions=(hasty, FIRST)).active is False
    assert slip(0.0, predictions=(hasty,)).active is None
    slow = (5.0, START + 700, 0.5 * HOUR)
    assert slip(0.0, predictions=(slow, FIRST)).active is True


@given(st.floats(0, 1e5), st.floats(-2 * HOUR, 6 * HOUR))
def test_suspension_moves_the_end_along(length, by):
    """Time in which the job was suspended is no slip, and does not hide one."""
    plain = slip(by)
    span = (FIRST[1] + 60, FIRST[1] + 60 + length)
    later = {"now": NOON + length, "suspended": [span]}
    after = slip(by + length, sight=later)
    near = min(abs(by - limit) for limit in (2 * HOUR, 1.4 * HOUR))
    assert after.active == plain.active or near < 1


def test_still_suspended():
    """A suspension that lasts counts up to now."""
    assert slip(3 * HOUR, sight={"suspended": [(NOON - 2 * HOUR, None)]}).active is False


def test_suspension_before_it_was_said_does_not_count():
    """What was known when it was said is no excuse."""
    assert slip(3 * HOUR, sight={"suspended": [(START, START + 0.4 * HOUR)]}).active is True


def test_sleep_moves_the_end_along():
    """A laptop that slept for three hours is late by three hours, and that is no slip; what came on top of it is."""
    night = (NOON - 4 * HOUR, NOON - HOUR)
    assert slip(3 * HOUR, sight={"asleep": [night]}).active is False
    assert slip(6 * HOUR, sight={"asleep": [night]}).active is True


def test_suspended_and_asleep_at_once():
    """Hours in which the job was suspended and the machine asleep count once."""
    night = (NOON - 4 * HOUR, NOON - HOUR)
    both = {"asleep": [night], "suspended": [(NOON - 4.5 * HOUR, NOON - 0.5 * HOUR)]}
    assert slip(4 * HOUR + 2.5 * HOUR, sight=both).active is True
    assert slip(4 * HOUR, sight=both).active is False


def test_a_stall_is_told_as_one():
    """While the counter stands still for long nothing is said; a pause as long as earlier ones does not matter."""
    assert slip(3 * HOUR, sight={"since_step": 1000.0}).active is None
    assert slip(3 * HOUR, sight={"since_step": 1000.0, "step_gaps": Gaps(9, 5.0, 900.0)}).active is True


def test_more_was_asked_for():
    """A run whose total was raised, or that counts anew, has not slipped."""
    later = (60.0, START + 2 * HOUR, 2 * HOUR)
    assert slip(6 * HOUR, done=40.0, predictions=(FIRST, later)).active is False
    back = (20.0, START + 3 * HOUR, 6 * HOUR)
    assert slip(6 * HOUR, done=70.0, predictions=(FIRST, later, back)).active is False


def test_an_interval_that_reaches_back():
    """Where past runs allow the first prediction still, nothing is said."""
    assert slip(3 * HOUR, eta_low=WAS_AT - 60).active is None
    assert slip(3 * HOUR, eta_low=WAS_AT + 60).active is True


@pytest.mark.parametrize(
    "progress",
    [
        None,
        Progress(1, 40.0, None, "epoch", NOON, eta_at=NOON + 9 * HOUR),
        Progress(1, 40.0, 100.0, "epoch", NOON),
        Progress(2, 40.0, 100.0, "epoch", NOON, eta_at=NOON + 9 * HOUR),
    ],
)
def test_nothing_to_go_by(progress):
    """Without a total, a prediction, or progress of this attempt nothing is said."""
    assert judge_slip(RunSight(RUNNING, NOON, progress=progress, predictions=(FIRST,))).active is None


def test_an_end_that_has_passed():
    """A run that goes on after the end that is said ends now at the earliest."""
    late = RunSight(
        RUNNING,
        WAS_AT + 3 * HOUR,
        progress=Progress(1, 99.0, 100.0, "epoch", NOON, eta_at=WAS_AT),
        predictions=(FIRST,),
    )
    assert judge_slip(late).facts["by"] == 3 * HOUR


def milestones(done, total=200.0, attempt=1):
    """What is said of the three milestones."""
    progress = Progress(attempt, done, total, "epoch", NOON - 5, eta_at=NOON + HOUR)
    return judge_milestones(RunSight(RUNNING, NOON, progress=progress))


@pytest.mark.parametrize(
    ("done", "active"),
    [
        (49.0, [False, False, False]),
        (50.0, [True, False, False]),
        (100.0, [None, True, False]),
        (160.0, [None, None, True]),
        (200.0, [None, None, True]),
    ],
)
def test_milestones(done, active):
    """Only the last milestone that was passed is told; those ahead are not so, those behind are left as they are."""
    found = milestones(done)
    assert [one.active for one in found] == active
    assert [one.occasion for one in found] == ["25", "50", "75"]


def test_facts_of_a_milestone():
    """The facts are how far it is, and how long it will still take."""
    found = milestones(100.0)[1]
    assert found.facts == {"percent": 50, "left": HOUR, "done": 100.0, "total": 200.0, "unit": "epoch"}
    assert (found.rule, found.run_id, found.attempt, found.since) == ("milestone", RUN.id, 1, NOON - 5)


@pytest.mark.parametrize("found", [milestones(90.0, None), milestones(90.0, attempt=2)])
def test_no_milestones(found):
    """Without a total, or progress of this attempt, nothing is said."""
    assert [one.active for one in found] == [None] * 3


@given(st.floats(0, 200), st.floats(0, 200))
def test_milestones_once_passed_stay_so(one, other):
    """While a run goes on no milestone that it passed is ahead of it again."""
    before, after = milestones(min(one, other)), milestones(max(one, other))
    assert all(later.active is not False for earlier, later in zip(before, after, strict=True) if earlier.active)

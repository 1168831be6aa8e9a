"""When a run is stalled, and which silences are its own way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.machines import USAGE, Reading
from store.progress import Progress
from tests.workers.alerts.rules.curves import series_of
from tests.workers.alerts.test_messages import NOON, RUN
from workers.alerts.rules.stall import judge_stall
from workers.alerts.sights import Gaps, RunSight, Work

MINUTE, HOUR = 60.0, 3600.0
IDLE = Work(300.0, cpu=1.5, gpu=0.0, power=0.1)
ON_GPU = Work(300.0, cpu=110.0, gpu=92.0, power=0.8)
ON_CPU = Work(300.0, cpu=380.0, gpu=0.0, power=0.1)
SPINNING = Work(300.0, cpu=100.0, gpu=100.0, power=0.2)
LITTLE = Work(300.0, cpu=9.0, gpu=0.0)
SECONDS = Gaps(count=2000, typical=5.0, longest=40.0)
RUNNING = replace(RUN, state="running", created=NOON - 90_000, started=NOON - 90_000, ended=None, seconds=None)


def sight(silence, gaps=SECONDS, work=IDLE, **more):
    """A run that has been silent for so long."""
    more.setdefault("has_output", True)
    more.setdefault("run", replace(RUNNING, last_output=NOON - (silence or 0.0)))
    return RunSight(now=NOON, silence=silence, gaps=gaps, work=work, **more)


def standing(seconds, work=ON_GPU, step_gaps=SECONDS, share=0.4, **more):
    """A run whose log goes on while its counter has stood still for so long."""
    progress = Progress(1, 1000 * share, 1000.0, "step", NOON - seconds)
    return sight(2.0, work=work, since_step=seconds, step_gaps=step_gaps, progress=progress, **more)


FRESH = replace(RUNNING, created=NOON - 300, last_output=NOON - 3 * HOUR)
LOOK_ALIKES = {
    "a first validation of 20 min on the GPU": sight(20 * MINUTE, work=ON_GPU, step_gaps=SECONDS),
    "the same on the CPU": sight(20 * MINUTE, work=ON_CPU, step_gaps=SECONDS),
    "the same, known as one, with everything idle": sight(20 * MINUTE, phase="eval"),
    "a validation as long as the last one": sight(25 * MINUTE, Gaps(900, 5.0, 24 * MINUTE)),
    "a validation as long as in past runs": sight(25 * MINUTE, Gaps(900, 5.0, 30.0, past=24 * MINUTE)),
    "a checkpoint that is written with little CPU": sight(25 * MINUTE, work=LITTLE, phase="save"),
    "output in blocks": sight(45 * MINUTE, Gaps(6, 14 * MINUTE, 15 * MINUTE), work=ON_GPU),
    "the first block of it": sight(45 * MINUTE, Gaps(), work=ON_GPU, has_output=False),
    "a slow first epoch without any line": sight(5 * HOUR, Gaps(), work=ON_GPU, has_output=False),
    "a slow first epoch after a header": sight(2.2 * HOUR, Gaps(8, 5.0, 30.0), work=ON_GPU),
    "a slow first epoch after 20 min of preparation": sight(2.2 * HOUR, Gaps(240, 5.0, 20.0), work=ON_CPU),
    "the same where nothing is measured": sight(2.2 * HOUR, Gaps(8, 5.0, 30.0), work=None),
    "a line each two hours": sight(2.3 * HOUR, Gaps(4, 2 * HOUR, 2 * HOUR), work=ON_GPU),
    "a line each two hours, and idle just now": sight(2.3 * HOUR, Gaps(4, 2 * HOUR, 2 * HOUR)),
    "an epoch as long as in past runs": sight(2.3 * HOUR, Gaps(3, 5.0, 5.0, past=2 * HOUR)),
    "data prepared for an hour": sight(HOUR, Gaps(2, 5.0, 5.0), work=ON_CPU),
    "data read for twenty minutes": sight(
        20 * MINUTE, Gaps(5, 5.0, 5.0), usage=Reading(USAGE, RUN.id, "mahler", NOON, {"read": 8e7, "written": None})
    ),
    "a run that has just been attached": sight(3 * HOUR, Gaps(), run=FRESH),
    "work that was measured for seconds only": sight(20 * MINUTE, work=replace(IDLE, seconds=10.0)),
    "a minute of silence": sight(MINUTE),
    "an evaluation that prints on": standing(50 * MINUTE, phase="eval"),
    "a counter of epochs": standing(3 * HOUR, step_gaps=Gaps(12, 2 * HOUR, 2 * HOUR)),
    "a counter that moved twice": standing(10 * HOUR, step_gaps=Gaps(2, 5.0, 5.0)),
    "a counter at its end": standing(10 * HOUR, share=1.0),
    "a counter that was left behind": standing(
        10 * HOUR, series=[series_of("loss", [1.0, 2.0], [NOON - 100, NOON - 10], [0.5, 0.4])]
    ),
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_stay_quiet(name):
    """What only looks like a stall is not told."""
    assert judge_stall(LOOK_ALIKES[name]).active is not True


STALLS = {
    "an idle tree after a line each few seconds": (sight(10.5 * MINUTE), "idle"),
    "a data loader that hangs at once": (sight(21 * MINUTE, Gaps(2, 5.0, 5.0)), "idle"),
    "nothing ever printed, and idle": (sight(31 * MINUTE, Gaps(), has_output=False), "idle"),
    "ranks that wait for one another": (sight(61 * MINUTE, work=SPINNING), "gpu"),
    "the same without a known power": (sight(61 * MINUTE, work=replace(SPINNING, power=None)), "gpu"),
    "ranks that wait, right after the beginning": (
        sight(31 * MINUTE, Gaps(60, 5.0, 20.0), SPINNING, step_gaps=Gaps(40, 5.0, 20.0)), "gpu",
    ),
    "a loop that leads nowhere": (sight(65 * MINUTE, work=ON_CPU), "cpu"),
    "nobody knows whether it works": (sight(35 * MINUTE, work=None), "unknown"),
    "idle for far longer than an evaluation": (sight(80 * MINUTE, Gaps(900, 5.0, 24 * MINUTE)), "idle"),
    "idle for far longer than an epoch": (sight(9 * HOUR, Gaps(6, 2 * HOUR, 2 * HOUR)), "idle"),
    "silent in an evaluation": (sight(31 * MINUTE, phase="eval"), "idle"),
    "lines from a heartbeat alone": (standing(2.1 * HOUR), "gpu"),
    "a heartbeat, and idle": (standing(21 * MINUTE, work=IDLE), "idle"),
}  # fmt: skip


@pytest.mark.parametrize("name", STALLS)
def test_stalls_are_told(name):
    """What is stalled is told, with whether it works."""
    seen, busy = STALLS[name]
    found = judge_stall(seen)
    assert (found.active, found.facts["busy"]) == (True, busy)
    assert (found.rule, found.run_id, found.attempt) == ("stalled", RUN.id, 1)


def test_facts():
    """The facts tell how long, against what is usual, and what its processes do."""
    found = judge_stall(sight(42 * MINUTE, Gaps(900, 8.0, 90.0, past=300.0), phase=None))
    assert found.facts == {
        "how": "silence",
        "silence": 42 * MINUTE,
        "usual": 8.0,
        "longest": 300.0,
        "busy": "idle",
        "cpu": 1.5,
        "gpu": 0.0,
        "phase": None,
    }
    assert found.since == NOON - 42 * MINUTE
    steps = judge_stall(standing(3 * HOUR)).facts
    assert (steps["how"], steps["silence"], steps["usual"]) == ("steps", 3 * HOUR, 5.0)


def test_begins_before_a_sleep():
    """A stall began when its log last grew, though it has not been awake for as long."""
    seen = sight(15 * MINUTE, run=replace(RUNNING, last_output=NOON - 8 * HOUR))
    assert judge_stall(seen).since == NOON - 8 * HOUR


@pytest.mark.parametrize("work", [IDLE, ON_GPU, None])
def test_suspended_or_unseen(work):
    """Nothing is said of a run that is suspended, or whose log cannot be seen."""
    assert judge_stall(sight(None, work=work, since_step=9 * HOUR, step_gaps=SECONDS)).active is None


@pytest.mark.parametrize(("sensitivity", "minutes"), [("keen", 5), ("normal", 10), ("patient", 20)])
def test_sensitivity(sensitivity, minutes):
    """*Keen* waits half as long, *patient* twice."""
    assert judge_stall(sight(minutes * MINUTE - 1), sensitivity).active is False
    assert judge_stall(sight(minutes * MINUTE + 1), sensitivity).active is True


def test_work_that_flickers_ends_no_alert():
    """A silence that is too long for an idle run, but not for a working one, changes nothing; a line ends it."""
    assert judge_stall(sight(15 * MINUTE)).active is True
    assert judge_stall(sight(15 * MINUTE, work=LITTLE)).active is None
    assert judge_stall(sight(15 * MINUTE, work=ON_GPU)).active is None
    assert judge_stall(sight(3.0, work=ON_GPU)).active is False


spans = st.floats(0, 50 * HOUR)
maybe = st.none() | st.floats(5, 5 * HOUR)
gaps = st.builds(Gaps, st.integers(0, 5000), maybe, maybe, maybe)
works = st.none() | st.builds(
    Work,
    st.floats(0, 600),
    st.none() | st.floats(0, 800),
    st.none() | st.floats(0, 100),
    st.none() | st.floats(0, 1),
)
progresses = st.none() | st.builds(
    Progress, st.just(1), st.floats(0, 100), st.sampled_from([None, 100.0]), st.just("step"), st.just(NOON)
)
sights = st.builds(
    RunSight,
    run=st.just(RUNNING),
    now=st.just(NOON),
    silence=st.floats(0, 80_000),
    has_output=st.booleans(),
    gaps=gaps,
    since_step=st.none() | st.floats(0, 80_000),
    step_gaps=gaps,
    phase=st.sampled_from([None, "train", "eval", "save"]),
    work=works,
    progress=progresses,
)
sensitivities = st.sampled_from(["keen", "normal", "patient"])


@given(sights, sensitivities, spans)
def test_more_silence_never_ends_it(seen, sensitivity, more):
    """A run that stalled is stalled after more silence."""
    later = replace(
        seen,
        now=seen.now + more,
        silence=(seen.silence or 0.0) + more,
        since_step=None if seen.since_step is None else seen.since_step + more,
    )
    if judge_stall(seen, sensitivity).active:
        assert judge_stall(later, sensitivity).active


@given(sights, sensitivities, works, spans)
def test_other_work_never_ends_it(seen, sensitivity, work, more):
    """Nor is it over because its processes do something else in the same silence."""
    later = replace(seen, now=seen.now + more, silence=(seen.silence or 0.0) + more, work=work)
    if judge_stall(seen, sensitivity).active:
        assert judge_stall(later, sensitivity).active is not False


@given(sights, sensitivities, spans)
def test_sleep_changes_nothing(seen, sensitivity, slept):
    """Time that passed while the machine slept, or the job was suspended, makes no difference."""
    after = replace(seen, now=seen.now + slept, suspended=[(seen.now, seen.now + slept)])
    assert judge_stall(after, sensitivity).active == judge_stall(seen, sensitivity).active


@given(sights)
def test_patience_is_in_order(seen):
    """What a patient rule tells the normal one tells too, and what that tells a keen one."""
    told = [judge_stall(seen, sensitivity).active is True for sensitivity in ("patient", "normal", "keen")]
    assert told == sorted(told)


@given(sights, sensitivities)
def test_never_within_minutes(seen, sensitivity):
    """Whatever else is so: nothing is told while lines come and the counter moves each five minutes."""
    lively = replace(seen, silence=min(seen.silence or 0.0, 300.0), since_step=min(seen.since_step or 0.0, 300.0))
    assert judge_stall(lively, sensitivity).active is not True

"""Time left, from marks as a daemon sees them: trainings with pauses, resumes, sleep, and marks that make no sense."""

import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.progress import Mark
from workers.logs.eta import Course, Estimate, estimate, interval
from workers.logs.pace import LIMIT
from workers.logs.past import Shape

EVERY = 0.5  # seconds between looks


class Training:
    """A made-up training without chance: what ``watched`` sees of it, and when it really ends."""

    def __init__(
        self,
        total: int,
        *,
        step: float = 0.1,
        start: int = 0,
        warm_up: float = 0.0,
        pauses: Iterable[tuple[int, float]] = (),
        change: tuple[int, float] | None = None,
        unit: float = 1.0,
    ) -> None:
        self.total = total * unit
        now = 1000.0 + warm_up
        self.moments = [(1000.0, start * unit)]
        for done in range(start + 1, total + 1):
            now += change[1] if change and done > change[0] else step
            self.moments.append((now, done * unit))
            for period, seconds in pauses:
                if done % period == 0:
                    now += seconds
        self.end = now

    def watched(self, until: float = math.inf) -> list[Mark]:
        """The marks of someone who looks every half second until that time."""
        marks: list[Mark] = []
        for time, done in self.moments:
            seen = math.ceil(time / EVERY + 1e-9) * EVERY
            if seen > until:
                break
            if marks and marks[-1].time == seen:
                marks.pop()
            marks.append(Mark(seen, done))
        return marks

    def at(self, share: float) -> float:
        """When that share of the way was done."""
        return next(math.ceil(time / EVERY) * EVERY for time, done in self.moments if done >= share * self.total)

    def error(self, when: float, **options: object) -> float:
        """The relative error of the estimate at that time."""
        found = seen(self, when, **options)
        return found.seconds / (self.end - when) - 1


def seen(training: Training, when: float, **options: object) -> Estimate:
    """The estimate at that time."""
    found = estimate(training.watched(when), training.total, when, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


EVALUATED = Training(4000, warm_up=30, pauses=[(400, 14.0), (100, 2.0)])


@pytest.mark.parametrize("share", [0.15, 0.25, 0.37, 0.5, 0.61, 0.7, 0.82, 0.9, 0.95, 0.99])
def test_evaluations_and_checkpoints(share: float) -> None:
    """With two pauses that come at different periods, the time left is right within 3 %, or a second."""
    when = EVALUATED.at(share)
    assert abs(EVALUATED.error(when)) < 0.03 + 1.0 / (EVALUATED.end - when)


def test_the_parts_are_named() -> None:
    """Steps, both pauses and the start-up are told apart, with their lengths and periods."""
    found = seen(EVALUATED, EVALUATED.at(0.55))
    assert found.words() == "step 0.1 s, pause 2.0 s each 100 steps, pause 14 s each 400 steps, start-up 30 s"
    assert found.percent == pytest.approx(55, abs=0.5)
    assert found.source == "this run"


def test_phases_give_the_names() -> None:
    """Where the log says what the training waits for, the parts bear its name."""
    course = Course()
    now = 0.0
    for done in range(1, 101):
        now += 1.0
        course.add(now, done, "train")
        if done % 20 == 0:
            course.add(now + 0.5, done, "eval")
            now += 8.0
    found = course.estimate(200, now)
    assert found is not None
    assert "evaluation 8.0 s each 20 steps" in found.words()
    assert found.pausing == "evaluation"


def test_a_pause_does_not_make_it_explode() -> None:
    """Through the whole of an evaluation of a known kind the time left falls by the second."""
    begin = EVALUATED.at(0.5)
    first = seen(EVALUATED, begin).seconds
    for passed in (2.0, 5.0, 9.0, 13.0, 15.5):
        found = seen(EVALUATED, begin + passed)
        assert found.seconds == pytest.approx(first - passed, abs=1.0)
        assert found.pausing


def test_the_first_pause_grows_into_the_estimate() -> None:
    """A pause never seen before is taken for one that returns, as long as it has lasted so far and half as long
    again, and the estimate never exceeds what that makes."""
    training = Training(4000, pauses=[(400, 40.0)])
    begin = training.at(0.1)
    before = seen(training, begin).seconds
    for passed in (5.0, 20.0, 39.0):
        now = seen(training, begin + passed).seconds
        assert before - 1 <= now <= before + 10 * 1.5 * passed
    after = begin + 41.0
    assert abs(training.error(after)) < 0.12


def test_just_after_the_first_evaluation() -> None:
    """One evaluation seen is enough to expect the next ones."""
    training = Training(4000, step=0.1, pauses=[(400, 20.0)])
    assert abs(training.error(training.at(0.1) + 21)) < 0.08


def test_a_stall_is_not_taken_for_a_rule_forever() -> None:
    """One long stall at an odd place weighs little once the place of its return has passed."""
    course, now = Course(), 0.0
    for done in range(1, 1001):
        now += 1.0 + (120.0 if done == 137 else 0.0)
        course.add(now, done)
    found = course.estimate(2000, now)
    assert found is not None
    assert 1000 <= found.seconds <= 1080


def test_resumed_runs_go_by_their_own_pace() -> None:
    """A run that resumes at step 5,000 is not credited with steps it did not take."""
    training = Training(6000, start=5000, step=0.2, warm_up=12, pauses=[(250, 5.0)])
    for share in (0.86, 0.9, 0.95):
        assert abs(training.error(training.at(share))) < 0.12
    assert abs(training.error(training.at(0.95))) < 0.05


def test_a_counter_that_goes_back_begins_anew() -> None:
    """After a restart in the same log only the new marks count, and are to replace the old."""
    course = Course([Mark(float(second), second * 100.0) for second in range(50)])
    for second in range(20):
        course.add(100.0 + second, 1000.0 + second)
    found = course.estimate(1119.0, 119.0)
    assert found is not None
    assert found.seconds == pytest.approx(100, rel=0.05)
    replaces, marks = course.changes()
    assert replaces
    assert marks[0] == Mark(100.0, 1000.0)


def test_lines_of_several_ranks_out_of_order() -> None:
    """A count one step back is no restart."""
    course = Course()
    for second in range(100):
        course.add(float(second), 10.0 * second)
        course.add(float(second), 10.0 * second - 10)
    assert len(course.marks) == 100


def test_suspended_time_does_not_count() -> None:
    """An hour in which the job was suspended changes nothing, while it lasts and after."""
    plain = [Mark(float(second), float(second)) for second in range(101)]
    slept = [Mark(mark.time + (3600 if mark.time > 50 else 0), mark.done) for mark in plain]
    reference = estimate(plain, 200, 100.0)
    assert reference is not None
    after = estimate(slept, 200, 3700.0, suspended=[(50.2, 3650.2)])
    assert after is not None
    assert after.seconds == pytest.approx(reference.seconds, rel=0.02)
    now_asleep = estimate(plain[:51], 200, 3000.0, suspended=[(50.2, None)])
    assert now_asleep is not None
    assert now_asleep.seconds == pytest.approx(150, rel=0.02)
    assert now_asleep.pausing is None


@pytest.mark.parametrize("total", [None, 0.0, -3.0, math.nan, math.inf])
def test_no_total_no_estimate(total: float | None) -> None:
    """Without a total that can be reckoned with there is no time left to tell."""
    assert estimate([Mark(0.0, 0.0), Mark(1.0, 1.0)], total, 1.0) is None


def test_totals_that_appear_late_or_change() -> None:
    """The total is asked for each time; marks from before it was known count."""
    course = Course(Mark(float(second), float(second)) for second in range(100))
    assert course.estimate(None, 99.0) is None
    first, second = course.estimate(199, 99.0), course.estimate(299, 99.0)
    assert first is not None
    assert second is not None
    assert first.seconds == pytest.approx(100, abs=1)
    assert second.seconds == pytest.approx(200, abs=1)


def test_nothing_to_go_by() -> None:
    """One mark, or none, says nothing; two say something."""
    assert estimate([], 10, 0.0) is None
    assert estimate([Mark(0.0, 0.0)], 10, 5.0) is None
    assert estimate([Mark(0.0, 0.0), Mark(2.0, 1.0)], 10, 2.0) is not None


def test_epochs_with_a_fraction() -> None:
    """A total in epochs does as well as one in steps."""
    training = Training(1000, unit=0.01, pauses=[(100, 10.0)])
    for share in (0.25, 0.55, 0.85):
        assert abs(training.error(training.at(share))) < 0.05
    assert "pause 10 s each epoch" in seen(training, training.at(0.55)).words("epoch")


@pytest.mark.parametrize(("step", "total"), [(0.001, 60_000), (0.03, 2000), (0.7, 200), (600.0, 100)])
def test_steps_of_any_length(step: float, total: int) -> None:
    """Steps from a millisecond to ten minutes, an evaluation ten times on the way."""
    training = Training(total, step=step, pauses=[(total // 10, 0.3 * step * total / 10)])
    for share in (0.25, 0.55, 0.85):
        assert abs(training.error(training.at(share))) < 0.06


def test_a_change_of_speed_is_noticed() -> None:
    """When a step comes to take twice as long, the estimate follows within a tenth of the way."""
    training = Training(1000, step=0.5, change=(500, 1.0))
    assert abs(training.error(training.at(0.6))) < 0.05


def test_the_start_is_left_out() -> None:
    """Slow first steps do not spoil the pace of those that follow."""
    moments = [0.0, 40.0, 50.0, 58.0]
    moments += [58.0 + index for index in range(1, 60)]
    found = estimate([Mark(time, float(done)) for done, time in enumerate(moments)], 1000, moments[-1])
    assert found is not None
    assert found.seconds == pytest.approx(1000 - 62, rel=0.02)
    assert "start-up" in found.words()


def test_past_runs_say_what_this_one_has_not_shown() -> None:
    """Before its first evaluation a run goes by those of a past run, and before its first step by its pace too."""
    past = Course(EVALUATED.watched()).shape(EVALUATED.end)
    assert past is not None
    when = EVALUATED.at(0.05)
    assert abs(EVALUATED.error(when)) > 0.15
    assert abs(EVALUATED.error(when, past=[past])) < 0.05
    none_yet = estimate([Mark(1000.0, 0.0)], 4000, 1000.0, past=[past])
    assert none_yet is not None
    assert none_yet.source == "past runs"
    assert none_yet.seconds == pytest.approx(EVALUATED.end - 1030, rel=0.05)


def test_periods_that_are_known() -> None:
    """Where the length of an epoch is known, one pause at its end is expected after each of them."""
    training = Training(937 * 7, step=0.01, pauses=[(937, 3.0)])
    found = seen(training, training.at(0.3), periods=[937.0])
    assert "pause 3.0 s each 937 steps" in found.words()


def test_history_stays_small_and_pauses_stay() -> None:
    """Ten thousand looks leave no more than the limit of marks, the pauses among them, and the journal's copy of the
    marks is that of the memory and gives the same estimate."""
    course, now, done = Course(), 0.0, 0.0
    stored: list[Mark] = []
    for look in range(10_000):
        now += 0.5 + (10.0 if look % 300 == 299 else 0.0)
        done += 5.0
        course.add(now, done)
        replaces, marks = course.changes()
        stored = marks if replaces else stored + marks
        assert len(course.marks) <= LIMIT
    assert stored == course.marks
    again, found = Course(stored).estimate(100_000, now), course.estimate(100_000, now)
    assert again is not None
    assert found is not None
    assert again.seconds == pytest.approx(found.seconds, rel=0.01)
    assert found.seconds == pytest.approx(50_000 / 5 * 0.5 + 50_000 / 1500 * 10.0, rel=0.02)


def test_no_interval_before_ten_runs() -> None:
    """Fewer than ten past runs give no interval, and it says so."""
    for count, words in (
        (0, "no run of this kind has"),
        (1, "only 1 of this kind has"),
        (9, "only 9 of this kind have"),
    ):
        found = interval(100.0, [1.0] * count)
        assert (found.low, found.high) == (None, None)
        assert words in found.source
    assert interval(100.0, [1.0, math.nan] * 9).low is None


def test_the_interval_is_that_of_the_ratios() -> None:
    """Ten ratios give their extremes, a hundred their tenths, and the estimate itself is always inside."""
    ten = interval(100.0, [0.9 + 0.02 * index for index in range(10)])
    assert ten.low == pytest.approx(90.0)
    assert ten.high == pytest.approx(108.0)
    hundred = interval(100.0, [0.5 + 0.01 * index for index in range(100)])
    assert hundred.low == pytest.approx(59.0)
    assert hundred.high == pytest.approx(140.0)
    late = interval(100.0, [1.2 + 0.01 * index for index in range(20)])
    assert late.low == 100.0
    assert "20 finished runs" in late.source


_ANY = st.floats(allow_nan=True, allow_infinity=True)
_TIMES = st.floats(-1e6, 2e9)
_PHASES = st.sampled_from([None, "train", "eval", "save", "load", "something"])
_MARKS = st.lists(st.builds(Mark, _ANY | _TIMES, _ANY | st.floats(0, 1e6), _PHASES), max_size=60)
_SPANS = st.lists(st.tuples(_TIMES, _TIMES | st.none()), max_size=4)


@given(_MARKS, _ANY | st.floats(1, 1e6), _ANY | _TIMES, _SPANS)
def test_any_marks(marks: list[Mark], total: float, now: float, suspended: list[tuple[float, float | None]]) -> None:
    """Whatever the marks are, there is no exception, no negative time and no NaN."""
    found = estimate(marks, total, now, suspended=suspended)
    if found is not None:
        assert math.isfinite(found.seconds)
        assert found.seconds >= 0
        assert 0 <= found.percent <= 100
        assert found.words()


_GROWTH = st.lists(st.tuples(st.floats(0.01, 1000), st.just(0.0) | st.floats(1e-3, 50)), min_size=3, max_size=60)


@given(_GROWTH, st.sampled_from([2.0**-10, 0.25, 8.0, 4096.0]))
def test_seconds_scale(growth: list[tuple[float, float]], scale: float) -> None:
    """The same run played faster or slower takes as much less or more time."""
    marks, scaled, time, done = [], [], 0.0, 0.0
    for seconds, steps in growth:
        time, done = time + seconds, done + steps
        marks.append(Mark(time, done))
        scaled.append(Mark(time * scale, done))
    total = done * 2 + 1
    plain = estimate(marks, total, time, poll=0.5)
    other = estimate(scaled, total, time * scale, poll=0.5 * scale)
    assert (plain is None) == (other is None)
    if plain is not None and other is not None:
        assert other.seconds == pytest.approx(plain.seconds * scale, rel=1e-6, abs=1e-9)


@given(_MARKS)
def test_what_is_written_is_what_is_kept(marks: list[Mark]) -> None:
    """Writing what changed after each mark leaves the journal with the marks in memory, and read back they are the
    same."""
    course = Course()
    stored: list[Mark] = []
    for mark in marks:
        course.add(*mark)
        replaces, changed = course.changes()
        stored = changed if replaces else stored + changed
    assert stored == course.marks
    assert Course(stored).marks == stored


def test_past_runs_that_count_something_else() -> None:
    """A past run whose total is of another order, as epochs are of steps, teaches nothing."""
    past = Course(Training(1000, unit=0.01, pauses=[(100, 10.0)]).watched()).shape()
    assert past is not None
    when = EVALUATED.at(0.3)
    assert seen(EVALUATED, when, past=[past]).words() == seen(EVALUATED, when).words()


def test_a_last_step_that_was_not_named() -> None:
    """Where a log counts from 0, or names each tenth step only, the steps after the last line are no time of an end."""
    for every in (1, 10):
        marks = [Mark(float(second), float(second)) for second in range(0, 100, every)]
        past = Course(marks).shape(100.0, total=100.0)
        assert past is not None
        assert past.closing == pytest.approx(0.0, abs=0.5)
        stopped = Course(marks).shape(100.0, total=1000.0)  # early: what came after its last line was its end
        assert stopped is not None
        assert stopped.closing == pytest.approx(every)


def test_runs_at_their_beginning_lean_on_past_ones() -> None:
    """The first slow steps weigh less where a past run of the same length says how long a step takes."""
    past = Course([Mark(float(second), float(second)) for second in range(101)]).shape(105.0)
    assert past is not None
    assert past.closing == pytest.approx(5.0)
    marks = [Mark(0.0, 0.0), Mark(8.0, 1.0)]
    alone, taught = estimate(marks, 100, 8.0), estimate(marks, 100, 8.0, past=[past])
    assert alone is not None
    assert taught is not None
    assert alone.seconds == pytest.approx(99 * 8.0)
    assert taught.seconds < 0.5 * alone.seconds
    assert "past ones" in taught.source


@pytest.mark.parametrize("ratio", [0.2, 0.5, 2.0, 5.0])
def test_another_pace_than_past_runs(ratio: float) -> None:
    """A run that keeps to another pace than those before, with as many steps, is soon told by its own."""
    past = [Shape(100.0, 10.0, ())] * 3
    course = Course([], poll=0.5)
    for step in range(9):
        course.add(step * 10.0 * ratio, float(step))
    found = course.estimate(100.0, 80.0 * ratio, past=past)
    assert found is not None
    assert found.seconds == pytest.approx(92 * 10.0 * ratio, rel=0.15)

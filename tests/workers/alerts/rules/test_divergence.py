"""When a loss has diverged, and what only looks like it."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.chunks import Columns
from store.legs import LEGS_OF_ATTEMPT
from tests.workers.alerts.rules.curves import RUNNING, START, looks, sight_of
from tests.workers.alerts.rules.diverging import DIVERGING
from tests.workers.alerts.rules.look_alikes import LOOK_ALIKES
from tests.workers.alerts.test_messages import RUN
from workers.alerts.rules.divergence import judge_divergence

NAN, INF = math.nan, math.inf
FINITE = [0.5 + 0.01 * (place % 7) for place in range(200)]


def columns(values, *, seconds=5.0, grain=10.0, steps=None):
    """Points with these values, evenly apart."""
    steps = steps or [grain * place for place in range(len(values))]
    return Columns(steps, [START + 60 + seconds * place for place in range(len(values))], list(values))


def judge(values, sensitivity="normal", *, name="loss", seconds=5.0, grain=10.0, steps=None, units=None, others=None):
    """The judgement of a run with this metric, and others."""
    points = columns(values, seconds=seconds, grain=grain, steps=steps)
    return judge_divergence(sight_of({name: points, **(others or {})}, units=units), sensitivity)


def alarm(curve, sensitivity="normal"):
    """After how many points a run with this curve is said to have diverged."""
    for count, sight in looks(curve):
        if judge_divergence(sight, sensitivity).active:
            return count
    return None


@pytest.mark.parametrize("kind", LOOK_ALIKES, ids=lambda kind: kind.__name__)
def test_look_alikes_stay_quiet(kind):
    """Twenty curves of each kind that only look alarming raise nothing, or for spikes upon spikes one at most."""
    alarms = [seed for seed in range(20) if alarm(kind(random.Random(f"{kind.__name__}{seed}")))]
    assert len(alarms) <= (kind.__name__ == "spikes")


@pytest.mark.parametrize("kind", DIVERGING, ids=lambda kind: kind.__name__)
def test_divergence_is_found(kind):
    """Of ten curves of each kind that diverge most are found, and none before it does."""
    found = 0
    for seed in range(10):
        curve = kind(random.Random(f"{kind.__name__}{seed}"))
        at = alarm(curve)
        assert curve.onset is not None
        # A value loss that is played up a thousandfold counts as exploded, whatever follows.
        assert at is None or at > curve.onset or curve.others
        found += at is not None
    assert found >= (6 if kind.__name__ == "plateau" else 9)


@pytest.mark.parametrize(("sensitivity", "needed"), [("keen", 1), ("normal", 3), ("patient", 10)])
def test_nan_that_stays(sensitivity, needed):
    """So many NaN at the end of a loss are told, and not one fewer."""
    assert judge([*FINITE, *[NAN] * needed], sensitivity).active is True
    assert judge([*FINITE, *[NAN] * (needed - 1)], sensitivity).active is False


def test_facts_of_nan():
    """The facts tell what it is, since which step, and what was usual."""
    found = judge([*FINITE, -INF, NAN, NAN, NAN])
    assert found.facts == {
        "how": "not_finite",
        "metric": "loss",
        "value": "-inf",
        "step": 2000.0,
        "points": 4,
        "usual": pytest.approx(0.53),
    }
    assert found.since == START + 60 + 5 * 200
    assert (found.rule, found.run_id, found.attempt) == ("diverged", RUN.id, RUN.attempt)


def test_nan_that_began_long_ago():
    """A daemon that starts late finds where it began, and where that is too far back names no step rather than a wrong
    one."""
    late = judge([*FINITE, *[NAN] * 1500]).facts
    assert (late["step"], late["points"]) == (2000.0, 1500)
    later = judge([*FINITE, *[NAN] * 6000]).facts
    assert later["step"] is None and later["points"] >= 4000
    never = judge([NAN] * 3000).facts
    assert (never["step"], never["points"]) == (0.0, 3000)


def test_slow_points_need_fewer():
    """Two NaN are enough where points are more than a minute apart."""
    epochs = {"loss": "epoch"}
    assert judge([0.5, 0.4, NAN, NAN], seconds=600, grain=1, units=epochs).active is True
    assert judge([0.5, 0.4, 0.4, NAN], seconds=600, grain=1, units=epochs).active is False


@given(at=st.integers(0, 60), length=st.integers(1, 18), what=st.sampled_from([NAN, INF]))
def test_a_scaler_that_finds_its_place(at, length, what):
    """The first steps of a mixed-precision training may be NaN for as long as a gradient scaler needs."""
    values = FINITE[:at] + [what] * length
    for count in range(1, len(values) + 1):
        assert judge(values[:count], grain=1.0).active is False
    assert judge([*values, 0.5], grain=1.0).active is False


def test_nan_from_the_start_on_is_told():
    """A loss that never was a number is told after 20 points, or a hundred steps."""
    assert judge([NAN] * 19, grain=1.0).active is False
    assert judge([NAN] * 20, grain=1.0).active is True
    assert judge([NAN] * 5, grain=50.0).active is True


@settings(max_examples=60)
@given(st.lists(st.sampled_from([0.5, 0.6, NAN, INF]), min_size=1, max_size=60))
def test_a_number_at_the_end_is_no_divergence(values):
    """Whatever was before: a loss that is a number again, where it was, has not diverged."""
    assert judge([*FINITE, *values, 0.55]).active is False


@settings(max_examples=60)
@given(st.lists(st.sampled_from([0.5, NAN, INF]), max_size=30), st.integers(1, 200))
def test_nan_stays_told_while_it_lasts(values, more):
    """A loss that was told to be no number is told so as long as it is none."""
    begin = [*FINITE, *values]
    if judge(begin).active:
        last = begin[-1]
        assert judge(begin + [last] * more).active is True


@pytest.mark.parametrize(
    "name",
    ["best_val_loss", "loss_scale", "loss_std", "grad_norm", "lr", "loss_ratio", "min_loss", "accuracy", "reward"],
)
def test_what_is_no_loss(name):
    """Best values (infinite at first), scales, norms and other metrics are not judged."""
    assert not judge([INF] * 300, name=name).active
    assert judge([INF] * 300, name=name, others={"loss": columns([0.5] * 300)}).active is False


@pytest.mark.parametrize("name", ["val_loss", "train/nll", "perplexity", "loss_ce", "validation perplexity"])
def test_what_is_a_loss(name):
    """Losses by other names are judged."""
    assert judge([*FINITE, NAN, NAN, NAN], name=name).active is True


def test_a_part_that_is_not_computed():
    """A component that never was a number beside a loss that is one, is not judged; one that turned needs more."""
    main = {"loss": columns([0.5] * 300)}
    assert judge([NAN] * 300, name="loss_mask", others=main).active is False
    assert judge([*[0.5] * 293, *[NAN] * 7], name="loss_mask", others=main).active is False
    assert judge([*[0.5] * 288, *[NAN] * 12], name="loss_mask", others=main).active is True


def test_zero_loss_with_a_norm_that_is_no_number():
    """A trainer that writes 0 for a loss that is NaN is told by its gradient norm; 0 alone says nothing."""
    zeros = [*FINITE, *[0.0] * 5]
    norm = {"grad_norm": columns([*[1.0] * 200, *[NAN] * 5])}
    assert judge(zeros, others=norm).facts["metric"] == "grad_norm"
    assert judge(zeros, others={"grad_norm": columns([1.0] * 205)}).active is False
    assert judge([*FINITE, *[0.4] * 5], others=norm).active is False


def test_another_stage_has_nothing_to_say():
    """A loss that ended as NaN in an earlier stage of the job is not told while another goes on."""
    later = columns(FINITE)
    later = Columns(later.steps, [time + 50_000 for time in later.times], later.values)
    assert judge([*FINITE, NAN, NAN, NAN], name="pretrain_loss", others={"finetune_loss": later}).active is False


def test_another_attempt_has_nothing_to_say():
    """NaN that an earlier attempt ended with is not told of the next one."""
    points = columns([*FINITE, NAN, NAN, NAN])
    sight = sight_of({"loss": points}, run=replace(RUNNING, attempt=2))
    assert judge_divergence(sight).active is None
    again = replace(sight, series=[replace(sight.series[0], last_leg=LEGS_OF_ATTEMPT)])
    assert judge_divergence(again).active is True


def test_nan_before_a_resume_does_not_count():
    """After going back to a checkpoint, the NaN it was left for are not counted to those that follow."""
    steps = [*(10.0 * place for place in range(203)), *(1500.0 + 10 * place for place in range(2))]
    assert judge([*FINITE, NAN, NAN, NAN, NAN, NAN], steps=steps).active is False


def test_nothing_known():
    """A run without losses cannot be judged."""
    assert judge_divergence(sight_of({})).active is None


def test_nothing_is_read_in_the_common_case():
    """A loss that goes down as it should is judged by its summary alone."""

    def never(series, count):
        raise AssertionError(f"{count} points of {series.name} were read")

    down = columns([3.0 * 0.995**place for place in range(400)])
    sight = replace(sight_of({"loss": down, "val_loss": down}), tail=never)
    assert judge_divergence(sight).active is False


def test_explosion_and_recovery():
    """A loss that is up is told with what was usual; once it is back, it is over; while it comes down, nothing is said."""
    up = [*FINITE, *(0.5 * 1.2 ** min(place, 40) for place in range(80))]
    found = judge(up)
    assert found.active is True
    assert found.facts["how"] == "exploded"
    assert found.facts["usual"] == pytest.approx(0.53, abs=0.02)
    assert 2000 <= found.facts["step"] <= 2080
    coming_down = [*up, *(730 * 0.85**place for place in range(20))]
    assert judge(coming_down).active is None
    assert judge([*up, *FINITE]).active is False


def test_an_explosion_is_not_forgotten():
    """A loss that stays up for so long that nothing else is in view is not said to be back."""
    up = [*FINITE, *(500.0 + place % 5 for place in range(3000))]
    assert [judge(up[:count]).active for count in (300, 3200)] == [True, None]


def test_a_learning_rate_that_rose_excuses_much():
    """Sevenfold is told, but not while the learning rate was just raised."""
    noise = random.Random(7)
    values = [math.exp(noise.gauss(0, 0.05)) for _ in range(250)]
    values += [7 * math.exp(noise.gauss(0, 0.05)) for _ in range(100)]
    assert judge(values).active is True
    raised = columns([*[1e-4] * 240, *[1e-2] * 110])
    assert judge(values, others={"lr": raised}).active is not True


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=300),
    st.sampled_from(["keen", "normal", "patient"]),
    st.lists(st.floats(-1e9, 1e9), min_size=300, max_size=300),
)
def test_any_numbers_can_be_judged(values, sensitivity, more):
    """No series of numbers makes the rule fail."""
    for points in (values, more + values, values + more):
        assert judge(points, sensitivity).active in (True, False, None)

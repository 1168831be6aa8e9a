"""Steps and legs of the values of series."""

import json
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from store.legs import LEGS_OF_LAUNCH
from workers.logs.records import Record
from workers.logs.steps import Steps


def _legs(steps: Steps, at: Iterable[float | None], name: str = "loss") -> list[tuple[int, float]]:
    return [steps.leg(name, step) for step in at]


def test_a_leg_ends_where_steps_go_back() -> None:
    """A resume from an earlier step, and a beginning anew, are legs of their own."""
    assert [leg for leg, _ in _legs(Steps(), [10, 20, 30, 40, 50, 60, 70, 20, 30, 40])] == [0] * 7 + [1] * 3
    assert [leg for leg, _ in _legs(Steps(), [1, 2, 3, 1, 2, 3, 1])] == [0] * 3 + [1] * 3 + [2]
    assert [leg for leg, _ in _legs(Steps(first_leg=2000), [1, 2, 1])] == [2000, 2000, 2001]


def test_ranks_that_are_apart_are_one_leg() -> None:
    """Steps that go back by a few intervals only are the lines of several ranks."""
    assert {leg for leg, _ in _legs(Steps(), [10, 20, 30, 20, 40, 30, 50, 40, 20, 60])} == {0}


def test_counted_steps() -> None:
    """Values without a step are counted from one, and go on where the steps were."""
    assert [step for _, step in _legs(Steps(), [None, None, 10, None])] == [1, 2, 10, 11]


def test_places() -> None:
    """The step is the printed one, or epochs and batches together, or the epoch, or is to be counted."""
    steps = Steps()
    assert steps.place(Record({}, step=7, unit="iteration")) == (7, "iteration")
    assert steps.place(Record({}, epoch=2, batch=5, batches=10)) == (15, "step")
    assert steps.place(Record({}, epoch=3)) == (3, "epoch")
    assert steps.place(Record({})) == (None, "record")
    assert steps.place(Record({}, epoch=3, batch=4)) == (None, "record")
    zero_based = Steps()
    zero_based.place(Record({}, epoch=0, batch=1, batches=10))
    assert zero_based.place(Record({}, epoch=2, batch=5, batches=10)) == (25, "step")


def test_epochs_of_almost_one_length_do_not_go_back() -> None:
    """A last batch more or less does not shift the steps of all epochs."""
    steps = Steps()
    places = [steps.place(Record({}, epoch=e, batch=b, batches=1000 + e % 2))[0] for e in (1, 2, 3) for b in (500, 999)]
    assert places == sorted(places, key=lambda step: step or 0.0)


def _repeated(steps: Steps, values: dict[str, float], step: float) -> bool:
    said = steps.is_repeated(Record(values, step=step), step)
    for name in values:
        steps.leg(name, step)
    return said


def test_lines_of_other_ranks_are_repeated() -> None:
    """The same values at the same step are another rank's; other values, and no step at all, are not."""
    steps = Steps()
    assert [_repeated(steps, {"loss": 0.5}, 10) for _ in range(3)] == [False, True, True]
    assert not _repeated(steps, {"loss": 0.4}, 10)
    assert not _repeated(steps, {"loss": 0.5, "acc": 1}, 10)
    assert not any(steps.is_repeated(Record({"loss": 0.5}), None) for _ in range(2))


def test_the_same_training_again_is_not_repeated() -> None:
    """A second run with the same seed gives all of its values again."""
    steps = Steps()
    first = [_repeated(steps, {"loss": 1 / step}, step) for step in range(1, 21)]
    again = [_repeated(steps, {"loss": 1 / step}, step) for step in range(1, 21)]
    assert not any(first) and not any(again)


def test_what_was_added_without_asking_is_remembered() -> None:
    """Points read the quick way are known when another rank says them."""
    steps = Steps()
    steps.remember(("loss", "acc"), True, [1, 2, 3], [[0.5, 0.4, 0.3], [0.1, 0.2, 0.3]])
    assert steps.is_repeated(Record({"loss": 0.4, "acc": 0.2}, step=2), 2)
    assert not steps.is_repeated(Record({"loss": 0.4, "acc": 0.9}, step=2), 2)


def test_another_launch() -> None:
    """All series begin new legs, above those of any series before."""
    steps = Steps()
    _legs(steps, [1, 2, 1, 2, 1])
    _legs(steps, [1, 2], "acc")
    steps.begin_launch()
    assert steps.leg("acc", 5) == (LEGS_OF_LAUNCH, 5) and steps.leg("loss", 1) == (LEGS_OF_LAUNCH, 1)
    assert not steps.is_repeated(Record({"loss": 0.5}, step=1), 1)


@given(st.lists(st.none() | st.integers(0, 40), max_size=40), st.integers(0, 40))
def test_state(at: list[float | None], cut: int) -> None:
    """Going on from the kept state gives what going on gives; legs never decrease."""
    whole = _legs(Steps(), at)
    steps = Steps()
    begun = _legs(steps, at[:cut])
    assert begun + _legs(Steps(json.loads(json.dumps(steps.state()))), at[cut:]) == whole
    assert [leg for leg, _ in whole] == sorted(leg for leg, _ in whole)

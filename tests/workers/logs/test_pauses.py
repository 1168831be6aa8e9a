"""Which gaps are pauses, and which pauses come back."""

import pytest

from workers.logs.pauses import Cycle, Pause, Stretch, find_cycles, flag_pauses, gather, is_round


def pauses(*places: tuple[float, float]) -> list[Pause]:
    """Pauses of those seconds, each within one step."""
    return [Pause(at, at + 1, seconds) for at, seconds in places]


def cycles_of(found: list[Pause], done: float, **known: object) -> list[tuple[int, int]]:
    """Periods and seconds of the cycles found, rounded."""
    cycles, _ = find_cycles(found, start=0, done=done, total=10_000, grain=1, **known)  # type: ignore[arg-type]
    return [(round(cycle.period), round(cycle.seconds)) for cycle in cycles]


def test_two_cycles_over_one_another() -> None:
    """Where an evaluation falls on a checkpoint its own share is told apart."""
    found = pauses(*((at, 16 if at % 400 == 0 else 2) for at in range(100, 1700, 100)))
    assert cycles_of(found, 1650) == [(100, 2), (400, 14)]


def test_periods_that_are_no_multiples() -> None:
    """Two pauses with periods of their own are both found."""
    places = sorted({*range(100, 2700, 100), *range(450, 2700, 450)})
    found = pauses(*((at, (2 if at % 100 == 0 else 0) + (14 if at % 450 == 0 else 0)) for at in places))
    assert cycles_of(found, 2690) == [(100, 2), (450, 14)]


def test_every_other_one_longer() -> None:
    """An evaluation at every second checkpoint does not hide the checkpoints."""
    found = pauses(*((at, 8 if at % 100 == 0 else 1) for at in range(50, 450, 50)))
    assert cycles_of(found, 410) == [(50, 1), (100, 7)]


def test_stalls_are_no_cycle() -> None:
    """Pauses at odd places belong to no cycle once they have not come back."""
    found = pauses((137, 5), (512, 9), (590, 7), (1333, 6), (2001, 8))
    cycles, left = find_cycles(found, start=0, done=5000, total=10_000, grain=1)
    assert cycles == []
    assert left == found


def test_one_pause_is_enough_where_it_is_expected() -> None:
    """At a known period a single pause makes a cycle that stays."""
    assert cycles_of(pauses((469, 5)), 480, known=[469.0]) == [(469, 5)]


@pytest.mark.parametrize(
    ("done", "left", "due"), [(400, 9, False), (790, 9, False), (800, 9, True), (810, 8, False), (4000, 1, True)]
)
def test_what_is_left_of_a_cycle(done: float, left: int, due: bool) -> None:
    """Pauses are counted down to the last step, the one that is due included until it is past."""
    cycle = Cycle(400, 400, 14.0, 3)
    assert cycle.remaining(done, 4000, 2) == left
    assert cycle.is_due(done, 2) == due


def test_a_pause_cut_by_a_look_is_one() -> None:
    """A pause that two stretches share is one pause, where the longer part is."""
    stretches = [Stretch(at, at + 10, 1.0) for at in range(0, 100, 10)]
    stretches += [Stretch(100, 105, 1.0), Stretch(105, 110, 6.5)]
    flags = flag_pauses(stretches, [0.1] * len(stretches), 0.1, 1.0)
    assert flags == [False] * 10 + [True, True]
    (pause,) = gather(stretches, flags, 0.1)
    assert pause.low == 105
    assert pause.seconds == pytest.approx(6.5)


def test_scatter_is_no_pause() -> None:
    """What the scatter of the steps explains is not flagged."""
    stretches = [Stretch(at, at + 1, 1.0 + (0.6 if at % 3 == 0 else -0.3)) for at in range(90)]
    assert not any(flag_pauses(stretches, [1.0] * 90, 0.5, 1.0))


@pytest.mark.parametrize(
    ("low", "high", "total", "expected"),
    [
        (400, 401, 10_000, True),
        (469, 470, 4690, True),
        (437, 438, 10_000, False),
        (0, 1, 10, False),
        (12, 13, 10, False),
    ],
)
def test_round_places(low: float, high: float, total: float, expected: bool) -> None:
    """A recurring pause stands at a round number or a whole part of the total."""
    assert is_round(low, high, total) == expected

"""How long the machine was awake, told from three clocks."""

import time

from workers.machine.awake import Clocks, Lapse, boot_clock, measure, read_clocks, slept_since_boot

BEFORE = Clocks(wall=1000.0, steady=50.0, boot=50.0)


def test_awake() -> None:
    """Where all clocks agree, all of the time was spent awake."""
    assert measure(BEFORE, Clocks(1005.0, 55.0, 55.0)) == Lapse(5.0, 0.0, 0.0)


def test_asleep() -> None:
    """What the steady clock did not see is sleep."""
    assert measure(BEFORE, Clocks(1605.0, 55.0, 655.0)) == Lapse(5.0, 600.0, 0.0)


def test_a_stepped_wall_clock_is_not_sleep() -> None:
    """A wall clock that is set, forward or back, is told apart from sleep, and changes neither."""
    assert measure(BEFORE, Clocks(4605.0, 55.0, 55.0)) == Lapse(5.0, 0.0, 3600.0)
    assert measure(BEFORE, Clocks(-2595.0, 65.0, 85.0)) == Lapse(15.0, 20.0, -3630.0)


def test_without_a_clock_since_boot() -> None:
    """How long it was awake is known all the same; sleep is not."""
    assert measure(Clocks(0.0, 10.0), Clocks(900.0, 15.0)) == Lapse(5.0, None, None)
    assert slept_since_boot(Clocks(0.0, 10.0)) is None


def test_sleep_since_boot() -> None:
    """It is the difference of two clocks; that they are not read at one instant is no sleep."""
    assert slept_since_boot(Clocks(0.0, 100.0, 100.0004)) == 0.0
    assert slept_since_boot(Clocks(0.0, 100.0, 4000.0)) == 3900.0


def test_this_machine() -> None:
    """The clocks of this machine can be read, and nothing is slept between two readings."""
    before = read_clocks()
    after = read_clocks()
    assert abs(before.wall - time.time()) < 60
    assert 0 <= measure(before, after).awake < 60
    if boot_clock() is not None:
        assert abs(measure(before, after).asleep or 0.0) < 1.0
        assert (before.boot or 0.0) >= before.steady - 1.0

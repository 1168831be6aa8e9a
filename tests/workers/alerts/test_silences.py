"""The pace of a run, from look to look."""

import json
import random
from typing import Any

from workers.alerts.silences import BLIND_SECONDS, Output, Pace, Pauses
from workers.machine.awake import Clocks


class Watcher:
    """Looks at one attempt; time passes as it says."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pace = Pace()
        self.output = Output(0, None)
        self.pace.begin(self.output, self._clocks(), 0.0)

    def _clocks(self) -> Clocks:
        return Clocks(self.now, self.now, self.now)

    def say(self, ago: float = 0.0, **fields: Any) -> None:
        self.output = self.output._replace(size=self.output.size + 10, grown=self.now - ago, **fields)

    def look(self, seconds: float = 5.0, suspended: float = 0.0, ago: float | None = None, **fields: Any) -> bool:
        self.now += seconds
        if ago is not None:
            self.say(ago, **fields)
        return self.pace.look(self.output, self._clocks(), seconds, seconds - suspended)


def test_silence_grows_and_ends() -> None:
    """It is counted up to the last output, by when that came, not by when it was seen."""
    one = Watcher()
    assert [one.look(), one.look()] == [False, False]
    assert one.pace.silence == 10.0
    assert one.look(ago=2.0)
    assert one.pace.silence == 2.0
    assert one.pace.gaps.longest == 13.0
    one.look()
    assert one.pace.silence == 7.0


def test_suspended_time_does_not_count() -> None:
    """What passes while the job is suspended is no silence."""
    one = Watcher()
    one.look(600.0, suspended=590.0)
    assert one.pace.silence == 10.0


def test_gaps_that_nobody_watched_are_not_learned() -> None:
    """Between looks that are far apart there may have been output that is not told apart."""
    one = Watcher()
    one.look(BLIND_SECONDS + 1, ago=0.0)
    assert one.pace.gaps.gaps(None).count == 0
    one.look(BLIND_SECONDS, ago=0.0)
    assert one.pace.gaps.gaps(None).count == 1


def test_a_clock_that_was_set() -> None:
    """Output whose time lies in the future, or long before the last look, is taken for one since then."""
    one = Watcher()
    one.look(5.0, ago=-3600.0)
    assert one.pace.silence == 0.0
    one.look(5.0, ago=7200.0)
    assert one.pace.silence == 5.0


def test_steps() -> None:
    """The counter has gaps of its own; output without a step does not end them, another unit begins anew."""
    one = Watcher()
    one.look(ago=0.0, done=1.0)
    for _ in range(3):
        one.look(ago=0.0)
    assert (one.pace.silence, one.pace.since_step) == (0.0, 15.0)
    one.look(ago=0.0, done=2.0)
    assert one.pace.since_step == 0.0
    assert one.pace.step_gaps.gaps(None).longest == 20.0
    one.look(ago=0.0, done=1.0, unit="epoch")
    assert (one.pace.since_step, one.pace.step_gaps.gaps(None).count) == (0.0, 1)


def test_typical_is_passed_by_one_in_ten() -> None:
    """Nine of ten gaps are not longer, to a quarter of their length; the longest is known exactly."""
    dice = random.Random(3)
    drawn = [dice.lognormvariate(3.5, 0.8) for _ in range(2000)]
    pauses = Pauses()
    for gap in [*drawn, 1200.0]:
        pauses.add(gap)
    gaps = pauses.gaps(past=77.0)
    exact = sorted(drawn)[1800]
    assert (gaps.count, gaps.longest, gaps.past) == (2001, 1200.0, 77.0)
    assert gaps.typical is not None
    assert exact * 0.99 <= gaps.typical <= exact * 1.26


def test_few_gaps() -> None:
    """Without any there is nothing usual; with one that is what is usual."""
    assert Pauses().gaps(None).typical is None
    pauses = Pauses()
    pauses.add(0.4)
    assert pauses.gaps(None).typical == 0.4


def test_an_end_in_silence() -> None:
    """How long a run was silent before it ended counts, for the next one of its kind will be so too."""
    one = Watcher()
    one.look(ago=0.0)
    for _ in range(20):
        one.look()
    one.pace.finish(one.now)
    assert one.pace.gaps.longest == 100.0


def test_kept() -> None:
    """What is written down is all that is known, and small."""
    one = Watcher()
    dice = random.Random(5)
    for done in range(300):
        one.look(dice.uniform(1, 30), ago=0.5, done=float(done))
    text = json.dumps(one.pace.to_json("boot"))
    again = Pace.from_json(json.loads(text))
    assert len(text) < 600
    assert again.gaps == Pauses(one.pace.gaps.counts, round(one.pace.gaps.longest, 1))
    assert again.seen == one.pace.seen
    assert again.to_json("boot") == one.pace.to_json("boot")

"""From judgements to acts: once, merged, cleared."""

from typing import Any

import pytest

from store.alert_rules import RULES, Rule
from workers.alerts.episodes import AGAIN, ANEW_SECONDS, CLEAR, RAISE, State, close, follow, occasion_of
from workers.alerts.judgement import Judgement

CALM = RULES["stalled"]
HOUR = 3600.0


class Story:
    """Judgements of one rule on one subject, one after the other."""

    def __init__(self, rule: Rule, **about: Any) -> None:
        self.rule = rule
        self.about = about
        self.state: State | None = None

    def judge(self, active: bool | None, now: float, **about: Any) -> list[str]:
        judgement = Judgement(self.rule.kind, active, **self.about | about)
        self.state, acts = follow(self.state, judgement, self.rule, now)
        return acts


@pytest.fixture(name="stall")
def _stall() -> Story:
    return Story(CALM, run_id="r", attempt=1)


def test_raised_once_while_it_lasts(stall: Story) -> None:
    """It begins once; while it lasts nothing is done, and nothing is to be written."""
    assert stall.judge(False, 0.0) == []
    assert stall.state is None
    assert stall.judge(True, 5.0) == [RAISE]
    begun = stall.state
    assert [stall.judge(True, now) for now in (10.0, 15.0, 20.0)] == [[], [], []]
    assert stall.state == begun


def test_over_after_its_calm(stall: Story) -> None:
    """It is over when it did not hold for the rule's calm in one piece."""
    stall.judge(True, 0.0)
    assert [stall.judge(False, now) for now in (10.0, 39.9)] == [[], []]
    assert stall.judge(True, 41.0) == []
    assert [stall.judge(False, now) for now in (45.0, 74.0)] == [[], []]
    assert stall.judge(False, 75.0) == [CLEAR]
    assert stall.judge(False, 80.0) == []


def test_no_calm() -> None:
    """Without a calm it is over at once."""
    lost = Story(RULES["gpu_lost"], subject="gpu:1")
    assert [lost.judge(True, 0.0), lost.judge(False, 5.0)] == [[RAISE], [CLEAR]]


def test_flapping_is_one_alert(stall: Story) -> None:
    """Of one attempt there is one alert, however often it comes and goes, and however far apart."""
    acts = [act for n in range(50) for act in stall.judge(n % 2 == 0, n * HOUR)]
    acts += [act for n in range(50) for now in (0.0, 31.0) for act in stall.judge(n % 2 == 0, 1e6 + n * HOUR + now)]
    assert acts.count(RAISE) == 1
    assert (acts.count(AGAIN), acts.count(CLEAR)) == (24, 25)


def test_cannot_tell(stall: Story) -> None:
    """What cannot be told changes nothing: it neither begins, nor ends, nor is its calm forgotten."""
    assert stall.judge(None, 0.0) == []
    assert stall.state is None
    stall.judge(True, 0.0)
    stall.judge(False, 10.0)
    assert stall.judge(None, 1000.0) == []
    assert stall.judge(False, 1001.0) == [CLEAR]


def test_a_machine_again_soon() -> None:
    """What befalls a machine again within six hours is the same matter …"""
    heat = Story(Rule("heat", "", ""), subject="gpu:1")
    assert heat.judge(True, 0.0) + heat.judge(False, 5.0) + heat.judge(True, ANEW_SECONDS) == [RAISE, CLEAR, AGAIN]


def test_a_machine_again_late() -> None:
    """… and later another one, with an occasion of its own."""
    heat = Story(Rule("heat", "", ""), subject="gpu:1", occasion="x")
    heat.judge(True, 0.0)
    heat.judge(False, 5.0)
    assert heat.judge(True, ANEW_SECONDS + 6) == [RAISE]
    assert heat.state is not None
    assert occasion_of(Judgement("heat", True, occasion="x"), heat.state) == "x#2"
    assert occasion_of(Judgement("heat", True), heat.state) == "2"
    assert occasion_of(Judgement("heat", True, occasion="x"), {"number": 1}) == "x"


def test_another_run() -> None:
    """A part of a machine that is about another run now is another matter; naming none is not."""
    idle = Story(Rule("gpu_idle", "", ""), subject="gpu:1", run_id="a", attempt=1)
    idle.judge(True, 0.0)
    assert idle.judge(True, 2.0, run_id="b") == []
    idle.judge(False, 5.0)
    assert idle.judge(True, 10.0, run_id=None, attempt=None) == [AGAIN]
    idle.judge(False, 15.0)
    assert idle.judge(True, 20.0, run_id="b") == [RAISE]


def test_moments_are_not_over() -> None:
    """A milestone that was passed stays told."""
    mile = Story(RULES["milestone"], run_id="r", attempt=1, occasion="25")
    assert [mile.judge(True, 0.0), mile.judge(False, 5.0), mile.judge(True, 9.0)] == [[RAISE], [], [AGAIN]]


def test_every_crossing_counts() -> None:
    """A condition of the user that comes true again at once counts once more, without a push of its own."""
    mine = Story(RULES["threshold"], run_id="r", attempt=1, occasion="7")
    assert [mine.judge(True, now) for now in (0.0, 5.0, 10.0)] == [[RAISE], [AGAIN], [AGAIN]]


def test_each_best_is_raised() -> None:
    """Each new best is another alert; the one before it is remembered, for it may not have been told yet."""
    best = Story(RULES["best"], run_id="r", attempt=1)
    assert best.judge(True, 0.0) == [RAISE]
    assert best.state is not None
    best.state["alert"] = 12
    assert best.judge(True, 5.0) == [RAISE]
    assert (best.state["number"], best.state["alert"]) == (2, 12)


def test_closed_from_outside(stall: Story) -> None:
    """Where the run has ended, or the rule was switched off, it is over at once, and once."""
    stall.judge(True, 0.0)
    assert stall.state is not None
    state, acts = close(stall.state, CALM, 5.0)
    assert (acts, state["open"], state["over"]) == ([CLEAR], False, 5.0)
    assert close(state, CALM, 9.0) == (state, [])
    stall.state = state
    assert stall.judge(True, 20.0) == [AGAIN]

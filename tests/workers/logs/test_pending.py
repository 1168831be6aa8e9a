"""Records that a later line may still complete."""

import json

from workers.logs.pending import Pending
from workers.logs.records import Record

BAR = {"bar": [10.0, 100.0]}


def test_a_record_waits_for_its_bar() -> None:
    """It gets the step of the bar drawn last, also after its state was kept as JSON."""
    pending = Pending()
    assert pending.wait(Record({"loss": 0.5}, epoch=0.1), BAR, None) == []
    again = Pending(json.loads(json.dumps(pending.state())))
    assert again.settle({"bar": [20.0, 100.0]}, None) == [Record({"loss": 0.5}, step=20.0, epoch=0.1)]
    assert again.settle(BAR, None) == []


def test_a_record_does_not_wait_for_ever() -> None:
    """After some lines that are no bar it is settled as things stand."""
    pending = Pending()
    pending.wait(Record({"loss": 0.5}), BAR, None)
    settled = [pending.age(BAR, None) for _ in range(4)]
    assert settled == [[], [], [], [Record({"loss": 0.5}, step=10.0)]]


def test_one_record_printed_by_two_loggers() -> None:
    """Different sets of metrics that agree where they meet are one record; the same set with other values is not."""
    pending = Pending()
    pending.wait(Record({"loss": 0.5001, "lr": 1e-4, "rate": 9.0}), BAR, None)
    assert pending.wait(Record({"loss": 0.5, "lr": 1e-4, "norm": 2.0}), BAR, None) == []
    assert pending.settle(BAR, None)[0].values == {"loss": 0.5, "lr": 1e-4, "rate": 9.0, "norm": 2.0}
    pending.wait(Record({"loss": 0.5001, "lr": 1e-4}), BAR, None)
    assert len(pending.wait(Record({"loss": 0.5, "lr": 1e-4}), BAR, None)) == 1


def test_a_heap_of_records_is_placed_by_its_epochs() -> None:
    """Many at once cannot all be at the bar's step: their epochs tell, or else nothing does."""
    pending = Pending()
    pending.wait(Record({"loss": 0.5}, epoch=0.5), BAR, 2)
    assert pending.wait(Record({"loss": 0.4}, epoch=1.0), BAR, 2)[0].step == 25.0
    assert pending.settle(BAR, None)[0].step is None


def test_a_bar_drawn_again_in_its_place_says_more() -> None:
    """Values are joined while the bar stands; when it has moved, what it said is final."""
    pending = Pending()
    assert pending.hold(Record({"loss": 2.0, "acc": 0.5}, step=1), 7.0) == []
    assert pending.hold(Record({"loss": 1.0}, step=1), 8.0) == []
    assert pending.hold(Record({"loss": 0.5}, step=2), 9.0) == [Record({"loss": 1.0, "acc": 0.5}, step=1, time=7.0)]
    assert [record.step for record in pending.release()] == [2]
    pending.hold(Record({"loss": 0.5}, step=3), 9.0)
    pending.forget()
    assert pending.release() == []

"""Steps of logs that say no more than the batch within an epoch."""

from typing import Any

from workers.logs.epochs import passed
from workers.logs.records import Record
from workers.logs.steps import Steps


def test_batches_are_counted_on() -> None:
    """An epoch is as long as its last batch; afterwards its length is known."""
    memory: dict[str, Any] = {}
    assert [passed(memory, 1, batch)[0] for batch in (10, 20, 30)] == [10, 20, 30]
    assert passed(memory, 2, 10) == (40, 30)
    assert passed(memory, 4, 10) == (100, 30)


def test_a_training_that_begins_again() -> None:
    """Where epochs go back, so do the steps."""
    memory: dict[str, Any] = {}
    for epoch in (1, 2):
        for batch in (10, 20):
            passed(memory, epoch, batch)
    assert passed(memory, 1, 10)[0] == 10


def test_epochs_of_nearly_the_same_length() -> None:
    """A batch more or less in every other epoch does not make steps go back."""
    steps = Steps()
    places = [
        steps.place(Record({}, epoch=epoch, batch=batch, batches=batches))[0]
        for epoch, batch, batches in ((0, 100, 187), (0, 180, 188), (1, 20, 187), (1, 180, 188), (2, 20, 187))
    ]
    assert places == sorted(place for place in places if place is not None)

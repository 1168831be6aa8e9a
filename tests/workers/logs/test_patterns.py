"""Patterns of the user's own."""

from store.settings import Pattern
from tests.workers.logs.formats.sampling import points
from workers.logs.patterns import user_patterns
from workers.logs.reader import Reader


def _read(regex: str, text: str) -> Reader:
    reader = Reader(patterns=user_patterns([Pattern("mine", regex)]))
    reader.feed(text.encode(), 0.0)
    reader.finish(0.0)
    return reader


def test_groups_are_metrics_and_positions() -> None:
    """Named groups give metrics, the step and its total."""
    reader = _read(r"^@(?P<step>\d+)/(?P<steps>\d+) (?P<Lsum>\S+) (?P<acc>\S+)$", "@3/10 0.5 85%\n@4/10 0.25 nan\n")
    columns = reader.harvest().columns
    assert points(columns, "Lsum") == [(3, 0.5), (4, 0.25)] and columns["acc"].values[0] == 85
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total, standing.unit) == (4, 10, "step")
    assert [count for name, count in reader.hits.items() if "mine" in name] == [2]


def test_names_in_the_line() -> None:
    """A group for the name and one for the value give as many metrics as are found."""
    reader = _read(r"(?P<name>\w+)~(?P<value>[\d.]+)", "a~1 b~2.5\na~2 b~3.5\n")
    columns = reader.harvest().columns
    assert columns["a"].values == [1, 2] and columns["b"].values == [2.5, 3.5]


def test_epochs_and_batches() -> None:
    """Epochs with batches are placed in the whole training; what is no number is left out."""
    text = "E2 B5 of 10: 0.5 -\n"
    reader = _read(r"E(?P<epoch>\d+) B(?P<batch>\d+) of (?P<batches>\d+): (?P<x>\S+) (?P<y>\S+)", text)
    columns = reader.harvest().columns
    assert points(columns, "x") == [(15, 0.5)] and "y" not in columns


def test_patterns_are_asked_first() -> None:
    """A line that a family of formats would read is the pattern's."""
    reader = _read(r"Epoch (?P<epoch>\d+) loss (?P<penalty>\S+)", "Epoch 3 loss 0.5\n")
    assert set(reader.harvest().columns) == {"penalty"}


def test_lines_without_numbers() -> None:
    """A pattern that finds nothing but words gives nothing."""
    reader = _read(r"loss (?P<loss>\w+)", "loss high\n")
    assert reader.harvest().columns == {}

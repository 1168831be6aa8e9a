"""Endless free text is not looked at line by line, and nothing that matters is missed for it."""

import random

from workers.logs.reader import Reader

WORDS = "alpha beta running the model data sample request worker file node result image cloud river stone".split()


def _prose(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choice(WORDS) for _ in range(9)) + f" {chance.randrange(99)}" for _ in range(count)]


def _read(lines: list[str]) -> Reader:
    reader = Reader()
    reader.feed(("\n".join(lines) + "\n").encode(), 0.0)
    return reader


def test_metrics_after_thousands_of_lines_of_prose_are_read() -> None:
    """A line that names a metric beside a number is looked at however much was in vain."""
    lines = [*_prose(6000), "at last: loss 0.5 after step 3", *_prose(50, 2), "val_acc=0.75 at epoch 4"]
    columns = _read(lines).harvest().columns
    assert (columns["loss"].values, columns["val_acc"].values) == ([0.5], [0.75])


def test_lines_that_begin_like_one_that_told_something_are_always_read() -> None:
    """A table's or a tool's own words are remembered by how its lines begin."""
    tick = "tick {n}     kimg {k}.0      time {n}m 3s       sec/tick 80.1    sec/kimg 20.0    maintenance 0.0    cpumem 5.1"
    lines = [tick.format(n=0, k=0), *_prose(6000)]
    for n in range(1, 30):
        lines += [tick.format(n=n, k=4 * n), *_prose(3, n)]
    assert len(_read(lines).harvest().columns["sec/kimg"].values) == 30


def test_prose_is_looked_at_a_few_thousand_times_and_then_hardly_any_more() -> None:
    """The long look is taken for a bounded number of shapes, and one in a few dozen after that."""
    reader = _read(_prose(20_000))
    assert len(reader._shapes) < 5_000

"""Marian."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read_with,
)
from workers.logs.formats import marian

STAMP = "[2024-01-02 10:00:00] "
SAMPLE = (
    STAMP
    + "[config] after-batches: 20000\n"
    + STAMP
    + "Ep. 1 : Up. 500 : Sen. 64,000 : Cost 9.5 : Time 60.12s : 1,234.50 words/s : gNorm 3.25 : L.r. 1.0e-05\n"
    + STAMP
    + "Ep. 1 : Up. 1,000 : Sen. 128,000 : Cost 8.50321283 * 1,234,567 @ 12,345 after 12,345,678 : Time 60.12s : 1234.50 words/s\n"
    + STAMP
    + "[valid] Ep. 1 : Up. 1000 : bleu : 23.5 : new best\n"
    + STAMP
    + "[valid] Ep. 1 : Up. 1000 : ce-mean-words : 3.5 : stalled 2 times (last best: 3.1)\n"
)


def test_updates_and_validations() -> None:
    """Costs, rates and norms at their updates; validations by their metric's name."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "Cost") == [(500, 9.5), (1000, 8.50321283)]
    assert columns["gNorm"].values == [3.25] and columns["words/s"].values == [1234.5, 1234.5]
    assert points(columns, "valid/bleu") == [(1000, 23.5)] and points(columns, "valid/ce-mean-words") == [(1000, 3.5)]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total, standing.unit) == (1000, 20000, "update")


def test_false_friends() -> None:
    """Memory and data lines are no records."""
    for line in (
        STAMP + "[memory] Reserving 256 MB, device gpu0",
        STAMP + "Ep. 1 begins",
        STAMP + "[config] seed: 1234",
    ):
        assert not marian.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(marian, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(marian, line)

"""What is read of real logs of many stacks, against what a person read in them; never worse than it was."""

import warnings

import pytest

from tests.corpus.index import Log, read_index
from tests.corpus.score import Score, read_log, score

RECORDS_RIGHT = 78
VALUES_RIGHT = 183
PROGRESS_RIGHT = 36
"""The ratchet: what was reached. Raise it with each gain; it may not be lowered to let a change pass."""


@pytest.fixture(name="scores", scope="module")
def _scores() -> list[Score]:
    """The score of each text log; skips, loudly, where the logs are not."""
    logs = [log for log in read_index() if log.stack != "tensorboard"]
    if not logs:
        warnings.warn("the real logs (../shared/data/logs) are not here: reading them is NOT tested", stacklevel=1)
        pytest.skip("no real logs beside the repository")
    return [score(log, read_log(log.path.read_bytes())) for log in logs]


def test_records_values_and_progress_of_real_logs_are_read_as_well_as_ever(scores: list[Score]) -> None:
    """Over all logs: right counts of records, right last values, right totals — at least the score reached."""
    print()
    stacks: dict[str, list[Score]] = {}
    for found in scores:
        stacks.setdefault(found.log.stack, []).append(found)
    for stack, group in sorted(stacks.items()):
        print(
            f"{stack:20} records {sum(one.records_right for one in group)}/{len(group)}  "
            f"values {sum(len(one.values_right) for one in group)}/"
            f"{sum(len(one.values_right) + len(one.values_wrong) for one in group)}  "
            f"progress {sum(one.progress_right is True for one in group)}/"
            f"{sum(one.progress_right is not None for one in group)}"
        )
    right = sum(one.records_right for one in scores)
    values = sum(len(one.values_right) for one in scores)
    progress = sum(one.progress_right is True for one in scores)
    print(f"records {right}/{len(scores)}, values {values}, progress {progress}")
    wrong = [f"{one.log.name}: {one.records}/{one.log.n_records} {one.values_wrong}" for one in scores if _is_bad(one)]
    assert (right >= RECORDS_RIGHT, values >= VALUES_RIGHT, progress >= PROGRESS_RIGHT) == (True, True, True), wrong


def _is_bad(one: Score) -> bool:
    return not one.records_right or bool(one.values_wrong)


@pytest.mark.parametrize(
    "log", [log for log in read_index() if log.part == "whole"][:12], ids=lambda log: log.name[:50]
)
def test_the_portions_in_which_a_real_log_comes_do_not_matter(log: Log) -> None:
    """Read in portions of 997 bytes or at once, a real log gives the same points."""
    data = log.path.read_bytes()[:60_000]
    small, whole = read_log(data, 997), read_log(data, 1 << 20)
    assert {n: (c.steps, c.values, c.legs) for n, c in small.columns.items()} == {
        n: (c.steps, c.values, c.legs) for n, c in whole.columns.items()
    }

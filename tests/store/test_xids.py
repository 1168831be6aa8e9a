"""XIDs: what each number means, and that a number nobody knows is said to be unknown."""

import pytest

from store import xids


@pytest.mark.parametrize(
    ("number", "whose", "level", "advice"),
    [
        (13, "program", "note", "compute-sanitizer"),
        (31, "program", "note", "CUDA_LAUNCH_BLOCKING"),
        (43, "program", "note", "the GPU is well"),
        (45, "program", "note", "another XID"),
        (48, "hardware", "bad", "the job that used it is void"),
        (63, "hardware", "warn", "next reset"),
        (64, "hardware", "bad", "must be replaced"),
        (74, "hardware", "bad", "nvlink"),
        (79, "hardware", "bad", "power off"),
        (92, "hardware", "warn", "still corrected"),
        (94, "hardware", "warn", "Only the program"),
        (95, "hardware", "bad", "void"),
        (119, "driver", "bad", "driver version"),
        (140, "hardware", "bad", "void"),
        (154, "unknown", "warn", "other XID"),
    ],
)
def test_numbers_a_researcher_meets(number: int, whose: str, level: str, advice: str) -> None:
    """Each says where to look first, how bad it is, and what to do."""
    found = xids.explain(number)
    assert (found.number, found.whose, found.level) == (number, whose, level)
    assert advice in found.advice


@pytest.mark.parametrize("number", [0, -3, 999, 73])
def test_a_number_nobody_knows_is_said_to_be_unknown(number: int) -> None:
    """No meaning is made up for a code that is not in the table, or that NVIDIA lists as unused."""
    found = xids.explain(number)
    assert (found.number, found.title, found.whose) == (number, "Meaning unknown", "unknown")
    assert "not in our table" in found.advice


def test_no_number_is_told_twice() -> None:
    """The table's groups do not overlap, so that none hides another."""
    numbers = [number for group in xids._TABLE for number in group]
    assert len(numbers) == len(set(numbers)) > 90


def test_every_text_is_up_for_translation() -> None:
    """Titles and advice of all numbers, and of the unknown one, are among the messages; their only place is index."""
    told = set(xids.messages())
    for number in range(-1, 200):
        found = xids.explain(number)
        assert {found.title, found.advice} <= told
        assert found.advice.format(index=0) and found.title.format() == found.title

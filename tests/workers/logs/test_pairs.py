"""Names and numbers in a stretch of text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.logs.pairs import read_pairs, split_position, without_pairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loss=0.5, acc=85.5%", {"loss": 0.5, "acc": 85.5}),
        ("{'loss': '0.5', \"val loss\": -inf}", {"loss": 0.5, "val loss": float("-inf")}),
        ("loss: 0.5 | top-1 acc: 0.25 | lr => 1e-05", {"loss": 0.5, "top-1 acc": 0.25, "lr": 1e-05}),
        ("train/loss=tensor(0.5), Acc@1=3, dt(ms)=2.5", {"train/loss": 0.5, "Acc@1": 3.0, "dt(ms)": 2.5}),
        ("损失: 0.5, tokens=1.5k, n=1,200", {"损失": 0.5, "tokens": 1500.0, "n": 1200.0}),
        ("v_num=3, seed=1, mem=13.5G, gpu=3.2GB, at=12:30, of=3/10, sha=12ab", {}),
    ],
)
def test_pairs_with_a_sign(text: str, expected: dict[str, float]) -> None:
    """What stands before = or : is a name if a number follows that is no version, size, time of day or fraction."""
    assert read_pairs(text) == expected


def test_pairs_with_a_space_only() -> None:
    """They are taken where the caller says so."""
    assert read_pairs("loss 0.5 | acc 0.25, lr=0.1", spaced=True) == {"lr": 0.1, "loss": 0.5, "acc": 0.25}
    assert read_pairs("loss 0.5") == {}


def test_counters_and_what_is_left() -> None:
    """Counters are told from metrics, and the text without its pairs is what describes it."""
    assert split_position({"loss": 0.5, "Epoch": 3.0}) == ({"loss": 0.5}, {"epoch": 3.0})
    assert without_pairs("Train loss: 0.5").strip() == ""


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """No text does harm."""
    read_pairs(text, spaced=True)


@pytest.mark.parametrize("filler", ["a", "a ", "a-", "a: ", "a=1 ", "(a) ", "1", "a (b) "])
def test_hostile_text_takes_no_time(filler: str) -> None:
    """Only the beginning of a very long text is searched."""
    begun = time.thread_time()
    read_pairs(filler * 30_000, spaced=True)
    assert time.thread_time() - begun < 0.2

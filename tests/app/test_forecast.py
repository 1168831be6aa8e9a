"""Progress and time left, in words."""

import pytest

from app import forecast
from app.words import Words
from store.progress import Progress

NOW = 1_795_230_185.0
EN, JA = Words("en"), Words("ja")


def left(minutes: float, low: float | None = None, high: float | None = None) -> Progress:
    """A run that will be done in so many minutes."""
    ends = [None if end is None else NOW + end * 60 for end in (minutes, low, high)]
    return Progress(1, 5, 10, "step", NOW, eta_at=ends[0], eta_low=ends[1], eta_high=ends[2])


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (left(42, 35, 58), "about 42 min, 35–58"),
        (left(42), "about 42 min"),
        (left(0.7, 0.5, 1.2), "about 42 s, 30–72"),
        (left(1.4), "about 84 s"),
        (left(192, 170, 240), "about 3.2 h, 2.8–4"),
        (left(60 * 24 * 3.5), "about 3.5 d"),
        (left(-3), "about 0 s"),
    ],
)
def test_time_left_is_told_in_one_unit(progress: Progress, text: str) -> None:
    """The interval in the unit of the middle; a time that has passed is none left."""
    assert forecast.time_left(progress, EN, NOW) == text


def test_without_an_interval_it_says_why() -> None:
    """No interval before ten finished runs of the kind; nothing to excuse where there is one, or no time at all."""
    assert forecast.why_no_interval(left(42), EN) == "no interval before ten finished runs of this kind"
    assert forecast.why_no_interval(left(42, 35, 58), EN) == ""
    unknown = Progress(1, 5, None, "step", NOW)
    assert forecast.why_no_interval(unknown, EN) == forecast.time_left(unknown, EN, NOW) == ""


def test_nested_counters_are_told_from_the_outermost() -> None:
    """Epoch and batch, and what else it is busy with."""
    levels = ({"unit": "epoch", "done": 3, "total": 10}, {"unit": "batch", "done": 85, "total": None})
    progress = Progress(1, 385, 1800, "batch", NOW, levels, "eval")
    assert forecast.position(progress, EN) == "epoch 3 of 10 · batch 85 · evaluating"
    assert forecast.position(progress, JA) == "エポック 3/10 · バッチ 85 · 評価中"


def test_a_single_counter_and_a_unit_of_the_logs_own() -> None:
    """A unit we have no word for is shown as it is."""
    assert forecast.position(Progress(1, 31_500, 50_000, "step", NOW), EN) == "step 31,500 of 50,000"
    assert forecast.position(Progress(1, 2.5, None, "シャード", NOW), JA) == "シャード 2.5"
    assert forecast.position(Progress(1, None, None, None, NOW), EN) == ""


def test_japanese_says_it_with_its_own_brackets() -> None:
    """The same numbers."""
    assert forecast.time_left(left(42, 35, 58), JA, NOW) == "約 42 分（35〜58）"

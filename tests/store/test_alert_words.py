"""What alerts say, from their kind and facts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import alert_words
from store.alert_rules import RULES
from store.alert_words import SIGNS, advice, headline, say_phrase, tell, telling, title_of
from store.words import Words
from tests.fakes.alert_facts import ALL_FACTS, EXAMPLES, NOON

ENGLISH, JAPANESE = Words("en"), Words("ja")


def test_every_rule_has_words() -> None:
    """Each kind that can be raised has a sign, a word, and facts in this test."""
    assert set(RULES) | {"digest", "note", "test"} == set(SIGNS)
    assert set(ALL_FACTS) == set(RULES)


@pytest.mark.parametrize(
    ("kind", "facts", "told"),
    [
        (
            "stalled",
            {"how": "silence", "silence": 2520, "usual": 3, "busy": "idle", "cpu": 1, "gpu": 0},
            "no output for 42 m; usually every 3.0 s; GPU and CPU idle",
        ),
        (
            "stalled",
            {"how": "steps", "silence": 1500, "busy": "cpu", "cpu": 99.6, "gpu": None, "phase": "eval"},
            "no new step for 25 m; CPU at 100 %; it was evaluating",
        ),
        (
            "diverged",
            {"how": "not_finite", "metric": "loss", "value": "nan", "step": 1240, "points": 12},
            "loss is NaN since step 1,240; 12 values in a row",
        ),
        ("diverged", {"how": "not_finite", "metric": "loss", "value": float("inf")}, "loss is ∞"),
        (
            "diverged",
            {"how": "exploded", "metric": "loss", "value": 84.25, "step": 7, "points": 30, "usual": 0.3},
            "loss 84.25, usually 0.3; since step 7; 30 values in a row",
        ),
        (
            "threshold",
            {"expression": "val_acc > 0.9", "metric": "val_acc", "value": 0.91234, "step": 3400},
            "val_acc > 0.9: 0.9123 at step 3,400",
        ),
        ("crashed", {"length": 720, "cause": "CUDA out of memory"}, "crashed after 12 m: CUDA out of memory"),
        ("finished", {"length": 720, "cause": "not told"}, "finished in 12 m"),
        (
            "gpu_lost",
            {"index": 1, "indexes": [1, 3], "trouble": "lost", "runs": ["a", "b", "c", "d", "e"]},
            "GPU 1, 3 lost: had a, b, c and 2 more on it",
        ),
        (
            "xid",
            {"xid": 31, "index": 0, "count": 3, "runs": ["vit"]},
            "XID 31 on GPU 0: A GPU kernel touched memory it may not; 3 times; has vit on it; "
            "a fault of the program, not of the GPU",
        ),
        ("test", {}, "test"),
        ("of-a-later-version", {"title": "x"}, "x"),
        ("of-a-later-version", {}, "of-a-later-version"),
        ("gpu_lost", {"words": "heat", "index": 1, "temperature": 92, "reason": "hot"}, "GPU 1 slowed by heat: 92 °C"),
    ],
)
def test_what_happened(kind: str, facts: dict[str, Any], told: str) -> None:
    """One sentence with the numbers that a person needs to decide."""
    assert str(tell(kind, facts)) == say_phrase(tell(kind, facts), ENGLISH) == told


@pytest.mark.parametrize(("kind", "facts"), EXAMPLES)
def test_japanese_is_complete(kind: str, facts: dict[str, Any]) -> None:
    """Whatever the facts, no English sentence is left in what an alert says in Japanese."""
    told = telling(kind, facts)
    for phrase in (told.head, told.brief, *told.details, told.advice):
        if phrase is not None and phrase.message != "{text}":
            translated = JAPANESE.say(phrase.message)
            assert translated != phrase.message or phrase.message in ("{metric} {value}", "{temperature} °C")
            assert say_phrase(phrase, JAPANESE, NOON)


def test_sign_and_word() -> None:
    """The worst XIDs have the sign of the worst."""
    assert title_of("stalled", {}) == ("⏳", "stalled")
    assert title_of("xid", {"xid": 79})[0] == "✖" and title_of("xid", {"xid": 31})[0] == "!"
    assert title_of("of-a-later-version", {}) == ("·", "of-a-later-version")


def test_advice_fits_what_is_known() -> None:
    """What to do depends on who stands still and whose fault it is."""
    ways: list[dict[str, Any]] = [
        {"busy": "idle"},
        {"busy": "cpu", "cpu": 99, "gpu": 0},
        {"busy": "gpu", "gpu": 100},
        {"busy": "unknown"},
    ]
    assert len({str(advice("stalled", way)) for way in ways}) == len(ways)
    assert "gpu-reset -i 3" in str(advice("gpu_lost", {"index": 3, "trouble": "reset_required"}))
    assert advice("threshold", {}) is None


def test_times_are_the_readers() -> None:
    """A time of today is told without its date, in the reader's zone."""
    facts = {"was_at": NOON, "is_at": NOON + 3600}
    assert say_phrase(headline("eta_slipped", facts), ENGLISH, NOON) == "slower: done 15:13, not 14:13"
    assert say_phrase(headline("eta_slipped", facts), JAPANESE, NOON) == "遅れ: 終了 15:13（予定 14:13）"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted({name for _, facts in EXAMPLES for name in facts} | {"words", "title", "body", "before"})


@given(
    kind=st.sampled_from([*sorted(SIGNS), "later"]),
    facts=st.dictionaries(st.sampled_from(NAMES), JSON | st.just(10**400) | st.just(-(10.0**300)), max_size=8),
)
def test_facts_of_any_version_raise_nothing(kind: str, facts: dict[str, Any]) -> None:
    """Facts that are missing, of another type or out of all bounds are left out."""
    for words in (ENGLISH, JAPANESE):
        for phrase in (tell(kind, facts), headline(kind, facts), advice(kind, facts)):
            assert phrase is None or say_phrase(phrase, words, NOON) is not None
    assert str(tell(kind, facts)) is not None
    assert title_of(kind, facts)[0]


def test_texts_that_are_not_ours_pass_through() -> None:
    """Names, causes and paths can be redacted one by one; our own words stay."""
    facts = {"what": "silent", "path": "/mnt/nas"}
    assert say_phrase(tell("disk", facts), ENGLISH, NOON, lambda text: "•••") == "disk does not answer: •••"


def test_messages_are_listed_once() -> None:
    """The list that the translation is checked against."""
    listed = alert_words.messages()
    assert len(listed) == len(set(listed)) > 100

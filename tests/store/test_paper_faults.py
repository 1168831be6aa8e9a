"""Faults of arXiv, kept in English and said in any language."""

import re

import pytest

from store.paper_faults import TEXTS, messages, read, read_all, spell
from store.symptoms import Phrase


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_what_was_kept_is_recognised(name: str) -> None:
    """Each fault, with its places filled in, is read as the message and the values it was made of."""
    values = {place: f"7{place}" for place in re.findall(r"\{(\w+)\}", TEXTS[name])}
    if name == "partly":
        values["reason"] = spell("web_page_called", title="Down: “for” a while")
    text = spell(name, **values)
    phrase = read(text)
    assert phrase.message == TEXTS[name] and str(phrase) == text
    assert read_all(text) == [phrase]
    assert phrase.message in messages()
    if name == "partly":
        inner = phrase.values["reason"]
        assert isinstance(inner, Phrase) and inner.message == TEXTS["web_page_called"]


def test_an_answer_of_several_parts() -> None:
    """Each part of an answer is read by itself."""
    text = "; ".join([spell("told", count=3), spell("unknown_id"), spell("late", seconds=30), spell("asked_later")])
    assert [one.message for one in read_all(text)] == [
        TEXTS[name] for name in ("told", "unknown_id", "late", "asked_later")
    ]


def test_what_is_none_of_ours_stays_as_it_is() -> None:
    """A reason of another version is shown as it was kept, braces and all."""
    assert str(read("arXiv is {gone}")) == "arXiv is {gone}"

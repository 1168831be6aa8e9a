"""Faults of arXiv, kept in English and said in any language."""

import pytest

from store.paper_faults import TEXTS, messages, read, spell
from store.symptoms import Phrase


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_what_was_kept_is_recognised(name: str) -> None:
    """Each fault, with its places filled in, is read as the message and the values it was made of."""
    values = {place: f"7{place}" for place in ("words", "status", "title", "line", "total", "size", "seconds", "kind", "read", "count") if f"{{{place}}}" in TEXTS[name]}  # fmt: skip
    if name == "partly":
        values["reason"] = spell("web_page_called", title="Down: “for” a while")
    text = spell(name, **values)
    phrase = read(text)
    assert phrase.message == TEXTS[name] and str(phrase) == text
    assert phrase.message in messages()
    if name == "partly":
        inner = phrase.values["reason"]
        assert isinstance(inner, Phrase) and inner.message == TEXTS["web_page_called"]


def test_what_is_none_of_ours_stays_as_it_is() -> None:
    """A reason of another version is shown as it was kept, braces and all."""
    assert str(read("arXiv is {gone}")) == "arXiv is {gone}"

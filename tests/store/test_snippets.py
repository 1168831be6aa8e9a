"""Places cut out of a text and marked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.bigrams import normalise, terms
from store.snippets import LENGTH, cut_snippet, find_marks


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("学習率のスケジュール", "学習", ["学習"]),
        ("学習率、そして学習データ", "学習", ["学習", "学習"]),
        ("GPU使用率が低い", "gpu 率", ["GPU", "率"]),
        ("ﾊﾞｯﾁｻｲｽﾞを半分に", "バッチ", ["ﾊﾞｯﾁ"]),
        ("バッチサイズ", "ﾊﾞｯﾁ", ["バッチ"]),
        ("the Attention tension", "ten", ["ten"]),
        ("loss, Loss and glossary", "LOSS", ["loss", "Loss"]),
        ("1 ㎏ of it", "kg", ["㎏"]),
        ("学習率", "学習 習率", ["学習率"]),
        ("", "学習", []),
        ("学習", "…", []),
    ],
)
def test_marks(text: str, query: str, marked: list[str]) -> None:
    """What was searched for is marked as it was written, in any width, words from their beginning only."""
    assert [text[begin:end] for begin, end in find_marks(text, terms(query))] == marked


def test_the_line_with_most_of_it() -> None:
    """The place that holds most of the words is shown, with what stands around it, in one line."""
    text = "損失の話。\n" * 50 + "ここで   損失が\nNaN になった。num_workers と損失。\n" + "num 他の話\n" * 50
    snippet = cut_snippet(text, "損失 num")
    assert "num_workers と損失" in snippet.text and "\n" not in snippet.text and "  " not in snippet.text
    assert snippet.text[0] == "…" and snippet.text[-1] == "…"
    assert {snippet.text[begin:end] for begin, end in snippet.marks} == {"損失", "num"}


def test_a_short_text_is_whole() -> None:
    """Nothing is left out of a short text, and nothing said of leaving out."""
    assert cut_snippet(" 学習率を下げた \n", "学習").text == "学習率を下げた"
    assert cut_snippet("学習率を下げた", "loss").marks == ()
    assert cut_snippet("", "loss").text == ""


def test_one_endless_line() -> None:
    """A place deep in a line of a megabyte is found."""
    snippet = cut_snippet("あいう" * 300_000 + "学習率" + "えお" * 1000, "学習率")
    (mark,) = snippet.marks
    assert snippet.text[slice(*mark)] == "学習率" and len(snippet.text) <= LENGTH + 2


@given(
    st.text(alphabet="学習率ﾊﾞパ゙ aAß㎏\n.é\u0301", max_size=300), st.text(alphabet="学習率バaAg", min_size=1, max_size=4)
)
@settings(max_examples=200, deadline=None)
def test_marks_are_of_what_was_asked(text: str, query: str) -> None:
    """Whatever text and query are, marks are in order, apart, within the text, and say something of the query."""
    snippet = cut_snippet(text, query)
    last = 0
    wanted = terms(query)
    for begin, end in snippet.marks:
        assert last <= begin < end <= len(snippet.text)
        assert any(term in normalise(snippet.text[begin:end]) for term in wanted)
        last = end

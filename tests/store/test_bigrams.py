"""Cutting text for the search, tried on a real FTS5 index."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.bigrams import index_text, is_cjk, match_query, normalise, terms

JAPANESE = "学習率損失がのバッチサイズー々〆ヶ低い使用中断ぁゔゞヷ𠮷髙﨑한국"


def finds(text: str, query: str) -> bool:
    """Whether a query finds a text, as the journal's own index would."""
    wanted = match_query(query)
    if not wanted:
        return False
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize='unicode61 remove_diacritics 2')")
        connection.execute("INSERT INTO t VALUES (?)", (index_text(text),))
        return connection.execute("SELECT 1 FROM t WHERE t MATCH ?", (wanted,)).fetchone() is not None
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("学習率のスケジュールを変えた", "学習"),
        ("学習率のスケジュールを変えた", "学習率"),
        ("学習率のスケジュールを変えた", "率"),
        ("学習率", "率"),
        ("GPU使用率が低い", "GPU"),
        ("GPU使用率が低い", "使用率"),
        ("GPU使用率が低い", "GPU使用率"),
        ("GPU 使用率が低い", "GPU使用率"),
        ("ＧＰＵ使用率が低い", "gpu"),
        ("バッチサイズ", "ﾊﾞｯﾁ"),
        ("ﾊﾞｯﾁｻｲｽﾞを半分に", "バッチサイズ"),
        ("ﾊﾞｯﾁｻｲｽﾞを半分に", "ﾊﾞｯﾁ"),
        ("損失が NaN になった num_workers=4", "損失 num"),
        ("損失が NaN になった", "nan 損失"),
        ("過学習した", "過学習"),
        ("お茶を淹れてからデータローダを直す", "からデータ"),
        ("サーバーが落ちた", "サーバ"),
        ("佐々木さんの助言", "佐々木"),
        ("㍍と㎏と①", "メートル kg 1"),
        ("葛\U000e0100城で発表", "葛城"),
        ("𠮷田の論文", "𠮷田"),
        ("はしこ\u3099", "はしご"),
        ("the Attention block", "atten"),
        ("The ATTENTION block", "attention"),
        ("café", "CAFE"),
        ("Straße", "STRASSE"),
        ("loss-curve of 2401.01234v2", "loss-curve"),
        ("see arXiv 2401.01234", "2401.01234"),
        ("model_v2/train.py failed", "train.py"),
        ("spikes in gradients", "spike gradient"),
        ("$\\alpha=0.1$", "\\alpha"),
        ("𝛼 と β", "α"),
        ("학습률을 바꿨다", "학습"),
        ('it\'s a "quoted" NEAR(thing) AND col:x *', 'it\'s "quoted" near( AND col:x'),
    ],
)
def test_found(text: str, query: str) -> None:
    """What a researcher writes is found by what they would type for it, in any width and case."""
    assert finds(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("学と習の間", "学習"),
        ("学習、率", "学習率"),
        ("習学", "学習"),
        ("ハッチ", "バッチ"),
        ("attention", "tension"),
        ("loss of the curve", "loss-curve"),
        ("損失", "損失 num"),
        ("epoch 10", "1 epoch"),
    ],
)
def test_not_found(text: str, query: str) -> None:
    """What only looks alike is not found."""
    assert not finds(text, query)


@pytest.mark.parametrize(
    "query", ["", " ", "　", '"', "*", "、。", "😀", "-", "''", '"; --', "\x00", "\u200b", "(", "^"]
)
def test_nothing_to_search_for(query: str) -> None:
    """Signs alone are no query."""
    assert match_query(query) == ""


def test_pairs() -> None:
    """A run of Japanese becomes its pairs and its last character, words stay whole."""
    assert index_text("GPU使用率が 低い、Loss") == "gpu 使用 用率 率が が 低い い loss"
    assert match_query("学習率 loss") == '"学習 習率" AND "loss"*'
    assert match_query("率") == '"率"*'
    assert match_query("a b") == '"a" AND "b"*'
    assert terms("率 Learning-率 ﾊﾞｯﾁ") == ["learning", "バッチ", "率"]


def test_a_page_pasted_as_a_query() -> None:
    """A query as long as a page is cut to what SQLite can take, and finds that page."""
    page = "学習率を下げると損失が減った。" * 500 + " ".join(f"word{number}" for number in range(2000))
    assert finds(page, page)


@given(st.text(alphabet=JAPANESE + "abGPU 、。\nﾊﾞﾊﾟ", min_size=1, max_size=60), st.data())
@settings(max_examples=150, deadline=None)
def test_every_stretch_of_japanese_is_found(text: str, data: st.DataObject) -> None:
    """Any stretch of characters of a kept text finds it, however short."""
    seen = normalise(text)
    begin = data.draw(st.integers(0, max(0, len(seen) - 1)))
    end = data.draw(st.integers(begin + 1, max(begin + 1, len(seen))))
    stretch = seen[begin:end]
    if stretch and all(is_cjk(character) for character in stretch):
        assert finds(text, stretch)


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_query_is_an_error(text: str) -> None:
    """Whatever is typed, FTS5 can read the query; and a text finds itself where it has anything to find."""
    wanted = match_query(text)
    if wanted and text.isascii():
        assert finds(text, text)
    else:
        finds(text, text)


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_normalising_is_done_once(text: str) -> None:
    """What is normalised stays as it is when it is normalised again."""
    assert normalise(normalise(text)) == normalise(text)

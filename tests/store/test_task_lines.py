"""Lists of tasks as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.task_lines import KINDS, MOST_SECONDS, Draft, clean, read_estimate, read_line, read_lines, spell_estimate


@pytest.mark.parametrize(
    ("line", "draft"),
    [
        ("fix the loader", Draft("fix the loader")),
        ("- [ ] fix the loader ~30m #code !", Draft("fix the loader", "code", 1800, 1)),
        ("* #Read 2nd pass of 'Horizon' ~1.5h", Draft("2nd pass of 'Horizon'", "read", 5400)),
        ("  + !! rebuttal ~2h #write", Draft("rebuttal", "write", 7200, 2)),
        ("1. table of the ablation", Draft("table of the ablation")),
        ("12) plots", Draft("plots")),
        ("3)plots", Draft("plots")),
        ("３．next", Draft("next")),
        ("(3) plots", Draft("plots")),
        ("- [x] done already", Draft("done already", done=True)),
        ("[X] done", Draft("done", done=True)),
        ("☐ open", Draft("open")),
        ("☑ ticked", Draft("ticked", done=True)),
        ("・論文を読む ～30分", Draft("論文を読む", None, 1800)),
        ("・論文を読む～30分", Draft("論文を読む", None, 1800)),
        ("１．データ整理　＃雑務　～２時間", Draft("データ整理", "chore", 7200)),
        ("①学習率を下げる #実験 〜1時間半 ！", Draft("学習率を下げる", "experiment", 5400, 1)),
        ("－ ［ｘ］ 誤差を数える", Draft("誤差を数える", done=True)),
        ("-バッチを半分に", Draft("バッチを半分に")),
        ("1、データ", Draft("データ")),
        ("~1h30m profile", Draft("profile", None, 5400)),
        ("a\tb", Draft("a b")),
        # what is no mark stays
        ("1.5倍のバッチを試す", Draft("1.5倍のバッチを試す")),
        ("3.11へ移行", Draft("3.11へ移行")),
        ("3、4章を読む", Draft("3、4章を読む")),
        ("-1 as the ignore index", Draft("-1 as the ignore index")),
        ("--seed for the sweep", Draft("--seed for the sweep")),
        ("**bold** words", Draft("**bold** words")),
        ("10～30分かかる処理を速く", Draft("10～30分かかる処理を速く")),
        ("会議 3日～5時間", Draft("会議 3日～5時間")),
        ("see #12 and #later, ~2 of 3", Draft("see #12 and #later, ~2 of 3")),
        ("[WIP] crop", Draft("[WIP] crop")),
        ("至急！", Draft("至急！")),
        ("#code ~30m", Draft("#code ~30m")),
        ("#code #read both", Draft("#read both", "code")),
        ("~10m or ~20m", Draft("or ~20m", None, 600)),
    ],
)
def test_line(line: str, draft: Draft) -> None:
    """Bullets, boxes and marks are taken off in either width; everything else is the title."""
    assert read_line(line) == draft


@pytest.mark.parametrize(
    "line", ["", "   ", "　", "-", "・", "- [ ]", "[x]", "1.", "---", "* * *", "══════\t", "\ufeff", "\x00"]
)
def test_no_task(line: str) -> None:
    """Blank lines, lone bullets and boxes, and ruled lines are no tasks."""
    assert read_line(line) is None


def test_list() -> None:
    """A pasted list gives its tasks in order, whatever ends its lines."""
    text = "\ufeffToday:\r\n\r\n- [ ] a ~5m\r- [x] b\n\n　・ c　#計画\u2028d"
    assert read_lines(text) == [
        Draft("Today:"),
        Draft("a", None, 300),
        Draft("b", done=True),
        Draft("c", "plan"),
        Draft("d"),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("30", 1800),
        ("3０", 1800),
        ("2h", 7200),
        ("1.5h", 5400),
        ("１．５ｈ", 5400),
        ("1h30m", 5400),
        ("1h 30min", 5400),
        ("2 hours", 7200),
        ("45 MIN", 2700),
        ("2時間", 7200),
        ("2時間半", 9000),
        ("1時間15分", 4500),
        ("0.5m", 30),
        ("1000h", MOST_SECONDS),
        ("1001h", None),
        ("0m", None),
        ("", None),
        ("-5m", None),
        ("2d", None),
        ("soon", None),
        ("m", None),
        ("1e3", None),
        ("nan", None),
        ("30m!", None),
    ],
)
def test_estimate(text: str, seconds: float | None) -> None:
    """Lengths are read in English and Japanese; what is none is not guessed."""
    assert read_estimate(text) == seconds


@given(st.integers(1, 60_000))
def test_estimate_and_back(minutes: int) -> None:
    """A length of whole minutes is read as it is spelled."""
    assert read_estimate(spell_estimate(minutes * 60)) == minutes * 60


@given(st.text())
def test_any_text(text: str) -> None:
    """Whatever is pasted: no more tasks than lines, each with a title of one line, and no letter or digit is lost that
    is not part of a mark."""
    drafts = read_lines(text)
    assert len(drafts) <= len(text.splitlines())
    for draft in drafts:
        assert draft.title == clean(draft.title) != "" and len(draft.title.splitlines()) == 1
        assert draft.kind is None or draft.kind in KINDS
        assert draft.estimate is None or 0 < draft.estimate <= MOST_SECONDS
        assert draft.priority in (0, 1, 2)
        draft.title.encode()  # can be kept


_WORDS = st.lists(
    st.text(st.sampled_from("abzAZ019学習率をカナｶﾅー.,()_/=<>?:'\"&%é"), min_size=1, max_size=8),
    min_size=1,
    max_size=5,
).filter(lambda words: read_line("- " + " ".join(words)) == Draft(" ".join(words)))
_BULLETS = st.sampled_from(["", "- ", "* ", "・", "1. ", "２．　", "- [ ] ", "・［ ］ ", "• ", "10) ", "\t- "])
_MARKED = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from([("#code", "code"), ("#READ", "read"), ("＃実験", "experiment"), ("#chore", "chore")]),
        "estimate": st.sampled_from([("~30m", 1800.0), ("～30分", 1800.0), ("〜1.5h", 5400.0), ("~２時間", 7200.0)]),
        "priority": st.sampled_from([("!", 1), ("！！", 2), ("!!", 2), ("！", 1)]),
    },
)


@given(_BULLETS, _WORDS, _MARKED, st.randoms(), st.sampled_from([" ", "　", "  ", "\t"]))
def test_marks_anywhere(bullet: str, words: list[str], marked: dict, random, space: str) -> None:
    """Marks are understood wherever they stand between the words, in any order, and leave the title as it was."""
    line = list(words)
    for mark, _ in marked.values():
        line.insert(random.randint(0, len(line)), mark)
    wanted = Draft(" ".join(words), **{name: value for name, (_, value) in marked.items()})
    assert read_line((bullet or "- ") + space.join(line)) == wanted

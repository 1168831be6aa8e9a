"""Reading conditions on metrics: what can be written, and what is said of what cannot."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import ExpressionError
from store.expressions import BEST, COMPARE, IS, OPERATORS, STATISTICS, Expression, parse

NAMES = st.one_of(
    st.sampled_from(
        ("val_acc", "train/loss", "loss (avg)", "損失", "best", "for", "acc[0]", 'a "b" \\', "top-1%", "is")
    ),
    st.text(min_size=1, max_size=12).filter(lambda name: bool(name.strip())),
)
NUMBERS = st.floats(allow_nan=False)
LASTING = st.integers(1, 10_000)
AFTER = st.none() | st.floats(allow_nan=False, allow_infinity=False)
WINDOWS = st.one_of(st.just((0, "")), st.tuples(st.integers(2, 10_000), st.sampled_from(STATISTICS)))


@st.composite
def expressions(draw: st.DrawFn) -> Expression:
    """Any expression there can be."""
    test = draw(st.sampled_from((COMPARE, IS, BEST)))
    after = draw(AFTER)
    if test == BEST:
        return Expression(draw(NAMES), BEST, what=draw(st.sampled_from(("", "lower", "higher"))), after=after)
    window, statistic = draw(WINDOWS)
    plain: dict[str, Any] = {"window": window, "statistic": statistic, "lasting": draw(LASTING), "after": after}
    if test == IS:
        what = draw(st.sampled_from(("nan", "inf", "finite")))
        return Expression(draw(NAMES), IS, what=what, negated=draw(st.booleans()), **plain)
    return Expression(draw(NAMES), COMPARE, operator=draw(st.sampled_from(OPERATORS)), number=draw(NUMBERS), **plain)


@given(expressions())
def test_what_is_written_reads_back(expression: Expression) -> None:
    """Every expression is the same after being written and read."""
    assert parse(str(expression)) == expression


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is typed is an expression or an ExpressionError that points into it."""
    try:
        read = parse(text)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert parse(str(read)) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("val_acc > 0.9", Expression("val_acc", COMPARE, operator=">", number=0.9)),
        ("val_acc>0.9", Expression("val_acc", COMPARE, operator=">", number=0.9)),
        ("acc >= 90%", Expression("acc", COMPARE, operator=">=", number=0.9)),
        ("acc% >= 90%", Expression("acc%", COMPARE, operator=">=", number=90.0)),
        ("wer < 5.5%", Expression("wer", COMPARE, operator="<", number=0.055)),
        ("loss = inf", Expression("loss", COMPARE, operator="==", number=math.inf)),
        ("損失 ＜ １．５", Expression("損失", COMPARE, operator="<", number=1.5)),
        ("loss ≥ -1e-3", Expression("loss", COMPARE, operator=">=", number=-0.001)),
        ("loss[50].mean > 3", Expression("loss", COMPARE, operator=">", number=3.0, window=50, statistic="mean")),
        ('"acc[0]"[5].max<1', Expression("acc[0]", COMPARE, operator="<", number=1.0, window=5, statistic="max")),
        ("'val loss' > 2 for 3", Expression("val loss", COMPARE, operator=">", number=2.0, lasting=3)),
        ("a > 1 after 1,000 for 2 points", Expression("a", COMPARE, operator=">", number=1.0, lasting=2, after=1000.0)),
        ("loss is nan", Expression("loss", IS, what="nan")),
        ("loss == nan", Expression("loss", IS, what="nan")),
        ("loss != nan", Expression("loss", IS, what="nan", negated=True)),
        ("loss is not finite", Expression("loss", IS, what="finite", negated=True)),
        ("reward best", Expression("reward", BEST)),
        ("kl best lower after 10", Expression("kl", BEST, what="lower", after=10.0)),
        ("eval/top1.acc@1 > 0", Expression("eval/top1.acc@1", COMPARE, operator=">", number=0.0)),
    ],
)
def test_forms(typed: str, read: Expression) -> None:
    """Spaces, percentages, full-width signs, windows and quotes are understood as a person means them."""
    assert parse(typed) == read


@pytest.mark.parametrize(
    ("typed", "position", "reason"),
    [
        ("  ", 2, "there is no condition"),
        ("> 3", 0, "a metric comes first"),
        ("loss", 4, "comes a comparison, as in loss > 0.9"),
        ("val loss > 2", 4, "put in quotes: 'val loss'"),
        ("loss >> 2", 5, "'>>' is no comparison"),
        ("loss > ", 7, "comes a number, as in loss > 0.9"),
        ("loss > high", 7, "not 'high'"),
        ("loss > nan", 7, "ask for: loss is nan"),
        ("loss[50] > 3", 4, "as in loss[50].mean"),
        ("loss[50].avg > 3", 4, "not .avg"),
        ("loss[1].mean > 3", 4, "is no window"),
        ("acc[top1] > 3", 3, "a name with brackets is put in quotes"),
        ("acc[0]/x > 3", 3, "a name with brackets is put in quotes"),
        ("loss[5 > 3", 4, "has no other"),
        ('"loss > 3', 0, "is not closed"),
        ('"" > 3', 0, "the name of the metric is empty"),
        ("loss is bad", 8, "nan, inf or finite"),
        ("loss > 3 for", 12, "in how many points in a row"),
        ("loss > 3 for 0", 13, "in how many points in a row"),
        ("loss > 3 for 5 for 6", 15, "there twice"),
        ("loss > 3 after soon", 15, "comes a step"),
        ("loss > 3 and acc < 1", 9, "one condition at a time"),
        ("loss > 3 please", 9, "only `for N` and `after STEP`"),
        ("loss best for 3", 10, "leave `for` out"),
        ("loss[5].mean best", 13, "not in a window"),
    ],
)
def test_errors_say_what_and_where(typed: str, position: int, reason: str) -> None:
    """An error tells the place, the reason, and how conditions look."""
    with pytest.raises(ExpressionError) as caught:
        parse(typed)
    assert caught.value.position == position
    assert reason in caught.value.reason
    assert "val_acc > 0.9" in str(caught.value) and f"character {position + 1}" in str(caught.value)

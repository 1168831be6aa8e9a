"""The roles of the numbers in a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.logs.sentences import MOST, TOKEN, make_plan, phase_of


def _values(line: str) -> list[tuple[str, str]]:
    tokens = TOKEN.findall(line)
    return [(value.name, tokens[value.index]) for value in make_plan(line).values]


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("loss=-0.5 acc -.5", ["-0.5", "-.5"]),
        ("1-2 3e-05 1,200 1.", ["1", "2", "3e-05", "1,200", "1."]),
        ("nan NaN -inf inf info nanny", ["nan", "NaN", "-inf", "inf"]),
        ("(3)-4 x5", ["3", "4", "5"]),
    ],
)
def test_tokens(line: str, tokens: list[str]) -> None:
    """A minus behind a number or bracket is a dash; words that begin like NaN are words."""
    assert TOKEN.findall(line) == tokens


def test_positions() -> None:
    """Counters of the training are positions with their totals, wherever they stand in the line."""
    for line, expected in {
        "Epoch 3/10 loss 0.5": [("epoch", 0, 1)],
        "epoch: 3, step: 1,200 loss 0.5": [("epoch", 0, None), ("step", 1, None)],
        "[Epoch 1/200] [Batch 5/938] loss 0.5": [("epoch", 0, 1), ("batch", 2, 3)],
        "[12/100] loss 0.5": [("?", 0, 1)],
        "loss 0.5 at iter 500": [("iteration", 1, None)],
        "iter 100 of 500 loss 0.5": [("iteration", 0, 1)],
        "第 3/10 轮 损失 0.5": [("epoch", 0, 1)],
        "best epoch 3 loss 0.5": [],
        "warmup steps 3 loss 0.5": [],
        "Training acc over epoch: 0.7": [],
        "ms/batch 12.3 loss 0.5": [],
    }.items():
        assert make_plan(line).positions == expected, line


def test_names_with_numbers_in_them() -> None:
    """Numbers inside names are part of them."""
    assert _values("HR@10 = 0.65, NDCG@10 = 0.38") == [("HR@10", "0.65"), ("NDCG@10", "0.38")]
    assert _values("top5 acc: 0.9") == [("top5 acc", "0.9")]
    assert _values("BLEU-4: 27.1 BLEU-1: 60.2") == [("BLEU-4", "27.1"), ("BLEU-1", "60.2")]


def test_phases_of_values() -> None:
    """A heading holds for the values behind it; a name said twice belongs to the phase named last."""
    plan = make_plan("train: loss 0.3 acc 0.9 | val: loss 0.4 acc 0.8")
    assert [value.phase for value in plan.values] == ["train", "train", "val", "val"]
    plan = make_plan("loss 0.3 val_loss 0.4 loss 0.5 lr 0.1")
    assert [value.phase for value in plan.values] == [None, None, "val", None]
    assert make_plan("Eval iter 10/50 acc 0.4").lead == "eval"


def test_listings() -> None:
    """Lists of arguments and source code are seen as such."""
    for line in ("Namespace(lr=0.1, loss=2)", "x = self.loss(3) score 4", "--lr 0.1 --loss 3", "loss: %.3f score 3"):
        assert make_plan(line).is_listing, line
    assert not make_plan("====> Epoch: 1 loss 0.5 return 3").is_listing


def test_totals() -> None:
    """A lone number of all is marked as one, a counter is not."""
    assert make_plan("epochs: 90").may_be_total and make_plan("Total steps: 5000").may_be_total
    assert not make_plan("epoch: 9").may_be_total and not make_plan("Epochs: 9/90").may_be_total


def test_data_is_not_looked_at() -> None:
    """A line of very many numbers has no plan."""
    assert make_plan("loss " + "1 " * (MOST + 1)).values == []


def test_phase_words() -> None:
    """The words for what is measured are known in several languages, and not inside other words."""
    assert [phase_of(text) for text in ("Valid loss", "test", "検証損失", "测试", "学習損失")] == [
        *("val", "test", "val", "test", "train"),
    ]
    assert phase_of("latest value") is None and phase_of("学習率") is None


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Any line has a plan whose indices are those of its numbers."""
    plan = make_plan(text)
    assert all(0 <= value.index < plan.tokens for value in plan.values)

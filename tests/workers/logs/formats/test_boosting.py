"""Boosted trees."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
)
from workers.logs.formats import boosting

XGBOOST = "[0]\ttrain-logloss:0.61\tvalid-map@5-:0.5\n[10]\ttrain-logloss:0.31\tvalid-map@5-:0.625\n"
LIGHTGBM = """[LightGBM] [Info] Total Bins 2550
[LightGBM] [Warning] No further splits with positive gain, best gain: -inf
Training until validation scores don't improve for 50 rounds
[100]\ttraining's auc: 0.95\tvalid_1's auc: 0.875
[200]\ttraining's auc: 0.975\tvalid_1's auc: 0.85
Early stopping, best iteration is:
[123]\ttraining's auc: 0.96\tvalid_1's auc: 0.88
"""
CATBOOST = (
    "Learning rate set to 0.05\n"
    "0:\tlearn: 0.6884543\ttest: 0.6886284\ttest1: 0.7\tbest: 0.6886284 (0)\ttotal: 55.4ms\tremaining: 55.4s\n"
    "100:\tlearn: 0.25\ttest: 0.5\ttest1: 0.6\tbest: 0.375 (98)\ttotal: 1m 3s\tremaining: 27s\n"
    "bestTest = 0.375\nbestIteration = 98\nShrink model to first 99 iterations.\n"
)


def test_xgboost() -> None:
    """Names with dashes, at signs and a minus at the end."""
    columns = read(XGBOOST)
    assert points(columns, "train-logloss") == [(0, 0.61), (10, 0.31)]
    assert points(columns, "valid-map@5-") == [(0, 0.5), (10, 0.625)]
    assert columns["train-logloss"].unit == "iteration"


def test_xgboost_cross_validation() -> None:
    """Means with deviations, and a time before them."""
    columns = read("[12:00:01] [3]\ttrain-rmse:0.5+0.25\ttest-rmse:1e-3+2e-4\n")
    assert points(columns, "test-rmse") == [(3, 0.001)]
    assert points(columns, "train-rmse (std)") == [(3, 0.25)]


def test_lightgbm() -> None:
    """The best round, printed again after early stopping, is not another record."""
    columns = read(LIGHTGBM)
    assert points(columns, "valid_1's auc") == [(100, 0.875), (200, 0.85)]
    assert set(columns) == {"valid_1's auc", "training's auc"}


def test_lightgbm_of_r_and_of_the_command_line() -> None:
    """Other ways to call the same library."""
    text = "[1]:\ttrain's l2:0.206\ttest's l2:0.25\n[LightGBM] [Info] Iteration:2, valid_1 auc : 0.75\n[50]\tcv_agg's valid auc: 0.5 + 0.125\n"
    columns = read(text)
    assert points(columns, "test's l2") == [(1, 0.25)]
    assert points(columns, "valid_1 auc") == [(2, 0.75)]
    assert points(columns, "cv_agg's valid auc (std)") == [(50, 0.125)]


def test_second_fold_is_another_leg() -> None:
    """Folds fitted one after another begin again at round 0."""
    columns = read(XGBOOST + XGBOOST.replace("0.6", "0.7").replace("0.3", "0.4"))
    assert columns["train-logloss"].legs == [0, 0, 1, 1]


def test_catboost() -> None:
    """The best round's number and the times are left out."""
    columns = read(CATBOOST)
    assert points(columns, "test") == [(0, 0.6886284), (100, 0.5)]
    assert points(columns, "best") == [(0, 0.6886284), (100, 0.375)]
    assert {"learn", "test1"} <= set(columns)


def test_false_friends() -> None:
    """Counters in brackets before other words are no rounds."""
    text = (
        "[1]\thost-a:22\n".replace("22", "/dev")
        + "[3]\tSome text: 5\n[12]: Setting up\n10:\tfoo: 3\n[2024-01-01] a-b: c\n"
    )
    assert not any(name.startswith(("host", "a-b")) for name in read(text))
    for line in text.splitlines():
        assert not boosting.recognise(line, {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, rounds read the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(XGBOOST + LIGHTGBM + CATBOOST)
    assert_never_raises(boosting, XGBOOST + LIGHTGBM + CATBOOST)
    assert_quick(boosting, "[1]\t")
    assert_quick(boosting, "1:\tlearn: ")


def test_rounds_that_only_tell_the_test_metric() -> None:
    """CatBoost on a GPU may leave out the learning metric."""
    columns = read(
        "0:\ttest: 0.5\tbest: 0.5 (0)\ttotal: 4ms\tremaining: 1s\n50:\ttest: 0.75\tbest: 0.75 (50)\ttotal: 9ms\n"
    )
    assert points(columns, "test") == [(0, 0.5), (50, 0.75)]

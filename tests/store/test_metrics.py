"""What the names of metrics say: panels, directions, the main loss, and which series are one."""

import math
from dataclasses import dataclass

import pytest

from store import metrics
from store.metrics import HIGHER, LOWER, NEITHER, read_name


@dataclass(frozen=True)
class Scalar:
    """A series as far as merging looks at it."""

    name: str
    source: str = "log"
    count: int = 100
    last: float = 0.5
    low: float | None = 0.4
    high: float | None = 2.0
    unit: str = "step"
    last_step: float = 100.0


@pytest.mark.parametrize(
    ("name", "family", "split"),
    [
        ("loss", "loss", ""),
        ("val_loss", "loss", "val"),
        ("eval/loss", "loss", "val"),
        ("validation/main/loss", "loss", "val"),
        ("Average Train Loss", "loss", "train"),
        ("valLoss", "loss", "val"),
        ("train_loss_epoch", "loss", "train"),
        ("dev_acc", "accuracy", "val"),
        ("test accuracy", "accuracy", "test"),
        ("acc", "accuracy", ""),
        ("train/box_loss", "box loss", "train"),
        ("metrics/precision", "precision", ""),
        ("rollout/ep_rew_mean", "reward", ""),
        ("eval/mean_reward", "reward", "val"),
        ("learning_rate", "lr", ""),
        ("test", "test", ""),
        ("损失", "loss", ""),
        ("", "", ""),
        ("%%%", "% % %", ""),
    ],
)
def test_train_and_val_of_one_thing_share_a_family(name: str, family: str, split: str) -> None:
    """The split and the way of averaging are not part of what is measured."""
    reading = read_name(name)
    assert (reading.family, reading.split) == (family, split)


@pytest.mark.parametrize(
    ("direction", "names"),
    [
        (LOWER, "loss|val_loss|wer|main/cer_ctc|ppl|rmse|top1_err|fid50k_full|cross_entropy|fast_rcnn/false_negative"),
        (LOWER, "dice_loss|accuracy_loss|reward_loss|损失"),
        (HIGHER, "acc|mAP_0.5|metrics/mAP_0.5:0.95|AP50|BLEU-4|HR@10|ndcg@10|R@1|f1|mIoU|pixAcc|rollout/ep_rew_mean"),
        (
            HIGHER,
            "neg_mean_squared_error|explained_variance|success_rate|Win%|samples/sec|it/s|global_step/sec|fps|Top1",
        ),
        (
            NEITHER,
            "lr|learning_rate|grad_norm|epoch|loss_scale|kl|approx_kl|entropy|std_reward|ep_len_mean|D_A|eps|beta",
        ),
    ],
)
def test_direction_is_guessed_by_name_or_not_at_all(direction: str, names: str) -> None:
    """A loss is a loss whatever it is the loss of; what is not plain has no direction."""
    for name in names.split("|"):
        assert metrics.guess_direction(name) == direction, name


def test_percentages_are_those_that_say_so() -> None:
    """A sign or the word; accuracies without it may be fractions."""
    assert all(metrics.is_percent(name) for name in ("Win%", "progress(%)", "success_pct", "percentage", "Acc %"))
    assert not any(metrics.is_percent(name) for name in ("accuracy", "percentile_loss", "win_rate"))


@pytest.mark.parametrize(
    ("names", "main"),
    [
        (["lr", "val_loss", "loss", "grad_norm"], "loss"),
        (["val_loss", "train_loss"], "train_loss"),
        (["loss_cls", "loss_box_reg", "total_loss"], "total_loss"),
        (["train/box_loss", "train/cls_loss", "val/box_loss"], "train/box_loss"),
        (["ppl", "lr"], "ppl"),
        (["ep_rew_mean", "fps"], None),
        (["loss_scale", "lr"], None),
        ([], None),
    ],
)
def test_the_main_loss_is_the_plain_training_loss(names: list[str], main: str | None) -> None:
    """Else the nearest to it; a run without a loss has none."""
    assert metrics.main_loss(names) == main


def test_the_main_quality_is_of_validation_and_better_when_higher() -> None:
    """Losses, speeds and things without direction are not it; the user's direction counts."""
    assert metrics.main_quality(["loss", "train_acc", "val_acc", "samples/sec"]) == "val_acc"
    assert metrics.main_quality(["loss", "lr"]) is None
    assert metrics.main_quality(["val_wer", "val_f1"]) == "val_f1"
    assert metrics.main_quality(["acc"], {"acc": ""}) == "acc"


def test_panels_come_in_the_order_a_researcher_looks() -> None:
    """The main loss first, then qualities, other losses, the rest, and at the end what a step costs."""
    names = ["time", "lr", "aux_loss", "samples/sec", "val_acc", "val_loss", "acc", "loss"]
    assert list(metrics.families(names)) == ["loss", "accuracy", "aux loss", "lr", "time", "samples sec"]
    assert metrics.families(names)["loss"] == ["loss", "val_loss"]
    assert sorted(metrics.in_order(names)) == sorted(names)


def test_the_richer_source_of_a_metric_wins() -> None:
    """The same name in two sources is one series, that with more points."""
    merged = metrics.merge_sources([Scalar("loss", count=10), Scalar("loss", "events.1", count=1000), Scalar("lr")])
    assert {name: one.source for name, one in merged.items()} == {"loss": "events.1", "lr": "log"}


def test_a_metric_under_two_names_is_one_where_the_values_agree() -> None:
    """``loss`` in the log, rounded, is ``train/loss`` in the event file; the files' name is kept."""
    log = Scalar("loss", last=0.2871, low=0.2511, high=2.301)
    events = Scalar("train/loss", "events.1", last=0.28713, low=0.251104, high=2.30094)
    assert list(metrics.merge_sources([log, events])) == ["train/loss"]


def test_a_log_that_prints_few_of_the_steps_of_a_file_is_the_same_metric() -> None:
    """Where both end at the same step with the same value; of other steps or units they are two."""
    log = Scalar("loss", count=10, high=0.9)
    assert list(metrics.merge_sources([log, Scalar("train/loss", "events.1", count=1000)])) == ["train/loss"]
    for other in (
        Scalar("train/loss", "events.1", count=1000, last_step=90.0),
        Scalar("train/loss", "events.1", count=1000, unit="epoch"),
    ):
        assert len(metrics.merge_sources([log, other])) == 2


@pytest.mark.parametrize(
    "others",
    [
        [Scalar("train/loss", "events.1", last=0.9, low=0.8, high=4.0)],  # other values
        [Scalar("train_loss", "log")],  # another metric of the same source
        [Scalar("val/loss", "events.1")],  # another split
        [Scalar("train/loss", "events.1"), Scalar("train/loss_epoch", "events.1")],  # which of two?
    ],
)
def test_metrics_that_may_differ_stay_apart(others: list[Scalar]) -> None:
    """Precision before recall: two lines of one thing are a smaller evil than one line of two."""
    assert len(metrics.merge_sources([Scalar("loss"), *others])) == 1 + len(others)


def test_series_of_nothing_but_nan_do_not_disturb_merging() -> None:
    """Values that are not numbers agree with none."""
    one = Scalar("loss", last=math.nan, low=None, high=None)
    other = Scalar("train/loss", "events.1", last=math.nan, low=None, high=None)
    assert len(metrics.merge_sources([one, other])) == 2

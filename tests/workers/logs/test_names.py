"""What may be the name of a metric."""

from hypothesis import given
from hypothesis import strategies as st

from workers.logs.names import is_metric, is_never, is_setting, tidy


def test_metrics() -> None:
    """Names of metrics are known in any spelling, with what they were measured on, in several languages."""
    for name in (
        *("loss", "Loss", "train_loss", "val/loss", "lossG", "D loss", "nll_loss", "trainLoss", "loss_D", "total loss"),
        *("acc", "Acc@1", "top5", "top-1", "accuracy", "val acc", "mIoU", "mAP50", "mAP50-95", "F1", "f1-score", "AUC"),
        *("BLEU-4", "rougeL", "WER", "ppl", "perplexity", "PSNR", "FID", "fid50k_full", "HR@10", "R@5", "NDCG@10"),
        *("ep_rew_mean", "episodic_return", "Avg reward", "SPS", "fps", "lr", "learning_rate", "grad_norm", "entropy"),
        *("損失", "检验损失", "验证准确率", "平均報酬"),
    ):
        assert is_metric(name) and not is_never(name), name


def test_never() -> None:
    """Seeds, ranks, sizes, versions, paths, dates, exceptions and words of a sentence are never metrics."""
    for name in (
        *("seed", "rank", "world_size", "PID", "batch_size", "batch size", "num_workers", "n_params", "total params"),
        *("version", "torch", "cuda", "output_dir", "run_id", "vocab_size", "max_epochs", "fold", "client", "train.py"),
        *("ValueError", "RuntimeError", "KeyError", "Mon Jan", "Sunday August", "exit code", "agent Worker"),
        *("val_loss improved from", "Set the environment variable X", "Expected loss", "loss.py"),
    ):
        assert is_never(name), name
        assert not is_metric(name), name


def test_other_words() -> None:
    """Other words are not known as metrics, and not excluded either."""
    for name in ("width", "glossary", "class", "paper", "account", "errand", "mapping", "step"):
        assert not is_metric(name), name


def test_settings() -> None:
    """What configurations list is a setting; an extreme of something measured is not."""
    for name in ("weight_decay", "loss_weight", "lr", "learning rate", "dropout", "max_grad_norm", "beta1", "epochs"):
        assert is_setting(name), name
    for name in ("loss", "val_loss", "max accuracy", "loss_step", "log loss", "min reward", "reward per step"):
        assert not is_setting(name), name


def test_tidy() -> None:
    """Decoration goes, brackets that belong to the name stay, spaces are single."""
    for text, name in {
        " loss: ": "loss",
        "** val  acc **": "val acc",
        "[loss]": "loss",
        "Time(s)": "Time(s)",
        "(loss)": "loss",
        "D(x)": "D(x)",
        "'loss'": "loss",
        "Dice[0]": "Dice[0]",
        "-- ": "",
    }.items():
        assert tidy(text) == name, text


@given(st.text(max_size=120))
def test_any_text(text: str) -> None:
    """Any text can be asked about, and tidying twice changes nothing more."""
    is_metric(text), is_never(text), is_setting(text)
    assert len(tidy(text)) <= len(text)

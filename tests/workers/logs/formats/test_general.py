"""The general reader: lines of scripts that nobody wrote a family for, and lines that only look like them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import Memory, general

SAMPLE = """Epoch 0/2
----------
train Loss: 0.5123 Acc: 0.7541
val Loss: 0.3211 Acc: 0.8811

Epoch 1/2
----------
train Loss: 0.4123 Acc: 0.7741
val Loss: 0.2211 Acc: 0.9811

Training complete in 2m 14s
Best val Acc: 0.9811
Epoch 3/10 - loss: 0.51, val acc 85.3%
epoch 5 train: loss 0.3 acc 0.9 | val: loss 0.4 acc 0.8
LOSS train 0.5231 valid 0.6123
Loss at step 100: 0.2345
エポック 3/10 損失: 0.512 精度: 0.853
第3轮 训练损失: 0.512 验证准确率: 85.3%
[12/100] loss=0.4432 acc=0.5
epoch 3 loss tensor(0.5123, device='cuda:0', grad_fn=<MseLossBackward0>)
"""

LINES: dict[str, dict[str, float]] = {
    # tutorials and examples
    "Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.305400": {"Loss": 2.3054},
    "Test set: Average loss: 0.0456, Accuracy: 9850/10000 (98%)": {"test/Average loss": 0.0456, "test/Accuracy": 98},
    "Accuracy of the network on the 10000 test images: 54 %": {"test/Accuracy": 54},
    "====> Epoch: 1 Average loss: 164.1234": {"Average loss": 164.1234},
    "====> Test set loss: 127.1": {"Test set loss": 127.1},
    "LOSS train 0.5 valid 0.6": {"LOSS train": 0.5, "LOSS valid": 0.6},
    "Training loss (for one batch) at step 100: 0.2345": {"Training loss": 0.2345},
    "Training acc over epoch: 0.7221": {"Training acc over epoch": 0.7221},
    "Epoch 1/5, Train Loss: 0.6931 (avg 0.7012), Train Acc: 0.51": {
        "Train Loss": 0.6931,
        "Train Loss (avg)": 0.7012,
        "Train Acc": 0.51,
    },
    "| epoch   1 |   200/ 2983 batches | lr 20.00 | ms/batch 12.34 | loss  7.63 | ppl  2054.12": {
        "lr": 20,
        "ms/batch": 12.34,
        "loss": 7.63,
        "ppl": 2054.12,
    },
    "(Epoch 3 / 10) train acc: 0.512000; val_acc: 0.480000": {"train acc": 0.512, "val_acc": 0.48},
    "Iteration 100 / 4900: loss 0.512345": {"loss": 0.512345},
    # research code, graphs, vision, text
    "Epoch: 0001 loss_train: 1.95 acc_train: 0.13 loss_val: 1.94 acc_val: 0.35 time: 0.93s": {
        "loss_train": 1.95,
        "acc_train": 0.13,
        "loss_val": 1.94,
        "acc_val": 0.35,
        "time": 0.93,
    },
    "Epoch: 001, Loss: 1.9453, Train: 0.1429, Val: 0.1220, Test: 0.1300": {
        "Loss": 1.9453,
        "Train": 0.1429,
        "Val": 0.122,
        "Test": 0.13,
    },
    "Epoch 00010 | Time(s) 0.0123 | Loss 1.89 | Accuracy 0.45 | ETputs(KTEPS) 1050.12": {
        "Time(s)": 0.0123,
        "Loss": 1.89,
        "Accuracy": 0.45,
        "ETputs(KTEPS)": 1050.12,
    },
    "[Epoch 0/200] [Batch 5/938] [D loss: 0.6931] [G loss: 0.7012]": {"D loss": 0.6931, "G loss": 0.7012},
    "epoch: 10, mIoU: 0.712, pixel acc: 93.2%": {"mIoU": 0.712, "pixel acc": 93.2},
    "Epoch 3 | R@1: 12.3 | R@5: 34.5 | MedR 4.0": {"R@1": 12.3, "R@5": 34.5, "MedR": 4},
    "HR@10 = 0.6512, NDCG@10 = 0.3812": {"HR@10": 0.6512, "NDCG@10": 0.3812},
    "BLEU = 27.41, 58.9/33.1/20.9/13.7 (BP=1.000, ratio=1.012, hyp_len=65432, ref_len=64321)": {"BLEU": 27.41},
    "PSNR: 32.12 dB, SSIM: 0.9123": {"PSNR": 32.12, "SSIM": 0.9123},
    "Top-1: 76.1%, Top-5: 93.2%": {"Top-1": 76.1, "Top-5": 93.2},
    "Epoch 3 Train MSE 0.123 Test MSE 0.234 RMSE 0.48": {"Train MSE": 0.123, "Test MSE": 0.234, "RMSE": 0.48},
    "Epoch 3: loss (avg): 0.5, accuracy (top-1): 0.6": {"loss (avg)": 0.5, "accuracy (top-1)": 0.6},
    "Loss at step 100: 0.2345": {"Loss": 0.2345},
    "The validation accuracy after epoch 3 is 85.3%": {"The validation accuracy": 85.3},
    "best val acc 0.91 @ epoch 3": {"best val acc": 0.91},
    "Fold 1 Epoch 3 Loss 0.512 AUC 0.9": {"Loss": 0.512, "AUC": 0.9},
    "Gen 12: best fitness 12.3, avg fitness 10.1": {"best fitness": 12.3, "avg fitness": 10.1},
    "Round 3: global loss 0.5, global accuracy 0.91": {"global loss": 0.5, "global accuracy": 0.91},
    # reinforcement learning
    "Episode 10\tLast reward: 26.00\tAverage reward: 18.32": {"Last reward": 26, "Average reward": 18.32},
    "Episode: 100 | Reward: -123.4 | Avg reward: -150.2 | Epsilon: 0.60 | Steps: 200": {
        "Reward": -123.4,
        "Avg reward": -150.2,
        "Epsilon": 0.6,
    },
    "Itr 100 | loss 0.3 | return 120.2": {"loss": 0.3, "return": 120.2},
    "Total T: 5000 Episode Num: 12 Episode T: 123 Reward: 234.5": {"Episode T": 123, "Reward": 234.5},
    # numbers
    "step: 1,200 loss: 3.45 lr: 1e-05 tok/s: 12.3k": {"loss": 3.45, "lr": 1e-5, "tok/s": 12300},
    "Epoch 6: loss=-inf acc=0.1": {"loss": -math.inf, "acc": 0.1},
    "loss=2.3e+4 at iter 500": {"loss": 23000},
    "Epoch 3, loss: [0.5123]": {"loss": 0.5123},
    "loss: tensor(0.5, device='cuda:0', grad_fn=<NllLossBackward0>)": {"loss": 0.5},
    "Loss: 0.512 | Acc: 91.2% (9120/10000)": {"Loss": 0.512, "Acc": 91.2},
    "epoch 3: FID 12.3, IS 8.2 ± 0.1": {"FID": 12.3, "IS": 8.2},
    # phases
    "epoch 5 train: loss 0.3 acc 0.9 | val: loss 0.4 acc 0.8": {
        "loss": 0.3,
        "acc": 0.9,
        "val/loss": 0.4,
        "val/acc": 0.8,
    },
    "Train - loss: 0.3, acc: 0.9 | Val - loss: 0.4, acc: 0.8": {
        "loss": 0.3,
        "acc": 0.9,
        "val/loss": 0.4,
        "val/acc": 0.8,
    },
    "Train Loss: 0.3 Acc: 0.9 Val Loss: 0.4 Acc: 0.8": {
        "Train Loss": 0.3,
        "Acc": 0.9,
        "Val Loss": 0.4,
        "val/Acc": 0.8,
    },
    "[VALID] Epoch 3 Loss: 0.6 Acc: 0.8": {"val/Loss": 0.6, "val/Acc": 0.8},
    "Epoch 3 loss: 0.3 acc: 0.9 val_loss: 0.4 lr: 0.1": {"loss": 0.3, "acc": 0.9, "val_loss": 0.4, "lr": 0.1},
    # other languages
    "エポック 3/10 損失: 0.512 精度: 0.853 検証損失: 0.6": {"損失": 0.512, "精度": 0.853, "検証損失": 0.6},
    "エポック3: 訓練損失=0.512、検証損失=0.611": {"訓練損失": 0.512, "検証損失": 0.611},
    "第3轮 训练损失: 0.512 验证准确率: 85.3%": {"训练损失": 0.512, "验证准确率": 85.3},
    "训练轮次 3/10，损失：0.512，准确率：0.85": {"损失": 0.512, "准确率": 0.85},
    # loggers
    "2024-05-01 12:00:00 | INFO | train | epoch 3 | step 1200 | loss=0.512 | lr=3.0e-04": {"loss": 0.512, "lr": 3e-4},
    "INFO:root:Epoch 3 train_loss 0.512 valid_loss 0.611": {"train_loss": 0.512, "valid_loss": 0.611},
    "I0501 12:00:00.123456 140000 train.py:123] step: 100, loss: 0.512": {"loss": 0.512},
    "(train.py:12) loss: 3": {"loss": 3},
}


@pytest.mark.parametrize("line", LINES)
def test_lines(line: str) -> None:
    """Metrics are read with their names as printed, whatever separates them."""
    found = {name: column.values[0] for name, column in read(line + "\n").items()}
    assert found == pytest.approx(LINES[line])


def test_nan() -> None:
    """A loss that is not a number is a value."""
    assert math.isnan(read("Epoch 3: loss=nan acc=0.1\n")["loss"].values[0])


NOTHING = (
    # settings
    "Namespace(lr=0.01, batch_size=32, epochs=90, momentum=0.9, weight_decay=0.0001, seed=1)",
    "lr: 0.01",
    "learning_rate=0.001, weight_decay=0.01, warmup_ratio=0.1",
    "loss_weight: 0.5",
    "label_smoothing: 0.1",
    "score_threshold=0.5",
    "conf_thres=0.25, iou_thres=0.45",
    "reward threshold: 475.0",
    "target accuracy: 0.95",
    "max_grad_norm: 1.0",
    "ent_coef: 0.01, vf_coef: 0.5, max_grad_norm: 0.5",
    "min_loss_scale ................................. 1.0",
    "learning_rate .................................. 6e-05",
    "Hyperparameters: lr=0.001 gamma=0.99 eps_clip=0.2 K_epochs=4",
    "Using lr 0.001, momentum 0.9, weight decay 0.0005",
    "{'learning_rate': 0.001, 'max_depth': 6}",
    "{'lr': 0.001, 'loss': 'mse', 'momentum': 0.9}",
    # commands
    "python train.py --lr 0.001 --epochs 90 --loss focal --loss_weight 0.3 --accuracy 1",
    "+ python main.py lr=0.001 loss.weight=0.5 model.score=1",
    "--lr 0.001 --momentum 0.9 --loss-weight 0.3",
    # machines, packages, files
    "Requirement already satisfied: numpy>=1.17 in /usr/lib (from torch==2.0.1) (1.24.3)",
    "Successfully installed scikit-learn-1.2 scores-0.3 loss-1.0",
    "     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 12.3/12.3 MB 45.6 MB/s eta 0:00:00",
    "PyTorch version: 2.0.1",
    "| N/A   34C    P0    62W / 400W |   1234MiB / 40536MiB |      0%      Default |",
    "GPU mem: 12.3GB",
    "RAM: 12.3/64.0 GB",
    "SLURM_JOB_ID=123456",
    "http://localhost:6006/loss=3",
    "https://wandb.ai/user/project/runs/abc123?loss=0.5",
    "Saving model to checkpoints/epoch=3-loss=0.12.ckpt",
    "Loading checkpoint 'ckpt-val_loss=0.33.pt'",
    "sha256: 0123456789abcdef",
    " 3 files changed, 12 insertions(+), 4 deletions(-)",
    " loss.py | 12 ++++---",
    # models and data
    "Model has 25.6M parameters",
    "Total params: 25,557,032",
    "Forward/backward pass size (MB): 177.83",
    "loss (Dense)                 (None, 10)                1290      ",
    "  (bn1): BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
    "  (score): Linear(in_features=512, out_features=1000, bias=True)",
    "1 | loss_fn   | CrossEntropyLoss | 0     ",
    "2 | accuracy  | MulticlassAccuracy | 0     ",
    "Train set: 11648",
    "train: 50000 val: 10000 test: 10000",
    "Found 1281167 images belonging to 1000 classes.",
    "vocab size: 32000",
    "shape (64, 128) score (64, 10)",
    # times
    "Data loading took 12.3s",
    "Total training time: 1:02:03",
    "ETA: 0:12:00",
    "Sun Aug 17 12:00:00 2025",
    "Epoch 3 took 12.3 s",
    # counters that are no metrics
    "patience: 2/3",
    "EarlyStopping counter: 3 out of 7",
    "exit code: 1",
    "error code: 1",
    "0 errors, 3 warnings",
    "Worker unexpectedly exits with a connection error code 2",
    "Set the environment variable HYDRA_FULL_ERROR=1",
    "best epoch: 12",
    # warnings, failures, source code
    "train.py:123: FutureWarning: score 1.0 will change in version 0.24",
    "x.py:42: UserWarning: size_average and reduce args will be deprecated, loss: 3",
    "ValueError: Expected loss: 3 but got accuracy 4",
    "    loss = model(x, accuracy=0.5)",
    "def loss(x): return 0.5",
    "    loss = 0.5 * loss_a + 0.3 * loss_b",
    "    if loss < 0.5:",
    "    print('loss: %.3f' % loss)",
    "** Epoch 3: val_loss improved from 0.51 to 0.42",
    "val_loss did not improve from 0.42",
    "Validation loss decreased (0.512345 --> 0.501234).  Saving model ...",
)


@pytest.mark.parametrize("line", NOTHING)
def test_nothing(line: str) -> None:
    """Settings, versions, sizes, counts, times, code and warnings give no metrics, also in the midst of a training."""
    assert read(line + "\n") == {}
    around = "Epoch 1: loss 0.5\n{}\nEpoch 2: loss 0.4\n"
    assert {name for name in read(around.format(line)) if name not in ("loss", "lr")} == set()


def test_a_model_summary_and_a_configuration() -> None:
    """Blocks of settings in YAML, and their sections named like metrics, give nothing."""
    text = "optimizer:\n  lr: 0.01\n  eps: 1e-08\nloss:\n  alpha: 0.25\n  gamma: 2.0\n  weight: 1.0\nseed: 42\n"
    assert read(text) == {}


def test_the_epoch_stands_on_the_line_before() -> None:
    """Lines without a position belong to the one announced last; headings give the phase of the lines below."""
    columns = read("Epoch: 05 | Epoch Time: 0m 14s\n\tTrain Loss: 0.35 | Train Acc: 88.2%\n\tVal Loss: 0.41\n")
    assert points(columns, "Train Loss") == [(5, 0.35)] and points(columns, "Val Loss") == [(5, 0.41)]
    columns = read("Epoch 1\nTraining:\nloss: 0.5\nValidation:\nloss: 0.6\nEpoch 2\nTraining:\nloss: 0.4\n")
    assert points(columns, "loss") == [(1, 0.5), (2, 0.4)] and points(columns, "val/loss") == [(1, 0.6)]


def test_steps_of_epochs_and_batches() -> None:
    """Batches of an epoch are steps of the whole training; several lines in one epoch are counted."""
    text = "".join(f"Epoch {e}, Batch {b}/10, loss: 0.{e}{b}\n" for e in (1, 2) for b in (5, 9))
    assert [step for step, _ in points(read(text), "loss")] == [5, 9, 15, 19]
    text = "".join(f"epoch {e} step {s} loss 0.{e}{s}\n" for e in (0, 1, 2) for s in (10, 20))
    assert len(read(text)["loss"].values) == 6


def test_kinds_of_steps() -> None:
    """The unit of a series is what the line counts by; of several counters the first."""
    units = {
        "Episode: 100 | Reward: 3 | Steps: 200": ("episode", 100),
        "Total T: 5000 Episode Num: 12 Reward: 2": ("timestep", 5000),
        "update 100, num timesteps 64000, reward 3": ("update", 100),
        "Timestep 10000: mean reward = 3": ("timestep", 10000),
        "Round 3: global loss 0.5": ("round", 3),
        "kimg 25.0 loss 3": ("kimg", 25),
        "迭代 100 损失 0.512": ("iteration", 100),
        "回合 7: 奖励 = 12.3": ("episode", 7),
        "第 3/10 轮 损失: 0.512": ("epoch", 3),
    }
    for line, expected in units.items():
        column = next(iter(read(line + "\n").values()))
        assert (column.unit, column.steps[0]) == expected, line


def test_totals_alone_are_announcements() -> None:
    """A number of epochs or steps without metrics is the total, not where the training is; one that grows is."""
    _, reader = read_with("epochs: 90\nTotal steps: 5000\n")
    assert reader.progress.standing() is None
    _, reader = read_with("epochs: 90\nEpoch 3 loss 0.5\n")
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (3, 90)
    _, reader = read_with("Steps: 1000\nreward: 3\nSteps: 2000\nreward: 4\n")
    standing = reader.progress.standing()
    assert standing is not None and standing.done == 2000


def test_an_evaluations_counters_are_its_own() -> None:
    """Batches, episodes and iterations of an evaluation do not count as progress."""
    for line in ("Eval iter 10/50 acc 0.4", "Test: batch 5/10 loss 0.4", "Test Episode: 5 reward 3.0"):
        _, reader = read_with(f"Iteration 100/1000 loss 0.5\n{line}\n")
        standing = reader.progress.standing()
        assert standing is not None and (standing.done, standing.total) == (100, 1000), line


def test_a_fraction_in_front_counts_the_training() -> None:
    """``[12/100] loss=…`` is step 12 of 100."""
    columns, reader = read_with("[12/100] loss=0.4432 acc=0.5\n[13/100] loss=0.4332 acc=0.6\n")
    assert points(columns, "loss") == [(12, 0.4432), (13, 0.4332)]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (13, 100)


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(general, SAMPLE, rounds=600)
    for line in ("", "Epoch 3 loss: 0.5 ", "第3轮 损失: ", "val: loss ", "loss tensor("):
        assert_quick(general, line)


@given(st.text(max_size=200).filter(lambda text: not text.isspace() and text != ""))
@settings(max_examples=120)
def test_any_text(text: str) -> None:
    """Any line is read or left alone."""
    memory: Memory = {"shared": {}}
    if general.recognise(text, memory):
        general.parse(text, memory)

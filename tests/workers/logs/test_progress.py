"""Which of a log's counters is the training's, and of how many."""

import json

import pytest
from hypothesis import given, settings

from tests.workers.logs.formats.sampling import read_with
from tests.workers.logs.sample_logs import logs
from workers.logs.progress import Progress, phase_of
from workers.logs.reader import Reader
from workers.logs.records import EVAL, LOAD, SAVE, TRAIN


def bar(done: int, total: int, label: str = "", rest: str = "") -> str:
    head = f"{label}: " if label else ""
    return f"{head}{100 * done // total:3d}%|####      | {done}/{total} [00:10<00:10,  2.00it/s{rest}]\n"


CASES: dict[str, tuple[float, float | None, str]] = {
    # one counter
    "step 100/5000 loss 0.5": (100, 5000, "step"),
    "Epoch 3/10 - loss: 0.5": (3, 10, "epoch"),
    "Iteration 100 / 4900: loss 0.5": (100, 4900, "iteration"),
    "Epoch 1/10\nEpoch 2/10": (1, 10, "epoch"),
    bar(5, 100): (5, 100, "step"),
    # epochs and batches
    "Epoch 3/10, Batch 50/100, loss 0.5": (2.5, 10, "epoch"),
    "Epoch 10/10, Batch 100/100, loss 0.5": (10, 10, "epoch"),
    "[Epoch 0/4] [Batch 50/100] loss 0.5": (0.5, 4, "epoch"),
    bar(20, 40, "Epoch 2/3"): (1.5, 3, "epoch"),
    "Epoch 2/3\n" + bar(20, 40): (1.5, 3, "epoch"),
    # announced totals
    "max_steps=5000\nstep 100 loss 0.5": (100, 5000, "step"),
    "epochs: 90\nEpoch 3 loss 0.5": (3, 90, "epoch"),
    "Namespace(epochs=10, lr=0.1)\nEpoch 0: loss 0.5\nEpoch 1: loss 0.4": (2, 10, "epoch"),
    "  Total optimization steps = 2,400\nstep: 1200, loss: 0.5": (1200, 2400, "step"),
    "Training for 30 epochs\nEpoch 3: loss 0.5": (3, 30, "epoch"),
    "n_steps: 2048\nstep 100 loss 0.5": (100, None, "step"),
    "warmup steps: 1000\nstep 2000 loss 0.5": (2000, None, "step"),
    # evaluations, loading, other bars
    "Epoch 3/10, Batch 50/100, loss 0.5\n" + bar(5, 10, "Validating"): (2.5, 10, "epoch"),
    "Iteration 100/1000 loss 0.5\nEval iter 10/50 acc 0.4": (100, 1000, "iteration"),
    bar(3, 3, "Loading checkpoint shards") + "step 5/10 loss 0.4": (5, 10, "step"),
    bar(5, 100) + bar(50, 1000, "Map") + bar(6, 100): (6, 100, "step"),
    bar(5, 100) + bar(5, 10): (5, 100, "step"),
    bar(10, 10, "Epoch 1/2", ", loss=0.5") + bar(1, 2, "Epoch 1/2 [Valid]"): (1, 2, "epoch"),
    # ends, resumes, second fits
    "Epoch 3/3 loss 0.5\nEpoch 1/3 loss 0.4": (1, 3, "epoch"),
    "Resuming from step 3000\nstep 3100/5000 loss 0.5": (3100, 5000, "step"),
    "num_epochs = 3\nEpoch 4: loss 0.1": (3, 3, "epoch"),
    "Step 6000/5000 loss 0.1": (6000, None, "step"),
}


@pytest.mark.parametrize("text", CASES)
def test_counters(text: str) -> None:
    """The training's own counter is found, with its total where the log says one."""
    _, reader = read_with(text + "\n")
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total, standing.unit) == CASES[text]


def test_nothing_is_counted() -> None:
    """Downloads, settings and evaluations alone say nothing about the training."""
    for text in (bar(3, 5, "Downloading"), bar(3, 5, "Evaluating"), "epochs: 90\n", "best epoch: 12\n", "loss: 0.5\n"):
        _, reader = read_with(text)
        assert reader.progress.standing() is None, text


def test_levels_and_phase() -> None:
    """Nested counters are told outermost first; the phase is that of what was drawn last."""
    _, reader = read_with(bar(20, 40, "Epoch 2/3"))
    standing = reader.progress.standing()
    assert standing is not None and standing.phase == TRAIN
    assert [(level.unit, level.done, level.total) for level in standing.levels] == [("epoch", 2, 3), ("batch", 20, 40)]
    _, reader = read_with(bar(20, 40, "Epoch 2/3") + bar(1, 5, "Validation"))
    standing = reader.progress.standing()
    assert standing is not None and standing.phase == EVAL and standing.done == 1.5


def test_asking_changes_nothing() -> None:
    """The standing may be asked for at any time, as often as one likes."""
    text = "Epoch 1/4 loss: 0.5\n" + "".join(bar(done, 5) for done in range(1, 6))
    asked, silent = Reader(), Reader()
    for line in text.splitlines(keepends=True):
        asked.feed(line.encode(), 0.0)
        asked.progress.standing()
    silent.feed(text.encode(), 0.0)
    assert asked.progress.state() == silent.progress.state()


def test_phases_of_bars() -> None:
    """A bar's description says what it counts."""
    for label, phase in {
        "": TRAIN,
        "Epoch 3": TRAIN,
        "Training": TRAIN,
        "Validation": EVAL,
        "Evaluating": EVAL,
        "Testing": EVAL,
        "検証": EVAL,
        "Map": LOAD,
        "Loading checkpoint shards": LOAD,
        "Downloading data files": LOAD,
        "Saving the dataset (1/1 shards)": LOAD,
        "Writing model": SAVE,
        "what is this": TRAIN,
    }.items():
        assert phase_of(label) == phase, label


def test_another_launch_announces_its_own_total() -> None:
    """What an earlier launch in the same file announced does not hold for a later one."""
    progress = Progress()
    progress.note_line("max_steps=5000")
    assert progress.announced == {"step": 5000}
    assert Progress(json.loads(json.dumps(progress.state()))).announced == {"step": 5000}
    assert Progress().announced == {}


@given(logs())
@settings(max_examples=80, deadline=None)
def test_done_never_exceeds_the_total(text: str) -> None:
    """At no moment of any log is more done than there is."""
    reader = Reader()
    for line in text.splitlines(keepends=True):
        reader.feed(line.encode(), 0.0)
        standing = reader.progress.standing()
        assert standing is None or standing.done >= 0
        assert standing is None or standing.total is None or standing.done <= standing.total

"""Caffe's solver."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import caffe


def step(number: int, loss: str) -> str:
    head = "I0613 17:36:53.936666  1860 solver.cpp:"
    return (
        f"{head}228] Iteration {number}, loss = {loss}\n{head}244]     Train net output #0: accuracy = 0.25\n"
        f"{head}244]     Train net output #1: loss = 1.07614 (* 1 = 1.07614 loss)\n"
        f"I0613 17:36:53.936761  1860 sgd_solver.cpp:106] Iteration {number}, lr = 1e-0{number // 100 + 1}\n"
    )


LOG = (
    "max_iter: 1000\n"
    + step(0, "2.5")
    + step(100, "nan")
    + (
        "I0613 17:36:53.936666  1860 solver.cpp:337] Iteration 100, Testing net (#0)\n"
        "I0613 17:36:53.936666  1860 solver.cpp:404]     Test net output #0: accuracy = 0.5\n"
        "I0613 17:36:53.936666  1860 solver.cpp:404]     Test net output #1: loss = 1.5 (* 1 = 1.5 loss)\n"
        "I0613 17:36:53.936666  1860 solver.cpp:228] Iteration 200 (2.5 iter/s, 40s/100 iters), loss = 2.25\n"
    )
)


def test_log() -> None:
    """The smoothed loss and the net's own are told apart, and training and test; all at their iterations."""
    columns, reader = read_with(LOG)
    assert columns["loss"].steps == [0, 100, 200]
    assert points(columns, "train/loss") == [(0, 1.07614), (100, 1.07614)]
    assert points(columns, "accuracy") == [(0, 0.25), (100, 0.25)]
    assert points(columns, "test/accuracy") == [(100, 0.5)]
    assert points(columns, "test/loss") == [(100, 1.5)]
    assert points(columns, "lr") == [(0, 0.1), (100, 0.01)]
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (200, 1000)


def test_false_friends() -> None:
    """Sentences about iterations are left alone."""
    assert not caffe.recognise("Iteration 3, something else", {})
    assert read("Iteration 3: loss\n") == {}


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(caffe, LOG)
    for start in ("] Iteration 5, ", "] Iteration 5 (", "Train net output #0: "):
        assert_quick(caffe, start)

"""CleanRL."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import cleanrl

EPISODES = "global_step=1234, episodic_return=[21.]\nSPS: 812\nglobal_step=2000, episodic_return=-3.5\nSPS: 815\n"
EPOCHS = """Epoch: 1, global_step=0
Evaluated 400 steps resulting in 8 episodes
eval_return_mean=5.5
SPS: 1000, pg_loss=-0.0002, v_loss=1.3569
Epoch: 2, global_step=25600
SPS: 1102, pg_loss=nan, v_loss=1.25
"""


def test_returns_of_episodes() -> None:
    """Returns printed as arrays or numbers, and the speed at the step told last."""
    columns, reader = read_with(EPISODES)
    assert points(columns, "episodic_return") == [(1234, 21.0), (2000, -3.5)]
    assert points(columns, "SPS") == [(1234, 812), (2000, 815)]
    assert columns["episodic_return"].unit == "timestep"
    standing = reader.progress.standing()
    assert standing is not None and standing.done == 2000


def test_step_on_the_line_before() -> None:
    """Metrics and results of an evaluation stand at the step that an earlier line told."""
    columns = read(EPOCHS)
    assert points(columns, "v_loss") == [(0, 1.3569), (25600, 1.25)]
    assert points(columns, "eval_return_mean") == [(0, 5.5)]
    assert str(columns["pg_loss"].values[1]) == "nan"


def test_other_scripts_with_a_global_step() -> None:
    """A loss at a global step counts optimizer steps; bars and other loggers' lines are left to their families."""
    assert read("global_step=99, loss=2.5\n")["loss"].unit == "step"
    assert not cleanrl.recognise("Epoch 0:   0%|   | 1/802 [00:24<5:21, 24.06s/it, global_step=3.0, loss=0.04]", {})
    assert not cleanrl.recognise("step:1 - actor/loss:0.5 - training/global_step:1", {})
    assert not cleanrl.recognise("{'global_step': 3, 'loss': 0.5}", {})
    assert cleanrl.parse("eval_return_mean=5.5", {}) is None


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(EPISODES + EPOCHS)
    assert_never_raises(cleanrl, EPISODES + EPOCHS)
    assert_quick(cleanrl, "global_step=")

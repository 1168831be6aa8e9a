"""AWS DeepRacer."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import deepracer


def trace(
    episode: int, step: int, reward: float, progress: float, *, done: bool, action: str = "3", tail: str = ""
) -> str:
    place = "3.1000,0.6832,0.0148,15.00,1.50"
    return f"SIM_TRACE_LOG:{episode},{step},{place},{action},{reward:.4f},{done},True,{progress:.4f},12,17.67,1570000000.25{tail}\n"


def laps(tail: str = "", action: str = "3") -> str:
    return "".join(
        trace(lap, step, lap + 0.5, step * 50.0, done=step == 2, tail=tail, action=action)
        for lap in (0, 1)
        for step in (1, 2)
    )


def test_steps_and_laps() -> None:
    """Each step has its reward, and each lap its sum, over all generations of the trace."""
    for text in (
        laps(),
        laps(",in_progress"),
        laps(",in_progress,0.00,0"),
        laps(action="[0.1, 1.5]", tail=",off_track,0.00"),
    ):
        columns, reader = read_with("NUMBER_OF_TRIALS=2\n" + text)
        assert points(columns, "reward") == [(1, 0.5), (2, 0.5), (3, 1.5), (4, 1.5)]
        assert points(columns, "episode reward") == [(0, 1.0), (1, 3.0)]
        assert columns["progress"].values == [50, 100, 50, 100]
        assert columns["steering"].values[0] == 15
        assert columns["reward"].times[0] == 1570000000.25
        assert not {"x", "y", "heading", "action"} & set(columns)
        standing = reader.progress.standing()
        assert standing is not None and (standing.done, standing.total, standing.unit) == (2, 2, "episode")


def test_what_the_coach_says() -> None:
    """Rewards of training and testing episodes, and the losses of policy training."""
    text = """## agent: Training> Name=main_level/agent, Worker=0, Episode=19, Total reward=-102.88, Steps=19019, Training iteration=1
Training> Name=main_level/agent, Worker=0, Episode=20, Total reward=12.5, Steps=19200, Training iteration=1
Policy training> Surrogate loss=-0.125, KL divergence=7.25e-06, Entropy=2.75, training epoch=0, learning_rate=0.00025
Policy training> Surrogate loss=-0.25, KL divergence=7.5e-06, Entropy=2.5, training epoch=1, learning_rate=0.00025
Testing> Name=main_level/agent, Worker=0, Episode=20, Total reward=1359.12, Steps=20015, Training iteration=2
agent: Finished evaluation phase. Success rate = 0.25, Avg Total Reward = 194.6
"""
    columns = read(text)
    assert points(columns, "Total reward") == [(19, -102.88), (20, 12.5)]
    assert points(columns, "eval/Total reward") == [(20, 1359.12)]
    assert points(columns, "Surrogate loss") == [(1, -0.125), (2, -0.25)]
    assert points(columns, "eval/Success rate") == [(20, 0.25)]
    assert "Worker" not in columns


def test_pieces_and_damage() -> None:
    """Cut anywhere, traces read the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(laps())
    assert_never_raises(deepracer, laps())
    assert_quick(deepracer, "SIM_TRACE_LOG:1,1,")
    assert_quick(deepracer, "Training> a=")

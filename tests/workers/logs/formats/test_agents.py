"""Frameworks of reinforcement learning that print single lines."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import agents as family

UNITY = """[INFO] Striker. Step: 12000. Time Elapsed: 30.112 s. Mean Reward: 1.25. Std of Reward: 0.5. ELO: 1203.5. Training.
[INFO] Goalie. Step: 12000. Time Elapsed: 30.5 s. Mean Reward: -0.25. Std of Reward: 0.5. Training.
[INFO] Striker. Step: 24000. Time Elapsed: 60.5 s. No episode was completed since last summary. Training.
INFO:mlagents.trainers: run-0: Striker: Step: 36000. Mean Reward: 1.5. Std of Reward: 0.25. Training.
"""
ACME = """[Environment Loop] Episode Length = 200 | Episode Return = 12.5 | Episodes = 5 | Steps = 1000 | Steps Per Second = 200.5
[Evaluator] Episode Length = 100 | Episode Return = 10.5 | Evaluator Episodes = 5 | Evaluator Steps = 500
[Learner] Critic Loss = 0.25 | Learner Steps = 100 | Learner Walltime = 12.5 | Policy Loss = -1.5
"""
DOPAMINE = """I1121 12:00:00.123456 140 iteration_runner.py:88] Starting iteration 3
Steps executed: 9210 Episode length: 100 Return: 12.0\rSteps executed: 9310 Episode length: 100 Return: 13.0\r
I1121 12:00:00.123456 140 iteration_runner.py:88] Average undiscounted return per training episode: 20.25
I1121 12:00:00.123456 140 iteration_runner.py:88] Average undiscounted return per evaluation episode: 21.5
"""
OFFLINE = "2022-01-01 12:00.00 [info     ] DQN_2022: epoch=1 step=10000 epoch=1 metrics={'loss': 0.5, 'td_error': 1.25} step=10000\n"


def test_unity() -> None:
    """Behaviours after the first carry their name; a line without a completed episode only counts."""
    columns, reader = read_with(UNITY)
    assert points(columns, "Mean Reward") == [(12000, 1.25), (36000, 1.5)]
    assert points(columns, "Goalie/Mean Reward") == [(12000, -0.25)]
    assert points(columns, "ELO") == [(12000, 1203.5)]
    standing = reader.progress.standing()
    assert standing is not None and standing.done == 36000


def test_acme() -> None:
    """Counters and wall times are no metrics; an evaluator's episodes are kept apart."""
    columns = read(ACME)
    assert points(columns, "Episode Return") == [(1000, 12.5)]
    assert points(columns, "eval/Episode Return") == [(500, 10.5)]
    assert points(columns, "Critic Loss") == [(100, 0.25)]
    assert not {"Steps", "Episodes", "Learner Walltime"} & set(columns)


def test_dopamine_and_offline_learning() -> None:
    """Averages stand at their iteration; d3rlpy's dict at its step."""
    columns = read(DOPAMINE)
    assert points(columns, "Average undiscounted return per training episode") == [(3, 20.25)]
    assert "Return" not in columns
    columns = read(OFFLINE)
    assert points(columns, "td_error") == [(10000, 1.25)]


def test_unity_with_teams_and_lessons() -> None:
    """Group rewards and ratings behind the state of the training are read; a lesson of a curriculum is no metric."""
    columns = read(
        "[INFO] Parameter 'height' is in lesson 'low' and has value 'Float: value=0.5'.\n"
        "[INFO] Keeper. Step: 500. Time Elapsed: 9.5 s. Mean Reward: -0.5. Mean Group Reward: 0.25. Training. ELO: 1201.5.\n"
        "[INFO] Keeper. Step: 900. Time Elapsed: 19.5 s. Mean Reward: 0.5. Std of Reward: 0.125. Not Training. ELO: 1203.5.\n"
    )
    assert points(columns, "Mean Reward") == [(500, -0.5), (900, 0.5)]
    assert points(columns, "Mean Group Reward") == [(500, 0.25)]
    assert points(columns, "ELO") == [(500, 1201.5), (900, 1203.5)]
    assert set(columns) == {"Mean Reward", "Mean Group Reward", "Std of Reward", "ELO"}


def test_actor_critic_tutorials() -> None:
    """Updates of many environments, their latest episodes, and evaluations over some episodes."""
    columns, reader = read_with(
        "Updates 2, num timesteps 960, FPS 310 \n Last 9 training episodes: mean/median reward 2.5/2.0, "
        "min/max reward 1.0/4.0\n\n Evaluation using 10 episodes: mean reward 3.50000\n"
    )
    assert points(columns, "mean reward") == [(960, 2.5)] and points(columns, "max reward") == [(960, 4.0)]
    assert points(columns, "eval/mean reward") == [(960, 3.5)]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.unit) == (960, "timestep")
    columns = read(
        "-------------\nEvaluation over 10 episodes: -5.5\n-------------\n"
        "Total T: 1500 Episode Num: 3 Episode T: 500 Reward: 2.5\n-------------\nEvaluation over 10 episodes: 1.5\n"
    )
    assert points(columns, "eval/average reward") == [(0, -5.5), (1500, 1.5)]


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(UNITY + ACME + OFFLINE)
    assert_never_raises(family, UNITY + ACME + OFFLINE)
    assert_quick(family, "[Learner] ")
    assert_quick(family, "[INFO] a. Step: 1. ")
    assert_quick(family, ": epoch=1 step=1 ")

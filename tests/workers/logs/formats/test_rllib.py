"""Ray RLlib and Tune."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import rllib as family

YAML = """(PPO pid=4242) ready
Result for PPO_CartPole-v1_4e7d8_00000:
  custom_metrics: {{}}
  date: 2021-03-01_12-00-0{n}
  done: false
  episode_reward_mean: {reward}
  hist_stats:
    episode_reward:
    - 10.0
    - 12.0
  info:
    learner:
      default_policy:
        learner_stats:
          kl: .nan
          total_loss: 9.5
  pid: 4242
  timestamp: 16145999{n}
  timesteps_total: {n}000
  training_iteration: {n}
  trial_id: 4e7d8_00000

"""
BOX = """Trial PPO_Cart_4e7d8_00000 finished iteration 2 at 2023-08-01 12:00:00. Total running time: 1min 10s
╭──────────────────────────────────────────────╮
│ Trial PPO_Cart_4e7d8_00000 result            │
├──────────────────────────────────────────────┤
│ env_runners/episode_return_mean        22.75 │
│ time_this_iter_s                       3.125 │
│ training_iteration                         2 │
╰──────────────────────────────────────────────╯
"""
TABLE = """Number of trials: 16/16 (2 PENDING, 4 RUNNING, 10 TERMINATED)
+-------------------+------------+-----------------+--------+------------------+-------+----------+
| Trial name        | status     | loc             |   iter |   total time (s) |    ts |   reward |
|-------------------+------------+-----------------+--------+------------------+-------+----------|
| PPO_a_00000       | RUNNING    | 10.0.0.1:1234   |      3 |          31.4159 | 12000 |    22.25 |
| PPO_a_00001       | PENDING    |                 |        |                  |       |          |
+-------------------+------------+-----------------+--------+------------------+-------+----------+
"""


def test_result_blocks() -> None:
    """Values by their path, at the training iteration; dates, identifiers and lists are left out."""
    columns = read(YAML.format(n=1, reward=20.5) + YAML.format(n=2, reward=21.5))
    assert points(columns, "episode_reward_mean") == [(1, 20.5), (2, 21.5)]
    assert points(columns, "info/learner/default_policy/learner_stats/total_loss") == [(1, 9.5), (2, 9.5)]
    assert points(columns, "timesteps_total") == [(1, 1000), (2, 2000)]
    assert not {"pid", "timestamp", "trial_id", "date", "training_iteration"} & set(columns)


def test_second_trial() -> None:
    """Of other trials only the main metrics are kept, under the trial's name."""
    columns = read(YAML.format(n=1, reward=20.5) + YAML.format(n=1, reward=9).replace("_00000", "_00001"))
    assert points(columns, "episode_reward_mean") == [(1, 20.5)]
    assert points(columns, "PPO_CartPole-v1_4e7d8_00001/episode_reward_mean") == [(1, 9)]
    assert sum(name.startswith("PPO_") for name in columns) == 1


def test_boxes() -> None:
    """The console output of newer versions."""
    columns = read(BOX)
    assert points(columns, "env_runners/episode_return_mean") == [(2, 22.75)]
    assert set(columns) == {"env_runners/episode_return_mean", "time_this_iter_s"}


def test_table_of_trials() -> None:
    """The table gives the reward where nothing else does, once an iteration, and the trials that are over."""
    columns, reader = read_with(TABLE + TABLE)
    assert points(columns, "reward") == [(3, 22.25)]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total, standing.unit) == (10, 16, "trial")


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(YAML.format(n=1, reward=2.5) + BOX)
    assert_never_raises(family, YAML.format(n=1, reward=2.5) + BOX)
    assert_quick(family, "Result for ")
    assert_quick(family, "  a")
    assert_quick(family, "│ ")

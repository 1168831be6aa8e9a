"""Tables between rules."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import boxed

SECTIONS = """Using cuda device
-----------------------------------------
| rollout/                |             |
|    ep_len_mean          | 21.5        |
|    ep_rew_mean          | {reward:<11} |
| time/                   |             |
|    fps                  | 1200        |
|    total_timesteps      | {step:<11} |
| train/                  |             |
|    loss                 | nan         |
|    learning_rate        | 0.0003      |
-----------------------------------------
"""


def rounded_table(step: str, loss: str) -> str:
    return f"-----------------------\n| loss     | {loss:<8} |\n| step     | {step:<8} |\n-----------------------\n"


def test_sections_become_part_of_the_names() -> None:
    """Rows indented under a section carry its name, and total_timesteps is the step."""
    columns = read(SECTIONS.format(reward="1.27e+03", step=2048) + SECTIONS.format(reward="-5", step=4096))
    assert points(columns, "rollout/ep_rew_mean") == [(2048, 1270), (4096, -5)]
    assert columns["train/loss"].unit == "timestep"
    assert "time/total_timesteps" not in columns
    assert columns["train/learning_rate"].values == [0.0003, 0.0003]


def test_noise_between_the_rows() -> None:
    """Other output between the rows of a table does not end it."""
    text = SECTIONS.format(reward=3, step=10).replace("| time/", "[warn] a frame took 0.1s\n| time/")
    assert points(read(text), "rollout/ep_rew_mean") == [(10, 3)]


def test_rounded_steps_are_told_apart_by_the_interval() -> None:
    """Steps printed as 1e+04 several times are spaced by the interval known from before."""
    steps = [9940, 9960, 9980, 10000, 10020, 10040, 10060]
    text = rounded_table("100", "1") + rounded_table("120", "1.5")
    text += "".join(rounded_table(f"{step:.3g}", f"0.{step}") for step in range(140, 10080, 20))
    columns = read(text)
    assert columns["loss"].steps[-7:] == steps
    assert len(columns["loss"].steps) == len(set(columns["loss"].steps))


def test_right_aligned_names_and_epochs() -> None:
    """Spinning Up's tables are boxed with names aligned to the right; the epoch is the position."""
    table = (
        "---------------------------------------\n"
        "|             Epoch |               {e} |\n"
        "|      AverageEpRet |            12.{e} |\n"
        "|       StdEpRet    |             inf |\n"
        "| TotalEnvInteracts |            {e}000 |\n"
        "---------------------------------------\n"
    )
    columns, reader = read_with("".join(table.format(e=e) for e in range(3)))
    assert points(columns, "AverageEpRet") == [(0, 12.0), (1, 12.1), (2, 12.2)]
    assert columns["AverageEpRet"].unit == "epoch"
    assert columns["StdEpRet"].values == [float("inf")] * 3
    standing = reader.progress.standing()
    assert standing is not None and standing.unit == "epoch"


def test_names_with_spaces_and_numbers() -> None:
    """OpenAI's deepq prints names of several words, one with a number."""
    table = (
        "--------------------------------------\n"
        "| % time spent exploring  | 97       |\n"
        "| episodes                | {n}00      |\n"
        "| mean 100 episode reward | -1{n}.5    |\n"
        "| steps                   | {n}234     |\n"
        "--------------------------------------\n"
    )
    columns = read(table.format(n=1) + table.format(n=2))
    assert points(columns, "mean 100 episode reward") == [(1234, -11.5), (2234, -12.5)]
    assert columns["% time spent exploring"].values == [97, 97]


def test_table_without_box() -> None:
    """Tables of garage and rlkit, with a rule of two parts above and below."""
    table = (
        "----------------------  ---------\n"
        "Evaluation/AverageReturn  -12.{n}\n"
        "TotalEnvSteps            {n}000\n"
        "----------------------  ---------\n"
    )
    table = table.replace("----------------------  ---------", "------------------------  ---------")
    columns = read(table.format(n=1) + "itr #2 | saved\n" + table.format(n=2))
    assert points(columns, "Evaluation/AverageReturn") == [(1000, -12.1), (2000, -12.2)]


def test_false_friends() -> None:
    """Tables of machines, packages, parameters and Markdown hold no metrics."""
    text = """+-----------------------------------------------------------------------------+
| NVIDIA-SMI 525.60.13    Driver Version: 525.60.13    CUDA Version: 12.0     |
|-------------------------------+----------------------+----------------------+
|   0  Tesla V100          Off  | 00000000:06:00.0 Off |                    0 |
| N/A   33C    P0    44W / 300W |      3MiB / 32510MiB |      0%      Default |
+-----------------------------------------------------------------------------+
Package    Version
---------- -------
numpy      1.26.0
scipy      2.0
----------
| setting  | value |
|----------|-------|
| size     | 2     |
| lr       | 0.1   |
------------------------------------------------------------
| category | #instances |
| person   | 1234       |
------------------------------------------------------------
"""
    assert read(text) == {}


def test_rules_alone_give_nothing() -> None:
    """Lines of dashes between other output are not tables."""
    assert read("-------------------\nhello | 3 | x\n-------------------\n" * 3) == {}


def test_pieces_and_damage() -> None:
    """Cut anywhere, tables read the same; damaged or hostile lines are harmless."""
    text = SECTIONS.format(reward=3, step=10) + rounded_table("1", "2") + rounded_table("2", "3")
    assert_same_in_any_pieces(text)
    assert_never_raises(boxed, text)
    assert_quick(boxed, "|")
    assert_quick(boxed, "--------------  ")


def test_a_table_without_an_epoch_stands_at_its_steps() -> None:
    """Returns of episodes are metrics by name; steps in the environment tell where the table stands."""
    rule = "-" * 35 + "\n"
    rows = "|    AverageEpRet |        {:>6} |\n|  TotalEnvInteracts |     {:>6} |\n"
    columns = read(
        "".join(rule + rows.format(value, step) + rule for value, step in (("-2.5", "4e+03"), ("1.5", "8e+03")))
    )
    assert points(columns, "AverageEpRet") == [(4000, -2.5), (8000, 1.5)]

"""Tables with a header."""

import random

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import columns as family

SPINNING = (
    "Epoch\tAverageEpRet\tLossPi\tTotalEnvInteracts\n0\t-33.5\t7.7\t4000\n1\t-20.25\tnan\t8000\n2\t-9\t1e-3\t12000\n"
)
MONITOR = '#{"t_start": 1600000000.5, "env_id": "Pong-v5"}\r\nr,l,t\r\n-21.0,812,3.5\r\n-19.0,900,7.25\r\n'
SPARSE = "epoch,step,train_loss,val_loss\n0,49,2.5,\n0,99,,2.25\n1,149,1.5,\n1,199,,1.75\n"
REPORT = """epoch       iteration   main/loss   validation/main/loss
     total [#.................................................]  2.50%
\x1b[4A\x1b[J1           600         0.19        0.09
\x1b[4A\x1b[J2           1200        0.08        nan
"""


def test_tab_separated_progress() -> None:
    """Spinning Up's progress.txt, followed as a log: its epoch is the position."""
    columns, reader = read_with(SPINNING)
    assert points(columns, "AverageEpRet") == [(0, -33.5), (1, -20.25), (2, -9)]
    assert columns["AverageEpRet"].unit == "epoch"
    assert str(columns["LossPi"].values[1]) == "nan"
    assert columns["TotalEnvInteracts"].values[-1] == 12000
    assert reader.hits == {"columns": 3}


def test_monitor_file() -> None:
    """A monitor file has single letters as names and counts episodes; its first line gives the time."""
    columns = read(MONITOR)
    assert points(columns, "r") == [(1, -21.0), (2, -19.0)]
    assert columns["r"].unit == "episode"
    assert columns["r"].times == [1600000004.0, 1600000007.75]
    assert set(columns) == {"r", "l", "t"}


def test_rows_with_empty_cells() -> None:
    """Lightning's CSV logger leaves cells empty where a row does not have that metric."""
    columns = read(SPARSE)
    assert points(columns, "train_loss") == [(49, 2.5), (149, 1.5)]
    assert points(columns, "val_loss") == [(99, 2.25), (199, 1.75)]


def test_quoted_cells_and_texts() -> None:
    """Columns of words, lists, dates and identifiers are left out."""
    text = (
        "episode_reward_mean,training_iteration,done,date,hostname,hist,pid\n"
        '1.5,1,False,2024-01-01_10-00-00,node-1,"[1.5, 2.5]",4242\n'
        '2.5,2,False,2024-01-01_10-00-09,node-1,"[1.5, 3.5]",4242\n'
    )
    columns = read(text)
    assert points(columns, "episode_reward_mean") == [(1, 1.5), (2, 2.5)]
    assert set(columns) == {"episode_reward_mean"}


def test_printed_report_with_a_bar() -> None:
    """Chainer's PrintReport redraws a bar around the rows of its table."""
    columns = read(REPORT)
    assert points(columns, "main/loss") == [(600, 0.19), (1200, 0.08)]
    assert str(columns["validation/main/loss"].values) == "[0.09, nan]"


def test_tables_of_other_tools() -> None:
    """scikit-learn's boosting, spaCy's and skorch's tables."""
    gradient = "      Iter       Train Loss   Remaining Time \n         1           1.2536            1.50s\n         2           1.1975            1.00s\n"
    assert points(read(gradient), "Train Loss") == [(1, 1.2536), (2, 1.1975)]
    assert set(read(gradient)) == {"Train Loss"}
    spacy = "E    #       LOSS NER  ENTS_F  SCORE \n---  ------  --------  ------  ------\n  0       0     12.50    0.10    0.00\n  0     200    512.25   45.10    0.45\n"
    assert points(read(spacy), "ENTS_F") == [(0, 0.10), (200, 45.10)]
    skorch = "  epoch    train_loss    valid_acc     dur\n-------  ------------  -----------  ------\n      1        0.6905       0.5000  0.1234\n      2        0.6404       0.6500  0.0600\n"
    assert points(read(skorch), "valid_acc") == [(1, 0.5), (2, 0.65)]


def test_header_said_again_begins_again() -> None:
    """A second launch that appends to the same file repeats the header, perhaps with other columns."""
    columns = read("step,loss\n1,0.5\n2,0.4\nstep,loss,lr\n1,0.6,0.1\n")
    assert points(columns, "loss") == [(1, 0.5), (2, 0.4), (1, 0.6)]
    assert columns["loss"].legs == [0, 0, 1]
    assert points(columns, "lr") == [(1, 0.1)]


def test_false_friends() -> None:
    """Lists of processes, files and packages, printed data and sentences are not tables of metrics."""
    text = """USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root         1  0.0  0.1 168296 11392 ?        Ss   Jan01   0:05 /sbin/init
total 48
-rw-r--r-- 1 user user 1234 Jan  1 10:00 loss.csv
# gpu   pwr gtemp mtemp    sm   mem
    0    43    35     -     0     0
index, name, temperature.gpu, memory.used [MiB]
0, V100, 35, 1024
   age  income  label
0   23   40000      1
1   31   52000      0
Filesystem     1K-blocks     Used Available Use% Mounted
overlay          1000000   500000    500000  50% /
id,label,score
1,0,0.5
2,1,0.7
Warning, the loss
1, 2
width,height,depth
3,4,5
Class     Images  Instances
  all        128        929
"""
    assert read(text) == {}


def test_noise_does_not_end_a_table() -> None:
    """Other lines between the rows are passed over."""
    rows = "".join(f"saved model {n}.pt, quickly\n{n},0.{n}\n" for n in range(1, 6))
    assert points(read("step,loss\n" + rows), "loss") == [(n, float(f"0.{n}")) for n in range(1, 6)]


def test_many_rows() -> None:
    """Of ten thousand rows none is lost."""
    chance = random.Random(1)
    text = "step,loss\n" + "".join(f"{n},{chance.random():.5f}\n" for n in range(10_000))
    assert len(read(text)["loss"].steps) == 10_000


def test_pieces_and_damage() -> None:
    """Cut anywhere, tables read the same; damaged or hostile lines are harmless."""
    for text in (SPINNING, MONITOR, SPARSE):
        assert_same_in_any_pieces(text)
    assert_never_raises(family, SPINNING + MONITOR + SPARSE + REPORT)
    assert_quick(family, "epoch,")
    assert_quick(family, "epoch loss ")


def test_a_table_in_a_box_whose_first_column_counts_epochs() -> None:
    """Rows between upright lines are read by the names above them; other boxes are not tables of metrics."""
    columns = read(
        "+-------+------------+---------+\n| Epoch | Train Loss | Val Acc |\n+-------+------------+---------+\n"
        "|  1/5  |   0.5000   |  51.50% |\n|  2/5  |   0.2500   |  61.50% |\n+-------+------------+---------+\n"
    )
    assert points(columns, "Train Loss") == [(1, 0.5), (2, 0.25)]
    assert points(columns, "Val Acc") == [(1, 51.5), (2, 61.5)]
    assert (
        read("| GPU  | Name  | Memory |\n|------+-------+--------|\n|  0   | Some  |  12    |\n| Step | What |\n") == {}
    )

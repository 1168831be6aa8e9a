"""Ticks of StyleGAN and its kin."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import stylegan

LOG = """Training for 25000 kimg...

tick 0     kimg 0.0      time 2m 22s       sec/tick 19.3    sec/kimg 602.01  maintenance 122.8  cpumem 2.74   gpumem 13.77  augment 0.000
{"results": {"fid50k_full": 1.5e+57}, "metric": "fid50k_full", "total_time": 541.9, "num_gpus": 1, "snapshot_pkl": "network-snapshot-000000.pkl", "timestamp": 1714470115.7}
tick 1     kimg 4.0      time 14m 08s      sec/tick 151.7   sec/kimg 37.91   maintenance 554.1  cpumem 3.15   gpumem 10.21  reserved 11.02  augment 0.035
{"results": {"fid50k_full": -1.87e+50, "kid50k_full": 0.5}, "metric": "fid50k_full", "total_time": 506.3, "num_gpus": 1, "snapshot_pkl": "network-snapshot-000004.pkl", "timestamp": 1714472158.0}
"""


def test_log() -> None:
    """The position is in thousands of images and is a value too; a metric belongs to its snapshot."""
    columns, reader = read_with(LOG)
    assert points(columns, "sec/kimg") == [(0, 602.01), (4, 37.91)]
    assert points(columns, "kimg") == [(0, 0), (4, 4)]
    assert points(columns, "fid50k_full") == [(0, 1.5e57), (4, -1.87e50)]
    assert columns["kimg"].unit == "kimg"
    assert "time" not in columns and "total_time" not in columns and "timestamp" not in columns
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total, standing.unit) == (4, 25000, "kimg")


def test_the_first_version_and_edm() -> None:
    """Older loops print other columns, and metrics in a line of text; EDM tells iterations each second."""
    columns = read(
        "tick 1     kimg 140.0    lod 0.00  minibatch 32   time 1m 02s       sec/tick 45.1    sec/kimg 11.2   maintenance 12.1  gpumem 5.1\n"
        "network-snapshot-000140             time 2m 13s      fid50k 12.3456\n"
        "tick 2     kimg 150.1    time 7m 49s       sec/tick 315.6   sec/kimg 6.31    iters/sec 2.4781083725502926 maintenance 144.1  cpumem 1.74\n"
    )
    assert points(columns, "fid50k") == [(140, 12.3456)]
    assert points(columns, "lod") == [(140, 0)]
    assert columns["iters/sec"].values == [2.4781083725502926]


def test_false_friends() -> None:
    """Other results and ticks are left alone."""
    assert not stylegan.recognise('{"results": [1, 2]}', {})
    assert not stylegan.recognise("tick tock 3", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(stylegan, LOG)
    for start in ("tick 1 kimg 1 ", '{"results": "metric": ', "network-snapshot-1 time ", "Training for "):
        assert_quick(stylegan, start)

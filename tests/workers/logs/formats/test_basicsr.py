"""BasicSR and KAIR."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import basicsr

LOG = """2024-01-01 10:00:00,100 INFO: [train..][epoch:  0, iter:     100, lr:(1.000e-04,)] [eta: 1 day, 2:03:04, time (data): 0.523 (0.012)] l_pix: 1.2345e-02 l_percep: nan 
2024-01-01 10:01:00,100 INFO: [train..][epoch:  0, iter:   1,200, lr:(1.000e-04,1.000e-04,)] [eta: 22:03:04, time (data): 0.523 (0.012)] l_pix: 1.1e-02 l_percep: 2.5 
2024-01-01 10:02:00,100 INFO: Validation Set5
\t # psnr: 28.1234\tBest: 28.2001 @ 5000 iter
\t # ssim: 0.8123\tBest: 0.8200 @ 5000 iter
"""


def test_log() -> None:
    """Iterations have separators of thousands; a validation belongs to the one before it."""
    columns = read(LOG)
    assert points(columns, "l_pix") == [(100, 0.012345), (1200, 0.011)]
    assert columns["lr"].values == [1e-4, 1e-4]
    assert columns["data"].values == [0.012, 0.012]
    assert points(columns, "val/psnr") == [(1200, 28.1234)]
    assert "eta" not in columns


def test_kair() -> None:
    """The older form stands in angle brackets."""
    columns, _ = read_with("24-01-01 12:00:00.123 : <epoch: 12, iter:   2,000, lr:1.000e-04> G_loss: 1.234e-02 \n")
    assert points(columns, "G_loss") == [(2000, 0.01234)]


def test_false_friends() -> None:
    """Comments and other epochs are left alone."""
    for line in ("# psnr: 3", "[epoch: 3]", "x # psnr: 28.1"):
        assert not basicsr.recognise(line, {}), line


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(basicsr, LOG)
    for start in ("[epoch: 1, iter: 1, lr:(1,", "<epoch: 1, iter: 1, lr:1> a: ", "\\t # "):
        assert_quick(basicsr, start)

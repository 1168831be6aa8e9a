"""Text that leaves this machine: the veil over where things are."""

import time

import pytest

from store.settings import HIDDEN
from workers.alerts.lines import Veil, clean_line, cleaner

VEIL = Veil(["mahler.lab.example", "?"], ["/data/my project", "/data/my project/runs/a", "?", ""])


@pytest.mark.parametrize(
    ("line", "veiled"),
    [
        ("CUDA out of memory (train.py:61)", "CUDA out of memory (…)"),
        ('File "/home/ada/x/y.py", line 88', "File …, line 88"),
        ("/home/ada/y.py:88: boom", "…: boom"),
        ("open('/data/my project/a b.csv') failed", "open(…) failed"),
        ("in /data/my project/x", "in …"),
        ("cannot write ckpt/last.pt", "cannot write …"),
        ("~/x or ../y", "… or …"),
        ("場所は/home/ada/b です", "場所は… です"),
        (r"C:\Users\ada\x.py is gone", "… is gone"),
        ("on mahler at 10:00:00", "on … at 10:00:00"),
        ("MAHLER.LAB.EXAMPLE and mahler2", "… and mahler2"),
        ("ada@mahler:/x/y refused", "… refused"),
        ("connect to node17:29500", "connect to …"),
        ("10.0.0.3:29500 and fe80::1", "… and …"),
        ("see https://wiki.example/x?y=1 first", "see … first"),
    ],
)
def test_places_are_taken_out(line: str, veiled: str) -> None:
    """Paths, files, addresses and host names, wherever they stand."""
    assert VEIL(line) == veiled


@pytest.mark.parametrize(
    "line",
    [
        "step 3/10, 2.3 it/s, train/loss is NaN",
        "std::vector and torch.nn.functional at 12:30:45",
        "val_acc > 0.9",
        "loss[50].mean > 3",
        "CUDA out of memory: tried to allocate 2.00 GiB",
        "version 2.1.0",
        "exit code 1",
    ],
)
def test_what_is_no_place_stays(line: str) -> None:
    """Metrics, fractions, versions and names in code are no paths."""
    assert VEIL(line) == line


@pytest.mark.parametrize("piece", [":", "a-", "a/+", "/", "a.", "'", "x", "1.", "a@", "…"])
def test_no_line_takes_long(piece: str) -> None:
    """A line that looks like the beginning of everything is looked through once."""
    begun = time.perf_counter()
    VEIL(piece * 20_000 + "!")
    assert time.perf_counter() - begun < 5


def test_a_secret_split_by_what_nobody_sees_is_found() -> None:
    """A character of no width within a token does not carry it past the redaction."""
    clean = cleaner(lambda text: text.replace("o.SecretSecret", HIDDEN))
    assert clean("a o.Sec\u200bret\u2060Secret b") == f"a {HIDDEN} b"
    assert clean_line("a\u202e\x07 b") == "a b"

"""What was read in each line, for people."""

from pathlib import Path

from store.settings import Pattern
from workers.logs.explain import CHUNK_BYTES, explain, spell


def test_lines_readers_and_values(tmp_path: Path) -> None:
    """Each line is told with its family and what was read: position, metrics, counters; also one that has no end."""
    log = tmp_path / "log"
    log.write_text("hello\nEpoch 3/10, Batch 5/50, loss: 0.5\nstep 7 acc 0.25\n@9 1.5")
    told = [spell(one) for one in explain(log, [Pattern("mine", r"@(?P<step>\d+) (?P<x>\S+)")])]
    assert len(told) == 4
    assert told[0].split() == ["–", "–", "hello"]
    assert told[1].startswith("general ") and "epoch 3, batch 5 of 50: loss=0.5" in told[1]
    assert "[epoch 3 of 10 × batch 5 of 50]" in told[1]
    assert "step 7: acc=0.25" in told[2]
    assert told[3].startswith("mine ") or told[3].startswith("your.mine ")
    assert "step 9: x=1.5" in told[3]


def test_long_lines_and_long_logs(tmp_path: Path) -> None:
    """A long line is shown by its beginning; a log longer than is read at once is told whole."""
    log = tmp_path / "log"
    line = "step {} loss 0.5 " + "x" * 500 + "\n"
    log.write_text("".join(line.format(step) for step in range(CHUNK_BYTES // 400)))
    told = list(explain(log, []))
    assert len(told) == CHUNK_BYTES // 400
    assert spell(told[0]).endswith("x…") and len(spell(told[0]).splitlines()[1]) < 130


def test_an_empty_log(tmp_path: Path) -> None:
    """An empty log has nothing to tell."""
    log = tmp_path / "log"
    log.touch()
    assert list(explain(log, [])) == []

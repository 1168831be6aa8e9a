"""Evidence of memory running out."""

import os
from pathlib import Path

import pytest

from workers.machine import memory


def test_snapshot_of_this_machine() -> None:
    """The counters that this kernel has, as numbers; nothing where a process is gone."""
    found = memory.snapshot(os.getpid())
    assert found["available"] > 1 << 20
    if "\noom_kill " in Path("/proc/vmstat").read_text():
        assert found["oom_kills"] >= 0
    assert "cgroup" not in memory.snapshot(2**22 + 1)


def test_cgroup_of_another_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Kills are counted in cgroup v1 and v2, each in its own file; None where there is none."""
    monkeypatch.setattr(memory, "_CGROUP", str(tmp_path))
    (tmp_path / "memory/job").mkdir(parents=True)
    (tmp_path / "memory/job/memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    (tmp_path / "slice").mkdir()
    (tmp_path / "slice/memory.events").write_text("low 0\noom 4\noom_kill 3\noom_group_kill 1\n")
    assert memory.cgroup_kills("/job") == 2
    assert memory.cgroup_kills("/slice") == 3
    assert memory.cgroup_kills("/none") is None


@pytest.mark.parametrize("text", ["", "oom_kill", "oom_kill x\n", "\xff\xfe", "oom_killer 5\n"])
def test_strange_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    """A counter that cannot be read is missing, and not zero."""
    monkeypatch.setattr(memory, "_CGROUP", str(tmp_path))
    (tmp_path / "memory.events").write_text(text, encoding="latin-1")
    assert memory.cgroup_kills("") is None


def test_the_kernel_log_of_a_living_process() -> None:
    """Nobody has killed this process for memory."""
    assert memory.kernel_log_names(os.getpid()) is None

"""Evidence of memory running out."""

import os
from pathlib import Path

import pytest

from workers.machine import memory

CGROUPS = ("/job", "/slice", "/both", "/none")


def test_snapshot_of_this_machine() -> None:
    """The counters that this kernel has, as numbers; nothing where a process is gone."""
    found = memory.snapshot(memory.find_cgroup(os.getpid()))
    assert found["available"] > 1 << 20
    if "\noom_kill " in Path("/proc/vmstat").read_text():
        assert found["oom_kills"] >= 0
    assert memory.find_cgroup(2**22 + 1) is None
    assert "cgroup" not in memory.snapshot(None)


def test_each_version_of_cgroups(tmp_path: Path) -> None:
    """Kills are counted in cgroup v1, v2, and both at once, each in its own file; missing where there is none."""
    (tmp_path / "memory/job").mkdir(parents=True)
    (tmp_path / "memory/job/memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    (tmp_path / "slice").mkdir()
    (tmp_path / "slice/memory.events").write_text("low 0\noom 4\noom_kill 3\noom_group_kill 1\n")
    (tmp_path / "unified/both").mkdir(parents=True)
    (tmp_path / "unified/both/memory.events").write_text("oom_kill 4\n")
    counted = {path: memory.snapshot(path, str(tmp_path)).get("cgroup_oom_kills") for path in CGROUPS}
    assert counted == {"/job": 2, "/slice": 3, "/both": 4, "/none": None}


@pytest.mark.parametrize("text", ["", "oom_kill", "oom_kill x\n", "\xff\xfe", "oom_killer 5\n"])
def test_strange_files(tmp_path: Path, text: str) -> None:
    """A counter that cannot be read is missing, and not zero."""
    (tmp_path / "memory.events").write_text(text, encoding="latin-1")
    assert "cgroup_oom_kills" not in memory.snapshot("", str(tmp_path))


def test_the_kernel_log_of_a_living_process() -> None:
    """Nobody has killed this process for memory."""
    assert memory.kernel_log_names(os.getpid()) is None

"""The machine as /proc tells it, and what is said where /proc is silent."""

from pathlib import Path

import pytest

from workers.machine.host import Host

MEMINFO = """MemTotal:       16000000 kB
MemFree:          200000 kB
MemAvailable:    4000000 kB
Shmem:             50000 kB
SwapTotal:       2000000 kB
SwapFree:        1500000 kB
"""


@pytest.fixture(name="proc")
def _proc(tmp_path: Path) -> Path:
    """A /proc of one moment."""
    (tmp_path / "pressure").mkdir()
    (tmp_path / "stat").write_text("cpu  100 0 100 800 0 0 0 0 50 0\ncpu0 1 2 3\nintr " + "0 " * 4000)
    (tmp_path / "loadavg").write_text("1.50 2.25 3.00 2/345 6789\n")
    (tmp_path / "meminfo").write_text(MEMINFO)
    (tmp_path / "pressure" / "memory").write_text("some avg10=12.34 avg60=1.00 avg300=0.00 total=1\nfull avg10=9.9\n")
    (tmp_path / "uptime").write_text("1234.56 99.00\n")
    return tmp_path


def test_a_look(proc: Path) -> None:
    """Load, memory, swap, pressure and uptime in bytes, per cent and seconds; the CPU's share is of two looks."""
    host = Host(proc)
    first = host.look()
    assert first["cpu"] is None
    assert first["missing"] == {"cpu": "known from the second look on"}
    (proc / "stat").write_text("cpu  130 0 110 850 10 0 0 0 80 0\n")
    data = host.look()
    assert data["cpu"] == 40.0  # 40 of 100 ticks; waiting for the disk is idleness, guests are in user time already
    assert data["load"] == [1.5, 2.25, 3.0]
    assert (data["memory_total"], data["memory_available"]) == (16_000_000 * 1024, 4_000_000 * 1024)
    assert (data["swap_total"], data["swap_used"]) == (2_000_000 * 1024, 500_000 * 1024)
    assert data["shm_used"] == 50_000 * 1024
    assert (data["pressure"], data["uptime"]) == (12.34, 1234.56)
    assert data["missing"] == {}


def test_what_is_not_there_has_its_reason(tmp_path: Path) -> None:
    """An empty /proc gives no figure, no exception, and a reason for each."""
    data = Host(tmp_path).look()
    null = {name for name, value in data.items() if value is None}
    assert null >= {"cpu", "load", "memory_total", "memory_available", "swap_used", "pressure", "uptime"}
    assert set(data["missing"]) >= null
    assert all(data["missing"].values())
    assert "No such file" in data["missing"]["load"]
    assert "PSI" in data["missing"]["pressure"]


def test_a_kernel_that_says_less(proc: Path) -> None:
    """An old kernel without MemAvailable, a pressure file of another form: null with a reason, the rest as it is."""
    (proc / "meminfo").write_text("MemTotal: 100 kB\n")
    (proc / "pressure" / "memory").write_text("none\n")
    data = Host(proc).look()
    assert (data["memory_total"], data["memory_available"], data["swap_used"]) == (102_400, None, None)
    assert "does not say" in data["missing"]["memory_available"]
    assert data["pressure"] is None
    assert "pressure" in data["missing"]


def test_this_machine() -> None:
    """The real /proc is read without a reason missing for any null."""
    host = Host()
    host.look()
    data = host.look()
    assert data["memory_total"] > data["memory_available"] > 0
    assert data["cores"] >= 1
    assert {name for name, value in data.items() if value is None} <= set(data["missing"])

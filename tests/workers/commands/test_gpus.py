"""`machiai gpus`: asked by itself or told by the daemon, on fake GPUs behind the real binding."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store import machines
from store.database import open_journal, write
from tests.conftest import python
from tests.fakes.command import Machiai
from tests.fakes.nvml import GIB, FakeGpus

# fmt: off
KEYS = {
    "index", "uuid", "name", "host", "as_of", "utilisation", "memory_used", "memory_total", "temperature", "power",
    "trouble", "processes", "reserved", "findings", "note",
}
# fmt: on
SLEEP = "import time; time.sleep(60)"


@pytest.fixture(name="gpus")
def _gpus(tmp_path: Path, machiai: Machiai) -> FakeGpus:
    """Two fake GPUs that the command and its daemon see."""
    fake = FakeGpus(tmp_path / "nvml")
    machiai.environment |= fake.environment
    return fake


@pytest.fixture(name="stranger")
def _stranger() -> Iterator[int]:
    """The pid of a process that is no run."""
    process = subprocess.Popen([sys.executable, "-c", SLEEP])
    yield process.pid
    process.kill()
    process.wait()


def rows(machiai: Machiai, code: int = 0) -> list[dict[str, Any]]:
    """What ``machiai gpus --json`` says."""
    done = machiai.call("gpus", "--json")
    assert done.returncode == code, done.stderr
    listed: list[dict[str, Any]] = json.loads(done.stdout)
    return listed


class TestWithoutADaemon:
    """The command asks the driver itself."""

    def test_a_machine_without_a_gpu(self, machiai: Machiai) -> None:
        """An empty list, exit code 0, and words on stderr."""
        if os.path.exists("/proc/driver/nvidia/version"):
            pytest.skip("this machine has an NVIDIA driver")
        done = machiai.call("gpus", "--json")
        assert (done.returncode, json.loads(done.stdout)) == (0, [])
        assert "no NVIDIA GPU" in done.stderr
        done = machiai.call("gpus")
        assert (done.returncode, done.stdout) == (0, "")

    def test_every_gpu_with_its_figures(self, machiai: Machiai, gpus: FakeGpus, stranger: int) -> None:
        """The keys of the interface, the driver's own figures, and who is on it."""
        gpus.run_on(1, stranger, 6 * GIB, 42)
        listed = rows(machiai)
        assert [row["index"] for row in listed] == [0, 1]
        assert all(set(row) >= KEYS for row in listed)
        assert listed[1]["utilisation"] == 42
        assert listed[1]["memory_used"] >= 6 * GIB
        assert abs(listed[1]["as_of"] - time.time()) < 30
        (process,) = listed[1]["processes"]
        assert (process["pid"], process["memory"], process["run"]) == (stranger, 6 * GIB, None)
        assert "time.sleep" in process["command"]
        assert listed[0]["processes"] == []

    def test_a_run_is_named(self, machiai: Machiai, gpus: FakeGpus) -> None:
        """A process that a run started is that run's, known by the mark it inherits."""
        run = machiai.detach(*python(SLEEP), options=("--name", "resnet-aug"))
        gpus.run_on(0, machiai.beat(run)["pid"], 3 * GIB, 88)
        (process,) = rows(machiai)[0]["processes"]
        assert (process["run"], process["run_name"]) == (run, "resnet-aug")
        told = machiai.call("gpus").stdout.splitlines()
        assert "88 %" in told[0] and "resnet-aug 3.0 GiB" in told[0]
        assert "free" in told[1]

    def test_what_is_missing_says_why(self, machiai: Machiai, gpus: FakeGpus) -> None:
        """A null has its reason in the note."""
        gpus.set({"gpu0.err.nvmlDeviceGetPowerUsage": 3})
        row = rows(machiai)[0]
        assert row["power"] is None
        assert "power" in row["note"]

    def test_one_lost_gpu_beside_a_healthy_one(self, machiai: Machiai, gpus: FakeGpus) -> None:
        """The lost one says so, the other goes on."""
        gpus.set({"gpu1.err": 15})
        done = machiai.call("gpus")
        assert done.returncode == 0
        first, second, *below = done.stdout.splitlines()
        assert "free" in first
        assert "lost" in second
        assert any("GPU 1" in line and "is lost" in line for line in below)

    def test_a_driver_that_was_upgraded(self, machiai: Machiai, gpus: FakeGpus) -> None:
        """No list, but the reason and the way out, and exit code 1."""
        gpus.set({"err.nvmlInitWithFlags": 18, "err.nvmlInit_v2": 18})
        done = machiai.call("gpus", "--json")
        assert (done.returncode, json.loads(done.stdout)) == (1, [])
        assert "reboot" in done.stderr.lower()

    def test_a_driver_that_hangs(self, machiai: Machiai, gpus: FakeGpus) -> None:
        """After ten seconds the hang is said; nobody waits for it."""
        gpus.set({"hang.nvmlDeviceGetUtilizationRates": 60, "hang.nvmlInitWithFlags": 60})
        began = time.monotonic()
        done = machiai.call("gpus")
        assert time.monotonic() - began < 15
        assert done.returncode == 1
        assert "does not answer" in done.stderr


class TestWithADaemon:
    """The daemon's reading is told."""

    def test_its_reading_is_what_is_shown(
        self, machiai: Machiai, gpus: FakeGpus, wait_for: Callable[..., None]
    ) -> None:
        """As fresh as its sampler: no second client of the driver is started."""
        machiai.environment["MACHIAI_SAMPLE_SECONDS"] = "0.2"
        machiai.start_daemon()
        gpus.set({"gpu0.util": 77})

        def is_told() -> bool:
            return [row["utilisation"] for row in rows(machiai)][:1] == [77]

        wait_for(is_told, "the daemon's reading")

    def test_a_driver_that_hangs_under_the_daemon(
        self, machiai: Machiai, gpus: FakeGpus, wait_for: Callable[..., None]
    ) -> None:
        """What was seen last is shown at once, with its age; the driver is not asked a second time."""
        machiai.environment["MACHIAI_SAMPLE_SECONDS"] = "0.2"
        machiai.start_daemon()
        gpus.set({"gpu0.util": 77})

        def status() -> "subprocess.CompletedProcess[str]":
            return machiai.call("gpus")

        wait_for(lambda: "77 %" in status().stdout, "the daemon's reading")
        gpus.set({"hang.nvmlDeviceGetUtilizationRates": 60, "hang.nvmlInitWithFlags": 60})
        wait_for(lambda: status().returncode == 1, "the reading to grow old")
        began = time.monotonic()
        done = status()
        assert time.monotonic() - began < 30  # it hangs for 60
        assert "77 %" in done.stdout and "last known" in done.stdout
        assert "they do not answer" in done.stderr
        gpus.remove("hang.nvmlDeviceGetUtilizationRates", "hang.nvmlInitWithFlags")
        wait_for(lambda: status().returncode == 0, "the driver to answer again", seconds=40)

    def test_an_old_reading_is_shown_with_its_age(self, machiai: Machiai, gpus: FakeGpus) -> None:
        """When the driver hangs, the last known figures are shown as such, with exit code 1; unknown is not free."""
        card = {"index": 0, "uuid": "GPU-a", "name": "NVIDIA RTX A6000", "trouble": None, "utilisation": 61}
        card |= {"memory_used": GIB, "memory_total": 48 * GIB, "temperature": 50, "power": None, "missing": {}}
        unasked = {**card, "index": 1, "uuid": "GPU-b", "processes": None}
        host = os.uname().nodename
        connection = open_journal(machiai.home / "journal.db")
        with write(connection):
            machines.record_reading(
                connection,
                machines.GPUS,
                host,
                host=host,
                as_of=time.time() - 3600,
                data={"status": "ok", "gpus": [card | {"processes": []}, unasked]},
            )
        connection.close()
        gpus.set({"hang.nvmlDeviceGetUtilizationRates": 60, "hang.nvmlInitWithFlags": 60})
        done = machiai.call("gpus")
        assert done.returncode == 1
        assert "61 %" in done.stdout and "last known 1 h ago" in done.stdout
        first, second = done.stdout.splitlines()[:2]
        assert "free" in first and "not known who is on it" in second
        assert "have not answered for 1 h" in done.stdout
        assert "does not answer" in done.stderr


class TestShow:
    """What `machiai show` says of a run's share."""

    def test_while_it_runs_and_after(self, machiai: Machiai, gpus: FakeGpus, wait_for: Callable[..., None]) -> None:
        """Its GPUs, memory and processor now; means and extremes once it is over."""
        machiai.environment["MACHIAI_SAMPLE_SECONDS"] = "0.2"
        machiai.start_daemon()
        run = machiai.detach(*python("import time\nwhile True: sum(range(10**5)); time.sleep(0.001)"))
        gpus.run_on(1, machiai.beat(run)["pid"], 2 * GIB, 55)

        def measured() -> bool:
            told = machiai.show(run)["gpu"]
            return bool(told and told["gpus"] and told["gpus"][0]["utilisation"] == 55 and told["cpu"])

        wait_for(measured, "the run's usage", seconds=30)
        told = machiai.show(run)["gpu"]
        assert [gpu["index"] for gpu in told["gpus"]] == [1]
        assert (told["memory"], told["utilisation"]) == (2 * GIB, 55)
        assert told["rss"] > 1 << 20 and abs(told["as_of"] - time.time()) < 30
        assert "2.0 GiB, 55 %" in machiai.call("show", run).stdout
        machiai.call("stop", run, "--force")
        machiai.wait_ended(run)
        after = machiai.show(run)["gpu"]
        assert after["gpus"] is None
        assert after["summary"]["utilisation_max"] == 55
        assert after["summary"]["memory_max"] == 2 * GIB
        assert after["summary"]["rss_max"] > 1 << 20
        assert "GPU memory up to 2.0 GiB" in machiai.call("show", run).stdout

    def test_nothing_known_is_null(self, machiai: Machiai) -> None:
        """A run that nobody measured has no such figures."""
        machiai.call("run", "--", "true")
        assert machiai.show()["gpu"] is None

"""`machiai run --gpus N [--wait]` with real processes and a fake driver: nobody shares a GPU, everybody gets their turn."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store import intents
from store.database import open_journal
from store.settings import Settings
from tests.fakes.command import Machiai
from tests.fakes.gpu_samples import sample
from tests.fakes.nvml import GIB, FakeGpus
from workers import queueing
from workers.machine import processes
from workers.runs import claims, gpu_state, rundir

WaitFor = Callable[..., None]
DIARY = (
    'note() { echo "$1 $CUDA_VISIBLE_DEVICES $(date +%s.%N)" >> "$0"; }\n'
    'echo "$CUDA_DEVICE_ORDER $CUDA_VISIBLE_DEVICES"; note begin; sleep "$1"; note end\n'
)
"""A training that writes down when it had which GPU; its arguments are a file and its length in seconds."""


@pytest.fixture(name="gpus")
def _gpus(tmp_path: Path) -> FakeGpus:
    """A machine with two GPUs."""
    return FakeGpus(tmp_path / "gpus", count=2)


@pytest.fixture(name="machiai")
def _machiai(home: Path, tmp_path: Path, gpus: FakeGpus) -> Iterator[Machiai]:
    """The real command on that machine."""
    with Machiai(home, tmp_path, gpus.environment) as command:
        yield command


def training(diary: Path, seconds: float) -> tuple[str, ...]:
    """The command line of a training that keeps a diary."""
    return ("bash", "-c", DIARY, str(diary), str(seconds))


def record(machiai: Machiai, run: str, name: str = rundir.EXIT) -> dict[str, Any]:
    """A file of the run's attempt; empty while there is none."""
    return rundir.read_json(machiai.folder(run) / name) or {}


def queue(machiai: Machiai) -> list[str]:
    """The names of the runs that wait, in order."""
    return [row["name"] for row in json.loads(machiai.call("queue", "--json").stdout)]


def hold(machiai: Machiai, count: int = 1, name: str = "holder") -> str:
    """Start a run that keeps so many GPUs."""
    return machiai.detach("sleep", "600", options=["--gpus", str(count), "--name", name])


def wait_in_queue(machiai: Machiai, *command: str, count: int = 1, name: str = "waiter") -> str:
    """Put a run into the queue."""
    return machiai.detach(*command, options=["--gpus", str(count), "--wait", "--name", name])


class TestRaces:
    """Many at the same moment."""

    def test_without_waiting(self, machiai: Machiai, gpus: FakeGpus, tmp_path: Path) -> None:
        """Of twenty that want one of four GPUs at once, four have one each, and sixteen are told who has them."""
        gpus.set(count=4)
        diary = tmp_path / "diary"
        command = ["run", "--detach", "--gpus", "1", "--", *training(diary, 600)]
        started = [machiai.start(*command) for _ in range(20)]
        done = [(*one.communicate(timeout=100), one.returncode) for one in started]
        refused = [errors.decode() for _, errors, code in done if code == 125]
        assert sorted(code for _, _, code in done) == [0] * 4 + [125] * 16
        assert all("none is free; nothing was started" in words and "--wait" in words for words in refused)
        assert sorted(claims.reserved(machiai.home).values()) == sorted(
            out.decode().strip() for out, _, _ in done if out
        )
        runs = [path.name for path in (machiai.home / "runs").iterdir()]
        assert len(runs) == 4
        given = [record(machiai, run, claims.ATTEMPT_GPUS)["gpus"][0]["index"] for run in runs]
        assert sorted(given) == [0, 1, 2, 3]

    def test_with_waiting(self, machiai: Machiai, gpus: FakeGpus, tmp_path: Path, wait_for: WaitFor) -> None:
        """Of twenty that wait, all run, each seeing one GPU, and never two on one at a time."""
        gpus.set(count=4)
        diary = tmp_path / "diary"
        command = ["run", "--detach", "--gpus", "1", "--wait", "--", *training(diary, 0.3)]
        started = [machiai.start(*command) for _ in range(20)]
        runs = [one.communicate(timeout=100)[0].decode().strip() for one in started]
        wait_for(lambda: all(record(machiai, run) for run in runs), "all to have run", 100)
        assert {record(machiai, run)["exit_code"] for run in runs} == {0}
        on: dict[str, list[tuple[float, str]]] = {}
        for line in diary.read_text().splitlines():
            what, gpu, when = line.split()
            on.setdefault(gpu, []).append((float(when), what))
        assert sorted(on) == ["0", "1", "2", "3"]
        assert sum(map(len, on.values())) == 40
        for moments in on.values():
            assert [what for _, what in sorted(moments)] == ["begin", "end"] * (len(moments) // 2)
        assert claims.standing(machiai.home) == []


class TestRecord:
    """What is written down, and what the training sees."""

    def test_at_once(self, machiai: Machiai, tmp_path: Path) -> None:
        """The training sees its GPU in PCI order; manifest and attempt say what was asked and given."""
        done = machiai.call("run", "--gpus", "2", "--", *training(tmp_path / "diary", 0))
        assert done.stdout == "PCI_BUS_ID 0,1\n"
        assert "on GPU 0, 1" in done.stderr
        shown = machiai.show()
        manifest = rundir.read_json(machiai.home / "runs" / shown["id"] / rundir.MANIFEST) or {}
        assert (manifest["gpus_wanted"], manifest["environment"]["CUDA_VISIBLE_DEVICES"]) == (2, "0,1")
        given = record(machiai, shown["id"], claims.ATTEMPT_GPUS)
        assert [gpu["index"] for gpu in given["gpus"]] == [0, 1]
        assert all(gpu["uuid"].startswith("GPU-") for gpu in given["gpus"])
        assert claims.standing(machiai.home) == []

    def test_within_the_users_own(self, machiai: Machiai, tmp_path: Path) -> None:
        """A CUDA_VISIBLE_DEVICES of the user's limits the choice, and is what the rest of it is refused with."""
        done = machiai.call(
            "run", "--gpus", "1", "--", *training(tmp_path / "diary", 0), env={"CUDA_VISIBLE_DEVICES": "1"}
        )
        assert done.stdout == "PCI_BUS_ID 1\n"
        done = machiai.call("run", "--gpus", "2", "--wait", "--", "true", env={"CUDA_VISIBLE_DEVICES": "1"})
        assert (done.returncode, "CUDA_VISIBLE_DEVICES=1 allows 1 GPU" in done.stderr) == (125, True)

    def test_after_waiting(self, machiai: Machiai, tmp_path: Path, wait_for: WaitFor) -> None:
        """A run that waited was created when it was asked for and started when its command was; it reads its input."""
        holder = hold(machiai, 2)
        waiter = machiai.start(
            *("run", "--gpus", "1", "--wait", "--name", "waiter", "--", "cat"), stdin=subprocess.PIPE, cwd=tmp_path
        )
        assert waiter.stdin is not None
        waiter.stdin.write(b"what it reads\n")
        waiter.stdin.close()
        wait_for(lambda: queue(machiai) == ["waiter"], "the queue")
        machiai.start_daemon()
        wait_for(lambda: machiai.show("waiter")["state"] == "queued", "the journal")
        shown = machiai.show("waiter")
        assert (shown["started"], shown["pid"]) == (None, None)
        assert "waiting for 1 GPU: GPU 0, 1 have run holder" in shown["evidence"][0]
        manifest = rundir.read_json(machiai.home / "runs" / shown["id"] / rundir.MANIFEST) or {}
        assert "CUDA_VISIBLE_DEVICES" not in manifest["environment"]
        freed = time.time()
        assert machiai.call("stop", holder).returncode == 0
        waiter.stdin = None
        out, errors = waiter.communicate(timeout=30)
        assert (waiter.returncode, out) == (0, b"what it reads\n"), errors
        assert b"waiting for 1 GPU: GPU 0, 1 have run holder" in errors
        assert b"started on GPU 0" in errors
        shown = machiai.wait_ended("waiter")
        assert (shown["state"], shown["started"] >= freed > shown["created"]) == ("finished", True)


class TestRefusals:
    """What waiting would not help against is said at once, and nothing is left behind."""

    @pytest.mark.parametrize("wait", [[], ["--wait"]])
    @pytest.mark.parametrize(
        ("state", "options", "words"),
        [
            ({}, ["--gpus", "3"], "this machine has 2 GPUs, and 3 were asked for"),
            ({"count": 0}, ["--gpus", "1"], "no"),
            ({"err.nvmlInitWithFlags": 9}, ["--gpus", "1"], "driver"),
            ({"err.nvmlInitWithFlags": 18}, ["--gpus", "1"], "reboot"),
            ({}, ["--gpus", "0"], "CUDA_VISIBLE_DEVICES="),
            ({}, ["--gpus", "-1"], "asks for no GPU"),
        ],
    )
    def test_never(
        self,
        machiai: Machiai,
        gpus: FakeGpus,
        state: dict[str, int],
        options: list[str],
        words: str,
        wait: list[str],
    ) -> None:
        """More than there are, none, no driver, an upgraded one, nonsense: exit code 125, in words."""
        gpus.set(state)
        done = machiai.call("run", *options, *wait, "--", "true")
        assert (done.returncode, words in done.stderr) == (125, True), done.stderr
        assert "othing was started" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (machiai.home / "runs").exists()
        assert claims.standing(machiai.home) == []

    def test_wait_for_nothing(self, machiai: Machiai) -> None:
        """`--wait` without a number of GPUs is refused, with the way to say it."""
        done = machiai.call("run", "--wait", "--", "true")
        assert (done.returncode, "--gpus 1 --wait" in done.stderr) == (125, True)

    def test_no_library(self, home: Path, tmp_path: Path) -> None:
        """A machine without NVIDIA's library says so."""
        with Machiai(home, tmp_path) as machiai:
            done = machiai.call("run", "--gpus", "1", "--wait", "--", "true")
        assert (done.returncode, "GPU" in done.stderr, "Traceback" in done.stderr) == (125, True, False)

    def test_who_has_them(self, machiai: Machiai, gpus: FakeGpus) -> None:
        """Each GPU is listed with its run, or with the process that computes there; a desktop does not count."""
        with subprocess.Popen(["sleep", "60"]) as foreign:
            gpus.run_on(1, foreign.pid, 2 * GIB)
            holder = hold(machiai)
            done = machiai.call("run", "--gpus", "1", "--", "true")
            assert done.returncode == 125
            assert f"GPU 0 has run holder ({holder})" in done.stderr
            assert f"GPU 1 has process {foreign.pid}" in done.stderr
            assert "--wait" in done.stderr
            gpus.clear(1)
            gpus.set({"gpu1.gprocs": f"{foreign.pid}:{4 * GIB}", "gpu1.mem.used": 4 * GIB})
            assert machiai.call("run", "--gpus", "1", "--", "true").returncode == 0
            foreign.kill()

    def test_a_missing_command(self, machiai: Machiai) -> None:
        """A command that does not exist is found out before it waits, and leaves no claim."""
        hold(machiai, 2)
        done = machiai.call("run", "--gpus", "1", "--wait", "--", "no-such-command")
        assert (done.returncode, "command not found" in done.stderr) == (127, True)
        assert queue(machiai) == []


class TestQueue:
    """Waiting, in order."""

    def test_nobody_overtakes(self, machiai: Machiai, tmp_path: Path, wait_for: WaitFor) -> None:
        """Who wants one GPU waits behind who wants two, though one is free; and is not given it without waiting."""
        holder = hold(machiai)
        first = wait_in_queue(machiai, *training(tmp_path / "diary", 0.5), count=2, name="first")
        second = wait_in_queue(machiai, *training(tmp_path / "diary", 0), name="second")
        done = machiai.call("run", "--gpus", "1", "--", "true")
        assert (done.returncode, "is free, but run first" in done.stderr) == (125, True)
        assert queue(machiai) == ["first", "second"]
        assert machiai.call("stop", holder).returncode == 0
        wait_for(lambda: record(machiai, first) and record(machiai, second), "both to have run", 40)
        assert [line.split()[1] for line in (tmp_path / "diary").read_text().splitlines()] == ["0,1", "0,1", "0", "0"]

    def test_reordered(self, machiai: Machiai, tmp_path: Path, wait_for: WaitFor) -> None:
        """The queue can be reordered by name, and is served in its new order."""
        holder = hold(machiai, 2)
        names = ("a", "b", "c")
        runs = [wait_in_queue(machiai, *training(tmp_path / "diary", 0.2), count=2, name=name) for name in names]
        assert machiai.call("queue", "move", "c", "--first").returncode == 0
        assert "now 3rd" in machiai.call("queue", "move", "a").stderr
        assert queue(machiai) == ["c", "b", "a"]
        assert machiai.call("queue", "move", runs[0][:-1], "--before", "b").returncode == 0
        shown = machiai.call("queue").stdout.splitlines()
        assert [line.split()[:2] for line in shown] == [["1", "c"], ["2", "a"], ["3", "b"]]
        for arguments in (["nobody"], ["holder"], ["a", "--before", "holder"], ["a", "--first", "--before", "b"]):
            done = machiai.call("queue", "move", *arguments)
            assert (done.returncode != 0, "Traceback" in done.stderr) == (True, False)
        assert machiai.call("stop", holder).returncode == 0
        wait_for(lambda: all(record(machiai, run) for run in runs), "all to have run", 60)
        order = sorted(runs, key=lambda run: record(machiai, run, claims.ATTEMPT_GPUS)["granted"])
        assert [runs.index(run) for run in order] == [2, 0, 1]

    def test_reordered_by_the_dashboard(self, machiai: Machiai, settings: Settings) -> None:
        """The intent of the Machine page moves a run, and its answer says where to; one that left is refused."""
        hold(machiai, 2)
        runs = [wait_in_queue(machiai, "true", name=name) for name in ("a", "b")]
        connection = open_journal(settings.journal)
        for run, before, answer in ((runs[1], runs[0], "now 1st in the queue"), ("gone", None, "does not wait")):
            intents.ask(connection, intents.MOVE_QUEUED, run, 1.0, {"before": before})
            (intent,) = intents.open_intents(connection)
            queueing.serve_move(connection, settings, intent, 2.0)
            assert answer in (intents.intents_of_run(connection, run)[0].answer or "")
            assert intents.open_intents(connection) == []
        connection.close()
        assert queue(machiai) == ["b", "a"]

    def test_stopped(self, machiai: Machiai) -> None:
        """`machiai stop` takes a run out of the queue; nothing of it was started."""
        hold(machiai, 2)
        waiter = wait_in_queue(machiai, "touch", "started")
        done = machiai.call("stop", waiter)
        assert (done.returncode, "out of the queue" in done.stderr) == (0, True), done.stderr
        shown = machiai.show(waiter)
        assert (shown["state"], shown["cause"]) == ("stopped", "stopped by the user before it started")
        assert (shown["started"], shown["exit_code"], shown["certainty"]) == (None, None, "recorded")
        assert not (machiai.cwd / "started").exists()
        assert queue(machiai) == []

    def test_stop_button(self, machiai: Machiai, settings: Settings, wait_for: WaitFor) -> None:
        """The Stop button takes a run out of the queue, also when daemons came and went since it was asked for."""
        hold(machiai, 2)
        daemon = machiai.start_daemon()
        waiter = wait_in_queue(machiai, "true")
        wait_for(lambda: machiai.show(waiter)["state"] == "queued", "the journal")
        daemon.kill()
        daemon.wait()
        machiai.start_daemon()
        connection = open_journal(settings.journal)
        intents.ask(connection, intents.STOP_RUN, waiter, time.time())
        assert machiai.wait_ended(waiter)["cause"] == "stopped by the user before it started"
        wait_for(lambda: not intents.open_intents(connection), "the answer")
        (intent,) = intents.intents_of_run(connection, waiter)
        connection.close()
        assert (intent.state, intent.answer) == ("done", "the run has ended")

    def test_supervisor_dies_waiting(self, machiai: Machiai, tmp_path: Path, wait_for: WaitFor) -> None:
        """A waiting run whose supervisor is killed is lost, and said so; the next one is served in its place."""
        holder = hold(machiai, 2)
        first = wait_in_queue(machiai, "true", count=2, name="first")
        second = wait_in_queue(machiai, *training(tmp_path / "diary", 0), name="second")
        os.kill(machiai.beat(first)["supervisor_pid"], signal.SIGKILL)
        assert machiai.call("stop", holder).returncode == 0
        wait_for(lambda: record(machiai, second), "the second to have run", 40)
        shown = machiai.wait_ended(first)
        assert (shown["state"], shown["cause"]) == (
            "lost",
            "never started: its supervisor died while it waited for GPUs",
        )

    def test_supervisor_dies_training(self, machiai: Machiai, tmp_path: Path, wait_for: WaitFor) -> None:
        """A training that outlives its supervisor keeps its GPUs until it ends itself."""
        holder = hold(machiai, 2)
        waiter = wait_in_queue(machiai, *training(tmp_path / "diary", 0))
        beat = machiai.beat(holder)
        os.kill(beat["supervisor_pid"], signal.SIGKILL)
        wait_for(lambda: processes.status(beat["supervisor_pid"], beat["supervisor_ticks"]) == processes.GONE)
        assert set(claims.reserved(machiai.home).values()) == {holder}
        time.sleep(1.5)
        assert queue(machiai) == ["waiter"]
        os.kill(beat["pid"], signal.SIGKILL)
        wait_for(lambda: record(machiai, waiter).get("exit_code") == 0, "the waiter to have run", 40)

    def test_foreign_work_ends(self, machiai: Machiai, gpus: FakeGpus, wait_for: WaitFor) -> None:
        """A run waits for somebody else's process, too, by name of it; also while no daemon samples the GPUs."""
        with subprocess.Popen(["sleep", "600"]) as foreign:
            for index in (0, 1):
                gpus.run_on(index, foreign.pid, GIB)
            waiter = wait_in_queue(machiai, "true")
            assert f"process {foreign.pid}" in machiai.beat(waiter)["waiting"]["why"]
            gpus.clear(1)
            wait_for(lambda: record(machiai, waiter).get("exit_code") == 0, "the waiter to have run", 40)
            foreign.kill()
        assert [gpu["index"] for gpu in record(machiai, waiter, claims.ATTEMPT_GPUS)["gpus"]] == [1]

    def test_run_directory_deleted(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """A waiting run whose directory is deleted leaves the queue, and its supervisor ends."""
        hold(machiai, 2)
        waiter = wait_in_queue(machiai, "true")
        beat = machiai.beat(waiter)
        for path in sorted((machiai.home / "runs" / waiter).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (machiai.home / "runs" / waiter).rmdir()
        wait_for(lambda: processes.status(beat["supervisor_pid"], beat["supervisor_ticks"]) == processes.GONE)
        assert queue(machiai) == []


class TestLook:
    """How the GPUs are seen: by the daemon's sample while it is fresh, else by one of our own, within a deadline."""

    def test_the_daemons(self, home: Path) -> None:
        """A fresh sample of this machine is believed; an old one, another machine's, and half a file are not."""
        (home / "gpus").mkdir(parents=True)
        latest = home / "gpus" / "latest.json"
        for change, believed in (({}, True), ({"at": 89.0}, False), ({"at": 102.0}, False), ({"host": "x"}, False)):
            latest.write_text(json.dumps({**sample(count=2), "at": 95.0, **change}))
            assert (gpu_state.read_latest(home, 100.0) is not None) is believed
        latest.write_text('{"at": 95')
        assert gpu_state.read_latest(home, 100.0) is None

    def test_a_hang(self) -> None:
        """A driver that does not answer is said to hang, after the deadline and not later."""
        began = time.monotonic()
        with pytest.raises(gpu_state.NoAnswer, match="does not answer within 0 s: it hangs"):
            gpu_state.take(deadline=0.3, argv=("sleep", "600"))
        assert time.monotonic() - began < 5

    def test_given_up(self) -> None:
        """Who is told to stop meanwhile does not wait for the driver."""
        with pytest.raises(gpu_state.NoAnswer):
            gpu_state.take(deadline=60, argv=("sleep", "600"), give_up=lambda: True)

    def test_a_crash(self) -> None:
        """A sampler that fails is named with its last words."""
        with pytest.raises(gpu_state.NoAnswer, match="failed: no such thing"):
            gpu_state.take(argv=("bash", "-c", "echo no such thing >&2; exit 3"))
        with pytest.raises(gpu_state.NoAnswer, match="exit code 3"):
            gpu_state.take(argv=("bash", "-c", "exit 3"))

    def test_a_large_sample(self) -> None:
        """A sample larger than a pipe holds arrives whole."""
        code = "import json; print(json.dumps({'kind': 'sample', 'gpus': ['x' * 300000]}))"
        assert len(gpu_state.take(argv=("python3", "-c", code))["gpus"][0]) == 300000

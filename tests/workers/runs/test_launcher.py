"""Launching: what is written down, what the training gets, and that a refusal leaves nothing behind."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store.errors import LaunchError
from store.settings import Settings
from tests.conftest import python
from tests.fakes.command import Machiai
from tests.fakes.nvml import FakeGpus
from workers.runs import claims, launcher, rundir

TOKEN = "o.abcdefghijklmnopqrstuvwxyz012345"
SHOW_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


def manifest(machiai: Machiai, run: str) -> dict[str, Any]:
    """The run.json of a run."""
    found = rundir.read_json(machiai.home / "runs" / run / rundir.MANIFEST)
    assert found is not None
    return found


def is_empty(home: Path) -> bool:
    """Whether no run directory is there, not even half of one."""
    return not (home / "runs").is_dir() or not os.listdir(home / "runs")


class TestRecord:
    """What the manifest says."""

    def test_everything_given(self, machiai: Machiai, tmp_path: Path) -> None:
        """Name, project, plan and tags of the command line, and argv, cwd, params, host, boot as they are."""
        run = machiai.detach(
            *python("pass", "--lr", "3e-4", "model.depth=50"),
            options=[
                *("--name", "拡張", "--project", "cifar", "--hypothesis", "h", "--if-success", "s"),
                *("--if-failure", "f", "--tag", "a", "--tag", "b"),
            ],
        )
        found = manifest(machiai, run)
        wanted = {
            "format": 1,
            "id": run,
            "name": "拡張",
            "project": "cifar",
            "hypothesis": "h",
            "if_success": "s",
            "if_failure": "f",
            "tags": ["a", "b"],
            "cwd": str(tmp_path),
            "project_root": str(tmp_path),
            "git": None,
            "params": {"lr": "3e-4", "model.depth": "50"},
            "python": sys.executable,
        }
        assert {name: found[name] for name in wanted} == wanted
        assert found["boot_id"]

    def test_no_secret(self, machiai: Machiai) -> None:
        """No secret of command line or environment is in any file of the run directory."""
        secret = "verysecretvalue"
        environment = {"HF_TOKEN": secret, "SLURM_JWT": secret, "WANDB_API_KEY": secret, "CUDA_VISIBLE_DEVICES": "1"}
        environment["MACHIAI_PUSHBULLET_TOKEN"] = TOKEN
        arguments = [
            "--api-key",
            secret,
            f"--password={secret}",
            f"db=mysql://me:{secret}@host/x",
            f"HUB_TOKEN={secret}",
        ]
        done = machiai.call("run", "--detach", "--", *python("pass", *arguments), env=environment)
        run = done.stdout.strip()
        for path in (machiai.home / "runs" / run).rglob("*"):
            if path.is_file() and path.name != rundir.LOG:
                assert secret not in path.read_text(), path
                assert TOKEN not in path.read_text(), path
        assert manifest(machiai, run)["environment"]["CUDA_VISIBLE_DEVICES"] == "1"

    def test_no_text(self, machiai: Machiai, tmp_path: Path) -> None:
        """A folder and arguments that are not UTF-8 reach the command unchanged, and the record with marks."""
        folder = os.fsencode(tmp_path) + b"/\xb3\xd8\xbd\xac"
        os.mkdir(folder)
        code = "import os, sys; print(os.fsencode(sys.argv[1]), os.getcwdb())"
        done = machiai.call("run", "--", *python(code, os.fsdecode(b"a\xffb")), cwd=folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{b'a' + bytes([255]) + b'b'!r} {folder!r}\n"
        assert machiai.show()["argv"][-1] == "a?b"

    def test_private(self, machiai: Machiai) -> None:
        """Nobody else can read the data folder, the run directories or the logs."""
        run = machiai.detach("true")
        for path in (machiai.home, machiai.home / "runs", machiai.home / "runs" / run, machiai.folder(run) / "log"):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path

    def test_detach_prints_the_id_alone(self, machiai: Machiai) -> None:
        """`--detach` prints the id and nothing else on stdout."""
        done = machiai.call("run", "--detach", "--", "true")
        assert (machiai.home / "runs" / done.stdout.removesuffix("\n")).is_dir()


class TestEnvironment:
    """What the training gets."""

    def test_added_and_taken(self, machiai: Machiai) -> None:
        """Its id and directory and unbuffered output, not our token, and all else as it was."""
        done = machiai.call(
            "run", "--", *python(SHOW_ENVIRONMENT), env={"MACHIAI_PUSHBULLET_TOKEN": TOKEN, "HF_TOKEN": "x"}
        )
        seen = json.loads(done.stdout)
        assert seen["PYTHONUNBUFFERED"] == "1"
        assert seen["HF_TOKEN"] == "x"
        assert (machiai.home / "runs" / seen["MACHIAI_RUN_ID"]) == Path(seen["MACHIAI_RUN_DIR"])
        assert TOKEN not in done.stdout

    def test_nobody_holds_the_token(self, machiai: Machiai) -> None:
        """Neither the training nor its supervisor has our token in its environment or command line."""
        done = machiai.call("run", "--detach", "--", "sleep", "60", env={"MACHIAI_PUSHBULLET_TOKEN": TOKEN})
        beat = machiai.beat(done.stdout.strip())
        for pid in (beat["pid"], beat["supervisor_pid"]):
            for name in ("environ", "cmdline"):
                assert TOKEN.encode() not in Path(f"/proc/{pid}/{name}").read_bytes()

    def test_command_not_in_the_supervisors_command_line(self, machiai: Machiai) -> None:
        """`pkill -f train.py` finds the training and not its supervisor."""
        beat = machiai.beat(machiai.detach("sleep", "61.5"))
        assert b"61.5" not in Path(f"/proc/{beat['supervisor_pid']}/cmdline").read_bytes()

    def test_packages_of_our_names(self, machiai: Machiai, tmp_path: Path) -> None:
        """A project with packages called store, workers or app, on PYTHONPATH and in its folder, breaks nothing."""
        for name in ("store", "workers", "app", "json", "click"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')")
        (tmp_path / "sitecustomize.py").write_text("raise SystemExit('the wrong one')")
        done = machiai.call("run", "--", "sh", "-c", "echo fine", env={"PYTHONPATH": str(tmp_path)})
        assert (done.stdout, done.returncode) == ("fine\n", 0)

    def test_standard_signals_and_no_foreign_descriptors(self, machiai: Machiai) -> None:
        """The training begins with no signal blocked or ignored, and with three descriptors open."""
        code = (
            "import os; lines = open('/proc/self/status').read().splitlines()\n"
            "print([l.split()[1].strip('0') for l in lines if l.startswith(('SigBlk', 'ShdPnd'))],\n"
            "sorted(int(fd) for fd in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{fd}')))"
        )
        assert machiai.call("run", "--", *python(code)).stdout == "['', ''] [0, 1, 2]\n"


class TestRefusals:
    """Nothing is started, and nothing half-made is left."""

    def test_a_file_in_place_of_the_folder(self, machiai: Machiai) -> None:
        """A data folder that cannot be one: exit code 125, one line that names it and the way out."""
        machiai.home.write_text("")
        done = machiai.call("run", "--", "touch", "started")
        assert done.returncode == 125
        assert str(machiai.home) in done.stderr
        assert "MACHIAI_HOME" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not (machiai.cwd / "started").exists()

    @pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: needs root, to become somebody else")
    def test_a_folder_of_somebody_else(self, settings: Settings, tmp_path: Path) -> None:
        """A data folder that may not be written: refused, naming it."""
        settings.home.mkdir(mode=0o755)
        code = (
            "import os, sys\nfrom pathlib import Path\nfrom store.errors import LaunchError\n"
            "from store.settings import load\nfrom workers.runs import launcher\n"
            "settings = load()\nos.chdir('/')\nos.setgroups([])\nos.setresgid(65534, 65534, 65534)\n"
            "os.setresuid(65534, 65534, 65534)\n"
            "try:\n    launcher.launch(['true'], launcher.Plan(), settings)\n"
            "except LaunchError as error:\n    print(error)\n"
        )
        for parent in tmp_path.parents[:3]:
            if parent != Path("/tmp"):
                parent.chmod(0o755)
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).resolve().parents[3],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert "Permission denied; nothing was started" in done.stdout, done.stderr
        assert is_empty(settings.home)

    def test_a_deleted_folder(self, machiai: Machiai, tmp_path: Path) -> None:
        """From a folder that no longer exists nothing is started: exit code 125 and the way out."""
        (tmp_path / "gone").mkdir()
        script = 'cd "$0" && rmdir "$0" && exec "$@"'
        command = ["sh", "-c", script, str(tmp_path / "gone"), *machiai.argv("run", "--", "true")]
        done = subprocess.run(command, env=machiai.environment, capture_output=True, text=True, timeout=30)
        assert done.returncode == 125
        assert "no longer exists" in done.stderr
        assert is_empty(machiai.home)

    def test_a_supervisor_that_cannot_start(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where not even the supervisor can be started, the run directory is taken away again."""
        monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
        monkeypatch.chdir(tmp_path)
        with pytest.raises(LaunchError, match="nothing was started"):
            launcher.launch(["true"], launcher.Plan(), settings)
        assert is_empty(settings.home)

    def test_a_supervisor_that_dies_at_once(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A supervisor that dies before it has started anything: refused with its last words."""
        script = tmp_path / "python"
        script.write_text("#!/bin/sh\necho broken installation >&2\nexit 3\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))
        monkeypatch.chdir(tmp_path)
        with pytest.raises(LaunchError, match="broken installation|Broken pipe"):
            launcher.launch(["true"], launcher.Plan(), settings)
        assert is_empty(settings.home)


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"NOT TESTED: a full disk, for none can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


class TestFullDisk:
    """A disk without space."""

    @pytest.mark.parametrize("left", [0, 4096, 8192])
    def test_full_before(self, machiai: Machiai, small_disk: Path, left: int) -> None:
        """On a full or nearly full disk a launch is refused in a line that says so, with nothing left behind."""
        (small_disk / "filler").write_bytes(b"x" * ((256 << 10) - left))
        environment = {"MACHIAI_HOME": str(small_disk / "home")}
        done = machiai.call("run", "--", "sh", "-c", "echo hi > started; exit 4", env=environment)
        assert done.returncode == 125, done.stderr
        assert "space" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert is_empty(small_disk / "home")
        assert not (machiai.cwd / "started").exists()

    def test_filled_by_the_training(self, machiai: Machiai, small_disk: Path) -> None:
        """A run that fills the disk itself still gets its exit record."""
        home = small_disk / "home"
        code = (
            "import sys\ntry:\n    while True: sys.stdout.write('x' * 4096); sys.stdout.flush()\n"
            "except OSError: pass\n"
            "try:\n    open(sys.argv[1], 'wb', 0).write(b'x' * 500000)\nexcept OSError: pass\n"
            "import os; os._exit(5)\n"
        )
        done = machiai.call("run", "--", *python(code, str(small_disk / "filler")), env={"MACHIAI_HOME": str(home)})
        assert done.returncode == 5, done.stderr
        (record,) = home.glob("runs/*/attempt-1/exit.json")
        found = rundir.read_json(record)
        assert found is not None
        assert found["exit_code"] == 5

    def test_a_disk_that_comes_back(self, machiai: Machiai, small_disk: Path) -> None:
        """Where even the space set aside is gone, the record is written as soon as there is room."""
        home = small_disk / "home"
        process = machiai.start("run", "--detach", "--", "sleep", "60", env={"MACHIAI_HOME": str(home)})
        run = process.communicate(timeout=30)[0].decode().strip()
        folder = home / "runs" / run / "attempt-1"
        (folder / ".exit.reserve").unlink()
        with (small_disk / "filler").open("wb", 0) as filler:
            while True:
                try:
                    filler.write(b"x" * 4096)
                except OSError:
                    break
        beat = rundir.read_json(folder / rundir.BEAT)
        assert beat is not None
        os.kill(beat["pid"], signal.SIGTERM)
        log = folder / "supervisor.log"
        time.sleep(0.3)
        assert not (folder / rundir.EXIT).exists()
        (small_disk / "filler").unlink()
        deadline = time.monotonic() + 10
        while not (folder / rundir.EXIT).exists():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        found = rundir.read_json(folder / rundir.EXIT)
        assert found is not None
        assert found["signal"] == signal.SIGTERM


def test_a_failed_launch_claims_nothing(machiai: Machiai, tmp_path: Path) -> None:
    """GPUs that were claimed are let go where the run's directory cannot be made."""
    machiai.environment |= FakeGpus(tmp_path / "gpus", count=1).environment
    machiai.home.mkdir()
    (machiai.home / "runs").write_text("in the way")
    done = machiai.call("run", "--gpus", "1", "--", "true")
    assert (done.returncode, "nothing was started" in done.stderr) == (125, True)
    assert list(claims.folder(machiai.home).iterdir()) == []

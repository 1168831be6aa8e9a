"""`machiai doctor`: what is wrong is found, and the way out is named."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fakes.command import Machiai
from tests.fakes.nvml import FakeGpus
from tests.fakes.pushbullet_server import PushbulletServer


def findings(machiai: Machiai, *arguments: str) -> dict[str, list[dict[str, str]]]:
    """The findings by subject."""
    found: dict[str, list[dict[str, str]]] = {}
    for finding in json.loads(machiai.call("doctor", "--json", *arguments).stdout):
        found.setdefault(finding["subject"], []).append(finding)
    return found


def test_all_is_well(machiai: Machiai, pushbullet: PushbulletServer) -> None:
    """With a daemon and a token that Pushbullet knows, nothing is wrong and the exit code is 0."""
    machiai.environment |= {"MACHIAI_PUSHBULLET_URL": pushbullet.url, "MACHIAI_PUSHBULLET_TOKEN": pushbullet.token}
    machiai.start_daemon()
    done = machiai.call("doctor", "--online")
    assert done.returncode == 0, done.stdout
    assert pushbullet.token not in done.stdout


def test_no_daemon_is_wrong(machiai: Machiai) -> None:
    """Without a daemon no alert is sent: that is said with the command that starts one, exit code 1."""
    done = machiai.call("doctor")
    assert done.returncode == 1
    assert "machiai daemon --detach" in done.stdout


def test_a_token_file_others_can_read(machiai: Machiai, tmp_path: Path) -> None:
    """Such a file is not used, and chmod is named."""
    path = tmp_path / "secrets.toml"
    path.write_text('PUSHBULLET_TOKEN = "o.abc"\n')
    path.chmod(0o644)
    found = findings(machiai)
    assert "chmod 600" in found["settings"][0]["words"]
    assert found["pushbullet"][0]["level"] == "note"


def test_a_broken_run_folder(machiai: Machiai) -> None:
    """A folder without a readable run.json is named."""
    (machiai.home / "runs" / "260101-000000-abcd").mkdir(parents=True)
    assert "260101-000000-abcd" in findings(machiai)["runs"][0]["words"]


def test_a_misspelt_setting(machiai: Machiai) -> None:
    """An environment variable that is no setting is pointed out."""
    machiai.environment["MACHIAI_PUSHBULET_TOKEN"] = "x"
    assert "MACHIAI_PUSHBULET_TOKEN" in findings(machiai)["settings"][0]["words"]


def test_a_machine_without_a_gpu_is_in_order(machiai: Machiai) -> None:
    """No driver is no fault, and the disks are told."""
    if Path("/proc/driver/nvidia/version").exists():
        pytest.skip("this machine has an NVIDIA driver")
    found = findings(machiai)
    assert [(one["level"], "no NVIDIA GPU" in one["words"]) for one in found["gpus"]] == [("ok", True)]
    assert found["disks"]


def test_gpus_and_what_is_wrong_with_them(machiai: Machiai, tmp_path: Path) -> None:
    """How many, which driver; a lost one is wrong, and a driver that was upgraded is."""
    gpus = FakeGpus(tmp_path / "nvml", 3)
    machiai.environment |= gpus.environment
    gpus.set({"driver": "580.82.07", "gpu2.err": 15})
    well, lost = findings(machiai)["gpus"]
    assert well["level"] == "ok" and "driver 580.82.07" in well["words"]
    assert lost["level"] == "wrong" and "GPU 2" in lost["words"]
    gpus.set({"err.nvmlInitWithFlags": 18, "err.nvmlInit_v2": 18})
    (mismatch,) = findings(machiai)["gpus"]
    assert mismatch["level"] == "wrong" and "was upgraded" in mismatch["words"]


def test_a_foreign_pynvml(machiai: Machiai, tmp_path: Path) -> None:
    """Another package that goes by that name is found, with where it lies and how to remove it."""
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "pynvml.py").write_text("def nvmlInit(): pass\n")
    code = f"import sys; sys.path[:0] = [{str(tmp_path / 'foreign')!r}, {str(ROOT)!r}]; from workers.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, "doctor", "--json"],
        env=machiai.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    (found,) = (one for one in json.loads(done.stdout) if one["subject"] == "gpus")
    assert found["level"] == "wrong"
    assert str(tmp_path / "foreign") in found["words"] and "pip uninstall" in found["words"]

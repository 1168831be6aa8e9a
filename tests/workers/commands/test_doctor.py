"""`machiai doctor`: what is wrong is found, and the way out is named."""

import json
from pathlib import Path

from tests.fakes.command import Machiai
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

"""The local Pushbullet itself, as the program that other tests and people start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from pushbullet import InvalidKeyError, Pushbullet, PushError

from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from workers.alerts.channels.pushbullet import _client_class

ROOT = Path(__file__).resolve().parents[3]


def test_program():
    """Started as a program it prints its address, takes pushes, and ends when it is told to."""
    command = [sys.executable, "-m", "tests.fakes.pushbullet_server", "--token", "o.mine", "--forgetful"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        for _ in range(2):
            requests.post(f"{url}/v2/pushes", json={"guid": "g"}, headers={"Access-Token": "o.mine"}, timeout=5)
        seen = json.loads(requests.get(f"{url}/inspect", timeout=5).text)
        process.terminate()
        assert process.wait(10) == 0
    assert [push["guid"] for push in seen["pushes"]] == ["g", "g"]
    assert len(seen["requests"]) == 2


def test_package_understands_it(server: PushbulletServer):
    """The package, with its own constructor's requests, finds devices, pushes and lists them."""
    client = _client_class(server.url)(TOKEN)
    Pushbullet.refresh(client)
    assert [device.nickname for device in client.devices] == ["phone"]
    assert client.user_info["iden"] == "user1"
    for guid in ("a", "b", "a"):
        client._push({"type": "note", "guid": guid})
    assert [push["guid"] for push in client.get_pushes()] == ["b", "a"]
    assert client.get_pushes(modified_after=server.pushes[0]["modified"]) == [server.pushes[1]]
    with pytest.raises(InvalidKeyError):
        Pushbullet.refresh(_client_class(server.url)("o.wrong"))


def test_random_faults_repeat(tmp_path: Path):
    """The same seed brings the same faults in the same order."""

    def outcomes(seed: int) -> list[str]:
        with PushbulletServer(fault_rate=0.5, seed=seed) as server:
            faults = [server.next_fault("POST") for _ in range(50)]
        return [fault.kind if fault else "none" for fault in faults]

    assert outcomes(1) == outcomes(1) != outcomes(2)
    assert 10 < outcomes(1).count("none") < 40


def test_other_errors(server: PushbulletServer):
    """What is no push is refused in Pushbullet's own form, and unknown pages do not exist."""
    client = _client_class(server.url)(TOKEN)
    with pytest.raises(PushError, match="invalid_request"):
        client._push([])
    answer = client._session.get(f"{server.url}/v2/nothing", timeout=5)
    assert answer.status_code == 404

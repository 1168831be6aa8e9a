"""`machiai notify`: pushes of one's own, and the set-up of the phone."""

import os
import pty
import stat
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from tests.fakes.command import Machiai
from tests.fakes.pushbullet_server import PushbulletServer


def test_a_message_is_sent_by_the_daemon(machiai: Machiai, pushbullet: PushbulletServer) -> None:
    """`machiai notify` says when it is sent; the phone gets title and body as typed."""
    machiai.environment |= {"MACHIAI_PUSHBULLET_URL": pushbullet.url, "MACHIAI_PUSHBULLET_TOKEN": pushbullet.token}
    machiai.start_daemon()
    done = machiai.call("notify", "学習 done", "loss 0.1")
    assert (done.returncode, done.stderr) == (0, "machiai: sent\n")
    [push] = pushbullet.pushes
    assert (push["title"], push["body"]) == ("学習 done", "loss 0.1")


def test_without_a_daemon_it_is_kept(
    machiai: Machiai, pushbullet: PushbulletServer, wait_for: Callable[..., None]
) -> None:
    """Nothing is lost: the next daemon sends it."""
    done = machiai.call("notify", "later")
    assert done.returncode == 0
    assert "kept" in done.stderr
    machiai.environment |= {"MACHIAI_PUSHBULLET_URL": pushbullet.url, "MACHIAI_PUSHBULLET_TOKEN": pushbullet.token}
    machiai.start_daemon()
    wait_for(lambda: pushbullet.pushes, "the push")
    assert [push["title"] for push in pushbullet.pushes] == ["later"]


def test_the_same_words_twice_are_two_messages(machiai: Machiai, pushbullet: PushbulletServer) -> None:
    """Once each is for alerts of runs; what a script says twice is said twice."""
    machiai.environment |= {"MACHIAI_PUSHBULLET_URL": pushbullet.url, "MACHIAI_PUSHBULLET_TOKEN": pushbullet.token}
    machiai.start_daemon()
    machiai.call("notify", "again")
    machiai.call("notify", "again")
    assert len(pushbullet.pushes) == 2


def test_setup_asks_keeps_and_tests(machiai: Machiai, pushbullet: PushbulletServer, tmp_path: Path) -> None:
    """The token is read without echo, kept 0600, shown nowhere, and a test push arrives."""
    machiai.environment |= {"MACHIAI_PUSHBULLET_URL": pushbullet.url}
    code, screen = _type_into(machiai, f"{pushbullet.token}\n")
    kept = tmp_path / "secrets.toml"
    assert code == 0, screen
    assert pushbullet.token not in screen
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert tomllib.loads(kept.read_text())["PUSHBULLET_TOKEN"] == pushbullet.token
    assert [push["title"] for push in pushbullet.pushes] == ["Machiai can reach you"]


def test_setup_refuses_a_wrong_token(machiai: Machiai, pushbullet: PushbulletServer, tmp_path: Path) -> None:
    """A token Pushbullet does not know is not kept."""
    machiai.environment |= {"MACHIAI_PUSHBULLET_URL": pushbullet.url}
    code, screen = _type_into(machiai, "o.wrong\n")
    assert code == 1
    assert "nothing was changed" in screen
    assert not (tmp_path / "secrets.toml").exists()


def test_a_running_daemon_takes_up_a_new_token(
    machiai: Machiai, pushbullet: PushbulletServer, wait_for: Callable[..., None]
) -> None:
    """What waited for a token is pushed as soon as there is one, without a restart."""
    machiai.environment |= {"MACHIAI_PUSHBULLET_URL": pushbullet.url}
    machiai.start_daemon()
    machiai.call("run", "--name", "waited", "--", "false")
    machiai.wait_ended("waited")
    assert pushbullet.pushes == []
    _type_into(machiai, f"{pushbullet.token}\n")
    wait_for(lambda: any("waited" in push["title"] for push in pushbullet.pushes), "the push that waited")


def test_the_file_for_elsewhere(machiai: Machiai, tmp_path: Path) -> None:
    """`machiai notify --file` puts it into a folder, made where missing, and works there alone."""
    done = machiai.call("notify", "--file", str(tmp_path / "elsewhere"))
    assert done.returncode == 0, done.stderr
    target = tmp_path / "elsewhere" / "machiai_watch.py"
    code = "from machiai_watch import watch\nwith watch('one'): print('ran')"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(target.parent)!r})\n{code}"],
        env={"HOME": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.stdout == "ran\n", ran.stderr


def test_a_file_of_their_own_is_kept(machiai: Machiai, tmp_path: Path) -> None:
    """A file of that name that differs is not overwritten; the same one may be put there again."""
    target = tmp_path / "machiai_watch.py"
    target.write_text("mine = 1\n")
    done = machiai.call("notify", "--file", str(tmp_path))
    assert done.returncode != 0 and "differs" in done.stderr
    assert target.read_text() == "mine = 1\n"
    target.unlink()
    assert [machiai.call("notify", "--file", str(tmp_path)).returncode for _ in range(2)] == [0, 0]


def _type_into(machiai: Machiai, text: str) -> tuple[int, str]:
    """Type into `machiai notify --setup` on a real terminal; its exit code and all that the screen showed."""
    pid, screen = pty.fork()
    if pid == 0:
        os.execve(machiai.argv()[0], machiai.argv("notify", "--setup"), machiai.environment)
    shown = b""
    deadline = time.monotonic() + 30
    while b"not shown" not in shown and time.monotonic() < deadline:
        shown += os.read(screen, 4096)
    os.write(screen, text.encode())
    try:
        while data := os.read(screen, 4096):
            shown += data
    except OSError:
        pass
    _, status = os.waitpid(pid, 0)
    os.close(screen)
    return os.waitstatus_to_exitcode(status), shown.decode(errors="replace")

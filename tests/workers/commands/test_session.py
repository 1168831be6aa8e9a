"""`machiai session`, as typed in a terminal."""

import contextlib
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from store import sessions
from store.database import open_journal, write
from tests.conftest import python
from tests.fakes.command import Machiai

WAITS = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"


def call(machiai: Machiai, *arguments: str, **options: Any) -> str:
    """Call `machiai session`, which must succeed; what it printed, for scripts and for people."""
    done = machiai.call("session", *arguments, **options)
    assert done.returncode == 0, done.stderr
    return f"{done.stdout}{done.stderr}"


def listed(machiai: Machiai, *options: str) -> Any:
    """What a command says with --json."""
    return json.loads(machiai.call("session", *options, "--json").stdout)


def add_task(machiai: Machiai, *arguments: str) -> None:
    """Add a task of the project of the runs, which the journal knows by now."""
    machiai.show()
    done = machiai.call("task", "add", *arguments)
    assert done.returncode == 0, done.stderr


class TestSessions:
    """Beginning, ending, correcting."""

    def test_a_day(self, machiai: Machiai) -> None:
        """One begins, another takes its place, it ends with an outcome; all are listed."""
        machiai.call("task", "add", "表を書く #write ~30m")
        assert "read      0.0 s of 25 m" in call(machiai, "start", "read", "--minutes", "25", "--paper", "2401.1")
        shown = call(machiai, "start", "task", "--task", "1", "--minutes", "30")
        assert "left:   1" in shown and "(switch)" in shown and "表を書く" in shown
        assert json.loads(machiai.call("task", "ls", "--json").stdout)[0]["state"] == "doing"
        assert "two of three" in call(machiai, "end", "--outcome", "two of three")
        first, second = listed(machiai, "ls")
        assert (first["kind"], first["planned"], first["ended_by"], first["paper"]) == (
            "read",
            1500,
            "switch",
            "2401.1",
        )
        assert (second["task"], second["outcome"], second["ended_by"]) == (1, "two of three", "user")
        assert "表を書く" in call(machiai, "ls")

    def test_what_is_refused(self, machiai: Machiai) -> None:
        """Each refusal is one line that names the way out, and keeps nothing."""
        for arguments, words in (
            (("end",), "machiai session start KIND"),
            (("start", "task", "--task", "9"), "there is no task 9"),
            (("start", "read", "--place", "p. 3"), "nothing to leave a note about"),
            (("start", "nap"), "is not one of"),
            (("start", "other", "--project", "gone"), "no project is called 'gone'"),
            (("take", "4"), "there is no suggestion 4"),
            (("skip", "4"), "there is no suggestion 4"),
            (("correct", "4", "--ended", "14:05"), "there is no session 4"),
            (("correct", "4", "--ended", "2 pm"), "write it like 14:05"),
            (("correct", "4"), "what is to be put right?"),
        ):
            done = machiai.call("session", *arguments)
            assert done.returncode != 0 and words in done.stderr, done.stderr
            assert "Traceback" not in done.stderr
        done = machiai.call("session", "start", "read", env={"MACHIAI_READ_ONLY": "1"})
        assert done.returncode == 1 and "read-only" in done.stderr
        assert listed(machiai, "ls", "--days", "9") == []

    def test_one_that_was_forgotten(self, machiai: Machiai) -> None:
        """It ended when it was meant to, and is corrected by times of the day."""
        begun = time.time() - 7200
        with contextlib.closing(open_journal(machiai.home / "journal.db")) as journal, write(journal):
            sessions.begin(journal, "read", begun, planned=600)
        call(machiai, "start", "break")
        assert listed(machiai, "ls", "--days", "2")[0]["ended_by"] == "forgotten"
        ended = time.strftime("%Y-%m-%d %H:%M", time.localtime(begun + 1800))
        shown = call(machiai, "correct", "1", "--ended", ended, "--outcome", "pass 2")
        assert "(corrected)" in shown and "pass 2" in shown
        assert listed(machiai, "ls", "--days", "2")[0]["ended"] == round(begun + 1800) // 60 * 60
        done = machiai.call("session", "correct", "1", "--ended", time.strftime("2099-01-01 00:00"))
        assert done.returncode == 1 and "in the future" in done.stderr

    def test_an_end_that_comes_late(self, machiai: Machiai) -> None:
        """Ending one long after it was meant to end tells how to put its end right; one in time does not."""
        call(machiai, "start", "plan")
        with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection, write(connection):
            connection.execute("UPDATE sessions SET begun = begun - 9000")
        assert "machiai session correct 1 --ended" in call(machiai, "end")
        call(machiai, "start", "plan")
        assert "correct" not in call(machiai, "end")

    def test_more_time(self, machiai: Machiai) -> None:
        """A session is given more time; mail is not, beyond its cap."""
        call(machiai, "start", "read", "--minutes", "10")
        assert "of 15 m" in call(machiai, "extend", "5")
        call(machiai, "start", "mail", "--minutes", "30")
        assert listed(machiai, "ls")[-1]["planned"] == 600
        done = machiai.call("session", "extend", "5")
        assert done.returncode == 1 and "10 minutes at most" in done.stderr


class TestResume:
    """The note one writes before leaving, and finds on return."""

    def test_shown_on_return(self, machiai: Machiai) -> None:
        """What was written on leaving a project is shown when a session in it begins again, once."""
        for name in ("cifar", "speech"):
            machiai.call("project", "add", name)
        call(machiai, "start", "task", "--project", "cifar")
        call(
            machiai,
            "start",
            "other",
            "--project",
            "speech",
            "--place",
            "train.py の 88 行目",
            "--next",
            "write the test",
        )
        shown = call(machiai, "start", "task", "--project", "cifar", "--question", "is the beam too small?")
        assert "you left cifar" in shown and "where you were: train.py の 88 行目" in shown
        assert "next step: write the test" in shown
        shown = call(machiai, "start", "task", "--project", "speech")
        assert "open question: is the beam too small?" in shown
        call(machiai, "end")
        assert "you left" not in call(machiai, "start", "task", "--project", "speech")

    def test_asked_in_a_terminal(self, machiai: Machiai) -> None:
        """In a terminal the three lines are asked for before the switch; Enter leaves one empty."""
        machiai.call("project", "add", "cifar")
        call(machiai, "start", "task", "--project", "cifar")
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "wb", buffering=0) as terminal:
            process = machiai.start("session", "start", "mail", stdin=theirs, stderr=subprocess.PIPE)
            os.close(theirs)
            terminal.write("損失の行\n\nwhy?\n".encode())
            _, told = process.communicate(timeout=30)
        assert process.returncode == 0 and b"where I am" in told
        shown = call(machiai, "start", "task", "--project", "cifar")
        assert "where you were: 損失の行" in shown and "open question: why?" in shown and "next step" not in shown


class TestAdvice:
    """`machiai session now`, and what one does with it."""

    def test_while_a_run_goes_on(self, machiai: Machiai) -> None:
        """The plan that is missing comes first; taken, it begins a session on that run; done, it counts."""
        run = machiai.detach(*python(WAITS), options=["--name", "学習", "--project", "cifar"])
        add_task(machiai, "plots ~20m", "--project", "cifar")
        found = listed(machiai, "now")
        assert (found["wait"]["name"], found["wait"]["at"], found["wait"]["silent"]) == ("学習", None, False)
        plan, task = found["advice"][:2]
        assert (plan["kind"], plan["subject"], plan["minutes"]) == ("plan", f"run:{run}", 5)
        assert plan["reasons"][0] == "when “学習” ends is not known"
        assert (task["kind"], task["task"], task["minutes"]) == ("task", 1, 20)
        shown = call(machiai, "now")
        assert (
            f"{plan['id']:>4}  Plan what follows “学習” (plan, 5 min)\n      when “学習” ends is not known · " in shown
        )
        call(machiai, "take", str(plan["id"]))
        found = listed(machiai, "now")
        assert (found["session"]["kind"], found["session"]["run"], found["session"]["planned"]) == ("plan", run, 300)
        assert plan["subject"] not in [one["subject"] for one in found["advice"]]
        call(machiai, "skip", str(task["id"]))
        assert "task:1" not in [one["subject"] for one in listed(machiai, "now")["advice"]]
        weights = {one["kind"]: one for one in listed(machiai, "weights")}
        assert (round(weights["task"]["value"], 4), weights["task"]["skipped"]) == (0.9, 1)
        assert weights["plan"]["accepted"] == 1
        assert "task      1.00" in call(machiai, "weights", "--reset")
        done = machiai.call("session", "skip", str(plan["id"]))
        assert done.returncode == 1 and "taken already" in done.stderr
        Path(machiai.cwd, "go").touch()
        assert machiai.wait_ended(run)["state"] == "finished"
        assert listed(machiai, "now")["wait"]["run"] is None

    def test_before_anything(self, machiai: Machiai) -> None:
        """With nothing there, writing down what there is to do is proposed; reading only changes nothing."""
        shown = call(machiai, "now", env={"MACHIAI_READ_ONLY": "1"})
        assert "–  Write down what there is to do (plan, 10 min)" in shown and "nothing is running" in shown
        with contextlib.closing(open_journal(machiai.home / "journal.db")) as journal:
            assert journal.execute("SELECT count(*) FROM advice").fetchone()[0] == 0

    def test_the_time_that_is_left(self, machiai: Machiai) -> None:
        """A run that tells its progress leaves time that only shorter things fit."""
        code = (
            "import time\nfor n in range(1, 2000):\n print(f'epoch {n}/2000 loss {1/n}', flush=True)\n time.sleep(0.3)"
        )
        machiai.detach(sys.executable, "-u", "-c", code, options=["--project", "cifar", "--if-success", "publish"])
        add_task(machiai, "long ~5h", "--project", "cifar")
        add_task(machiai, "short ~2m", "--project", "cifar")
        machiai.start_daemon()
        deadline = time.monotonic() + 40
        while (found := listed(machiai, "now"))["wait"]["at"] is None:
            assert time.monotonic() < deadline, found
            time.sleep(0.2)
        assert 180 < found["wait"]["at"] < 1200
        assert found["advice"][0]["task"] == 2 and "left" in found["advice"][0]["reasons"][0]
        assert 1 not in [one["task"] for one in found["advice"]]

"""`machiai ls`, `show` and `log`, as typed in a terminal."""

import json
import subprocess
import time
from collections.abc import Callable

from tests.conftest import python
from tests.fakes.command import Machiai

# fmt: off
SHOW_KEYS = {
    "id", "name", "project", "state", "health", "exit_code", "signal", "cause", "evidence", "certainty",
    "created", "started", "ended", "host", "engine", "pid", "argv", "cwd", "params", "git", "progress", "eta",
    "metrics", "gpu", "alerts", "hypothesis", "if_success", "if_failure", "conclusion", "parent",
}
# fmt: on


class TestWithoutADaemon:
    """Reading commands bring the journal up to date themselves."""

    def test_a_run_that_just_ended_is_shown_as_it_ended(self, machiai: Machiai) -> None:
        """Right after `machiai run`, `show` knows the end."""
        machiai.call("run", "--name", "first", "--", *python("print('hello'); raise SystemExit(2)"))
        shown = machiai.show("first")
        assert (shown["state"], shown["exit_code"], shown["log"]["lines"]) == ("failed", 2, 1)

    def test_an_empty_journal_says_how_to_begin(self, machiai: Machiai) -> None:
        """`ls` without runs names the command that makes one."""
        machiai.inside = False
        done = machiai.call("ls")
        assert done.returncode == 0
        assert "machiai run -- python train.py" in done.stderr


class TestShow:
    """`machiai show`."""

    def test_json_has_every_key_scripts_rely_on(self, machiai: Machiai) -> None:
        """The keys of the interface are all there, whatever the run."""
        plan = ("--hypothesis", "lower is better", "--if-success", "raise lr", "--if-failure", "halve lr", "--tag", "a")
        machiai.call("run", *plan, "--", *python("pass", "--lr", "3e-4", "--epochs=5"))
        shown = machiai.show()
        assert set(shown) >= SHOW_KEYS
        assert shown["params"] == {"lr": "3e-4", "epochs": "5"}
        assert (shown["hypothesis"], shown["if_success"], shown["if_failure"]) == (
            "lower is better",
            "raise lr",
            "halve lr",
        )

    def test_a_run_answers_to_id_prefix_name_and_last(self, machiai: Machiai) -> None:
        """Four ways to say which run."""
        machiai.call("run", "--name", "résumé 学習", "--", "true")
        run = machiai.show("last")["id"]
        assert {machiai.show(word)["id"] for word in (run, run[:9], "résumé 学習", "last")} == {run}

    def test_the_latest_of_a_name_wins(self, machiai: Machiai) -> None:
        """A name may be used again."""
        machiai.call("run", "--name", "same", "--", "true")
        machiai.call("run", "--name", "same", "--", "false")
        assert machiai.show("same")["state"] == "failed"

    def test_an_unknown_run_lists_the_nearest(self, machiai: Machiai) -> None:
        """A typo is answered with the names that come close, and exit code 1."""
        machiai.call("run", "--name", "resnet-aug", "--", "true")
        done = machiai.call("show", "resnet-agu")
        assert done.returncode == 1
        assert "resnet-aug" in done.stderr

    def test_people_get_words(self, machiai: Machiai) -> None:
        """Without --json it is readable: state, cause, command."""
        machiai.inside = False
        machiai.call("run", "--", *python("raise ValueError('no such split')"))
        done = machiai.call("show", "last")
        assert "failed" in done.stdout
        assert "ValueError: no such split" in done.stdout


class TestLs:
    """`machiai ls`."""

    def test_filters_and_json(self, machiai: Machiai) -> None:
        """States and words narrow the list; --json is a list of runs."""
        machiai.call("run", "--name", "good", "--", "true")
        machiai.call("run", "--name", "bad", "--", "false")
        names = [row["name"] for row in json.loads(machiai.call("ls", "--json").stdout)]
        failed = [row["name"] for row in json.loads(machiai.call("ls", "--state", "failed", "--json").stdout)]
        found = [row["name"] for row in json.loads(machiai.call("ls", "--find", "goo", "--json").stdout)]
        assert (names, failed, found) == (["bad", "good"], ["bad"], ["good"])


class TestLog:
    """`machiai log`."""

    def test_prints_the_bytes_the_training_wrote(self, machiai: Machiai) -> None:
        """Colours, carriage returns and odd bytes come out as they went in."""
        raw = b"\x1b[31mred\x1b[0m\r50%\r100%\n\xff\x00end"
        machiai.wait_ended(machiai.detach(*python(f"import sys; sys.stdout.buffer.write({raw!r})")))
        done = subprocess.run(
            machiai.argv("log", "last"), env=machiai.environment, capture_output=True, check=False, timeout=60
        )
        assert done.stdout == raw

    def test_last_lines_only(self, machiai: Machiai) -> None:
        """-n gives the last lines, with or without a newline at the end."""
        machiai.inside = False  # bytes go past sys.stdout
        machiai.call("run", "--", *python("for i in range(1000): print(i)"))
        assert machiai.call("log", "last", "-n", "3").stdout == "997\n998\n999\n"
        machiai.call("run", "--", *python("import sys; sys.stdout.write('a\\nb\\nc')"))
        assert machiai.call("log", "last", "-n", "2").stdout == "b\nc"
        assert machiai.call("log", "last", "-n", "99").stdout == "a\nb\nc"

    def test_a_deleted_log_leaves_its_last_lines(self, machiai: Machiai) -> None:
        """The journal keeps 200 lines of an ended run."""
        machiai.call("run", "--", *python("for i in range(500): print('line', i)"))
        run = machiai.show()["id"]
        (machiai.folder(run) / "log").unlink()
        done = machiai.call("log", run)
        assert done.stdout.splitlines() == [f"line {i}" for i in range(300, 500)]
        assert "gone" in done.stderr

    def test_follow_goes_on_to_the_end(self, machiai: Machiai, wait_for: Callable[..., None]) -> None:
        """-f prints what comes until the run ends, and Ctrl-C on another follower leaves the run alone."""
        machiai.start_daemon()
        run = machiai.detach(
            *python("import time\nfor i in range(30):\n    print(i, flush=True)\n    time.sleep(0.05)")
        )
        machiai.beat(run)
        follower = machiai.start("log", "-f", run)
        out, _ = follower.communicate(timeout=30)
        assert out.decode().split() == [str(i) for i in range(30)]
        assert machiai.wait_ended(run)["state"] == "finished"


class TestBadSurroundings:
    """What cannot work says so in one line."""

    def test_a_settings_file_that_is_not_toml(self, machiai: Machiai) -> None:
        """The file is named, nothing is started."""
        machiai.home.mkdir()
        (machiai.home / "config.toml").write_text("poll_seconds = = 3")
        done = machiai.call("run", "--", "true")
        assert done.returncode == 125
        assert "config.toml is not valid TOML" in done.stderr
        assert not (machiai.home / "runs").exists()

    def test_a_setting_out_of_range(self, machiai: Machiai) -> None:
        """The setting, its value and what it must be are named."""
        done = machiai.call("ls", env={"MACHIAI_POLL_SECONDS": "-1"})
        assert done.returncode == 1
        assert "poll_seconds" in done.stderr and "-1" in done.stderr

    def test_a_journal_of_a_newer_machiai(self, machiai: Machiai) -> None:
        """It is left alone, and the way out is said."""
        import sqlite3

        machiai.home.mkdir()
        with sqlite3.connect(machiai.home / "journal.db") as connection:
            connection.execute("PRAGMA user_version=999")
        connection.close()
        done = machiai.call("ls")
        assert done.returncode == 1
        assert "newer Machiai" in done.stderr

    def test_a_locked_journal_does_not_stop_a_launch(self, machiai: Machiai) -> None:
        """`machiai run` needs no journal at all."""
        import sqlite3

        machiai.call("ls")
        connection = sqlite3.connect(machiai.home / "journal.db", isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        done = machiai.call("run", "--", "true")
        connection.close()
        assert done.returncode == 0
        assert time.monotonic() - began < 15

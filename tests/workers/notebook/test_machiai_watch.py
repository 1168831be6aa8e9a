"""Pushes from notebooks and scripts: the one file to copy, run by Python and IPython as a user would."""

import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fakes.faulty_server import answer, drop, stall, status
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from workers.notebook import machiai_watch

FILE = ROOT / "workers" / "notebook" / "machiai_watch.py"
Run = Callable[..., subprocess.CompletedProcess[str]]
Titles = Callable[[int], list[str]]
WaitFor = Callable[..., None]


@pytest.fixture(name="run")
def _run(tmp_path: Path, pushbullet: PushbulletServer) -> Run:
    """Runs a script beside a copy of the file, with the account's token in a variable."""
    shutil.copy(FILE, tmp_path)

    def run(source: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        script = tmp_path / "train.py"
        script.write_text(textwrap.dedent(source), encoding="utf-8")
        given = {**os.environ, "MACHIAI_PUSHBULLET_URL": pushbullet.url, "PUSHBULLET_TOKEN": TOKEN, "LC_ALL": "C.UTF-8"}
        command = [sys.executable, *(words or (str(script),))]
        return subprocess.run(
            command, cwd=tmp_path, env=given | environment, capture_output=True, text=True, timeout=60
        )

    return run


@pytest.fixture(name="titles")
def _titles(pushbullet: PushbulletServer, wait_for: WaitFor) -> Titles:
    """Waits for so many pushes; their titles."""

    def titles(count: int) -> list[str]:
        wait_for(lambda: len(pushbullet.pushes) >= count, f"{count} pushes")
        return [push["title"] for push in pushbullet.pushes]

    return titles


class TestEnds:
    def test_a_block_that_ends(self, run: Run, titles: Titles) -> None:
        """The end of a block is one push with its length and name."""
        done = run("from machiai_watch import watch\nwith watch('finetune'):\n    print(6 * 7)\n")
        assert (done.returncode, done.stdout, done.stderr) == (0, "42\n", "")
        [title] = titles(1)
        assert title.startswith("✔ finished in 0.")
        assert title.endswith(" s — finetune")

    def test_an_exception(self, run: Run, titles: Titles, pushbullet: PushbulletServer) -> None:
        """An exception is told with the last line of its traceback, and goes on as it was."""
        source = "from machiai_watch import watch\nwith watch('finetune'):\n    {}['lr']\n"
        done = run(source)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == "KeyError: 'lr'"
        assert "machiai_watch.py" not in done.stderr
        assert titles(1)[0].startswith("✖ crashed after 0.")
        assert ": KeyError: 'lr' — finetune" in titles(1)[0]
        assert "at train.py:3, <module>" in pushbullet.pushes[0]["body"]

    @pytest.mark.parametrize("ending", ["raise KeyboardInterrupt", "raise asyncio.CancelledError"])
    def test_what_was_wished_is_not_told(self, run: Run, titles: Titles, ending: str) -> None:
        """A Ctrl-C, or a task that was cancelled, is no news to the one who did it."""
        source = f"""
            import asyncio
            from machiai_watch import push, watch
            try:
                with watch('finetune'):
                    {ending}
            except BaseException:
                push('after')
        """
        run(source)
        assert titles(1) == ["after"]

    def test_exit_codes(self, run: Run, titles: Titles) -> None:
        """`sys.exit()` is a good end, `sys.exit(2)` a crash, and the exit code stays."""
        assert run("import sys\nfrom machiai_watch import watch\nwith watch('one'):\n    sys.exit()\n").returncode == 0
        assert titles(1)[0].startswith("✔ finished")
        assert run("import sys\nfrom machiai_watch import watch\nwith watch('two'):\n    sys.exit(2)\n").returncode == 2
        assert ": SystemExit: 2 — two" in titles(2)[1]

    def test_only_crashes_or_long_ones(self, run: Run, titles: Titles) -> None:
        """Good ends can be left out, all or the quick ones."""
        source = """
            from machiai_watch import watch
            with watch('quick', at_least=60):
                pass
            with watch('fine', only='crash'):
                pass
            with watch('bad', only='crash', at_least=60):
                raise ValueError('x')
        """
        run(source)
        [title] = titles(1)
        assert title.endswith("ValueError: x — bad")


class TestFunctions:
    def test_every_kind_of_function(self, run: Run, titles: Titles) -> None:
        """Functions, coroutines and generators are told when they are through, and keep name and result."""
        source = """
            import asyncio
            from machiai_watch import watch

            @watch
            def plain(x, *, y=1):
                "Doc."
                return x + y

            @watch("a coroutine")
            async def waiting():
                await asyncio.sleep(0.3)
                return 2

            @watch
            def yielding():
                got = yield 1
                assert got == 'sent'
                return 3

            assert (plain(1, y=4), plain.__name__, plain.__doc__) == (5, 'plain', 'Doc.')
            assert asyncio.run(waiting()) == 2
            steps = yielding()
            assert next(steps) == 1
            try:
                steps.send('sent')
            except StopIteration as end:
                assert end.value == 3
        """
        done = run(source)
        assert done.stderr == ""
        found = sorted(title.rpartition(" — ")[2] for title in titles(3))
        assert found == ["a coroutine", "plain", "yielding"]
        assert any("0.3 s" in title for title in titles(3))

    def test_recursion_and_threads(self, run: Run, titles: Titles) -> None:
        """A recursive call is part of the outermost; calls in threads are told one by one."""
        source = """
            import threading
            from machiai_watch import push, watch

            @watch
            def fold(n):
                return n and fold(n - 1)

            fold(3)
            threads = [threading.Thread(target=fold, args=(1,)) for _ in range(2)]
            [one.start() for one in threads]
            [one.join() for one in threads]
        """
        run(source)
        assert len(titles(3)) == 3

    def test_forked_children_say_nothing(self, run: Run, titles: Titles) -> None:
        """A child forked within a block leaves the block too, and is not told."""
        source = """
            import os
            from machiai_watch import push, watch
            with watch('outer'):
                child = os.fork()
            if child:
                os.waitpid(child, 0)
                push('parent is through')
        """
        run(source)
        assert sorted(title.split()[0] for title in titles(2)) == ["parent", "✔"]


class TestHarmless:
    @pytest.mark.parametrize("trouble", ["closed port", "no such host", "wrong token", "no token", "stalls", "no home"])
    def test_trouble_costs_nothing(self, run: Run, trouble: str, pushbullet: PushbulletServer) -> None:
        """Whatever is wrong with the push, result, output and exception stay and no two seconds are lost."""
        changed = {
            "closed port": {"MACHIAI_PUSHBULLET_URL": "http://127.0.0.1:9"},
            "no such host": {"MACHIAI_PUSHBULLET_URL": "http://nowhere.invalid"},
            "wrong token": {"PUSHBULLET_TOKEN": "o.Wrong"},
            "no token": {"PUSHBULLET_TOKEN": ""},
            "no home": {"PUSHBULLET_TOKEN": "", "HOME": "/nonexistent"},
        }.get(trouble, {})
        if trouble == "stalls":
            pushbullet.script(stall(30.0))
        source = """
            import time
            from machiai_watch import watch
            began = time.monotonic()
            with watch('finetune'):
                pass
            print('lost', time.monotonic() - began)
            began = time.monotonic()
            try:
                with watch('finetune'):
                    raise ValueError('mine')
            except ValueError as error:
                print(error, error.__context__, time.monotonic() - began)
        """
        done = run(source, **changed)
        assert done.returncode == 0
        assert done.stderr == ""
        first, second = (line.split() for line in done.stdout.splitlines())
        assert first[0] == "lost"
        assert float(first[1]) < 2
        assert second[:2] == ["mine", "None"]
        assert float(second[2]) < 2

    def test_the_sender_outlives_the_script(
        self, run: Run, titles: Titles, pushbullet: PushbulletServer, wait_for: WaitFor
    ) -> None:
        """A slow and faulty service gets the push after the script has long ended, once."""
        pushbullet.script(status(500, store=True), drop(on="*"), answer(b"<html>", on="*"), drop(store=True))
        began = time.monotonic()
        run("from machiai_watch import watch\nwith watch('finetune'):\n    pass\n")
        assert time.monotonic() - began < 5
        titles(1)
        wait_for(lambda: len(pushbullet.requests) >= 4)
        assert len({push["guid"] for push in pushbullet.pushes}) == len(pushbullet.pushes) == 1

    def test_a_broken_python(self, run: Run, titles: Titles) -> None:
        """Where no process can be started the push is tried from within, and still costs no two seconds."""
        source = """
            import sys, time
            from machiai_watch import watch
            sys.executable = '/nonexistent/python'
            began = time.monotonic()
            with watch('finetune'):
                pass
            assert time.monotonic() - began < 2
            time.sleep(1)
        """
        assert run(source).returncode == 0
        assert len(titles(1)) == 1

    def test_under_machiai_run(self, run: Run, titles: Titles, tmp_path: Path) -> None:
        """Under `machiai run` an exception that was handled is told; one that ends the run is Machiai's to tell."""
        copy = tmp_path / FILE.name
        copy.write_text(copy.read_text(encoding="utf-8").replace("HANDLED_SECONDS = 20.0", "HANDLED_SECONDS = 1.0"))
        fatal = "from machiai_watch import watch\nwith watch('fatal'):\n    raise ValueError('x')\n"
        assert run(fatal, MACHIAI_RUN_ID="261121-120000-aaaa").returncode == 1
        handled = """
            import time
            from machiai_watch import watch
            try:
                with watch('handled'):
                    raise ValueError('x')
            except ValueError:
                time.sleep(3)
        """
        run(handled, MACHIAI_RUN_ID="261121-120000-aaaa")
        [title] = titles(1)
        assert title.endswith("handled")


class TestToken:
    def test_from_a_file(self, run: Run, titles: Titles, tmp_path: Path) -> None:
        """The token may lie in a file, alone or as a line of TOML."""
        path = tmp_path / "token"
        for number, text in enumerate((f"\ufeff{TOKEN}\n", f'# mine\nPUSHBULLET_TOKEN = "{TOKEN}"\n'), 1):
            path.write_text(text, encoding="utf-8")
            run(
                "from machiai_watch import watch\nwith watch('x'):\n    pass\n",
                PUSHBULLET_TOKEN="",
                MACHIAI_TOKEN_FILE=str(path),
            )
            assert len(titles(number)) == number

    def test_it_is_never_told(self, run: Run, titles: Titles, pushbullet: PushbulletServer) -> None:
        """A token in an exception's words is not sent."""
        run(f"from machiai_watch import watch\nwith watch('x'):\n    raise ValueError('{TOKEN}')\n")
        assert "•••" in titles(1)[0]
        assert TOKEN not in str(pushbullet.pushes)

    def test_trying_it(self, run: Run, titles: Titles) -> None:
        """`--test` says whether the phone can be reached, and what to do where it cannot."""
        assert run("", "machiai_watch.py", "--test").stdout == "sent\n"
        assert titles(1) == ["Machiai can reach you"]
        refused = run("", "machiai_watch.py", "--test", PUSHBULLET_TOKEN="o.Wrong")
        assert (refused.returncode, refused.stdout) == (1, "Pushbullet answered 401\n")
        none = run("", "machiai_watch.py", "--test", PUSHBULLET_TOKEN="", HOME="/nonexistent")
        assert none.stdout.startswith("no access token: set PUSHBULLET_TOKEN")


class TestSeveralProcesses:
    def test_one_crash_is_one_push(
        self, run: Run, titles: Titles, pushbullet: PushbulletServer, wait_for: WaitFor
    ) -> None:
        """Of processes that train together the first tells a good end, and a crash of all is told once."""
        source = """
            import subprocess, sys, os
            from machiai_watch import watch
            if os.environ.get('RANK') is None:
                for words in (['bad'], ['good']):
                    ranks = [
                        subprocess.Popen([sys.executable, __file__, *words], env={**os.environ, 'RANK': str(rank)},
                                         stderr=subprocess.DEVNULL)
                        for rank in range(3)
                    ]
                    [one.wait() for one in ranks]
            else:
                with watch('ddp'):
                    if sys.argv[1] == 'bad':
                        raise ValueError('nan')
        """
        run(source)
        titles(2)
        wait_for(lambda: sum(request.method == "GET" for request in pushbullet.requests) >= 2)
        assert sorted(title.split()[1] for title in titles(2)) == ["crashed", "finished"]


class TestCells:
    def test_cells(self, run: Run, titles: Titles) -> None:
        """A watched cell runs as it always does: value, `await`, line numbers, traceback; its end is told."""
        source = """
            from IPython.core.interactiveshell import InteractiveShell
            shell = InteractiveShell.instance()
            shell.run_line_magic('load_ext', 'machiai_watch')
            good = shell.run_cell('%%watch finetune\\nx = 40\\nx + 2', store_history=True)
            assert good.result == 42 and good.success
            waited = shell.run_cell('%%watch\\nimport asyncio\\nawait asyncio.sleep(0)\\n7')
            assert waited.result == 7
            bad = shell.run_cell('%%watch broken\\n\\n1 / 0')
            assert isinstance(bad.error_in_exec, ZeroDivisionError) and bad.error_in_exec.__traceback__.tb_next.tb_lineno == 3
            wrong = shell.run_cell('%%watch syntax\\n1 +')
            assert wrong.error_before_exec is not None
            plain = shell.run_cell('8')
            assert plain.result == 8
            shell.run_line_magic('unload_ext', 'machiai_watch')
        """
        done = run(source)
        assert done.returncode == 0, done.stderr + done.stdout
        found = titles(3)
        assert sorted(title.rpartition(" — ")[2] for title in found) == ["broken", "cell", "finetune"]
        assert any("ZeroDivisionError: division by zero — broken" in title for title in found)


class TestWords:
    def test_japanese(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a Japanese environment the push is Japanese."""
        monkeypatch.setenv("LANG", "ja_JP.UTF-8")
        monkeypatch.delenv("LC_ALL", raising=False)
        title, _ = machiai_watch.compose("微調整", 3725.0, None)
        assert title == "✔ 1 時間 2 分で完了 — 微調整"

    @pytest.mark.parametrize(
        ("seconds", "words"), [(0.04, "0.0 s"), (59.6, "1 m"), (3600, "1 h"), (3725, "1 h 2 m"), (90061, "1 d 1 h")]
    )
    def test_lengths(self, seconds: float, words: str) -> None:
        """Lengths are told in at most two units."""
        assert machiai_watch.spell(seconds) == words

    def test_private(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Set to private, a push names neither host nor place."""
        monkeypatch.setenv("MACHIAI_PRIVATE", "1")
        assert machiai_watch.compose("x", 1.0, None)[1] == ""
        assert machiai_watch.compose("x", 1.0, ValueError("bad"))[1] == "ValueError: bad"

    def test_long_words_are_cut(self) -> None:
        """A push stays within what a phone shows."""
        title, body = machiai_watch.compose("n" * 300, 1.0, ValueError("w" * 5000))
        assert len(title) <= 100
        assert len(body) <= 1500
        assert "nnn" in title


def test_it_stands_alone() -> None:
    """The file needs nothing but the standard library, of Python 3.8 too."""
    import ast

    tree = ast.parse(FILE.read_text(encoding="utf-8"), feature_version=(3, 8))
    names = {
        alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= set(sys.stdlib_module_names)

"""`python3 -m tests`: what it takes from the environment, and what its exit code says."""

import sys
from pathlib import Path

import pytest

from tests.__main__ import clean_environment, run_pytest

PASSES = "def test_it(): assert True\n"


class TestEnvironment:
    def test_keeps_the_developers_own_out(self):
        """No Machiai or Streamlit setting nor PYTHONPATH of the developer's reaches a test; the rest does."""
        own = {
            "MACHIAI_PUSHBULLET_TOKEN": "secret",
            "MACHIAI_HOME": "/home/someone/journal",
            "STREAMLIT_SERVER_PORT": "80",
            "PYTHONPATH": "/somewhere",
            "LANG": "ja_JP.UTF-8",
        }
        kept = clean_environment(own, "/tmp/home")
        assert kept.pop("MACHIAI_HOME") == "/tmp/home"
        assert kept.pop("no_proxy") == kept.pop("NO_PROXY") == "127.0.0.1,localhost,::1"
        assert kept == {"LANG": "ja_JP.UTF-8"}

    def test_adds_loopback_to_what_needs_no_proxy(self):
        """The tests' own servers are reached without the proxy that the developer set."""
        kept = clean_environment({"http_proxy": "http://proxy:1", "NO_PROXY": "lab.example"}, "/tmp/home")
        assert kept["NO_PROXY"] == "lab.example,127.0.0.1,localhost,::1"
        assert kept["http_proxy"] == "http://proxy:1"


class TestExitCode:
    @pytest.mark.parametrize(
        ("source", "code"),
        [
            (PASSES, 0),
            ("def test_it(): assert False\n", 1),
            ("", 1),
            ("import os\ndef test_it(): os.kill(os.getpid(), 9)\n", 137),
        ],
    )
    def test_is_pytests_own(self, tmp_path, source, code):
        """Pass, fail and death by a signal come through; having found no test is a failure."""
        (tmp_path / "test_it.py").write_text(source)
        assert run_pytest(Path(sys.executable), tmp_path, ["-q", "-p", "no:cacheprovider"]) == code

    def test_arguments_reach_pytest(self, tmp_path):
        """Arguments go to pytest as they are: one that selects nothing makes the run fail."""
        (tmp_path / "test_it.py").write_text(PASSES)
        assert run_pytest(Path(sys.executable), tmp_path, ["-q", "-k", "other"]) == 1

    def test_data_folder_is_gone_afterwards(self, tmp_path):
        """Tests see a data folder of their own, removed after the run."""
        seen = tmp_path / "seen"
        (tmp_path / "test_it.py").write_text(
            "import os, pathlib\n"
            "def test_it():\n"
            "    home = pathlib.Path(os.environ['MACHIAI_HOME'])\n"
            "    assert not list(home.iterdir())\n"
            f"    pathlib.Path({str(seen)!r}).write_text(str(home))\n"
        )
        assert run_pytest(Path(sys.executable), tmp_path, ["-q"]) == 0
        assert not Path(seen.read_text()).exists()

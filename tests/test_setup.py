"""`python3 -m tests`: what it takes from the environment, and what its exit code says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.__main__ import clean_environment, run_pytest, side_by_side

ROOT = Path(__file__).resolve().parents[1]

PASSES = "def test_it(): assert True\n"


class TestProcesses:
    def test_all_tests_run_side_by_side(self):
        """Without arguments a file runs in one of several processes; a developer's own arguments are left alone."""
        assert side_by_side([])[0] == "-n" and int(side_by_side([])[1]) >= 2
        assert side_by_side(["-k", "one"]) == []


class TestEnvironment:
    def test_keeps_the_developers_own_out(self):
        """No Machiai or Streamlit setting nor PYTHONPATH of the developer's reaches a test, nor arXiv itself; the rest does."""
        own = {
            "MACHIAI_PUSHBULLET_TOKEN": "secret",
            "MACHIAI_HOME": "/home/someone/journal",
            "STREAMLIT_SERVER_PORT": "80",
            "PYTHONPATH": "/somewhere",
            "LANG": "ja_JP.UTF-8",
        }
        kept = clean_environment(own, "/tmp/home")
        assert kept.pop("MACHIAI_HOME") == "/tmp/home"
        assert kept.pop("MACHIAI_ARXIV_URL").startswith("http://127.0.0.1:")
        assert kept.pop("no_proxy") == kept.pop("NO_PROXY") == "127.0.0.1,localhost,::1"
        assert kept == {"LANG": "ja_JP.UTF-8"}

    def test_keeps_what_is_asked_of_the_tests(self):
        """The opt-in for tests on a real GPU reaches them."""
        assert clean_environment({"MACHIAI_TEST_GPU": "1"}, "/tmp/home")["MACHIAI_TEST_GPU"] == "1"

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


APT_GET = """#!/bin/sh
echo "$*" >> "$0.calls"
case "$*" in *install*) ;; *) exit 0 ;; esac
[ -e "$0.fails" ] && { echo "E: Unable to locate package"; exit 100; }
for word in "$@"; do
    case "$word" in gcc|tmux|chromium) printf '#!/bin/sh\nexit 0\n' > "${0%/*}/$word"; /bin/chmod 755 "${0%/*}/$word" ;; esac
done
"""


class TestPackages:
    @pytest.fixture(name="machine")
    def _machine(self, tmp_path):
        """A machine with chromium and a Japanese font, without gcc and tmux, whose apt-get writes its calls down."""
        programs = {"apt-get": APT_GET, "chromium": "#!/bin/sh\n", "fc-list": "#!/bin/sh\necho Noto\n"}
        for name, text in programs.items():
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        return tmp_path

    def add(self, machine):
        """Run `add_packages` where only that machine's programs are to be found; what it says."""
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.__main__ import add_packages; add_packages()"
        environment = {**os.environ, "PATH": str(machine)}
        done = subprocess.run([sys.executable, "-I", "-c", code], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stderr

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which may install")
    def test_installs_what_is_missing(self, machine):
        """As root, gcc with its headers and tmux are installed, once, and nothing is said to be missing then."""
        said = self.add(machine)
        assert "Installing gcc libc6-dev tmux" in said and "Missing" not in said
        calls = (machine / "apt-get.calls").read_text().splitlines()
        assert [call.split()[2] for call in calls] == ["update", "install"]
        assert calls[1].endswith("--no-install-recommends gcc libc6-dev tmux")
        assert self.add(machine) == ""
        assert (machine / "apt-get.calls").read_text().splitlines() == calls

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which may install")
    def test_says_what_could_not_be_installed(self, machine):
        """Where apt cannot, its own words, the way out, and the tests that are skipped are said."""
        (machine / "apt-get.fails").touch()
        said = self.add(machine)
        assert "Unable to locate package" in said
        assert "sudo apt-get install gcc libc6-dev tmux" in said
        assert "tests with fake GPUs are SKIPPED" in said and "jobs in tmux are SKIPPED" in said
        assert "browser" not in said

    def test_says_what_to_install_where_there_is_no_apt(self, machine):
        """Without apt, or without the right to install, what is missing is said, and what is lost by it."""
        (machine / "apt-get").unlink()
        (machine / "gcc").write_text("#!/bin/sh\nexit 1\n")  # a compiler without the headers of the C library
        (machine / "gcc").chmod(0o755)
        said = self.add(machine)
        assert "sudo apt-get install tmux libc6-dev" in said and "fake GPUs are SKIPPED" in said

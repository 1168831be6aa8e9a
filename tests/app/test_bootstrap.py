"""The checkout's own environment, made with a pip that stands in for the machine's."""

import ast
import io
import subprocess
import sys

import pytest

from app.bootstrap import TESTS, check_python, prepare, read_requirements
from app.installation import SetupError
from tests.fakes.checkout import ROOT, Machine


@pytest.fixture(name="machine")
def _machine(tmp_path):
    return Machine(tmp_path)


class TestFirstStart:
    def test_makes_an_environment_of_its_own(self, machine):
        """The first start makes .venv without pip, installs what requirements.txt asks for, and says so."""
        said = machine.start()
        ask = "import sys; print(sys.prefix)"
        answer = subprocess.run([machine.venv.python, "-I", "-c", ask], capture_output=True, text=True)
        assert answer.stdout.strip() == str(machine.venv.folder)
        (call,) = machine.calls()
        assert call["wanted"] == ["click==1.0", "torch==2.0"]
        assert call["asked"][2:5] == ["--python", str(machine.venv.python), "install"]
        assert "with torch" in said
        assert "Set up in" in said
        assert not list(machine.venv.folder.glob("lib/*/site-packages/pip*"))

    def test_keeps_packages_on_pythonpath_from_pip(self, machine, monkeypatch):
        """pip does not see the user's PYTHONPATH: what lies there would count as installed."""
        monkeypatch.setenv("PYTHONPATH", "/somewhere")
        machine.start()
        assert machine.calls()[0]["path"] is None

    def test_is_remembered(self, machine):
        """A second start with nothing changed starts no pip and says nothing."""
        machine.start()
        assert machine.start() == ""
        assert len(machine.calls()) == 1

    def test_takes_over_an_environment_that_works(self, machine):
        """A .venv that somebody made by hand is used, not thrown away."""
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", machine.venv.folder], check=True)
        (machine.venv.folder / "mine").touch()
        machine.start()
        assert (machine.venv.folder / "mine").exists()


class TestRequirements:
    def test_changed_pin_is_installed(self, machine):
        """A pin that changed is installed at the next start; a comment that changed is not."""
        machine.start()
        (machine.root / "requirements.txt").write_text("click==1.0  # another comment\ntorch==2.0\n")
        machine.start()
        assert len(machine.calls()) == 1
        (machine.root / "requirements.txt").write_text("click==1.1\ntorch==2.0\n")
        machine.start()
        assert machine.calls()[1]["wanted"] == ["click==1.1", "torch==2.0"]

    def test_tests_include_the_app(self, machine):
        """After the tests' requirements are installed, the app starts without a pip of its own."""
        machine.start(TESTS)
        machine.start()
        assert [call["wanted"] for call in machine.calls()] == [["click==1.0", "torch==2.0", "pytest==1.0"]]

    def test_older_install_of_the_tests_does_not_count(self, machine):
        """Where the app installed other pins since, the tests' requirements are installed again."""
        machine.start(TESTS)
        before = (machine.root / "requirements.txt").read_text()
        (machine.root / "requirements.txt").write_text("click==9.0\ntorch==2.0\n")
        machine.start()
        (machine.root / "requirements.txt").write_text(before)
        machine.start(TESTS)
        assert [len(call["wanted"]) for call in machine.calls()] == [3, 2, 3]

    def test_torch_can_be_left_out(self, machine):
        """--without-torch drops torch's line alone and lasts, for the tests too, until --with-torch."""
        with (machine.root / "requirements.txt").open("a") as file:
            file.write("torchmetrics==1.0\n")
        assert "without torch" in machine.start(torch=False)
        assert machine.start() == ""
        machine.start(TESTS)
        machine.start(torch=True)
        assert [call["wanted"] for call in machine.calls()] == [
            ["click==1.0", "torchmetrics==1.0"],
            ["click==1.0", "torchmetrics==1.0", "pytest==1.0"],
            ["click==1.0", "torch==2.0", "torchmetrics==1.0"],
        ]

    def test_real_files_name_torch_once_and_last(self):
        """In Machiai's own requirements torch has a line of its own, and leaving it out leaves the rest."""
        whole, light = (read_requirements(ROOT / "requirements.txt", torch) for torch in (True, False))
        assert whole[:-1] == light
        assert whole[-1].startswith("torch==")
        assert all("==" in line for line in read_requirements(ROOT / TESTS, True))


class TestFailure:
    def test_pip_that_fails_is_shown(self, machine):
        """When pip fails, its last twenty lines and the way out are shown, and the next start tries again."""
        lines = [f"line {number}" for number in range(50)] + ["OSError: [Errno 28] No space left on device"]
        machine.pip(code=1, says="\n".join(lines))
        with pytest.raises(SetupError) as failure:
            machine.start()
        said = str(failure.value)
        assert "  line 49\n" in said
        assert "line 30" not in said
        assert "The disk is full" in said
        assert "--without-torch" in said
        machine.pip(code=0)
        machine.start()
        assert len(machine.calls()) == 2

    def test_no_network_is_named(self, machine):
        """A pip without network is told apart from other failures, however much it printed after."""
        machine.pip(code=1, says="Temporary failure in name resolution\n" + "ERROR: No matching distribution\n" * 30)
        with pytest.raises(SetupError, match="check the network"):
            machine.start()

    @pytest.mark.parametrize(("version", "says"), [("pip 20.3.4 from x", "is 20.3"), ("", "apt install python3-pip")])
    def test_pip_must_be_there_and_new_enough(self, machine, version, says):
        """No pip, or one that cannot install into another environment, is told before anything is made."""
        machine.pip(version=version)
        with pytest.raises(SetupError, match=says):
            machine.start()
        assert not machine.venv.python.exists()

    def test_second_python_may_have_the_pip(self, machine, tmp_path):
        """Where the first interpreter has no pip, the next one's is used."""
        prepare(machine.root, out=io.StringIO(), pythons=[str(tmp_path / "none"), str(machine.python)])
        assert len(machine.calls()) == 1

    def test_folder_that_cannot_be_made(self, machine):
        """A folder that cannot be written is named, without a traceback."""
        machine.venv.folder.write_text("a file is in the way")
        with pytest.raises(SetupError, match=r"cannot set itself up in .*\.venv"):
            machine.start()

    def test_old_python_is_told(self):
        """A Python before 3.11 is named with its version; 3.11 and later pass."""
        with pytest.raises(SetupError, match=r"needs Python 3\.11 or newer; .* is 3\.9\.18"):
            check_python((3, 9, 18))
        check_python((3, 11, 0))
        check_python((4, 0, 0))

    @pytest.mark.parametrize(
        "name",
        [
            "app/__init__",
            "app/__main__",
            "app/bootstrap",
            "app/installation",
            "tests/__init__",
            "tests/__main__",
        ],
    )
    def test_old_python_can_read_what_tells_it(self, name):
        """What runs before the version is checked keeps to the syntax of Python 3.8."""
        tree = ast.parse((ROOT / f"{name}.py").read_text("utf-8"), feature_version=(3, 8))
        imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
        assert name.endswith("__init__") or imports[0].module == "__future__"


class TestBrokenEnvironment:
    def test_python_that_is_gone(self, machine, tmp_path):
        """When the Python it was made from is gone, the environment is made anew, with the same choice."""
        machine.start(torch=False)
        (machine.venv.folder / "stale").touch()
        machine.venv.python.unlink()
        machine.venv.python.symlink_to(tmp_path / "gone")
        machine.start()
        assert machine.calls()[1]["wanted"] == ["click==1.0"]
        assert not (machine.venv.folder / "stale").exists()

    def test_python_of_the_machine(self, machine):
        """Without pyvenv.cfg its Python would be the machine's, and is never handed to pip."""
        machine.start()
        (machine.venv.folder / "pyvenv.cfg").unlink()
        machine.start()
        assert (machine.venv.folder / "pyvenv.cfg").exists()
        assert len(machine.calls()) == 2

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}', "\x00"])
    def test_record_that_cannot_be_read(self, machine, content):
        """A record that is empty, cut short or from another time means: install."""
        machine.start()
        machine.venv.record.write_text(content)
        machine.start()
        assert len(machine.calls()) == 2

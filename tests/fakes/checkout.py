"""A checkout of a toy Machiai on a machine whose pip installs nothing and tells what it was asked."""

import io
import json
import shlex
import subprocess
import sys
from pathlib import Path

from app.bootstrap import Environment, prepare

ROOT = Path(__file__).resolve().parents[2]

CLI = 'import sys\nprint("ours", sys.flags.isolated, sys.argv[1:])\n'

# Stands where `python -m pip` stands: says what pip says, notes what it is asked, waits if a test wants it.
PIP = """\
import json, os, pathlib, sys, time
home = pathlib.Path(__file__).parent
asked = sys.argv[1:]
if asked == ["-m", "pip", "--version"]:
    print((home / "version").read_text())
    sys.exit()
wanted = pathlib.Path(asked[asked.index("-r") + 1]).read_text().split()
with (home / "calls").open("a") as calls:
    calls.write(json.dumps({"wanted": wanted, "asked": asked, "path": os.environ.get("PYTHONPATH")}) + "\\n")
print("Collecting streamlit==1.0", flush=True)
while (home / "wait").exists():
    time.sleep(0.01)
print((home / "says").read_text(), flush=True)
sys.exit(int((home / "code").read_text()))
"""


class Machine:
    """A checkout of a toy Machiai, in a folder with a space in its name, on a machine with a made-up pip."""

    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path / "my checkout 待合"
        (self.root / "tests").mkdir(parents=True)
        (self.root / "workers").mkdir()
        (self.root / "workers/__init__.py").touch()
        (self.root / "workers/cli.py").write_text(CLI)
        (self.root / "requirements.txt").write_text("# what for\nclick==1.0  # the command\n\ntorch==2.0\n")
        (self.root / "tests/requirements.txt").write_text("-r ../requirements.txt\npytest==1.0\n")
        self.home = tmp_path / "machine"
        self.home.mkdir()
        (self.home / "pip.py").write_text(PIP)
        self.python = self.home / "python3"
        self.python.write_text(
            f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(self.home / "pip.py"))} "$@"\n'
        )
        self.python.chmod(0o755)
        self.pip(version="pip 23.0.1 from /usr/lib/python3/dist-packages/pip (python 3.11)", code=0)

    @property
    def venv(self) -> Environment:
        return Environment(self.root)

    def pip(self, version: str | None = None, code: int = 0, says: str = "Successfully installed") -> None:
        """Settle how pip answers from now on."""
        if version is not None:
            (self.home / "version").write_text(version)
        (self.home / "code").write_text(str(code))
        (self.home / "says").write_text(says)

    def calls(self) -> list[dict]:
        """Return what pip was asked to install, call by call."""
        try:
            return [json.loads(line) for line in (self.home / "calls").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def start(self, wanted: str = "requirements.txt", torch: bool | None = None) -> str:
        """Prepare the environment in this process; return what the user reads."""
        out = io.StringIO()
        python = prepare(self.root, wanted, torch, out, [str(self.python)])
        assert python == self.venv.python
        return out.getvalue()

    def start_aside(self) -> subprocess.Popen:
        """Prepare the environment in a process of its own."""
        script = (
            "import sys; from pathlib import Path; from app.bootstrap import prepare;"
            "prepare(Path(sys.argv[1]), pythons=[sys.argv[2]]); print('ready')"
        )
        command = [sys.executable, "-c", script, str(self.root), str(self.python)]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def hold_pip(self) -> None:
        """Let pip wait in the middle of its work from now on."""
        (self.home / "wait").touch()

    def release_pip(self) -> None:
        """Let pip go on."""
        (self.home / "wait").unlink()

"""Set-up that is killed, interrupted, or started twice at once."""

import json
import time

import pytest

from app.bootstrap import prune
from app.installation import SetupError
from tests.fakes.checkout import Machine


@pytest.fixture(name="machine")
def _machine(tmp_path):
    return Machine(tmp_path)


def wait_until(condition, what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.01)


class TestInterruption:
    def test_killed_start_is_taken_up(self, machine):
        """After kill -9 amid the install, the next start waits for the orphaned pip, then installs again."""
        machine.hold_pip()
        killed = machine.start_aside()
        wait_until(machine.calls, "the first pip")
        killed.kill()
        killed.communicate()
        assert json.loads(machine.venv.record.read_text())["installed"] == {}
        following = machine.start_aside()
        assert following.stderr.readline().startswith("Another start is setting Machiai up; waiting")
        assert len(machine.calls()) == 1
        machine.release_pip()
        out, err = following.communicate(timeout=30)
        assert out == "ready\n", err
        assert len(machine.calls()) == 2
        assert machine.start() == ""

    def test_two_first_starts(self, machine):
        """Of two first starts at once one installs; the other waits, says so, and finds all in place."""
        machine.hold_pip()
        first = machine.start_aside()
        wait_until(machine.calls, "the first pip")
        second = machine.start_aside()
        assert second.stderr.readline().startswith("Another start is setting Machiai up; waiting")
        machine.release_pip()
        for process in (first, second):
            out, err = process.communicate(timeout=30)
            assert out == "ready\n", err
        assert len(machine.calls()) == 1

    def test_interrupt_ends_pip(self, machine):
        """Ctrl-C ends the pip with it, so that the next start need not wait."""
        machine.hold_pip()
        first = machine.start_aside()
        wait_until(machine.calls, "the first pip")
        first.send_signal(2)
        _, err = first.communicate(timeout=30)
        assert "KeyboardInterrupt" in err
        machine.release_pip()
        assert "Another start" not in machine.start()
        assert len(machine.calls()) == 2

    def test_old_pins_do_not_count_after_a_failure(self, machine):
        """After an update that failed half-way, going back to the old requirements installs them again."""
        machine.start()
        before = (machine.root / "requirements.txt").read_text()
        (machine.root / "requirements.txt").write_text("click==9.0\n")
        machine.pip(code=1)
        with pytest.raises(SetupError):
            machine.start()
        (machine.root / "requirements.txt").write_text(before)
        machine.pip(code=0)
        machine.start()
        assert len(machine.calls()) == 3

    def test_choice_outlives_a_failure(self, machine):
        """Torch left out stays left out when the first install failed."""
        machine.pip(code=1)
        with pytest.raises(SetupError):
            machine.start(torch=False)
        machine.pip(code=0)
        machine.start()
        assert machine.calls()[1]["wanted"] == ["click==1.0"]

    def test_half_written_package_is_forgotten(self, tmp_path):
        """A package with a missing or short file, or no RECORD, counts as not installed; whole ones stay."""
        for name in ("whole", "short", "missing", "unrecorded"):
            info = tmp_path / f"{name}-1.0.dist-info"
            info.mkdir()
            (info / "METADATA").write_text("Name: x\n")
            (tmp_path / f"{name}.py").write_text("pass\n")
            record = f'{name}.py,x,5\n"{name}-1.0.dist-info/METADATA",x,8\n__pycache__/{name}.pyc,,\n'
            (info / "RECORD").write_text(record + f"{name}-1.0.dist-info/RECORD,,\n")
        (tmp_path / "short.py").write_text("pa")
        (tmp_path / "missing.py").unlink()
        (tmp_path / "unrecorded-1.0.dist-info/RECORD").unlink()
        (tmp_path / "~hort").mkdir()
        assert prune(tmp_path) == ["missing-1.0", "short-1.0", "unrecorded-1.0"]
        assert prune(tmp_path) == []
        assert [path.name for path in tmp_path.glob("*.dist-info")] == ["whole-1.0.dist-info"]
        assert not (tmp_path / "~hort").exists()

"""`machiai demo`; what `machiai run` does is tested with the launcher, the viewer and the truth table."""

import pytest

from store.errors import LaunchError
from tests.fakes.command import Machiai
from workers.commands.run import require_torch


def test_the_demo_is_a_run_that_learns(machiai: Machiai) -> None:
    """`machiai demo` launches the real training, with a plan, and it prints its rollouts."""
    pytest.importorskip("torch", reason="a light install has no torch: the demo is not tried")
    run = machiai.call("demo", "--detach").stdout.strip()
    machiai.beat(run)
    machiai.start_daemon()
    while "rollout 1/" not in machiai.call("log", run).stdout:
        assert machiai.show(run)["state"] == "running"
    shown = machiai.show(run)
    assert (shown["name"], shown["tags"], bool(shown["hypothesis"])) == ("demo-pong", ["demo"], True)
    assert machiai.call("stop", run).returncode == 0
    assert machiai.wait_ended(run)["state"] == "stopped"


def test_the_demo_without_torch() -> None:
    """Where PyTorch was left out nothing is launched, and the way to have it is said."""
    with pytest.raises(LaunchError, match="--with-torch"):
        require_torch(lambda name: None)
    require_torch(lambda name: name)

"""The demo training: its network, its returns, and the script as a researcher's Python runs it."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the demo trains with torch, and torch is not installed")

from workers.demo import pong  # noqa: E402
from workers.demo.court import PIXELS, Court  # noqa: E402

LINE = re.compile(
    r"rollout (?P<done>\d+)/(?P<total>\d+)  games 16  mean_reward (?P<mean_reward>[+-]\d\.\d{3})"
    r"  win_rate (?P<win_rate>\d\.\d{2})  loss (?P<loss>-?\d+\.\d{4})  grad_norm (?P<grad_norm>\d+\.\d{3})"
    r"  steps_per_s (?P<pace>\d+)"
)


def run_script(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pong.py as a file, isolated, from a folder that has nothing to do with it."""
    return subprocess.run(
        [sys.executable, "-I", "-u", pong.__file__, "--games", "16", "--threads", "1", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_network():
    """The policy has two layers and no bias, and turns a frame difference into a probability."""
    policy = pong.build_policy(hidden=8)
    shapes = {name: tuple(weights.shape) for name, weights in policy.named_parameters()}
    assert shapes == {"0.weight": (8, PIXELS), "2.weight": (1, 8)}
    assert policy(torch.zeros(3, PIXELS)).tolist() == [[0.5]] * 3
    seen = policy(torch.randn(50, PIXELS))
    assert ((seen > 0) & (seen < 1)).all()


def test_discount():
    """A return is the reward at the end of its own rally, halved at each step back; rallies do not mix."""
    rewards = torch.tensor([[0.0, 0], [0, -1], [1, 0], [0, 0], [-1, 0]])
    expected = [[0.25, -0.5], [0.5, -1], [1, 0], [-0.5, 0], [-1, 0]]
    assert pong.discount(rewards, gamma=0.5).tolist() == expected


def test_normalise():
    """Normalised returns have mean 0 and standard deviation 1, and equal ones become 0."""
    assert pong.normalise(torch.tensor([1.0, 3, 5, 7])).tolist() == pytest.approx(
        [-3 / 5**0.5, -1 / 5**0.5, 1 / 5**0.5, 3 / 5**0.5]
    )
    assert pong.normalise(torch.tensor([0.7, 0.7])).tolist() == [0, 0]


def test_rollout():
    """A rollout plays every game to its end, and its rewards are exactly the points scored."""
    court = Court(8, 2, torch.Generator().manual_seed(1))
    rollout = pong.play(pong.build_policy(4), court)
    assert not court.playing.any()
    assert (rollout.rewards == 1).sum(0).tolist() == court.our_score.tolist()
    assert (rollout.rewards == -1).sum(0).tolist() == court.their_score.tolist()
    assert not rollout.rewards[~rollout.valid].any()
    won, lost = int(court.our_score.sum()), int(court.their_score.sum())
    assert rollout.mean_reward == pytest.approx((won - lost) / (won + lost))


def test_learning_step():
    """After one step, a move that was followed by a won rally is more probable and its opposite less."""
    torch.manual_seed(0)
    policy = pong.build_policy(8)
    frames = torch.zeros(1, 2, PIXELS, dtype=torch.int8)
    frames[0, 0, :100], frames[0, 1, 100:200] = 1, 1
    moves, valid = torch.ones(1, 2, dtype=torch.bool), torch.ones(1, 2, dtype=torch.bool)
    rollout = pong.Rollout(frames, moves, torch.tensor([[1.0, -1.0]]), valid, win_rate=0.5)
    before = policy(frames[0].float()).detach()
    loss, norm = pong.learn(policy, torch.optim.SGD(policy.parameters(), lr=0.1), rollout, gamma=0.9)
    after = policy(frames[0].float())
    assert after[0] > before[0]
    assert after[1] < before[1]
    assert loss == pytest.approx(float(-(before[0].log() - before[1].log()) / 2), rel=1e-4)
    assert norm > 0


def test_script(tmp_path):
    """Run as a file it prints its configuration, one line per rollout, what was learned, and saves the weights."""
    done = run_script(tmp_path, "--rollouts", "3", "--save", "weights.pt")
    assert done.returncode == 0, done.stderr
    config, *rollouts, summary, saved = done.stdout.splitlines()
    assert config.startswith("config: torch ")
    lines = [LINE.fullmatch(line) for line in rollouts]
    assert [(line["done"], line["total"]) for line in lines if line] == [("1", "3"), ("2", "3"), ("3", "3")]
    mean = sum(float(line["mean_reward"]) for line in lines if line) / 3
    figures = re.fullmatch(r"finished: mean reward of the last 3 rollouts (\S+) \(first 3: (\S+)\)", summary)
    assert figures
    assert [float(figure) for figure in figures.groups()] == pytest.approx([mean, mean], abs=0.006)
    assert saved == "weights saved to weights.pt"
    pong.build_policy(64).load_state_dict(torch.load(tmp_path / "weights.pt"))


def test_crash(tmp_path):
    """With --crash the allocator itself refuses half-way, and the traceback leads through train and replay."""
    done = run_script(tmp_path, "--rollouts", "4", "--crash")
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stdout.splitlines()[1:]] == ["1/4", "2/4"]
    *traceback, message = done.stderr.strip().splitlines()
    assert message.startswith("RuntimeError: ")
    assert "DefaultCPUAllocator: can't allocate memory" in message
    frames = [line.split()[-1] for line in traceback if f'File "{pong.__file__}"' in line]
    assert frames[-2:] == ["train", "replay"]


@pytest.mark.skipif(signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="SIGINT is ignored here")
def test_interrupt(tmp_path):
    """Ctrl-C between two rollouts ends the training by that signal, not with an exit code."""
    command = [sys.executable, "-u", pong.__file__, "--games", "16", "--threads", "1"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("config: ")
        assert process.stdout.readline().startswith("rollout 1/")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == -signal.SIGINT


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--rollouts", "0"], "rollouts must be at least 1"),
        (["--minutes", "1", "--rollouts", "3"], "not allowed with"),
        (["--save", "nowhere/weights.pt"], "there is no folder nowhere"),
    ],
)
def test_refusal(options, reason, capsys):
    """A command line that cannot be met is refused before any training, with its reason."""
    with pytest.raises(SystemExit) as ended:
        pong.main(options)
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err


def test_without_torch(tmp_path):
    """Where torch is missing the script says so in one line and exits 1."""
    start = f"runpy.run_path({pong.__file__!r}, run_name='__main__')"
    command = [sys.executable, "-c", f"import runpy, sys; sys.modules['torch'] = None; {start}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "needs PyTorch" in done.stderr

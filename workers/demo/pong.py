"""A small policy-gradient training that learns to play Pong: a plain script that needs nothing but PyTorch.

    python -u workers/demo/pong.py

Each rollout plays `--games` games side by side, then takes one REINFORCE step: the two-layer network sees what
changed between two frames and says how probable *up* should be; moves that came before a won rally become more
probable, those before a lost one less. One line is printed per rollout. With `--crash` the training dies half-way
of a memory allocation that no machine can grant.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import torch
except ModuleNotFoundError as error:
    if __name__ != "__main__" or error.name != "torch":
        raise
    sys.exit(f"pong.py needs PyTorch: {sys.executable} has no torch; install it there and run again")

from torch import Tensor, nn

if TYPE_CHECKING or __package__:
    from workers.demo.court import PIXELS, Court
else:
    # Run as a file, perhaps in isolated mode, where the folder of the script is not searched.
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from court import PIXELS, Court

ROLLOUTS_PER_MINUTE = 200
"""About how many rollouts one core manages; turns `--minutes` into a fixed number of rollouts."""
WINDOW = 10
"""How many rollouts the summary compares at either end."""
REPLAY_FRAMES = 10**15
"""What `--crash` asks room for: about 10**18 bytes, beyond any address space, so it is refused at once."""


@dataclass(frozen=True)
class Rollout:
    """One rollout of games, T steps long.

    frames: differences as the network saw them, shape (T, games, PIXELS), int8. ups: the moves, bool, shape
    (T, games). rewards: float, shape (T, games). valid: False where a game was already decided, shape (T, games).
    win_rate: share of the games won.
    """

    frames: Tensor
    ups: Tensor
    rewards: Tensor
    valid: Tensor
    win_rate: float

    @property
    def mean_reward(self) -> float:
        """Mean reward of the rallies, between -1 (lost all) and +1 (won all)."""
        return float(self.rewards.sum() / self.rewards.abs().sum())


def build_policy(hidden: int) -> nn.Sequential:
    """The network, without bias: frame difference (…, PIXELS) to the probability of *up* (…, 1)."""
    return nn.Sequential(
        nn.Linear(PIXELS, hidden, bias=False),
        nn.ReLU(),
        nn.Linear(hidden, 1, bias=False),
        nn.Sigmoid(),
    )


@torch.no_grad()
def play(policy: nn.Module, court: Court) -> Rollout:
    """Play all games of a fresh court to their end, drawing each move from the policy."""
    frames, ups, rewards, valid = [], [], [], []
    playing = court.playing
    while playing.any():
        frame = court.see()
        probability = policy(frame).squeeze(1)
        up = torch.rand(probability.shape, generator=court.generator, device=court.device) < probability
        frames.append(frame.to(torch.int8))
        ups.append(up)
        valid.append(playing)
        rewards.append(court.step(up))
        playing = court.playing
    win_rate = float((court.our_score > court.their_score).float().mean())
    return Rollout(torch.stack(frames), torch.stack(ups), torch.stack(rewards), torch.stack(valid), win_rate)


def discount(rewards: Tensor, gamma: float) -> Tensor:
    """The return of each step: the reward that ended its rally, smaller by `gamma` for each step before it.

    A reward other than 0 ends a rally, so nothing of the next rally leaks back. rewards: shape (T, games).
    """
    returns = torch.zeros_like(rewards)
    running = torch.zeros_like(rewards[0])
    for step in range(len(rewards) - 1, -1, -1):
        running = torch.where(rewards[step] != 0, rewards[step], running * gamma)
        returns[step] = running
    return returns


def normalise(returns: Tensor) -> Tensor:
    """Shift and scale to mean 0 and standard deviation 1; equal returns become 0. returns: shape (n,)."""
    centred = returns - returns.mean()
    return centred / (centred.square().mean().sqrt() + 1e-8)


def learn(
    policy: nn.Module,
    optimizer: torch.optim.Optimizer,
    rollout: Rollout,
    gamma: float,
) -> tuple[float, float]:
    """One REINFORCE step on a rollout; returns the loss and the norm of its gradient (before clipping at 1)."""
    valid = rollout.valid
    advantages = normalise(discount(rollout.rewards, gamma)[valid])
    probability = policy(rollout.frames[valid].float()).squeeze(1)
    taken = torch.where(rollout.ups[valid], probability, 1 - probability)
    loss = -(taken.clamp_min(1e-6).log() * advantages).mean()
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(policy.parameters(), max_norm=1.0)
    optimizer.step()
    return float(loss.detach()), float(norm)


def replay(rollout: Rollout, frames: int) -> Tensor:
    """Repeat a rollout into a batch of `frames` frames, shape (frames, PIXELS); the way `--crash` fails."""
    batch = torch.empty((frames, PIXELS), device=rollout.frames.device)
    seen = rollout.frames[rollout.valid]
    for start in range(0, frames, len(seen)):
        batch[start : start + len(seen)] = seen[: frames - start]
    return batch


def train(settings: argparse.Namespace) -> tuple[nn.Module, list[float]]:
    """Run the whole training and print one line per rollout; returns the policy and the mean reward of each."""
    torch.manual_seed(settings.seed)
    generator = torch.Generator(settings.device).manual_seed(settings.seed)
    policy = build_policy(settings.hidden).to(settings.device)
    optimizer = torch.optim.Adam(policy.parameters(), lr=settings.lr)
    total = settings.rollouts
    mean_rewards = []
    for number in range(1, total + 1):
        started = time.monotonic()
        rollout = play(policy, Court(settings.games, settings.points, generator))
        if settings.crash and number > total // 2:
            replay(rollout, REPLAY_FRAMES)
        loss, norm = learn(policy, optimizer, rollout, settings.gamma)
        pace = int(rollout.valid.sum()) / (time.monotonic() - started)
        mean_rewards.append(rollout.mean_reward)
        print(
            f"rollout {number}/{total}  games {settings.games}  mean_reward {rollout.mean_reward:+.3f}"
            f"  win_rate {rollout.win_rate:.2f}  loss {loss:.4f}  grad_norm {norm:.3f}  steps_per_s {pace:.0f}",
            flush=True,
        )
    return policy, mean_rewards


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; ends the program with status 2 and a usage line when it cannot be met."""
    parser = argparse.ArgumentParser(prog="pong.py", description="Learn a tiny Pong by policy gradient.")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=2.0, help="about how long on one core (default 2)")
    length.add_argument("--rollouts", type=int, help="exactly how many rollouts, instead of --minutes")
    parser.add_argument("--games", type=int, default=128, help="games played side by side (default 128)")
    parser.add_argument("--points", type=int, default=3, help="points that win a game (default 3)")
    parser.add_argument("--hidden", type=int, default=64, help="hidden units (default 64)")
    parser.add_argument("--lr", type=float, default=1e-2, help="learning rate of Adam (default 0.01)")
    parser.add_argument("--gamma", type=float, default=0.95, help="discount per step (default 0.95)")
    parser.add_argument("--seed", type=int, default=0, help="seed of weights, serves and moves (default 0)")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (default 1; more gain little)")
    parser.add_argument("--device", default="cpu", help="where to train, such as cuda (default cpu)")
    parser.add_argument("--save", type=Path, help="file for the weights when the training has ended")
    parser.add_argument("--crash", action="store_true", help="run out of memory half-way")
    settings = parser.parse_args(argv)
    if settings.rollouts is None:
        settings.rollouts = round(settings.minutes * ROLLOUTS_PER_MINUTE)
    for name in ("rollouts", "games", "points", "hidden", "threads"):
        if getattr(settings, name) < 1:
            parser.error(f"{name} must be at least 1, not {getattr(settings, name)}")
    if settings.save and not settings.save.parent.is_dir():
        parser.error(f"--save: there is no folder {settings.save.parent}")
    return settings


def main(argv: Sequence[str] | None = None) -> int:
    """Train as the command line says, between a line of configuration and a summary of what was learned."""
    settings = parse(argv)
    torch.set_num_threads(settings.threads)
    options = ", ".join(f"{name} {value}" for name, value in vars(settings).items() if value is not None)
    print(f"config: torch {torch.__version__}, {options}", flush=True)
    policy, mean_rewards = train(settings)
    first, last = mean_rewards[:WINDOW], mean_rewards[-WINDOW:]
    print(
        f"finished: mean reward of the last {len(last)} rollouts {sum(last) / len(last):+.2f}"
        f" (first {len(first)}: {sum(first) / len(first):+.2f})",
        flush=True,
    )
    if settings.save:
        torch.save(policy.state_dict(), settings.save)
        print(f"weights saved to {settings.save}", flush=True)
    return 0


if __name__ == "__main__":
    # Left to Python, an interrupt becomes exit code 1 once torch.optim is loaded; end by the signal itself.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())

"""Lines as training scripts of several stacks write them, and logs made of them, for property tests."""

import json
from collections.abc import Callable, Iterator
from itertools import count

from hypothesis import strategies as st

Lines = Callable[[int, int], list[str]]
_HEAD = ["Namespace(lr=0.01, epochs=90, seed=1)", "Using device: cuda:0", "Num examples = 67,349", "max_steps=5000"]
_TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "train.py", line 12, in <module>',
    "    loss = model(batch)",
    "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 15.78 GiB total capacity)",
]


def _value(seed: int, place: int) -> str:
    number = (seed * 7919 + place * 104729) % 100003 / 10007
    return ("nan", "inf", f"{number:.3e}")[place % 3] if seed % 17 == 3 else f"{number:.4f}"


def _trainer(seed: int, length: int) -> list[str]:
    lines = ["***** Running training *****", f"  Total optimization steps = {length}"]
    for step in range(1, length + 1):
        lines.append(f"{{'loss': {_value(seed, step)}, 'learning_rate': 1e-05, 'epoch': {step / length:.2f}}}")
        lines.append(f"\r{100 * step // length:3d}%|####      | {step}/{length} [00:10<00:10,  2.00it/s]")
    return lines


def _bars(seed: int, length: int) -> list[str]:
    return [
        f"\rEpoch {epoch}/99: {100 * step // length:3d}%|##   | {step}/{length} [00:01<00:01, 3.0it/s, loss={_value(seed, step)}]"
        for epoch in (1, 2, 3)
        for step in range(length + 1)
    ]


def _keras(seed: int, length: int) -> list[str]:
    lines = []
    for epoch in range(1, 3):
        lines.append(f"Epoch {epoch}/2")
        lines += [
            f"\r{step}/{length} [====>....] - ETA: 1s - loss: {_value(seed, step)} - accuracy: 0.5"
            for step in range(1, length + 1)
        ]
        lines.append(f"\r{length}/{length} [========] - 2s 3ms/step - loss: 0.5 - accuracy: 0.6 - val_loss: 0.7")
    return lines


def _sentences(seed: int, length: int) -> list[str]:
    return [f"Epoch {epoch}/{length} - loss: {_value(seed, epoch)}, val acc 85.3%" for epoch in range(1, length + 1)]


def _steps(seed: int, length: int) -> list[str]:
    return [
        f"2025-08-17 12:00:{step % 60:02d},123 - INFO - step: {step}, loss: {_value(seed, step)}, lr: 0.001"
        for step in range(seed % 3, length * 3, 2)
    ]


def _boxes(seed: int, length: int) -> list[str]:
    lines = []
    for step in range(1, length + 1):
        lines += [
            "-" * 40,
            "| rollout/           |          |",
            f"|    ep_rew_mean     | {_value(seed, step):8} |",
            "| time/              |          |",
            f"|    total_timesteps | {step * 2048:8} |",
            "-" * 40,
        ]
    return lines


def _objects(seed: int, length: int) -> list[str]:
    return [json.dumps({"step": step, "reward": seed % 7 + 1 / step}) for step in range(1, 4 * length + 6)]


def _table(seed: int, length: int) -> list[str]:
    return ["epoch,train_loss,val_loss"] + [f"{row},{_value(seed, row)},0.5" for row in range(1, length + 1)]


def _ranks(seed: int, length: int) -> list[str]:
    return [
        f"[rank{rank}]: Epoch: [{step // 5}][{step % 5}/5] Time 0.1 ( 0.1) Loss {_value(seed, step)} (0.5)"
        for step in range(length)
        for rank in (0, 1)
    ]


def _coloured(seed: int, length: int) -> list[str]:
    return [
        f"\x1b[32mINFO\x1b[0m iter {step}: \x1b[1mloss {_value(seed, step)}\x1b[0m, time 12.5ms"
        for step in range(length)
    ]


def _japanese(seed: int, length: int) -> list[str]:
    return [f"エポック {epoch}/{length} 損失: {_value(seed, epoch)} 精度: 0.853" for epoch in range(1, length + 1)]


def _noise(seed: int, length: int) -> list[str]:
    return (_HEAD + _TRACEBACK)[seed % 5 : seed % 5 + length]


KINDS: tuple[Lines, ...] = (
    *(_trainer, _bars, _keras, _sentences, _steps, _boxes, _objects, _table, _ranks, _coloured, _japanese, _noise),
)


def joined(lines: list[str]) -> str:
    """Lines one under the other; one that begins with a carriage return rewrites the one before."""
    return "".join(line if line[0] == "\r" else ("" if not place else "\n") + line for place, line in enumerate(lines))


def interleaved(parts: list[list[str]]) -> list[str]:
    """Lines of several writers in turn."""
    return [part[place] for place in range(max(map(len, parts))) for part in parts if place < len(part)]


@st.composite
def logs(draw: st.DrawFn) -> str:
    """Logs of several stretches by different writers, some of them launched twice."""
    lines: list[str] = []
    stretch = st.tuples(st.sampled_from(KINDS), st.integers(0, 50), st.integers(1, 7))
    for _ in range(draw(st.integers(1, 4))):
        kind, seed, length = draw(stretch)
        part = kind(seed, length)
        if draw(st.booleans()):
            other, seed, length = draw(stretch)
            part = interleaved([part, other(seed, length)])
        lines += part * draw(st.integers(1, 2))
    return joined(lines) + draw(st.sampled_from(["", "\n", "\r"]))


def cut(data: bytes, places: list[float]) -> Iterator[bytes]:
    """The data cut at places given as shares of its length."""
    at = [0, *sorted(int(share * len(data)) for share in places), len(data)]
    for number in count():
        if number + 1 >= len(at):
            return
        yield data[at[number] : at[number + 1]]

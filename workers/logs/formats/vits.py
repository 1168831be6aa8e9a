"""VITS and the voice changers that grew out of it: ``Losses: [2.7, 2.1, …], step: 200, lr: 1e-4``, or in Chinese."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("osses: [", "损失：[", "损失: [", "Train Epoch: ", "训练轮次：", "INFO\t[")
_NAMED = re.compile(
    r"(?:^|[\s\t])(?P<name>Losses|losses|损失)\s?[:：]\s?\[(?P<losses>[^\]]{1,600})\]\s?[,，]\s?(?:step|global_step|步数)\s?[:：]\s?(?P<step>\d+)"
    rf"(?:\s?[,，]\s?(?P<lr_name>lr|学习率)\s?[:：]\s?(?P<lr>{NUMBER}))?(?:\s?[,，]\s?(?P<other>reference_loss)\s?[:：]\s?(?P<value>{NUMBER}))?"
)
_PLAIN = re.compile(rf"\tINFO\t\[(?P<losses>{NUMBER}(?:, {NUMBER}){{3,12}})\]\s*$")
_EPOCH = re.compile(r"\tINFO\t(?:Train Epoch: |训练轮次：)(?P<epoch>\d+) \[\s*[\d.]+%\]\s*$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether such a trainer wrote the line."""
    line = line[:2000]
    return bool(_NAMED.search(line) or _PLAIN.search(line) or _EPOCH.search(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The losses, which have no names, by their places in the list."""
    line = line[:2000]
    time, _ = strip_stamp(line)
    epoch = _EPOCH.search(line)
    if epoch:
        return Reading(counts=(Count("epoch", float(epoch["epoch"])),))
    match = _NAMED.search(line)
    plain = None if match else _PLAIN.search(line)
    if match is None and plain is None:
        return None
    found = re.findall(NUMBER, match["losses"] if match else plain["losses"] if plain else "")
    numbers = [float(number.replace(",", "")) for number in found]
    if match:
        step = float(match["step"])
        values = {f"{match['name']}[{index}]": number for index, number in enumerate(numbers)}
        if match["lr"]:
            values[match["lr_name"]] = float(match["lr"].replace(",", ""))
        if match["value"]:
            values[match["other"]] = float(match["value"].replace(",", ""))
    else:
        # The list ends with the step and the learning rate.
        *losses, step, rate = numbers
        values = {f"losses[{index}]": number for index, number in enumerate(losses)}
        values["lr"] = rate
    return Reading([Record(values, step=step, time=time)], (Count("step", step),))

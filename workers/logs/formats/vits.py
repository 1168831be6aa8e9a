"""VITS and the voice changers that grew out of it: ``Losses: [2.7, 2.1, …], step: 200, lr: 1e-4``, or in Chinese."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("osses: [", "损失：[", "损失: [", "Train Epoch: ", "训练轮次：", "INFO\t[", ":[", "loss_disc=")
EXPRESS = False  # a line may say the step of the next
_NAMED = re.compile(
    r"(?:^|[\s\t])(?P<name>Losses|losses|损失)\s?[:：]\s?\[(?P<losses>[^\]]{1,600})\]\s?[,，]\s?(?:step|global_step|步数)\s?[:：]\s?(?P<step>\d+)"
    rf"(?:\s?[,，]\s?(?P<lr_name>lr|学习率)\s?[:：]\s?(?P<lr>{NUMBER}))?(?:\s?[,，]\s?(?P<other>reference_loss)\s?[:：]\s?(?P<value>{NUMBER}))?"
)
_PLAIN = re.compile(rf"\tINFO\t\[(?P<losses>{NUMBER}(?:, {NUMBER}){{3,12}})\]\s*$")
_PAIR = re.compile(rf"(?:INFO:[\w .-]{{1,80}}:|\tINFO\t)\[(?P<step>\d{{1,10}}), (?P<lr>{NUMBER})\]\s*$")
_LOSSES = re.compile(rf"(?:INFO:[\w .-]{{1,80}}:|\tINFO\t)(?P<fields>loss_disc={NUMBER}, ?loss_gen=.*)$")
_FIELD = re.compile(rf"(?P<name>\w{{1,40}})=(?P<value>{NUMBER})")
_EPOCH = re.compile(r"(?:INFO:[\w .-]{1,80}:|\tINFO\t)(?:Train Epoch: |训练轮次：)(?P<epoch>\d+) \[\s*[\d.]+%\]\s*$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether such a trainer wrote the line."""
    line = line[:2000]
    return any(form.search(line) for form in (_NAMED, _PLAIN, _EPOCH, _PAIR, _LOSSES))


def parse(line: str, memory: Memory) -> Reading | None:
    """The losses, which have no names, by their places in the list."""
    line = line[:2000]
    time, _ = strip_stamp(line)
    epoch = _EPOCH.search(line)
    if epoch:
        return Reading(counts=(Count("epoch", float(epoch["epoch"])),))
    pair = _PAIR.search(line)
    if pair:  # the losses that belong to it are on the next line
        memory["at"], memory["lr"] = float(pair["step"]), float(pair["lr"].replace(",", ""))
        return None
    named = _LOSSES.search(line)
    if named:
        step, rate = memory.get("at"), memory.pop("lr", None)
        values = {found["name"]: float(found["value"].replace(",", "")) for found in _FIELD.finditer(named["fields"])}
        if rate is not None:
            values["lr"] = rate
        return Reading([Record(values, step=step, time=time)])
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

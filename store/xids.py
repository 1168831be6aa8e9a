"""What an XID says: the number by which the NVIDIA driver reports an error of a GPU, in words for a researcher.

Numbers, and what they ask for at once, follow NVIDIA's catalogue (docs.nvidia.com/deploy/xid-errors, as of driver
R575); codes that it lists as unused are left out, but for a few of older GPUs. A number says where the error was
noticed, not what caused it: ``whose`` is where to look first.
"""

from dataclasses import dataclass
from typing import Literal

Whose = Literal["program", "hardware", "driver", "unknown"]
Level = Literal["bad", "warn", "note"]


@dataclass(frozen=True)
class Xid:
    """One error number: what it means, ``whose`` it is, what to do now. ``title`` and ``advice`` are msgids.

    ``level`` says how much it needs a person: ``bad`` (the GPU, or results, are not to be trusted), ``warn``, ``note``.
    """

    number: int
    title: str
    whose: Whose
    advice: str
    level: Level = "note"


_FAULT = (
    "Usually the program: an index out of range or a bad pointer in a CUDA kernel. Run it with CUDA_LAUNCH_BLOCKING=1 "
    "or under compute-sanitizer to find the line. Suspect the GPU if other programs get it too."
)
_ENDED = "The program made an error and was ended; the GPU is well. Its log says more."
_CLEANED = (
    "Comes when a program is ended (Ctrl-C, kill, out of memory), or after another XID: look for that one. Alone it "
    "needs nothing."
)
_AGAIN = "Start the job again. If it comes back, also with another program, update the driver or report the GPU."
_BUS = (
    "Start the job again. If it comes back, suspect the PCIe connection: the card's seat, a riser cable, the slot's "
    "power."
)
_HARMLESS = "Nothing to do, unless jobs fail at the same time."
_RESET = (
    "The GPU needs a reset: end what runs on it, then sudo nvidia-smi --gpu-reset -i {index}, or reboot. If it comes "
    "back, have the card looked at."
)
_MEMORY = (
    "Memory of the GPU lost data: the job that used it is void. End what runs on it and reset it with sudo nvidia-smi "
    "--gpu-reset -i {index}, or reboot. If it comes back, the card must be replaced."
)
_CONTAINED = (
    "Only the program that used this memory is affected: start it again from its last checkpoint. Reset the GPU when "
    "it is free."
)
_REMAPPED = (
    "The card repairs itself: a bad row of memory is replaced at the next reset. Reset the GPU or reboot when its jobs "
    "are done."
)
_WEARING = "Errors are still corrected, so results are right. If the number grows, plan a replacement."
_GONE = (
    "The machine cannot reach the card any more; jobs on it are lost. Reboot, better with the power off for a moment. "
    "If it comes back: overheating, power supply, riser cable, or the card itself."
)
_FIRMWARE = (
    "The card's own processor does not answer. Reset the GPU or reboot, off and on if a reset does not help; if it "
    "comes back, change the driver version."
)
_LINK = (
    "The link between GPUs failed; jobs that use several GPUs stop or hang. nvidia-smi nvlink --errorcounters shows "
    "which. Reset the GPUs or reboot; if it comes back, report it."
)
_LINK_5 = "Some are harmless. If jobs on several GPUs fail or hang, reset the GPUs or reboot, and report it."
_POWER_CABLE = "Shut the machine down and check the power cables of the card."
_BESIDE = "It tells what an error before it needs: a reset of the GPU or a reboot. See the other XID of that time."
_DETAIL = "It gives details of XID 48; follow that one."
_DRIVER = "Update the driver; the programs need not change."
_CAPACITY = "Some memory is not used any more. Turn ECC on (it lets the card repair itself), or reboot."
_UNKNOWN = "This number is not in our table; NVIDIA's catalogue of XIDs may have it."

_TABLE: dict[tuple[int, ...], tuple[str, Whose, str, Level]] = {
    (8,): ("GPU stopped working on the program's task", "unknown", _AGAIN, "warn"),
    (11, 25): ("Broken commands sent to the GPU", "unknown", _AGAIN, "warn"),
    (13,): ("Error in a GPU kernel", "program", _FAULT, "note"),
    (14,): ("An error somebody injected for a test", "program", _HARMLESS, "note"),
    (31,): ("A GPU kernel touched memory it may not", "program", _FAULT, "note"),
    (32,): ("Commands damaged on their way to the GPU", "hardware", _BUS, "warn"),
    (37, 38): ("The driver's firmware met an error", "driver", _HARMLESS, "note"),
    (39, 40, 41, 70, 71, 72, 75, 76, 77, 85, *range(126, 136)): (
        "A copy to or from the GPU failed",
        "unknown",
        _AGAIN,
        "warn",
    ),
    (43,): ("GPU stopped a program that made an error", "program", _ENDED, "note"),
    (44,): ("Error while the GPU changed programs", "unknown", _HARMLESS, "note"),
    (45,): ("A program was taken off the GPU", "program", _CLEANED, "note"),
    (46, 109, 158): ("GPU does not answer in time", "unknown", _RESET, "bad"),
    (48, 140): ("Memory error that could not be corrected", "hardware", _MEMORY, "bad"),
    (54,): ("Power cable of the card is not connected", "hardware", _POWER_CABLE, "bad"),
    (57, 58): ("Memory of the card is not stable", "hardware", _RESET, "bad"),
    (60,): ("Error in the card's security processor", "unknown", _AGAIN, "warn"),
    (61, 62, 169): ("A controller on the card stopped", "hardware", _RESET, "bad"),
    (63,): ("A bad row of memory is being replaced", "hardware", _REMAPPED, "warn"),
    (64,): ("A bad row of memory could not be replaced", "hardware", _MEMORY, "bad"),
    (66, 67): ("The driver made a mistake", "driver", _HARMLESS, "note"),
    (68, 83, 84, 88, 89, 96, 97, 98): ("Error in the video decoder", "unknown", _AGAIN, "note"),
    (69,): ("A program sent a command this GPU does not have", "program", _AGAIN, "note"),
    (74,): ("Link between GPUs failed (NVLink)", "hardware", _LINK, "bad"),
    (78,): ("Virtual GPU could not start", "driver", _DRIVER, "warn"),
    (79,): ("GPU is gone from the bus", "hardware", _GONE, "bad"),
    (80,): ("Data damaged on its way to the GPU", "hardware", _BUS, "warn"),
    (82, *range(99, 106)): ("Error in the JPEG decoder", "unknown", _AGAIN, "note"),
    (86, 139): ("Error in the optical flow engine", "unknown", _AGAIN, "note"),
    (92,): ("Many memory errors, all corrected", "hardware", _WEARING, "warn"),
    (93,): ("The card's settings memory is write-protected", "hardware", _HARMLESS, "note"),
    (94,): ("Memory error, kept to one program", "hardware", _CONTAINED, "warn"),
    (95,): ("Memory error that may have reached any program", "hardware", _MEMORY, "bad"),
    (106, 107): ("A test message", "unknown", _HARMLESS, "note"),
    (110,): ("Security fault of the card", "hardware", _GONE, "bad"),
    (119, 120): ("The card's own processor (GSP) failed", "driver", _FIRMWARE, "bad"),
    (121,): ("Corrected errors between CPU and GPU", "hardware", _WEARING, "note"),
    (136,): ("Link between GPUs does not come up", "hardware", _LINK, "bad"),
    (137,): ("A GPU kernel touched another GPU's memory it may not", "program", _FAULT, "note"),
    (141,): ("Error in a CUDA shortcut", "unknown", _HARMLESS, "note"),
    (142,): ("Error in the video encoder", "unknown", _AGAIN, "note"),
    (143,): ("GPU could not be started", "unknown", _RESET, "bad"),
    tuple(range(144, 151)): ("Link between GPUs has errors (NVLink)", "hardware", _LINK_5, "warn"),
    (154,): ("Driver says what the GPU needs now", "unknown", _BESIDE, "warn"),
    (155,): ("Link between GPUs was taken down", "driver", _LINK_5, "note"),
    (156,): ("A bad part of the GPU was switched off", "hardware", _REMAPPED, "warn"),
    (157, 161): ("A bad part of the GPU could not be replaced", "hardware", _WEARING, "warn"),
    (160,): ("A bad memory channel was switched off", "hardware", _HARMLESS, "note"),
    (167,): ("The card stopped answering on the bus", "hardware", _GONE, "bad"),
    (168,): ("GPU has less memory than it should", "hardware", _CAPACITY, "warn"),
    (171, 172): ("Details of a memory error", "hardware", _DETAIL, "note"),
}
_KNOWN = {number: Xid(number, *words) for numbers, words in _TABLE.items() for number in numbers}
_UNKNOWN_TITLE = "Meaning unknown"


def explain(xid: int) -> Xid:
    """What that XID means; one that is not in the table is said to be unknown.

    ``advice`` may hold the place ``{index}``, the GPU's index.
    """
    return _KNOWN.get(xid) or Xid(xid, _UNKNOWN_TITLE, "unknown", _UNKNOWN, "warn")


def messages() -> list[str]:
    """Every title and advice: what a translation must have."""
    unknown = explain(-1)
    listed = [unknown, *_KNOWN.values()]
    return list(dict.fromkeys(text for one in listed for text in (one.title, one.advice)))

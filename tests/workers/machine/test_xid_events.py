"""XID lines of the kernel's log, and telling one error once."""

from pathlib import Path

import pytest

from workers.machine.xid_events import KERNEL, NVML, KernelLog, Pairs, parse_kernel_line


@pytest.mark.parametrize(
    ("line", "pci", "xid", "pid"),
    [
        ("NVRM: Xid (PCI:0000:61:00): 45, pid=1496200, name=python, Ch 00000008", "0000:61:00", 45, 1496200),
        ("4,1021,88,-;NVRM: Xid (PCI:0000:C1:00): 79, GPU has fallen off the bus.", "0000:c1:00", 79, None),
        ("NVRM: Xid (PCI:00000000:61:00): 13, pid='<unknown>', name=<unknown>, Graphics", "0000:61:00", 13, None),
        ("[ 12.1] NVRM: Xid (PCI:0000:01:00.0): 31, pid='77', name=x", "0000:01:00", 31, 77),
        ("NVRM: Xid (PCI:0001:01:00): 119, pid=0, name=, Timeout", "0001:01:00", 119, None),
    ],
)
def test_a_line_of_the_kernel(line: str, pci: str, xid: int, pid: int | None) -> None:
    """Number, place and process are read from each form that drivers write."""
    assert parse_kernel_line(line) == {"pci": pci, "xid": xid, "pid": pid}


@pytest.mark.parametrize("line", ["NVRM: loading NVIDIA UNIX x86_64 Kernel Module", "Xid (PCI:0000:61:00): 45", ""])
def test_other_lines_are_none(line: str) -> None:
    """What is not an XID of the driver is no event."""
    assert parse_kernel_line(line) is None


def test_only_messages_newer_than_the_start(tmp_path: Path) -> None:
    """What the log held before is history; a message that is still being written is read when it is whole."""
    log = tmp_path / "kmsg"
    log.write_text("NVRM: Xid (PCI:0000:61:00): 45, pid=1\n")
    kernel = KernelLog(str(log))
    assert kernel.read() == []
    with log.open("a") as file:
        file.write("something else\nNVRM: Xid (PCI:0000:61:00): 79, GPU\nNVRM: Xid (PCI:0000:61:00): 4")
    assert [xid["xid"] for xid in kernel.read()] == [79]
    with log.open("a") as file:
        file.write("8, pid=5\n")
    assert [xid["xid"] for xid in kernel.read()] == [48]


def test_a_log_that_is_not_ours_to_read(tmp_path: Path) -> None:
    """Without permission, or without a log, there are no messages."""
    assert KernelLog(str(tmp_path / "none")).read() == []


def test_one_error_from_two_sources_is_one_event() -> None:
    """The second source's account is no news, in either order; the same error again is."""
    pairs = Pairs()
    assert pairs.is_new(1.0, NVML, "a", 79)
    assert not pairs.is_new(1.5, KERNEL, "a", 79)
    assert pairs.is_new(2.0, KERNEL, "a", 79)
    assert pairs.is_new(2.0, KERNEL, "b", 79)
    assert pairs.is_new(2.1, NVML, "a", 13)
    assert not pairs.is_new(2.2, NVML, "a", 79)
    assert pairs.is_new(30.0, NVML, "b", 79)

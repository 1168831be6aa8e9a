"""Where the output of a running process goes: followed through pipes, `tee` and terminals to something readable.

An open file is followed by what the kernel says of it; a pipe through whoever reads its other end, several in a row;
a pseudo-terminal through whoever rules it (tmux, `script`, mpirun). What ends where nobody can read it back is said so,
with what to do instead.
"""

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workers.machine.job_roots import launcher_of, program_of
from workers.machine.panes import Pane, find_holder, find_pane
from workers.machine.proc_folder import Descriptor, ProcFolder, status_of

FILE, DELETED, PANE, PIPE, TERMINAL, SOCKET, NONE = "file", "deleted", "pane", "pipe", "terminal", "socket", "none"
READABLE = (FILE, DELETED, PANE)
INSTEAD = "if it also writes a log file, name it: --log PATH"
_LONGEST_TRAIL = 8
_SPLITTERS = frozenset(["tee", "rotatelogs", "cronolog", "multilog", "svlogd", "sponge"])
_FORWARDERS = frozenset(["expect", "unbuffer", "conda", "mamba", "micromamba", "srun", "ssh", "honcho", "foreman"])
_DELETED = " (deleted)"


@dataclass(frozen=True)
class Output:
    """One place that output goes to.

    ``kind`` is `file`, `deleted` (open still, but no longer at ``path``), `pane` (of tmux: ``pane`` and
    ``pane_socket``), `pipe`, `terminal`, `socket` or `none`. ``descriptor`` is the open file's number in process
    ``pid``, which need not be the job: a `tee` has the log open, not the training. ``note`` is for people.
    """

    path: str | None
    kind: str
    descriptor: int | None
    pid: int
    note: str | None = None
    pane: str | None = None
    pane_socket: str | None = None


@dataclass(frozen=True)
class Found:
    """An output with what it is judged by; ``key`` is the same for the same file. ``modified`` in epoch seconds."""

    output: Output
    key: tuple[object, ...]
    size: int = 0
    modified: float = 0.0

    @property
    def readable(self) -> bool:
        """Whether it can be read back."""
        return self.output.kind in READABLE


class Trail:
    """Follows outputs on one look at the processes; ``environ`` is that of the job, for where no other is known."""

    def __init__(self, folder: ProcFolder, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ

    def follow(self, descriptor: Descriptor) -> list[Found]:
        """Where an open file leads in the end: at least one place, the one to prefer first."""
        return self._follow(descriptor, ())

    def follow_number(self, pid: int, number: int) -> list[Found]:
        """As :meth:`follow`, of standard output (1) or standard error (2)."""
        descriptor = self._folder.descriptor(pid, number)
        return self.follow(descriptor) if descriptor else [_nothing(pid, number, "it is closed")]

    def describe(self, pid: int) -> str:
        """A process in a few words: ``tee (process 123)``."""
        process = self._folder.process(pid)
        program = program_of(self._folder.argv(pid, patient=False))[0] or (process.name if process else "")
        return f"{program} (process {pid})" if program else f"process {pid}"

    def file(self, descriptor: Descriptor) -> Found | None:
        """An open regular file; None for anything else."""
        target = descriptor.target
        if not target.startswith("/"):
            return None
        status = status_of(self._folder.link(descriptor))
        where = (descriptor.number, descriptor.pid)
        if status is None:
            plain = not target.startswith(("/dev/", "/proc/", "/sys/"))
            note = "its filesystem does not answer, or we may not look at it"
            return Found(Output(target, FILE, *where, note), (target,)) if plain else None
        if not stat.S_ISREG(status.st_mode):
            return None
        key, size, modified = (status.st_dev, status.st_ino), status.st_size, status.st_mtime
        if status.st_nlink == 0:
            path = target.removesuffix(_DELETED)
            note = "this file was deleted while the job writes on; it is read through the process as long as that lives"
            if os.path.lexists(path):
                note += ". A new file stands at its path, to which the job does not write"
            return Found(Output(path, DELETED, *where, note), key, size, modified)
        here = status_of(target)
        if here is None or (here.st_dev, here.st_ino) != key:
            note = "this path is not to be seen from here (a container's?); the file is read through the process"
            return Found(Output(target, DELETED, *where, note), key, size, modified)
        return Found(Output(target, FILE, *where), key, size, modified)

    def _follow(self, descriptor: Descriptor, seen: tuple[str, ...]) -> list[Found]:
        target, where = descriptor.target, (descriptor.pid, descriptor.number)
        if target in seen or len(seen) > _LONGEST_TRAIL:
            return [_nothing(*where, "it leads in a circle", PIPE)]
        seen = (*seen, target)
        if target.startswith("pipe:"):
            return self._follow_pipe(descriptor, seen)
        if target.startswith("socket:"):
            return [self._socket(descriptor)]
        if re.match(r"/dev/(pts/\d+|tty|console)", target):
            return self._follow_terminal(descriptor, seen)
        if target.startswith("/dev/"):
            return [_nothing(*where, f"it is thrown away ({target})")]
        found = self.file(descriptor)
        if found is None:
            status = status_of(self._folder.link(descriptor))
            if status is not None and stat.S_ISFIFO(status.st_mode):
                return self._follow_pipe(descriptor, seen)
            return [_nothing(*where, f"it goes to {target}, which is no file")]
        return [found] if descriptor.writable else [_nothing(*where, "it is open for reading only")]

    def _follow_pipe(self, descriptor: Descriptor, seen: tuple[str, ...]) -> list[Found]:
        where = (descriptor.pid, descriptor.number)
        reader = self._find_reader(descriptor)
        if reader is None:
            words = f"it goes into a pipe whose reader has ended or is not ours to see; {INSTEAD}"
            return [_nothing(*where, words, PIPE)]
        if reader.pid == descriptor.pid:
            return [_nothing(*where, f"the process reads its own output and passes it on itself; {INSTEAD}", PIPE)]
        argv = self._folder.argv(reader.pid)
        program, name = program_of(argv)[0], self.describe(reader.pid)
        if program in _SPLITTERS:
            files = self._files_of(reader.pid)
            through = [_noted(found, f"through {name}") for found in files]
            return through + self._onward(reader.pid, seen)
        if launcher_of(argv) or program in _FORWARDERS:
            return [_noted(found, f"by way of {name}") for found in self._onward(reader.pid, seen)]
        if reader.number == 0 and program not in ("logger", "systemd-cat"):
            return [_noted(found, f"what {name} passes on") for found in self._onward(reader.pid, seen)]
        inside = " (`docker logs` or `podman logs` shows it)" if re.match("containerd|conmon|dockerd", program) else ""
        words = f"it is read by {name}{inside} and can be read by nobody else; {INSTEAD}"
        return [_nothing(*where, words, PIPE)]

    def _onward(self, pid: int, seen: tuple[str, ...]) -> list[Found]:
        descriptor = self._folder.descriptor(pid, 1)
        return self._follow(descriptor, seen) if descriptor else [_nothing(pid, 1, "it is closed")]

    def _find_reader(self, writer: Descriptor) -> Descriptor | None:
        """Who reads the other end of a pipe: standard input is preferred, and processes near the writer."""
        everyone = self._folder.everyone()
        me = everyone.get(writer.pid)
        found: Descriptor | None = None
        for process in sorted(
            everyone.values(),
            key=lambda other: (
                other.pid == writer.pid,
                me is None or other.group != me.group,
                me is None or other.session != me.session,
                me is None or other.pid != me.parent,
            ),
        ):
            try:
                targets = self._folder.targets(process.pid)
            except OSError:
                continue
            for number in sorted(number for number, target in targets.items() if target == writer.target):
                descriptor = self._folder.descriptor(process.pid, number)
                if (
                    descriptor is None
                    or not descriptor.readable
                    or (process.pid, number) == (writer.pid, writer.number)
                ):
                    continue
                if number == 0 and process.pid != writer.pid:
                    return descriptor
                found = found or descriptor
        return found

    def _files_of(self, pid: int) -> list[Found]:
        """The regular files a program has open for writing besides its standard streams."""
        try:
            numbers = sorted(number for number, target in self._folder.targets(pid).items() if target.startswith("/"))
        except OSError:
            return []
        descriptors = (self._folder.descriptor(pid, number) for number in numbers if number > 2)
        files = (self.file(descriptor) for descriptor in descriptors if descriptor and descriptor.writable)
        return [found for found in files if found]

    def _follow_terminal(self, descriptor: Descriptor, seen: tuple[str, ...]) -> list[Found]:
        where, terminal = (descriptor.pid, descriptor.number), descriptor.target
        if terminal.endswith(_DELETED):
            return [_nothing(*where, f"its terminal has been closed; {INSTEAD}", TERMINAL)]
        environ = self._folder.environ(descriptor.pid, patient=False) or self._environ
        search = find_pane(terminal, environ, self._folder.owner(descriptor.pid))
        if search.pane:
            return self._pane(search.pane, search.beside, descriptor)
        holder = find_holder(self._folder, terminal)
        program = program_of(self._folder.argv(holder.pid))[0] if holder else ""
        if holder and program == "script":
            files = [_noted(found, f"{self.describe(holder.pid)} keeps it") for found in self._files_of(holder.pid)]
            return files + self._onward(holder.pid, seen)
        if holder and (launcher_of(self._folder.argv(holder.pid)) or program in _FORWARDERS):
            return [_noted(found, f"by way of {self.describe(holder.pid)}") for found in self._onward(holder.pid, seen)]
        if holder and program.lower() == "screen":
            return self._screen(holder.pid, environ, descriptor)
        words = f"it goes to the terminal {terminal}"
        words += f" of {self.describe(holder.pid)}" if holder else ""
        words += f", which cannot be read back; {INSTEAD}"
        words += f" ({search.trouble})" if search.trouble else ""
        return [_nothing(*where, words, TERMINAL)]

    def _pane(self, pane: Pane, beside: Sequence[Pane], descriptor: Descriptor) -> list[Found]:
        output = Output(None, PANE, descriptor.number, descriptor.pid, None, pane.id, pane.socket)
        note = f"tmux pane {pane.id} ({pane.place})"
        if not pane.piped:
            return [Found(replace(output, note=note), (pane.socket, pane.id))]
        note += ". It is piped already (`tmux pipe-pane`), and a pane has only one pipe"
        found = Found(replace(output, note=note), (pane.socket, pane.id))
        if any(other.piped for other in beside):
            return [found]
        files = self._files_of_pipes(pane.server)
        return [
            *(_noted(file, f"tmux pipes pane {pane.id} into it, perhaps not from the beginning") for file in files),
            found,
        ]

    def _files_of_pipes(self, server: int) -> list[Found]:
        """The files that the programs behind a tmux server's `pipe-pane` write: they read a socket."""
        everyone, found = self._folder.everyone(), []
        for child in sorted(pid for pid, process in everyone.items() if process.parent == server):
            source = self._folder.descriptor(child, 0)
            if source is None or not source.target.startswith("socket:"):
                continue
            for pid in (child, *self._folder.descendants(child)):
                descriptor = self._folder.descriptor(pid, 1)
                file = self.file(descriptor) if descriptor and descriptor.writable else None
                found += [file] if file else []
        return list({file.key: file for file in found}.values())

    def _screen(self, server: int, environ: Mapping[str, str], descriptor: Descriptor) -> list[Found]:
        """GNU screen: its own log of the window where logging is on."""
        files = [found for found in self._files_of(server) if found.output.kind == FILE]
        window = environ.get("WINDOW", "0")
        mine = [found for found in files if (found.output.path or "").endswith(f".{window}")] or files
        session = environ.get("STY", "")
        words = f"it goes to GNU screen ({session or server}), which cannot be read back from outside; {INSTEAD}"
        words += "; next time begin with `screen -L`, or log with C-a H"
        terminal = _nothing(descriptor.pid, descriptor.number, words, TERMINAL)
        if len(mine) == 1:
            return [_noted(mine[0], "GNU screen keeps it, perhaps not from the beginning"), terminal]
        return [terminal]

    def _socket(self, descriptor: Descriptor) -> Found:
        environ = self._folder.environ(descriptor.pid, patient=False) or self._environ
        inode = descriptor.target.removeprefix("socket:[").removesuffix("]")
        if environ.get("JOURNAL_STREAM", "").rpartition(":")[2] == inode:
            words = (
                f"it goes to the system's journal (`journalctl _PID={descriptor.pid}`), which is not read; {INSTEAD}"
            )
        else:
            words = f"it goes into a socket, which cannot be read by anybody else; {INSTEAD}"
        return _nothing(descriptor.pid, descriptor.number, words, SOCKET)


def _nothing(pid: int, number: int, words: str, kind: str = NONE) -> Found:
    return Found(Output(None, kind, number, pid, words), (kind, words))


def _noted(found: Found, words: str) -> Found:
    """With these words before what is noted of it already."""
    note = found.output.note
    return replace(found, output=replace(found.output, note=f"{words}; {note}" if note else words))

"""Tracebacks that are drawn otherwise than Python does: notebooks (Jupyter, papermill, nbconvert) and rich's boxes."""

import re

from workers.logs.signs import Page
from workers.logs.tracebacks import HEAD, Frame, Traceback

_NOTEBOOK_HEAD = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)\s{2,}Traceback \(most recent call last\):?\s*$")
_CELL = re.compile(r"^(?:<ipython-input-(\d+)-\w+>|(?:Input In|Cell In) ?\[(\d+)\])(?:,? line (\d+)|,? in .*)?")
_CELL_LINE = re.compile(r"^(?:Input In|Cell In) ?\[\d+\], line (\d+)")
_MODULE = re.compile(
    r"^(?:File )?(?P<file>(?:~|\.{0,2}/|[A-Za-z]:\\)[^\n:]{1,300}?)(?::(?P<line>\d+))?(?:,)? in (?P<function>.*)$"
)
_ARROW = re.compile(r"^-+> ?(\d+)(?: (.*))?$")
_EXCEPTION = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)(?:: (?P<message>.*)|:?\s*)$")

_BOX_HEAD = re.compile(r"^\s*[╭┌+][─━-]+ *Traceback \(most recent call last\) *[─━-]+[╮┐+]\s*$")
_BOX_END = re.compile(r"^\s*[╰└+][─━-]{10,}[╯┘+]\s*$")
_BOX_FRAME = re.compile(r"^(?P<file>\S.*?):(?P<line>\d+) in(?: (?P<function>\S.*))?$")
_BOX_CODE = re.compile(r"^❱ *\d+ *[│|] ?(.*)$")
_FAR = 4000
_NEW_ENTRY = re.compile(r"^\s*(?:\[?\d{4}-\d\d-\d\d|\[\d\d[:/]\d\d|\d\d:\d\d:\d\d|[A-Z]+:|wandb:|\[)")


def find_boxed(page: Page) -> list[Traceback]:
    """The tracebacks of notebooks and of rich, in the order of their heads."""
    found: list[Traceback] = []
    used = 0
    for start, line in enumerate(page.lines):
        if start < used or HEAD not in line:
            continue
        if _BOX_HEAD.match(line):
            traceback, used = _read_box(page, start)
        else:
            head = _NOTEBOOK_HEAD.match(line)
            if head is None:
                continue
            traceback, used = _read_notebook(page, start, head["type"])
        if traceback:
            found.append(traceback)
    return found


def _read_notebook(page: Page, start: int, kind: str) -> tuple[Traceback | None, int]:
    frames: list[Frame] = []
    end = min(len(page.lines), start + _FAR)
    for index in range(start + 1, end):
        line = page.lines[index]
        if HEAD in line:
            return None, index
        arrow = _ARROW.match(line)
        if arrow:
            if frames:
                last = frames[-1]
                frames[-1] = Frame(last.file, int(arrow[1][:9]), last.function, (arrow[2] or "").strip()[:300])
            continue
        cell = _CELL.match(line)
        if cell:
            number = _CELL_LINE.match(line)
            frames.append(Frame(f"In[{cell[1] or cell[2]}]", int(number[1][:9]) if number else 0, "<module>"))
            continue
        module = _MODULE.match(line)
        if module:
            frames.append(Frame(module["file"], int((module["line"] or "0")[:9]), module["function"]))
            continue
        exception = _EXCEPTION.match(line)
        if exception and exception["type"].rpartition(".")[2] == kind.rpartition(".")[2]:
            message = (exception["message"] or "").strip()
            return _traceback(page, start, index + 1, exception["type"], message, frames), index + 1
    return None, start + 1


def _read_box(page: Page, start: int) -> tuple[Traceback | None, int]:
    lines = page.lines
    frames: list[Frame] = []
    begun = ""
    for index in range(start + 1, min(len(lines), start + _FAR)):
        line = lines[index].strip()
        if HEAD in line:
            return None, index
        if _BOX_END.match(line):
            return _read_after_box(page, start, index, frames)
        inner = line.strip("│| ").strip()
        code = _BOX_CODE.match(inner)
        if code and frames:
            last = frames[-1]
            frames[-1] = Frame(last.file, last.line, last.function, code[1].strip()[:300])
            continue
        frame = _BOX_FRAME.match(begun + inner)
        if frame:
            frames.append(Frame(frame["file"], int(frame["line"][:9]), frame["function"]))
            begun = ""
        else:  # a path that does not fit in the box goes on in the next line
            begun = begun + inner if inner.startswith(("/", "~/")) or begun else ""
            if not inner or len(begun) > 400:
                begun = ""
    return None, start + 1


def _read_after_box(page: Page, start: int, closing: int, frames: list[Frame]) -> tuple[Traceback | None, int]:
    """The exception stands under the box, broken into lines as wide as the box."""
    lines = page.lines
    width = len(lines[closing].rstrip())
    for index in range(closing + 1, min(len(lines), closing + 4)):
        exception = _EXCEPTION.match(lines[index].strip())
        if exception is None:
            if lines[index].strip():
                break
            continue
        parts = [(exception["message"] or "").strip()]
        end = index + 1
        while end < min(len(lines), index + 12) and width - 25 <= len(lines[end - 1]) <= width + 1:
            following = lines[end].strip()
            if not following or _NEW_ENTRY.match(lines[end]) or HEAD in following:
                break
            parts.append(following)
            end += 1
        return _traceback(page, start, end, exception["type"], " ".join(parts).strip(), frames), end
    return None, closing + 1


def _traceback(page: Page, start: int, end: int, kind: str, message: str, frames: list[Frame]) -> Traceback:
    if not message or message.endswith(":"):
        following = next((line.strip() for line in page.lines[end : end + 2] if line.strip()), "")
        if message and following:
            message = f"{message} {following}"
    return Traceback(start, end, kind, message, tuple(frames), stream=page.streams[start])

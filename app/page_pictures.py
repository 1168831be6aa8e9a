"""Pages of a PDF as pictures, drawn in a short-lived process of its own.

The library that draws is native code and knows no threads, and the files come from elsewhere: what goes wrong with
one ends that process, not the dashboard. ``python -m app.page_pictures FILE PAGE WIDTH`` writes a PNG.
"""

import contextlib
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path

from store.errors import PaperError

SECONDS = 30.0
WIDEST = 2400
TALLEST = 6000
_ROOT = Path(__file__).resolve().parents[1]


def page_image(path: Path, page: int, width: int) -> bytes:
    """Page ``page`` (from 1) of a PDF as a PNG of that many pixels' width. PaperError where it cannot be drawn."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise PaperError("the PDF is not there any more; fetch it again") from error
    return _drawn(str(path), changed, page, width)


def prepare(path: Path, page: int, width: int) -> None:
    """Draw a page that is likely to be asked for next, beside what goes on; what goes wrong is told when it is."""

    def quietly() -> None:
        with contextlib.suppress(PaperError):
            page_image(path, page, width)

    threading.Thread(target=quietly, name="page-picture", daemon=True).start()


@lru_cache(maxsize=24)
def _drawn(path: str, changed: int, page: int, width: int) -> bytes:
    """As ``page_image``; the last pages are remembered, so that turning back costs nothing."""
    command = [sys.executable, "-m", "app.page_pictures", path, str(page), str(width)]
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise PaperError("page {page} took longer than {n} s to be drawn", page=page, n=f"{SECONDS:.0f}") from None
    if done.returncode or not done.stdout.startswith(b"\x89PNG"):
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        if lines and "password" in lines[-1].casefold():
            raise PaperError("this PDF is locked with a password; download it and open it where that can be typed in")
        raise PaperError("page {page} cannot be drawn: {why}", page=page, why=lines[-1] if lines else "no picture")
    return done.stdout


def draw(path: str, page: int, width: int) -> bytes:
    """The same in this process."""
    import io

    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        if not 1 <= page <= len(document):
            raise IndexError(f"there is no page {page}; the last is {len(document)}")
        sheet = document[page - 1]
        wide, tall = sheet.get_size()
        scale = min(min(width, WIDEST) / max(wide, 1.0), TALLEST / max(tall, 1.0))
        picture = io.BytesIO()
        sheet.render(scale=scale).to_pil().save(picture, "PNG")
        return picture.getvalue()
    finally:
        document.close()


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(draw(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    except Exception as error:  # noqa: BLE001 - whatever the library raises is told in one line
        sys.exit(str(error))

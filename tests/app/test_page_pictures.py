"""Pages of a PDF as pictures."""

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from app import page_pictures
from app.page_pictures import page_image
from store.errors import PaperError
from tests.fakes.pdf_server import make_pdf


def make(path: Path, sizes: list[tuple[int, int]]) -> Path:
    """A PDF with empty pages of those sizes, in points."""
    document = pypdfium2.PdfDocument.new()
    for width, height in sizes:
        document.new_page(width, height)
    document.save(path)
    document.close()
    return path


def test_a_page_is_drawn_as_wide_as_asked(tmp_path: Path) -> None:
    """Each page in its own shape; one that was drawn is drawn anew when the file changes."""
    path = make(tmp_path / "a.pdf", [(600, 800), (800, 400)])
    first, second = (Image.open(io.BytesIO(page_image(path, page, 300))) for page in (1, 2))
    assert first.size == (300, 400) and second.size == (300, 150)


def test_the_next_page_is_drawn_beside(tmp_path: Path, wait_for: Callable[..., None]) -> None:
    """It is there when it is asked for; one that there is not disturbs nobody."""
    path = make(tmp_path / "a.pdf", [(600, 800), (800, 400)])
    before = page_pictures._drawn.cache_info().currsize
    page_pictures.prepare(path, 2, 300)
    page_pictures.prepare(path, 9, 300)
    wait_for(lambda: page_pictures._drawn.cache_info().currsize > before, "the picture")
    hits = page_pictures._drawn.cache_info().hits
    assert page_image(path, 2, 300).startswith(b"\x89PNG")
    assert page_pictures._drawn.cache_info().hits == hits + 1


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    """A page there is not, a file that is none, one that is locked, one that is gone: each says so, and the dashboard goes on."""
    path = make(tmp_path / "a.pdf", [(600, 800)])
    with pytest.raises(PaperError, match="there is no page 2; the last is 1"):
        page_image(path, 2, 300)
    path.write_bytes(b"%PDF-1.7 nonsense")
    with pytest.raises(PaperError, match="page 1 cannot be drawn"):
        page_image(path, 1, 300)
    path.write_bytes(make_pdf("a page", is_locked=True))
    with pytest.raises(PaperError, match="locked with a password; download it"):
        page_image(path, 1, 300)
    path.unlink()
    with pytest.raises(PaperError, match="not there any more"):
        page_image(path, 1, 300)

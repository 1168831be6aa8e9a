"""The text of an entry, drawn: Markdown with formulas and code, its pictures in their places, PDFs to be looked at."""

import base64
import logging
from collections.abc import Mapping
from functools import partial

import streamlit as st

from app import attached, entry_text
from app.markup import plain, shorten
from app.views import drafts
from app.views.deeds import attempt, do, draw_wrong
from app.words import Words, why
from store.attachments import Attachment
from store.errors import MachiaiError
from store.settings import Settings

logger = logging.getLogger("app")
LARGEST_SHOWN = 20_000_000
PDF_PIXELS = 620
PICTURE_PIXELS = 720


def draw(body: str, known: Mapping[int, Attachment], settings: Settings, say: Words) -> None:
    """A text with its pictures."""
    for piece in entry_text.pieces(body, known):
        if piece.attachment is None:
            st.markdown(piece.markdown, anchors=False)
        elif piece.attachment in known:
            draw_picture(known[piece.attachment], settings, say, piece.markdown)
        else:
            st.caption(plain(say.say("attachment {number} is not there any more", number=piece.attachment)))


def draw_picture(file: Attachment, settings: Settings, say: Words, alt: str = "") -> None:
    """A picture in its place, no wider than it is."""
    try:
        data = attached.read_file(settings, file)
        st.image(data, width="content", alt=alt or file.name)
    except MachiaiError as error:
        st.caption(":material/broken_image: " + plain(why(error, say)))
    except Exception:
        logger.warning("attachment %d cannot be shown", file.id, exc_info=True)
        st.caption(":material/broken_image: " + plain(say.say("{name} cannot be shown", name=file.name)))


def draw_files(files: list[Attachment], shown: set[int], settings: Settings, say: Words) -> None:
    """The files of an entry: pictures that its text does not show, PDFs with their marks, downloads."""
    for file in files:
        with st.container(border=True, gap="small", key=f"file-{file.id}"):
            name = plain(shorten(file.name, 60))
            icon = ":material/image:" if file.is_picture else ":material/picture_as_pdf:"
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(
                    f"{icon} **{name}** :small[:gray[{size_of(file)} · attachment\\:{file.id}]]", width="stretch"
                )
                draw_download(file, settings, say)
                if not settings.read_only:
                    st.button(
                        say.say("Take off"),
                        key=f"drop-{file.id}",
                        type="tertiary",
                        icon=":material/close:",
                        on_click=do,
                        args=(f"file-{file.id}", partial(attached.drop_file, settings, file.id)),
                    )
            draw_wrong(f"file-{file.id}", say)
            if not file.is_picture:
                draw_pdf(file, settings, say)
            elif file.id not in shown:
                draw_picture(file, settings, say)


def size_of(file: Attachment) -> str:
    """``1.4 MB``"""
    return f"{file.size / 1e6:.1f} MB" if file.size >= 100_000 else f"{file.size / 1e3:.1f} kB"


def draw_download(file: Attachment, settings: Settings, say: Words) -> None:
    """The way to have the file."""
    st.download_button(
        say.say("Download"),
        data=partial(attached.read_file, settings, file),
        file_name=file.name,
        mime=file.media_type,
        key=f"get-{file.id}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def draw_pdf(file: Attachment, settings: Settings, say: Words) -> None:
    """A PDF in the browser's own viewer, with one's own words beside its pages."""
    page = int(st.session_state.get(f"page-{file.id}", min(file.marks, default=1)))
    if file.size > LARGEST_SHOWN:
        st.caption(plain(say.say("It is too large to be shown here; download it.")))
    elif st.toggle(say.say("Show it here"), value=True, key=f"show-{file.id}", persist_state="session"):
        try:
            data = base64.b64encode(attached.read_file(settings, file)).decode()
        except MachiaiError as error:
            st.caption(":material/broken_image: " + plain(why(error, say)))
            return
        # A frame of Streamlit's own is shut off from the browser's viewer. Nothing in this one is of the user's typing.
        frame = (
            f'<iframe src="data:application/pdf;base64,{data}#page={page}&amp;navpanes=0" title="PDF {file.id}" '
            f'width="100%" height="{PDF_PIXELS}" style="border:0;border-radius:0.6rem"></iframe>'
        )
        st.markdown(frame, unsafe_allow_html=True)
    draw_marks(file, page, settings, say)


def draw_marks(file: Attachment, page: int, settings: Settings, say: Words) -> None:
    """What was noted beside the pages, and the place to note more."""
    for number, text in sorted(file.marks.items()):
        with st.container(horizontal=True, gap="small", vertical_alignment="top", key=f"mark-{file.id}-{number}"):
            st.button(
                say.say("p. {n}", n=number),
                key=f"turn-{file.id}-{number}",
                type="tertiary",
                on_click=_turn,
                args=(file.id, number),
            )
            st.markdown(text, anchors=False, width="stretch")
    if settings.read_only:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key=f"marking-{file.id}"):
        st.number_input(say.say("Page"), min_value=1, value=page, key=f"page-{file.id}", width=130)
        name = f"mark-{file.id}-{page}"
        before = file.marks.get(page, "")
        drafts.line(say.say("Note to page {n}", n=page), name, before, width="stretch")
        st.button(
            say.say("Save note"),
            key=f"mark-save-{file.id}",
            on_click=_mark,
            args=(settings, file.id, page, name, before),
        )
    draw_wrong(name, say)


def _turn(file_id: int, page: int) -> None:
    st.session_state[f"page-{file_id}"] = page


def _mark(settings: Settings, file_id: int, page: int, name: str, before: str) -> None:
    text = drafts.typed(name, before)
    if attempt(name, partial(attached.mark_page, settings, file_id, page, text, before)):
        drafts.forget(name)

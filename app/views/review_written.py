"""What people wrote of a week, when they looked back on it and since; which of its figures are others now."""

import streamlit as st

from app import review
from app.markup import plain
from app.review import Look
from app.views import drafts, entry_body
from app.views.close_looking import QUESTIONS
from app.views.deeds import attempt, draw_wrong
from app.words import Words
from store.settings import Settings
from store.weekly import words as sentences

SHOWN = 5
_WRONG, _NOTE = "week-note", "week-note"


def draw_changed(look: Look, say: Words) -> None:
    """What is others now than when the week was closed; its figures stay as they were."""
    if not look.changed:
        return
    told = [sentences.tell_difference(one["name"], one["was"], one["now"], say) for one in look.changed]
    if len(told) <= SHOWN:
        text = say.say("Since it was closed: {changes}", changes=say.say(", ").join(told))
        st.markdown(f":small[:orange[:material/edit_note: {plain(text)}]]")
        return
    label = say.count("{n} figure has changed since it was closed", "{n} figures have changed since it was closed",
                      len(told))  # fmt: skip
    with st.expander(plain(label), icon=":material/edit_note:", key="review-changed"):
        st.markdown(":small[" + "]  \n:small[".join(plain(one) for one in told) + "]")


def draw(look: Look, settings: Settings, say: Words) -> None:
    """What was written when it was looked back on; for a closed week the notes since, and a field for another one."""
    if look.answers:
        with st.container(border=True, gap="small", key="review-answers"):
            st.subheader(say.say("Looked back"), anchor=False)
            for name in sorted(look.answers, key=lambda one: list(QUESTIONS).index(one) if one in QUESTIONS else 9):
                st.markdown(f"**{plain(say.say(QUESTIONS[name]) if name in QUESTIONS else name)}**")
                entry_body.draw(look.answers[name], {}, settings, say)
    if not look.is_closed and not look.notes:
        return
    with st.container(border=True, gap="small", key="review-notes"):
        st.subheader(say.say("Noted since it was closed"), anchor=False)
        for note in look.notes:
            st.caption(plain(say.date(note.written)[:16]))
            entry_body.draw(note.text, {}, settings, say)
        if settings.read_only or not look.is_closed:
            return
        name = f"{_NOTE}-{look.week}"
        with st.form(f"week-note-form-{look.week}", border=False):
            drafts.area(say.say("Something to put right"), name, height=80, max_chars=20_000)
            st.form_submit_button(
                say.say("Note it"), key="week-note-keep", icon=":material/edit_note:", on_click=keep,
                args=(settings, look, name),
            )  # fmt: skip
        draw_wrong(_WRONG, say)


def keep(settings: Settings, look: Look, name: str) -> None:
    """For the button: note what was typed; it stays where it cannot be kept."""
    text = drafts.typed(name)
    if attempt(_WRONG, lambda: review.add_note(settings, look.week, text)):
        drafts.forget(name)

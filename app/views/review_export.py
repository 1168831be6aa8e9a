"""Taking a week along: as a page that opens anywhere by itself, or as Markdown."""

from functools import partial

import streamlit as st

from app import reading_review
from app.markup import plain
from app.words import Words
from store.settings import Settings
from store.weekly.calendar import Week
from store.weekly.report import MEDIA


def draw(week: Week, settings: Settings, say: Words) -> None:
    """The menu with the forms of the file."""
    menu = st.popover(say.say("Export"), icon=":material/download:", key="week-export", on_change="rerun",
                      type="tertiary")  # fmt: skip
    if not menu.open:
        return
    with menu:
        st.caption(say.say("The week in one file, with its charts. It needs no network."))
        with st.container(horizontal=True, gap="small"):
            for form, name in reading_review.FORMS.items():
                st.download_button(
                    plain(name),
                    data=partial(reading_review.write_week, settings, week, form, say),
                    file_name=f"week-{week}.{form}",
                    mime=MEDIA[form],
                    key=f"week-export-{form}",
                    on_click="ignore",
                )

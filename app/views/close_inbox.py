"""Closing a week, what waits: the cards of *Now*, then the inbox of papers; each decided with a key."""

import streamlit as st

from app import closing_steps
from app.closing import Closing
from app.markup import plain
from app.views import alert_card, paper_inbox, paper_row
from app.views.deeds import draw_wrong
from app.words import Words
from store.settings import Settings


def draw(one: Closing, settings: Settings, say: Words) -> None:
    """Both lists; of the papers the first, as on its own page."""
    desk = closing_steps.read_desk(settings)
    if not desk.cards and not desk.shelf.papers:
        st.markdown(f":green[:material/check_circle:] {plain(say.say('Nothing waits: no alert, no paper.'))}")
    if desk.cards:
        st.caption(plain(say.count("{n} card of Now", "{n} cards of Now", len(desk.cards))))
        alert_card.draw_all(desk.cards, desk.now.pulse.as_of, settings, say, shortcut="A")
    draw_wrong(paper_row.WRONG, say)
    if desk.shelf.papers:
        count = say.count("{n} paper in the inbox", "{n} papers in the inbox", desk.shelf.total)
        st.caption(plain(count))
        paper_inbox.draw_first(desk.shelf.papers[0], desk.shelf, settings, say)
    else:
        paper_row.draw_undo(desk.shelf.decision, settings, say)

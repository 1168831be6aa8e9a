"""The way to a run's page, wherever the run is named."""

import streamlit as st

from app.markup import plain, shorten
from store.runs import Run

RUN_PAGE = "views/run.py"


def draw_link(run: Run, label: str = "", icon: str | None = None) -> None:
    """The run's name, or another label, leading to its page."""
    name = label or f"**{plain(shorten(run.name, 60))}**"
    st.page_link(RUN_PAGE, label=name, icon=icon, query_params={"id": run.id})

"""A run's progress: how far it is, as a bar, and how long it still takes, in words."""

import streamlit as st

from app import forecast
from app.markup import plain
from app.reads import Pulse
from app.words import Words
from store.progress import Progress
from store.runs import Run


def draw(progress: Progress | None, run: Run, pulse: Pulse, say: Words, *, brief: bool = False) -> None:
    """The bar with its numbers and the time left; nothing for a run whose log counts nothing.

    A run that has ended shows how far it came. ``brief`` leaves out why there is no interval, for a card.
    """
    if progress is None or (progress.done is None and not progress.levels):
        return
    done = progress.share
    if run.state == "finished" and (done is None or done >= 1):
        return
    words = forecast.position(progress, say)
    if done is not None:
        words += f" · {100 * done:.0f} %"
    if done is not None:
        st.progress(done, text=f":small[{plain(words)}]")
    else:
        st.caption(plain(words + " · " + say.say("total not known")))
    if not run.is_active:
        return
    text = time_left(progress, pulse, say, brief=brief)
    if text:
        st.markdown(text)


def time_left(progress: Progress, pulse: Pulse, say: Words, *, brief: bool) -> str:
    """``**about 42 min, 35–58** · around 15:14``, as Markdown; empty while nothing can be said or is being watched."""
    if not pulse.alive or progress.eta_at is None:
        return ""
    left = forecast.time_left(progress, say, pulse.as_of)
    parts = [say.say("around {time}", time=say.moment(progress.eta_at, pulse.as_of))]
    reason = forecast.why_no_interval(progress, say)
    if reason and not brief:
        parts.insert(0, reason)
    return f"**{plain(left)}** :gray[:small[{plain(' · '.join(parts))}]]"

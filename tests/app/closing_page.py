"""What tests of the page that closes a week share."""

import sqlite3
import time

from streamlit.testing.v1 import AppTest

from app import closing as pages
from store.database import write
from store.settings import load
from store.weekly import closing
from tests.fakes.closing_week import TOKYO, LastWeek


def press(app: AppTest, key: str) -> AppTest:
    """Press a button and let the page be drawn anew."""
    app.button(key=key).click().run()
    assert not app.exception, app.exception
    return app


def at(connection: sqlite3.Connection, last: LastWeek, step: str) -> None:
    """Let the review be at a step."""
    with write(connection):
        closing.begin(connection, last.week, TOKYO, "mon", time.time())
        closing.set_step(connection, last.week, step, time.time())


def one_of(last: LastWeek) -> pages.Closing:
    """The review as the page reads it."""
    return pages.read_closing(load(), str(last.week), TOKYO)

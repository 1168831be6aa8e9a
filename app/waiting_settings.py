"""What the page *Settings* reads and changes about the researcher's own time."""

import time
from collections.abc import Callable

from app import reads
from store.settings import Settings
from store.waiting_preferences import WaitingPreferences, read_waiting, save_waiting

Change = Callable[[WaitingPreferences], WaitingPreferences]


def read_kept(settings: Settings) -> WaitingPreferences:
    """The choices in force."""
    with reads.open_journal(settings) as connection:
        return read_waiting(connection)


def change(settings: Settings, alter: Change) -> None:
    """Alter the choices as they are kept now. Raises PreferencesError, and keeps nothing, for what cannot be."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection:
        save_waiting(connection, alter(read_waiting(connection)), time.time())

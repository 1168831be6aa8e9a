"""Everything Machiai raises on purpose.

    MachiaiError
    ├── SettingsError          a setting or settings file cannot be used
    ├── JournalError           the journal cannot be opened or written
    │   ├── JournalBusy        another process held the write lock too long
    │   ├── JournalTooNew      written by a newer Machiai than this one
    │   └── JournalReadOnly    a write was asked of a read-only journal
    ├── PreferencesError       a choice about alerts cannot be kept as it was given; nothing was changed
    ├── Conflict               what was changed here was changed elsewhere meanwhile; nothing was written
    ├── TaskError              a task, plan or project cannot be changed like that; nothing was written
    ├── SessionError           a session cannot begin, end or be corrected like that; nothing was written
    ├── EntryError             an entry or an attachment cannot be kept as it was given; nothing was written
    ├── PaperError             a paper or a search for papers cannot be kept or changed like that; nothing was written
    ├── ReviewError            there is no such week, or its review cannot be changed like that; nothing was written
    ├── CodeError              a run's code cannot be had or compared: no git, no such commit, a folder in the way
    ├── UnknownRun             no run goes by that id, prefix or name
    ├── ExpressionError        a condition on a metric cannot be read
    ├── LaunchError            a run could not be launched; nothing was started
    ├── StopRefused            a run cannot be stopped (ended, elsewhere, not ours)
    ├── WatchRefused           a running process cannot be watched (gone, a thread, another user's, our own)
    ├── WrongValue             a choice is not what it can be; it says how a right one looks
    └── DaemonRunning          another daemon already serves this data folder

Every message says what failed and what to do next. It is English as ``str(error)``, for the command line to print as it
is, and ``error.phrase``, for a page to say in its reader's language.
"""

from store.symptoms import Phrase


class MachiaiError(Exception):
    """Base of all errors Machiai raises on purpose: a message whose places ``values`` fill in.

    Where a page can show it the message is a literal, so that it can be translated.
    """

    def __init__(self, message: str | Phrase = "", /, **values: object) -> None:
        self.phrase = message if isinstance(message, Phrase) else Phrase(message, **values)
        super().__init__(str(self.phrase))


class SettingsError(MachiaiError):
    """A setting has a value that cannot be used, or a settings file cannot be read."""


class JournalError(MachiaiError):
    """The journal cannot be opened, read or written."""


class JournalBusy(JournalError):
    """Another process held the journal's write lock for longer than we were ready to wait."""


class JournalTooNew(JournalError):
    """The journal's schema is newer than this version of Machiai knows."""


class JournalReadOnly(JournalError):
    """A write was asked of a journal that was opened for reading only."""


class PreferencesError(MachiaiError):
    """A choice about alerts cannot be kept; ``part`` names it (``quiet``, ``digests``, ``rules.stalled`` …)."""

    def __init__(self, part: str, wrong: "WrongValue") -> None:
        super().__init__(wrong.phrase)
        self.args = (f"{part}: {wrong}",)  # a page says it beside the input, which is named there
        self.part = part


class Conflict(MachiaiError):
    """What was to be changed was changed elsewhere since it was read; ``current`` is how it is kept now."""

    def __init__(self, message: str, current: object = None, /, **values: object) -> None:
        super().__init__(message, **values)
        self.current = current


class TaskError(MachiaiError):
    """A task, a plan or a project cannot be changed like that; nothing was written."""


class SessionError(MachiaiError):
    """A session cannot begin, end or be corrected like that; nothing was written."""


class EntryError(MachiaiError):
    """An entry or an attachment cannot be kept as it was given; nothing was written."""


class PaperError(MachiaiError):
    """A paper, or a search for papers, cannot be kept or changed like that; nothing was written."""


class ReviewError(MachiaiError):
    """There is no such week, or its review cannot be changed like that; nothing was written."""


class CodeError(MachiaiError):
    """A run's code cannot be had or compared; the user's own working tree is as it was."""


class UnknownRun(MachiaiError):
    """No run goes by the given id, unique prefix or name; ``nearest`` holds names that come close."""

    def __init__(self, reference: str, nearest: list[str], reason: str = "") -> None:
        self.reference = reference
        self.nearest = nearest
        message = reason or f"no run is called {reference!r}"
        if nearest:
            message += "; did you mean " + ", ".join(nearest) + "?"
        elif not reason:
            message += "; `machiai ls` lists them"
        super().__init__(message)


class ExpressionError(MachiaiError):
    """A condition on a metric cannot be read: ``text`` at ``position`` (characters from 0), and ``reason`` says why."""

    def __init__(self, text: str, position: int, reason: Phrase, examples: str) -> None:
        self.text = text
        self.position = position
        self.reason = str(reason)
        super().__init__(
            "the condition {shown} cannot be read at character {place}: {reason}\nconditions look like: {examples}",
            shown=repr(text.replace("\n", " ")), place=position + 1, reason=reason, examples=examples,
        )  # fmt: skip


class LaunchError(MachiaiError):
    """A run could not be launched and nothing was started; ``exit_code`` is what the command returns.

    125 is a failure of our own, 126 a command that cannot be executed, 127 a command that was not found,
    as `env` and `nohup` have it.
    """

    def __init__(self, message: str, exit_code: int = 125) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class StopRefused(MachiaiError):
    """A run cannot be stopped from here: it has ended, runs elsewhere, or its process is not ours."""


class WatchRefused(MachiaiError):
    """A process that runs already cannot be watched; nothing was changed, and the process was left alone."""


class WrongValue(MachiaiError, ValueError):
    """A choice is not what it can be; the message says how a right one looks."""


class DaemonRunning(MachiaiError):
    """Another daemon already serves this data folder; ``pid`` is its process id where it is known."""

    def __init__(self, message: str, pid: int | None) -> None:
        super().__init__(message)
        self.pid = pid

"""What a refactoring may touch: nothing that a run's code is still needed for as it was."""

import re

from store.advice_words import say
from store.situations import Guard, OpenTask, Situation
from store.symptoms import Phrase

_FILE = re.compile(r"[\w./-]*\w\.(?:pyi?|ya?ml|json|toml|cfg|ini|sh|ipynb|cu|cuh|cc?|cpp|hp?p?)\b")
_WORD = re.compile(r"[^\W_]\w{3,}")


def drift_words(situation: Situation, task: OpenTask) -> tuple[Phrase, ...] | None:
    """What to say of the drift that a refactoring would cause; None where it may touch what a run needs."""
    guards = [one for one in situation.guards if task.project_id is None or one.project_id == task.project_id]
    reasons = []
    for guard in guards:
        if guard.files is None or _touches(task, guard):
            return None
        word = "keep_off" if guard.active else "keep_for_look"
        reasons.append(say(word, run=guard.name, n=max(guard.count, len(guard.files))))
        if guard.commits or guard.changed:
            reasons.append(say("drift", commits=guard.commits, changed=guard.changed))
    return tuple(reasons) or (say("no_drift"),)


def _touches(task: OpenTask, guard: Guard) -> bool:
    """Whether the task names a file that the run imports, by its path, its name or the name of its module; any file,
    where not all of them are known."""
    text = f"{task.title}\n{task.notes}".casefold()
    named = {one.removeprefix("./") for one in _FILE.findall(text)}
    if named and not guard.whole:
        return True
    words = set(_WORD.findall(text))
    for path in guard.files or ():
        low = path.casefold()
        if any(low == one or low.endswith(f"/{one}") or one.endswith(f"/{low}") for one in named):
            return True
        if low.rpartition("/")[2].partition(".")[0] in words:
            return True
    return False

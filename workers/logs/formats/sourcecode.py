"""Source code in a log: some trainers begin theirs with the script that writes it, whose text looks like metrics.

From an ``import`` at the beginning of a line on nothing is read, until a rule of ``=`` or what cannot be Python.
"""

import re

from workers.logs.formats import Memory
from workers.logs.records import Reading

SIGNS = ("import ",)
_IMPORT = re.compile(
    r"import [\w.]+(?: as \w+)?(?:, [\w.]+(?: as \w+)?){0,20}\s*$"
    r"|from [\w.]+ import (?:\(|\*|[\w.]+(?: as \w+)?(?:, [\w.]+(?: as \w+)?){0,20})\s*\(?\s*(?:#.*)?$"
)
_STATEMENT = re.compile(
    r"\s|#|@|[)\]}]|['\"]{1,3}|(?:def|class|if|elif|for|while|with|async|return|raise|assert|del|global|print\w*\()\b"
    r"|(?:else|try|finally|pass|break|continue)\b|except\b"
    r"|[A-Za-z_][\w.]*(?:\[[^\]]{0,80}\])?(?:, ?[A-Za-z_]\w*){0,10}\s?(?::\s?[\w.\[\], |]{1,60})?"
    r"\s?(?:[-+*/|&]|//|\*\*)?=\s?\S"
    r"|[A-Za-z_][\w.]*\((?!\d+/)"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether source code begins here, or has begun."""
    return bool(memory.get("open")) or bool(_IMPORT.match(line[:500]))


def parse(line: str, memory: Memory) -> Reading | None:
    """Nothing; only whether the code goes on."""
    line = line[:500]
    memory["open"] = bool(_IMPORT.match(line) or (_STATEMENT.match(line) and not line.startswith("====")))
    return None

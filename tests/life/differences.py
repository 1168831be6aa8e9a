"""Where two sets of figures differ, in words."""

import math
from typing import Any

_ORDERED = ("found", "list", "changed", "lessons", "gaps")


def differences(known: Any, seen: Any, path: str = "") -> list[str]:
    """A line for each figure that is not what it must be; numbers may differ by a millionth, lists in their order
    where that says nothing. Keys of ``seen`` that are not in ``known`` are not looked at."""
    if isinstance(known, dict):
        if not isinstance(seen, dict):
            return [f"{path}: {seen!r} instead of {known!r}"]
        found = [f"{path}.{key}: missing" for key in known if key not in seen]
        for key in known:
            if key == "kinds" and set(known[key]) != set(seen.get(key, ())):
                found.append(f"{path}.{key}: {sorted(seen.get(key, ()))} instead of {sorted(known[key])}")
            elif key == "carried_list":
                found += _among(known[key], seen.get(key, []), known["carried"], f"{path}.{key}")
            elif key in seen:
                found += differences(known[key], seen[key], f"{path}.{key}")
        return found
    if isinstance(known, list):
        if not isinstance(seen, list) or len(known) != len(seen):
            return [f"{path}: {len(seen)} instead of {len(known)}: {seen!r} instead of {known!r}"]
        if path.rpartition(".")[2] in _ORDERED:
            known, seen = sorted(known, key=_spell), sorted(seen, key=_spell)
        return [
            line for n, pair in enumerate(zip(known, seen, strict=True)) for line in differences(*pair, f"{path}[{n}]")
        ]
    if isinstance(known, float) and isinstance(seen, int | float) and not isinstance(seen, bool):
        same = math.isclose(known, seen, rel_tol=0.0, abs_tol=1e-6)
    else:
        same = known == seen and isinstance(known, bool) == isinstance(seen, bool)
    return [] if same else [f"{path}: {seen!r} instead of {known!r}"]


def _spell(one: dict[str, Any]) -> str:
    return repr(sorted((key, value) for key, value in one.items() if key != "late"))


def _among(known: list[Any], seen: list[Any], count: int, path: str) -> list[str]:
    """The first twenty of them are named, whichever those are."""
    strangers = [one for one in seen if one not in known]
    twice = len({one["id"] for one in seen}) != len(seen)
    if strangers or twice or len(seen) != min(20, count):
        return [f"{path}: {len(seen)} of {count}, of which unknown {strangers!r}"]
    return []

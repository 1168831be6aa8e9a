"""The cause of a failure, from the last lines of a log: one line, where in the user's own code, and what to do.

Signs of a failure come from several readers (exceptions, accelerators, schedulers, shells); those that stand together
at the end of the last launch are weighed against each other here, since the root is often not the last.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workers.logs import accelerators, programs, schedulers, shells
from workers.logs.exceptions import EXCEPTION, INTERRUPT, find_exceptions
from workers.logs.goodbyes import LIVING, count_living
from workers.logs.hints import find_hint
from workers.logs.launches import last_launch
from workers.logs.signs import CONSEQUENCE, ENFORCED, LAUNCHER, ROOT, WEAK, Page, Sign, apply_rules, read_page

_NOT_FOUND = re.compile(r"(?:^|: )(?P<name>[^:\s][^:]*): (?:command not found|not found)$")
_ROOT_CAUSE = re.compile(r"Root Cause \(first observed failure\)")
_ROOT_RANK = re.compile(r"^\s*rank\s*:\s*(\d{1,6})")
_LONGEST = 300
_MOST_LINES = 40000
_MOST_CHARACTERS = 3 << 20
_NEAR = 8
"""Lines of the job's own between two signs that still belong together."""
_FAR = 80
"""The same where the later one only follows from something: a launcher takes its time to give up."""
_GONE_ON = 12
"""After how many lines of the job's own a mere consequence, a command not found or the like, was of no consequence."""
_ERROR = re.compile(
    r"^(?:\[?[\d\-:,.TZ/ ]{8,32}\]?[\s|\-]{0,4}(?:\S{1,60}\s*[\-|:]\s*){0,2}[\[(]?|[\[(]?)(?:ERROR|FATAL|CRITICAL)"
    r"(?:[\])]|\s*[:|]|\s+-)[\s|:\-]*(?P<what>[A-Za-z'\"\[(].{3,400})"
    r"|^(?P<type>[A-Z]\w*(?:Error|Exception)): (?P<message>.{1,400})$"
    r"|^(?:\S{1,60}: )?(?:fatal )?error: (?P<error>[A-Za-z'\"].{0,40} .{1,300})$"
)
_RULES = (*accelerators.RULES, *schedulers.RULES, *shells.RULES, *programs.RULES)


@dataclass(frozen=True)
class Failure:
    """What ended a job: the words, where it happened (``file:line``), and how many lines follow in the log.

    Of the lines that follow, those that belong to a failure (help, goodbyes of trackers, launchers) are not counted.
    """

    cause: str
    place: str | None
    lines_after: int
    exception: str | None = None
    hint: str | None = None
    interrupted: bool = False

    def sentence(self) -> str:
        """Cause and place in one line."""
        return f"{self.cause} ({self.place})" if self.place else self.cause


def find_failure(lines: Sequence[str], folder: str | None = None) -> Failure | None:
    """What ended the job whose log ends with ``lines``; None when the log names nothing, or only in an earlier launch.

    ``folder`` is the project's: the deepest frame inside it is the place, else the deepest outside libraries.
    """
    page = read_page(_last(lines))
    begin = last_launch(page.lines, page.streams)
    if begin:
        page = Page(page.lines[begin:], page.streams[begin:])
    signs = _merge([*find_exceptions(page, folder), *apply_rules(page, _RULES)])
    living = count_living(page, signs)
    signs = [sign for sign in signs if sign.weight > WEAK] or _last_words(page, signs, living)
    if not signs:
        return None
    cluster = _last_cluster(signs, living)
    chosen = _choose(page, cluster)
    after = living[-1] - living[min(max(sign.end for sign in cluster), len(page.lines))]
    if after > (_GONE_ON if chosen.weight <= CONSEQUENCE else LIVING):
        return None
    hint = find_hint(chosen.cause, _surroundings(page, cluster, chosen))
    place = None if chosen.exception == "SignalException" else chosen.place
    cause = " ".join(chosen.cause.split())
    interrupted = chosen.kind in (INTERRUPT, schedulers.CANCELLED) or chosen.exception == "SignalException"
    return Failure(_cut(cause), place, after, chosen.exception, hint, interrupted)


def find_complaint(lines: Sequence[str], exit_code: int) -> str | None:
    """What the last lines say of an exit code where there is no exception: a shell's or a parser's complaint."""
    for line in [line.strip() for line in lines if line.strip()][-3:][::-1]:
        missing = _NOT_FOUND.search(line[-2000:])
        if exit_code == 127 and missing:
            return f"command not found: {missing['name']}"
        if exit_code in (126, 2, 1) and re.search(r"\b(error|permission denied)\b", line, re.IGNORECASE):
            return line[:_LONGEST]
    return None


def _last(lines: Sequence[str]) -> Sequence[str]:
    """The end of the log that is looked at."""
    lines = lines[-_MOST_LINES:]
    size = 0
    for position in range(len(lines) - 1, -1, -1):
        size += min(len(lines[position]), 8000)
        if size > _MOST_CHARACTERS:
            return lines[position + 1 :]
    return lines


def _merge(signs: Sequence[Sign]) -> list[Sign]:
    """Signs in order, without those inside of an exception's lines and without a second reading of one line."""
    kept: list[Sign] = []
    spans: list[tuple[int, int]] = []
    for sign in sorted(signs, key=lambda one: (one.start, -one.weight, -one.end)):
        if spans and sign.start < spans[-1][1] and sign.end - sign.start <= 2 and spans[-1][1] - spans[-1][0] > 2:
            same_stream = sign.kind not in (accelerators.DEVICE_ASSERTION, accelerators.NCCL)
            if same_stream and sign.weight < ENFORCED:
                continue
        if kept and kept[-1].start == sign.start and kept[-1].end >= sign.end:
            continue
        kept.append(sign)
        if not spans or sign.end > spans[-1][1]:
            spans.append((sign.start, sign.end))
    return kept


def _last_words(page: Page, signs: Sequence[Sign], living: Sequence[int]) -> list[Sign]:
    """Without any better sign: a line that speaks of an error, if it is among the very last."""
    for index in range(len(page.lines) - 1, -1, -1):
        if living[-1] - living[index + 1] > 2 or len(page.lines) - index > 60:
            break
        known = [sign for sign in signs if sign.start <= index < sign.end]
        if known and known[0].weight == WEAK:
            return known[:1]
        if known:
            continue
        line = page.lines[index]
        found = _ERROR.match(line) if not line.startswith("wandb:") else None
        if found:
            cause = f"{found['type']}: {found['message']}" if found["type"] else found["what"] or found["error"]
            words = accelerators.describe(found["type"] or "", cause, cause) or cause
            return [Sign(index, index + 1, WEAK, words, detail=line)]
    return []


def _last_cluster(signs: Sequence[Sign], living: Sequence[int]) -> list[Sign]:
    """The signs that stand together at the end, with little of the job's own between them."""
    cluster = [signs[-1]]
    begin = signs[-1].start
    for sign in reversed(signs[:-1]):
        root = any(one.weight >= ROOT for one in cluster)
        between = living[begin] - living[min(sign.end, begin)]
        if between > (_NEAR if root else _FAR):
            break
        cluster.insert(0, sign)
        begin = min(begin, sign.start)
    return cluster


def _choose(page: Page, cluster: Sequence[Sign]) -> Sign:
    """The sign that tells the cause."""
    most = max(sign.weight for sign in cluster)
    best = [sign for sign in cluster if sign.weight == most]
    roots = [sign for sign in cluster if sign.weight == ROOT and sign.kind != schedulers.CANCELLED]
    cancelled = next((sign for sign in cluster if sign.kind in (schedulers.CANCELLED, schedulers.TIME_LIMIT)), None)
    if most == ENFORCED:
        chosen = best[0]
        if chosen.kind != schedulers.MEMORY_LIMIT and roots and roots[0].start < chosen.start:
            return _then(_first(page, roots), chosen)
        return chosen
    interrupts = [sign for sign in cluster if sign.kind == INTERRUPT]
    if most >= CONSEQUENCE and interrupts:
        told = [sign for sign in cluster if sign.weight == ROOT and sign.kind != INTERRUPT]
        if not told or told[0].start > interrupts[0].start:
            return max(interrupts, key=lambda sign: (sign.weight, sign.place is not None, sign.start))
        if interrupts[-1].start > told[-1].start and told[-1].rank is None:
            first = interrupts[0]
            return replace(
                first, cause=f"{first.cause}, after {told[-1].cause}", place=told[-1].place, detail=told[-1].detail
            )
        best = told
    if most == ROOT:
        if roots:
            chosen = _first(page, roots)
            if chosen.kind == EXCEPTION or chosen.kind == accelerators.MEMORY:
                chosen = _with_assertion(chosen, cluster)
            gave_up = any(sign.weight == LAUNCHER and sign.start > chosen.start for sign in cluster)
            if cancelled and cancelled.weight == ROOT and cancelled.start > chosen.start and not gave_up:
                return _then(chosen, cancelled)
            return chosen
        return best[-1]
    if most == CONSEQUENCE:
        return _first_consequence(best)
    return _launcher(best)


def _launcher(signs: Sequence[Sign]) -> Sign:
    """Where only launchers speak: with the exit code that one of them tells."""
    told = [sign for sign in signs if "exit code" in sign.cause]
    if told and signs[-1].kind == EXCEPTION:
        return replace(signs[-1], cause=f"{signs[-1].exception}: {told[-1].cause}")
    return told[-1] if told else signs[-1]


def _first(page: Page, roots: Sequence[Sign]) -> Sign:
    """Among root signs: the launcher's root rank, else the first rank that failed, else the last sign."""
    ranked = [sign for sign in roots if sign.rank is not None]
    if ranked:
        root = _root_rank(page)
        named = [sign for sign in ranked if sign.rank == root]
        if named:
            return named[-1]
        return ranked[0]
    return roots[-1]


def _first_consequence(signs: Sequence[Sign]) -> Sign:
    """Where only consequences are told, the first of them stands nearest to the root."""
    for kind in (accelerators.NCCL, accelerators.MEMORY, accelerators.DEVICE_ASSERTION, EXCEPTION):
        of_kind = [sign for sign in signs if sign.kind == kind]
        if of_kind:
            return of_kind[-1] if kind in (accelerators.MEMORY, EXCEPTION) else of_kind[0]
    for sign in signs:
        if sign.kind == schedulers.CANCELLED:
            return sign
    crashed = [sign for sign in signs if sign.kind == shells.CRASHED]
    return crashed[0] if crashed else signs[-1]


def _with_assertion(chosen: Sign, cluster: Sequence[Sign]) -> Sign:
    """A device error with the assertion that fired, and how often."""
    fired = [sign for sign in cluster if sign.kind == accelerators.DEVICE_ASSERTION]
    if not fired or "device-side assert" not in chosen.cause:
        return chosen
    times = f", {len(fired):,} times" if len(fired) > 1 else ""
    said = f"{chosen.cause}: Assertion `{fired[0].detail}` failed{times}"
    return replace(chosen, cause=said, detail=f"{chosen.detail}\n{fired[0].detail}")


def _then(first: Sign, later: Sign) -> Sign:
    return replace(later, cause=f"{first.cause}; then {later.cause}", place=first.place, exception=first.exception)


def _root_rank(page: Page) -> int | None:
    """The rank that torchrun's summary blames, of the last summary."""
    for index in range(len(page.lines) - 1, max(-1, len(page.lines) - 3000), -1):
        if _ROOT_CAUSE.search(page.lines[index]):
            for line in page.lines[index + 1 : index + 12]:
                rank = _ROOT_RANK.match(line)
                if rank:
                    return int(rank[1])
    return None


def _surroundings(page: Page, cluster: Sequence[Sign], chosen: Sign) -> str:
    """What the log says around the cause, for a hint: the message itself first."""
    shared = [line for line in page.lines[-3000:] if "/dev/shm" in line][-3:]
    said = [chosen.detail, *shared, *(sign.detail or sign.cause for sign in cluster[-40:] if sign is not chosen)]
    return "\n".join(part[:3000] for part in said)[:9000]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

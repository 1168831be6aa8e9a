"""The ground truth of the real logs: one row a file, read from their INDEX.tsv."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

LOGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "logs"


@dataclass(frozen=True)
class Log:
    """One real log and what a person read in it."""

    stack: str
    path: Path
    part: str
    outcome: str
    total: str
    last_seen: str
    n_records: int
    metrics: str
    final_values: dict[str, float]
    cause: str
    cause_position: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(LOGS))


def read_index() -> list[Log]:
    """All rows; empty where the logs are not there."""
    if not (LOGS / "INDEX.tsv").is_file():
        return []
    with (LOGS / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        Log(
            stack=row["stack"],
            path=LOGS / row["file"],
            part=row["part"],
            outcome=row["outcome"],
            total=row["total"],
            last_seen=row["last_seen"],
            n_records=int(row["n_records"] or 0),
            metrics=row["metrics"],
            final_values=_values(row["final_values"]),
            cause=row["crash_cause"],
            cause_position=row["cause_position"],
        )
        for row in rows
    ]


def _values(text: str) -> dict[str, float]:
    values = {}
    for part in re.split(r";\s*", re.sub(r"^cell 32:.*?; cell 39:", "", text)):
        name, sign, value = part.rpartition("=")
        if not sign:
            continue
        try:
            values[name.strip()] = float(value.strip())
        except ValueError:
            for piece in part.split(", "):
                name, _, value = piece.rpartition("=")
                values[name.strip()] = float(value)
    return values

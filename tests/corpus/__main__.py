"""``python -m tests.corpus [WORDS…] [--names]``: the score on each real log whose name has one of the words."""

import sys

from tests.corpus.index import read_index
from tests.corpus.score import read_log, score


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    right = [0, 0, 0, 0]
    for log in read_index():
        if words and not any(word in log.name for word in words):
            continue
        if log.stack == "tensorboard":
            continue
        read = read_log(log.path.read_bytes())
        found = score(log, read)
        right[0] += found.records_right
        right[1] += 1
        right[2] += len(found.values_right)
        right[3] += len(found.values_right) + len(found.values_wrong)
        print(
            f"{'ok ' if found.records_right else 'BAD'} {log.name[:60]:60} records {found.records}/{log.n_records} "
            f"values {len(found.values_right)}/{len(log.final_values)} {' '.join(found.values_wrong)} | progress "
            f"{found.progress} of [{log.total[:50]}] last [{log.last_seen[:30]}] {found.progress_right} | {read.families}"
        )
        if "--names" in sys.argv:
            for name, column in read.columns.items():
                print(
                    f"      {name!r}: {len(column.values)} x, unit {column.unit}, legs {len(set(column.legs))}, "
                    f"steps {column.steps[0]:g}..{column.steps[-1]:g}, last {column.values[-1]:g}"
                )
    print(f"records right {right[0]}/{right[1]}, values right {right[2]}/{right[3]}")


if __name__ == "__main__":
    main()

"""How crash logs are put together and checked in the tests of causes."""

from dataclasses import dataclass

from workers.logs.endings import split_end
from workers.logs.failures import find_failure

PROJECT = "/home/lab/proj"
STEPS = "".join(f"epoch 1 step {step} loss {1 / (step + 1):.3f}\n" for step in range(30))
TRACE = """\
Traceback (most recent call last):
  File "/home/lab/proj/train.py", line 88, in <module>
    main()
  File "/home/lab/proj/train.py", line 41, in main
    step(batch)
  File "/opt/conda/lib/python3.10/site-packages/torch/nn/modules/module.py", line 1511, in _call_impl
    return forward_call(*args, **kwargs)
"""


@dataclass(frozen=True)
class Case:
    """The end of a log, and what must be said of it: parts of the sentence, the place, a part of the hint."""

    name: str
    log: str
    says: tuple[str, ...]
    place: str | None = None
    hint: str | None = None


def check(case: Case) -> None:
    """Read the log behind some steps of training, and compare."""
    found = find_failure(split_end((STEPS + case.log).encode()), PROJECT)
    assert found is not None, case.log
    for part in case.says:
        assert part.lower() in found.sentence().lower()
    assert "\n" not in found.sentence()
    assert found.lines_after <= 2
    if case.place is not None:
        assert found.place == case.place
    if case.hint is not None:
        assert found.hint is not None
        assert case.hint in found.hint

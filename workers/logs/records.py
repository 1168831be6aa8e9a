"""What reading a log gives: records of metrics, and counters of how far the job is."""

from dataclasses import dataclass, field

TRAIN = "train"
EVAL = "eval"
LOAD = "load"
SAVE = "save"


@dataclass(slots=True)
class Record:
    """Metrics of one moment of training.

    ``step`` is the counter that the log prints for the whole training, in ``unit`` (step, iteration, timestep, kimg,
    episode …). Where it prints a position inside an epoch instead, that is ``batch`` of ``batches`` in ``epoch``.
    Without any of these a record is counted; with ``from_bar`` its step is the one of the progress bar beside it.
    ``time`` is in epoch seconds, where the line says it. A ``redrawn`` record is one of a progress bar: of those at the
    same position the last counts, and their values are joined.
    """

    values: dict[str, float]
    step: float | None = None
    epoch: float | None = None
    batch: float | None = None
    batches: float | None = None
    unit: str = "step"
    time: float | None = None
    from_bar: bool = False
    redrawn: bool = False


@dataclass(slots=True, frozen=True)
class Count:
    """A counter such as ``85/180``; ``total`` is None where the log does not say it.

    ``over`` says of an epoch that ``done`` of them are over, as a progress bar of epochs does; elsewhere it is the one
    being trained.
    """

    unit: str
    done: float
    total: float | None = None
    over: bool = False


@dataclass(slots=True)
class Reading:
    """What one line gives.

    ``counts`` go from the outermost to the innermost (epoch 3 of 10, batch 85 of 180); ``phase`` says what is being
    counted: training, an evaluation, loading, saving. ``label`` is the bar's own description.
    """

    records: list[Record] = field(default_factory=list)
    counts: tuple[Count, ...] = ()
    phase: str | None = None
    label: str = ""

"""The families of log formats, one small module each.

A family is a module with

- ``SIGNS``: words one of which stands in every line that begins a record of it (``()``: it is asked about any line);
- ``recognise(line, memory)``: whether the line is one of this family's; cheap, without side effects, and exact: a line
  taken wrongly gives false metrics, which are worse than none. It may look at the shape of a line, never at the values
  of its digits: lines that differ in digits only are recognised once;
- ``parse(line, memory)``: what the line says; None for a line that only changed ``memory``.

``memory`` is a dict of the family's own, kept as JSON between two readings of a log. ``memory["shared"]`` is the same
dict for all families: ``shared["bar"]`` is [done, total] of the training's bar as last drawn, ``shared["epoch"]``
[done, total] as last announced, ``shared["step"]`` the last step of any record, ``shared["recorded"]`` whether there
was one. While
``memory["open"]`` is true the next line is asked of that family first, whatever its shape: tables and other records of
several lines; its ``recognise`` then decides by memory and line, and may close the table (``open`` to False).

Of many lines of one shape in a row, ``parse`` may be asked only about the first few and the last: see ``express``. A
family whose memory must see each of its lines says ``EXPRESS = False``.
"""

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol, cast

from workers.logs.records import Reading

Memory = dict[str, Any]


class Family(Protocol):
    """What each module of a family offers."""

    __name__: str
    SIGNS: Sequence[str]

    def recognise(self, line: str, memory: Memory) -> bool:
        """Whether this line is one of this family's."""

    def parse(self, line: str, memory: Memory) -> Reading | None:
        """What it says."""


ORDER = (
    "sourcecode",
    "notebook",
    "ultralytics",
    "kuangliu",
    "mmlab",
    "detectron2",
    "caffe",
    "cyclegan",
    "basicsr",
    "darknet",
    "stylegan",
    "nnunet",
    "yolox",
    "coco",
    "paddle",
    "paddle_suites",
    "hapi",
    "vits",
    "mxnet",
    "tutorials",
    "mlperf",
    "deepracer",
    "agents",
    "isaac",
    "reagent",
    "rllib",
    "optuna",
    "sklearn",
    "tensorflow",
    "clu",
    "allennlp",
    "boosting",
    "cleanrl",
    "boxed",
    "fastai",
    "espnet",
    "columns",
    "fairseq",
    "icefall",
    "wenet",
    "kaldi",
    "jsonlines",
    "huggingface",
    "keras",
    "timm",
    "metriclogger",
    "imagenet_style",
    "megatron",
    "nanogpt",
    "verl",
    "coqui",
    "wandb",
    "flair",
    "joeynmt",
    "opennmt",
    "marian",
    "lightning",
    "bars",
    "general",
)
"""The families in the order they are asked; the general reader comes last."""


@cache
def families() -> tuple[Family, ...]:
    """All families, in order."""
    return tuple(cast(Family, importlib.import_module(f"workers.logs.formats.{name}")) for name in ORDER)

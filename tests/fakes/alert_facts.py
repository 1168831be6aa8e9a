"""Facts of every kind of alert, as the rules tell them."""

from typing import Any

NOON = 1_790_000_000.0
GIB = 1 << 30

RUN_FACTS: dict[str, list[dict[str, Any]]] = {
    "stalled": [
        {"how": "silence", "silence": 2520.0, "usual": 3.1, "longest": 41.0, "busy": "idle", "cpu": 1.2, "gpu": 0.0},
        {"how": "steps", "silence": 1500.0, "usual": 0.4, "longest": 12.0, "busy": "gpu", "cpu": 100.0, "gpu": 100.0},
        {"how": "silence", "silence": 5400.0, "usual": 3.0, "busy": "cpu", "cpu": 780.0, "gpu": 0.0, "phase": "eval"},
        {
            "how": "silence",
            "silence": 900.0,
            "usual": None,
            "longest": None,
            "busy": "unknown",
            "cpu": None,
            "gpu": None,
        },
    ],
    "diverged": [
        {"how": "not_finite", "metric": "loss", "value": "nan", "step": 1240, "points": 12, "usual": 0.31},
        {"how": "exploded", "metric": "loss", "value": 84.25, "step": 1240, "points": 30, "usual": 0.312},
    ],
    "threshold": [{"id": 1, "expression": "val_acc > 0.9", "metric": "val_acc", "value": 0.9123, "step": 3400}],
    "best": [{"metric": "val_acc", "value": 0.9123, "step": 3400, "previous": 0.9101, "direction": "max"}],
    "eta_slipped": [{"was_at": NOON + 10800, "is_at": NOON + 23400, "by": 12600.0, "share": 1.1}],
    "milestone": [{"percent": 50, "left": 7800.0, "done": 2500, "total": 5000, "unit": "step"}],
    "gpu_idle": [{"index": 1, "memory": 20 * GIB, "length": 930.0}],
    "gpu_memory": [{"index": 1, "used": 22.6e9, "total": 25.77e9, "slope": 1.6e9, "left": 6900.0, "name": "resnet50"}],
}
MACHINE_FACTS: dict[str, list[dict[str, Any]]] = {
    "gpu_lost": [
        {"index": 1, "name": "NVIDIA RTX A6000", "trouble": "lost", "note": None, "runs": ["resnet50"]},
        {"index": 1, "name": "NVIDIA RTX A6000", "trouble": "reset_required", "note": None, "runs": []},
        {"index": 1, "name": "NVIDIA RTX A6000", "trouble": "error", "note": "Unknown Error", "runs": ["resnet50"]},
        {"index": 1, "indexes": [1, 3], "trouble": "lost", "runs": ["resnet50", "vit-b"]},
    ],
    "driver": [
        {"status": status, "reason": "Unknown Error", "runs": ["resnet50"]}
        for status in ("mismatch", "container", "no_driver", "no_gpu", "no_permission", "failed")
    ],
    "xid": [
        {"xid": 79, "index": 1, "count": 1, "runs": ["resnet50"]},
        {"xid": 31, "index": 0, "count": 3, "runs": ["vit-b"]},
        {"xid": 9999, "index": 0, "count": 1, "runs": []},
    ],
    "heat": [
        {"index": 1, "temperature": 92, "reason": reason} for reason in ("hot", "power_brake", "hardware_slowdown")
    ],
    "ecc": [{"index": 1, "what": what, "grew": 2} for what in ("ecc", "remap", "remap_pending", "remap_failed")],
    "host_memory": [
        {"host": "lab-1", "used": 58 * GIB, "total": 62 * GIB, "slope": 4 * GIB, "left": 4800.0, "name": "resnet50"},
        {"host": "lab-1", "used": 61 * GIB, "total": 62 * GIB, "slope": None, "left": None, "name": "resnet50"},
    ],
    "disk": [
        {
            "path": "/data",
            "what": "before_end",
            "free": 12 * GIB,
            "total": 916 * GIB,
            "full_at": NOON + 7200,
            "name": "a",
        },
        {"path": "/data", "what": "full", "free": 2 * GIB, "total": 916 * GIB},
        {"path": "/mnt/nas", "what": "silent"},
        {"path": "/data", "what": "inodes", "count": 1200},
        {"path": "/dev/shm", "what": "shm", "free": 3e8, "total": 16 * GIB},
    ],
    "gpu_free": [{"indexes": [2], "waiting": ["sweep-3"], "reason": "waits for 2 GPUs"}],
    "task": [{"title": "学習率を半分にして再実行", "project": "cifar"}],
    "review": [
        {
            "week": "2026-W47",
            "begin": NOON - 604800,
            "end": NOON,
            "runs": 23,
            "finished": 18,
            "crashed": 3,
            "hours": 61.5,
            "open": 2,
        }
    ],
    "goals": [{"week": "2026-W47", "goals": ["the ablation of table 2", "読みかけの論文を読み終える"]}],
}
END_FACTS: dict[str, list[dict[str, Any]]] = {
    "finished": [{"length": 11520.0}],
    "crashed": [{"length": 11520.0, "cause": "CUDA out of memory"}],
    "killed": [{"length": 0.01, "cause": "SIGKILL"}],
    "lost": [{}],
}
ALL_FACTS = {**END_FACTS, **RUN_FACTS, **MACHINE_FACTS}
EXAMPLES = [(kind, facts) for kind, many in ALL_FACTS.items() for facts in many]

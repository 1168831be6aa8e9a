"""What deserves an alert: pure functions of readings, a module a theme; ``store.alert_rules`` lists them for people.

Those on runs are asked at every look, those on machines too or as seldom as ``MACHINE_EVERY`` says (seconds): what they
read of history is dear and changes slowly. The rules on metrics (``points``), on ends (``ends``) and the week's review
(``review``) and goals (``goals``) need more than a sight, and are asked elsewhere.
"""

from collections.abc import Callable, Mapping

from workers.alerts.judgement import Judgement
from workers.alerts.rules.disks import judge_disk
from workers.alerts.rules.divergence import judge_divergence
from workers.alerts.rules.gpus import judge_driver, judge_ecc, judge_heat, judge_idle, judge_lost, judge_xid
from workers.alerts.rules.memory import judge_gpu_memory, judge_host_memory
from workers.alerts.rules.progress import judge_milestones, judge_slip
from workers.alerts.rules.queue import judge_free
from workers.alerts.rules.stall import judge_stall
from workers.alerts.sights import MachineSight, RunSight

RunRule = Callable[[RunSight, str], Judgement | list[Judgement]]
MachineRule = Callable[[MachineSight, str], Judgement | list[Judgement]]

RUN_RULES: Mapping[str, RunRule] = {
    "stalled": judge_stall,
    "diverged": judge_divergence,
    "eta_slipped": judge_slip,
    "milestone": judge_milestones,
}
MACHINE_RULES: Mapping[str, MachineRule] = {
    "gpu_idle": judge_idle,
    "gpu_lost": judge_lost,
    "driver": judge_driver,
    "xid": judge_xid,
    "heat": judge_heat,
    "ecc": judge_ecc,
    "host_memory": judge_host_memory,
    "gpu_memory": judge_gpu_memory,
    "disk": judge_disk,
    "gpu_free": judge_free,
}
MACHINE_EVERY: Mapping[str, float] = {
    "gpu_idle": 120.0,
    "gpu_free": 15.0,
    "host_memory": 60.0,
    "gpu_memory": 60.0,
    "disk": 60.0,
    "review": 60.0,
    "goals": 60.0,
}
OF_RUNS = frozenset({"gpu_idle"})
"""Rules on machines that tell of each run by itself."""

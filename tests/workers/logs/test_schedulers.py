"""What schedulers and launchers say of a job that they ended, and that they speak only for others."""

import pytest

from tests.workers.logs.crash_logs import TRACE, Case, check

CASES = [
    Case(
        "slurm-oom",
        (
            "epoch 2 loss 0.5\n"
            "slurmstepd: error: Detected 1 oom_kill event in StepId=88123.batch. Some of the step "
            "tasks have been OOM Killed.\n"
        ),
        (
            "memory",
            "oom",
        ),
        None,
        "--mem",
    ),
    Case(
        "slurm-oom2",
        (
            "/var/spool/slurmd/job1/slurm_script: line 20: 5123 Killed                  python train.py\n"
            "slurmstepd: error: Detected 3 oom-kill event(s) in StepId=991.batch cgroup. Some of your "
            "processes may have been killed by the cgroup out-of-memory handler.\n"
        ),
        ("memory",),
        None,
        "--mem",
    ),
    Case(
        "slurm-oom3",
        (
            "slurmstepd: error: Job 123 exceeded memory limit (8400000 > 8388608), being killed\n"
            "slurmstepd: error: *** JOB 123 ON n1 CANCELLED AT 2024-01-01T00:00:00 ***\n"
        ),
        ("memory limit",),
        None,
        None,
    ),
    Case(
        "slurm-preempt",
        "slurmstepd: error: *** JOB 5 ON g01 CANCELLED AT 2024-05-05T05:05:05 DUE TO PREEMPTION ***\n",
        ("PREEMPTION",),
        None,
        None,
    ),
    Case(
        "slurm-step",
        (
            "srun: Job step aborted: Waiting up to 32 seconds for job step to finish.\n"
            "slurmstepd: error: *** STEP 5.0 ON g01 CANCELLED AT 2024-05-05T05:05:05 DUE TO TIME LIMIT "
            "***\n"
            "srun: error: g01: task 0: Terminated\n"
            "srun: Force Terminated StepId=5.0\n"
        ),
        ("time limit",),
        None,
        None,
    ),
    Case(
        "slurm-done",
        ("Training done, best 0.9\nslurmstepd: error: *** JOB 5 ON g01 CANCELLED AT 2024-05-05T05:05:05 ***\n"),
        ("CANCELLED",),
        None,
        None,
    ),
    Case(
        "srun-after-tb",
        TRACE
        + (
            "ValueError: bad\n"
            "srun: error: g01: task 3: Exited with exit code 1\n"
            "slurmstepd: error: *** STEP 5.0 ON g01 CANCELLED AT 2024-05-05T05:05:05 ***\n"
            "srun: error: g01: tasks 0-2: Terminated\n"
        ),
        ("ValueError: bad",),
        "train.py:41",
        None,
    ),
    Case(
        "srun-job",
        (
            "Traceback (most recent call last):\n"
            '  File "/home/lab/proj/x.py", line 88, in <module>\n'
            "    main()\n"
            '  File "/home/lab/proj/x.py", line 41, in main\n'
            "    step(batch)\n"
            '  File "/opt/conda/lib/python3.10/site-packages/torch/nn/modules/module.py", line 1511, '
            "in _call_impl\n"
            "    return forward_call(*args, **kwargs)\n"
            "RuntimeError: The server socket has failed to listen on any local network address.\n"
            "srun: error: n44: task 3: Exited with exit code 1\n"
            "srun: Job step aborted: Waiting up to 32 seconds for job step to finish.\n"
            "slurmstepd: error: *** JOB 524549 ON n43 CANCELLED AT 2024-10-09T23:25:32 ***\n"
            "srun: got SIGCONT\n"
            "srun: forcing job termination\n"
        )
        + ('time="2024" level=warning msg="Failed to remove cgroup"\n') * 12,
        ("server socket has failed",),
        "x.py:41",
        None,
    ),
    Case("srun-only", "srun: error: t0011: task 0: Exited with exit code 1\n", ("exit code 1",), None, None),
    Case(
        "slurm-merged",
        (
            " 1%|x| 164/11206 [8:26:46<569:31:10, 185.68s/it]slurmstepd: error: *** STEP 98.0 ON gpu54 "
            "CW0811 19:10:32.576000 1 site-packages/torch/distributed/elastic/agent/server/api.py:719] "
            "Received Signals.SIGTERM death signal, shutting down workers\n"
            "slurmstepd: error: *** JOB 98 ON gpu54 CANCELLED AT 2025-08-11T19:10:32 ***\n"
            "ANCELLED AT 2025-08-11T19:10:32 ***\n"
            "W0811 19:10:32.605000 1 "
            "site-packages/torch/distributed/elastic/multiprocessing/api.py:900] Sending process 13 "
            "closing signal SIGTERM\n"
        ),
        ("CANCELLED",),
        None,
        None,
    ),
    Case(
        "sigterm-chain",
        (
            "Traceback (most recent call last):\n"
            '  File "/opt/venv/bin/torchrun", line 88, in <module>\n'
            "    main()\n"
            '  File "/opt/venv/bin/torchrun", line 41, in main\n'
            "    step(batch)\n"
            '  File "/opt/conda/lib/python3.10/site-packages/torch/nn/modules/module.py", line 1511, '
            "in _call_impl\n"
            "    return forward_call(*args, **kwargs)\n"
            "torch.distributed.elastic.multiprocessing.api.SignalException: Process 97 got signal: 15\n"
            "\n"
            "During handling of the above exception, another exception occurred:\n"
            "\n"
            "Traceback (most recent call last):\n"
            '  File "/opt/venv/bin/torchrun", line 88, in <module>\n'
            "    main()\n"
            '  File "/opt/venv/bin/torchrun", line 41, in main\n'
            "    step(batch)\n"
            '  File "/opt/conda/lib/python3.10/site-packages/torch/nn/modules/module.py", line 1511, '
            "in _call_impl\n"
            "    return forward_call(*args, **kwargs)\n"
            "torch.distributed.elastic.multiprocessing.api.SignalException: Process 97 got signal: 15\n"
        ),
        ("got signal: 15",),
        None,
        None,
    ),
    Case(
        "glued",
        (
            "29948it [35:34,  7.00s/it]slurmstepd: error: *** JOB 25883692 ON gr015 CANCELLED AT "
            "2022-10-13T04:10:12 ***\n"
        ),
        ("CANCELLED",),
        None,
        None,
    ),
    Case(
        "conda-time",
        (
            "\n"
            "CommandNotFoundError: Your shell has not been properly configured to use 'conda activate'.\n"
            "To initialize your shell, run\n"
            "\n"
            "    $ conda init <SHELL_NAME>\n"
            "\n"
            "slurmstepd: error: *** JOB 13571631 ON m-0037 CANCELLED AT 2024-01-12T14:49:46 DUE TO "
            "TIME LIMIT ***\n"
        ),
        ("time limit",),
        None,
        None,
    ),
    Case(
        "pbs",
        ("=>> PBS: job killed: walltime 3610 exceeded limit 3600\nTerminated\n"),
        ("walltime 3610 exceeded limit",),
        None,
        None,
    ),
    Case(
        "lsf",
        (
            "TERM_RUNLIMIT: job killed after reaching LSF run time limit.\n"
            "Exited with exit code 140.\n"
            "\n"
            "Resource usage summary:\n"
            "\n"
            "    CPU time :                                   1.00 sec.\n"
        ),
        ("run time limit",),
        None,
        None,
    ),
    Case(
        "lsfmem",
        ("TERM_MEMLIMIT: job killed after reaching LSF memory usage limit.\nExited with exit code 137.\n"),
        ("memory",),
        None,
        None,
    ),
    Case(
        "mpi",
        (
            "--------------------------------------------------------------------------\n"
            "MPI_ABORT was invoked on rank 3 in communicator MPI_COMM_WORLD\n"
            "with errorcode 1.\n"
            "\n"
            "NOTE: invoking MPI_ABORT causes Open MPI to kill all MPI processes.\n"
            "--------------------------------------------------------------------------\n"
        ),
        ("MPI_ABORT",),
        None,
        None,
    ),
    Case(
        "mpi9",
        (
            "--------------------------------------------------------------------------\n"
            "mpirun noticed that process rank 2 with PID 0 on node n07 exited on signal 9 (Killed).\n"
            "--------------------------------------------------------------------------\n"
        ),
        ("SIGKILL",),
        None,
        "memory",
    ),
    Case(
        "mpich",
        (
            "===================================================================================\n"
            "=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES\n"
            "=   PID 77 RUNNING AT n1\n"
            "=   EXIT CODE: 139\n"
            "=   CLEANING UP REMAINING PROCESSES\n"
            "===================================================================================\n"
            "YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Segmentation fault (signal 11)\n"
        ),
        ("SIGSEGV",),
        None,
        None,
    ),
    Case(
        "childonly",
        (
            "E1 torch/distributed/elastic/multiprocessing/api.py:833] failed (exitcode: 1) local_rank: "
            "0 (pid: 7) of binary: /usr/bin/python3\n"
            "Traceback (most recent call last):\n"
            '  File "/usr/bin/torchrun", line 8, in <module>\n'
            "    sys.exit(main())\n"
            "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n"
            "====\n"
            "main.py FAILED\n"
            "----\n"
            "Failures:\n"
            "  <NO_OTHER_FAILURES>\n"
            "----\n"
            "Root Cause (first observed failure):\n"
            "[0]:\n"
            "  rank      : 0 (local_rank: 0)\n"
            "  exitcode  : 1 (pid: 7)\n"
            "====\n"
        ),
        ("exit",),
        None,
        None,
    ),
    Case(
        "childkill",
        (
            "E1 torch/distributed/elastic/multiprocessing/api.py:833] failed (exitcode: -9) "
            "local_rank: 0 (pid: 7) of binary: /usr/bin/python3\n"
            "Traceback (most recent call last):\n"
            '  File "/usr/bin/torchrun", line 8, in <module>\n'
            "    sys.exit(main())\n"
            "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n"
            "====\n"
            "main.py FAILED\n"
            "----\n"
            "Root Cause (first observed failure):\n"
            "[0]:\n"
            "  rank      : 0 (local_rank: 0)\n"
            "  exitcode  : -9 (pid: 7)\n"
            "  traceback : Signal 9 (SIGKILL) received by PID 7\n"
            "====\n"
        ),
        ("SIGKILL",),
        None,
        "memory",
    ),
    Case(
        "argrun",
        (
            "usage: main.py [-h]\n"
            "main.py: error: unrecognized arguments: --x\n"
            "E1 torch/distributed/elastic/multiprocessing/api.py:833] failed (exitcode: 2) local_rank: "
            "0 (pid: 7) of binary: /usr/bin/python3\n"
            "Traceback (most recent call last):\n"
            '  File "/usr/bin/torchrun", line 8, in <module>\n'
            "    sys.exit(main())\n"
            "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n"
            "====\n"
            "main.py FAILED\n"
            "----\n"
        ),
        ("unrecognized arguments: --x",),
        None,
        None,
    ),
    Case(
        "accelkill",
        (
            "Traceback (most recent call last):\n"
            '  File "/opt/conda/bin/accelerate", line 8, in <module>\n'
            "    sys.exit(main())\n"
            "subprocess.CalledProcessError: Command '['/opt/conda/bin/python', 'train.py']' died with "
            "<Signals.SIGKILL: 9>.\n"
        ),
        ("SIGKILL",),
        None,
        "memory",
    ),
    Case(
        "accel",
        TRACE
        + (
            "ValueError: bad\n"
            "Traceback (most recent call last):\n"
            '  File "/opt/conda/bin/accelerate", line 8, in <module>\n'
            "    sys.exit(main())\n"
            '  File "/opt/conda/lib/python3.10/site-packages/accelerate/commands/launch.py", line 763, '
            "in simple_launcher\n"
            "    raise subprocess.CalledProcessError(returncode=process.returncode, cmd=cmd)\n"
            "subprocess.CalledProcessError: Command '['/opt/conda/bin/python', 'train.py']' returned "
            "non-zero exit status 1.\n"
        ),
        ("ValueError: bad",),
        "train.py:41",
        None,
    ),
    Case(
        "subproc",
        TRACE
        + (
            "ValueError: bad\n"
            "Traceback (most recent call last):\n"
            '  File "/opt/conda/bin/deepspeed", line 6, in <module>\n'
            "    main()\n"
            "subprocess.CalledProcessError: Command '['python']' returned non-zero exit status 1.\n"
        ),
        ("ValueError: bad",),
        "train.py:41",
        None,
    ),
    Case(
        "dspeed",
        (
            "[2023-01-01 00:00:00,000] [INFO] [launch.py:315:sigkill_handler] Killing subprocess 77\n"
            "[2023-01-01 00:00:00,000] [ERROR] [launch.py:321:sigkill_handler] "
            "['/opt/conda/bin/python', '-u', 'train.py'] exits with return code = -9\n"
        ),
        ("SIGKILL",),
        None,
        "memory",
    ),
    Case(
        "docker",
        ('docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].\n'),
        ("could not select device driver",),
        None,
        None,
    ),
    Case(
        "sighup",
        (
            "Traceback (most recent call last):\n"
            '  File "/home/lab/proj/run.py", line 88, in <module>\n'
            "    main()\n"
            '  File "/home/lab/proj/run.py", line 41, in main\n'
            "    step(batch)\n"
            '  File "/opt/conda/lib/python3.10/site-packages/torch/nn/modules/module.py", line 1511, '
            "in _call_impl\n"
            "    return forward_call(*args, **kwargs)\n"
            "torch.distributed.elastic.multiprocessing.api.SignalException: Process 10 got signal: 15\n"
        ),
        ("SIGTERM",),
        None,
        None,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_causes(case: Case) -> None:
    """The cause in one line, the place in the user's own code, and the remedy where one is known."""
    check(case)

"""Chains, wrappers and noise: which exception is the cause, where it is, and what to do."""

import pytest

from tests.workers.logs.crash_logs import TRACE, Case, check
from workers.logs.failures import find_failure

CASES = [
    Case(
        "dl-bus",
        (
            "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient "
            "shared memory (shm).\n"
            "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient "
            "shared memory (shm).\n"
            "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient "
            "shared memory (shm).\n"
            "Traceback (most recent call last):\n"
            '  File "/opt/conda/lib/python3.8/site-packages/torch/utils/data/dataloader.py", line 990, '
            "in _try_get_data\n"
            "    data = self._data_queue.get(timeout=timeout)\n"
            '  File "/opt/conda/lib/python3.8/multiprocessing/queues.py", line 107, in get\n'
            "    if not self._poll(timeout):\n"
            "  File "
            '"/opt/conda/lib/python3.8/site-packages/torch/utils/data/_utils/signal_handling.py", line '
            "66, in handler\n"
            "    _error_if_any_worker_fails()\n"
            "RuntimeError: DataLoader worker (pid 4242) is killed by signal: Bus error. It is possible "
            "that dataloader's workers are out of shared memory. Please try to raise your shared "
            "memory limit.\n"
            "\n"
            "The above exception was the direct cause of the following exception:\n"
            "\n"
        )
        + TRACE
        + "RuntimeError: DataLoader worker (pid(s) 4242) exited unexpectedly\n",
        (
            "DataLoader worker",
            "Bus error",
        ),
        "train.py:41",
        "--shm-size",
    ),
    Case(
        "dl-exit",
        TRACE + "RuntimeError: DataLoader worker (pid(s) 100, 101) exited unexpectedly\n",
        ("exited unexpectedly",),
        "train.py:41",
        "num_workers=0",
    ),
    Case(
        "shmsize",
        ("RuntimeError\nNOTE: /dev/shm is only 64M\n")
        + TRACE
        + (
            "RuntimeError: unable to write to file </torch_1_2>: No space left on device (28). It is "
            "possible that dataloader's workers are out of shared memory.\n"
        ),
        ("No space left on device",),
        None,
        "64M",
    ),
    Case(
        "disk",
        (
            "Traceback (most recent call last):\n"
            '  File "/opt/conda/lib/python3.10/site-packages/torch/serialization.py", line 441, in save\n'
            "    _save(obj, opened_zipfile, pickle_module, pickle_protocol)\n"
            '  File "/opt/conda/lib/python3.10/site-packages/torch/serialization.py", line 668, in '
            "_save\n"
            "    zip_file.write_record(name, storage.data_ptr(), num_bytes)\n"
            "RuntimeError: [enforce fail at inline_container.cc:471] . PytorchStreamWriter failed "
            "writing file data/311: file write failed\n"
            "\n"
            "During handling of the above exception, another exception occurred:\n"
            "\n"
        )
        + TRACE
        + "RuntimeError: [enforce fail at inline_container.cc:337] . unexpected pos 5248 vs 5142\n",
        ("file write failed",),
        "train.py:41",
        "disk is full",
    ),
    Case(
        "quota",
        TRACE + "OSError: [Errno 122] Disk quota exceeded: '/scratch/ada/ckpt.pt'\n",
        ("Disk quota exceeded",),
        None,
        "quota",
    ),
    Case(
        "files", TRACE + "OSError: [Errno 24] Too many open files: 'a.jpg'\n", ("Too many open files",), None, "ulimit"
    ),
    Case(
        "nomod",
        TRACE + "ModuleNotFoundError: No module named 'sklearn'\n",
        ("No module named 'sklearn'",),
        None,
        "scikit-learn",
    ),
    Case(
        "lfs", TRACE + "_pickle.UnpicklingError: invalid load key, 'v'.\n", ("invalid load key",), None, "git lfs pull"
    ),
    Case(
        "hub",
        TRACE
        + (
            "huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: x)\n"
            "\n"
            "Cannot access gated repo for url https://huggingface.co/x.\n"
            "Access to model x is restricted.\n"
        ),
        ("GatedRepoError",),
        None,
        "log in",
    ),
    Case(
        "hydra",
        "Error executing job with overrides: ['lr=0.1']\n"
        + TRACE
        + (
            "omegaconf.errors.ConfigAttributeError: Key 'epohcs' is not in struct\n"
            "    full_key: epohcs\n"
            "    object_type=dict\n"
            "\n"
            "Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.\n"
        ),
        ("Key 'epohcs' is not in struct",),
        "train.py:41",
        None,
    ),
    Case(
        "fairseq-scale",
        TRACE
        + (
            "FloatingPointError: Minimum loss scale reached (0.0001). Your loss is probably exploding. "
            "Try lowering the learning rate, using gradient clipping or increasing the batch size.\n"
        ),
        ("Minimum loss scale reached",),
        None,
        "learning rate",
    ),
    Case(
        "d2",
        TRACE + ("FloatingPointError: Loss became infinite or NaN at iteration=120!\nloss_dict = {'loss_cls': nan}\n"),
        ("Loss became infinite or NaN at iteration=120",),
        None,
        None,
    ),
    Case(
        "ray",
        (
            "2024-01-01 00:00:00,000\tERROR tune_controller.py:1331 -- Trial task failed for trial PPO_1\n"
            "Traceback (most recent call last):\n"
            "  File "
            '"/opt/conda/lib/python3.10/site-packages/ray/air/execution/_internal/event_manager.py", '
            "line 110, in resolve_future\n"
            "    result = ray.get(future)\n"
            '  File "/opt/conda/lib/python3.10/site-packages/ray/_private/worker.py", line 2624, in get\n'
            "    raise value.as_instanceof_cause()\n"
            "ray.exceptions.RayTaskError(ValueError): ray::PPO.train() (pid=77, ip=10.0.0.1, "
            "actor_id=ab, repr=PPO)\n"
            '  File "/opt/conda/lib/python3.10/site-packages/ray/tune/trainable/trainable.py", line '
            "331, in train\n"
            "    result = self.step()\n"
            '  File "/home/lab/proj/env.py", line 12, in step\n'
            '    raise ValueError("negative reward")\n'
            "ValueError: negative reward\n"
        ),
        ("ValueError: negative reward",),
        "env.py:12",
        None,
    ),
    Case(
        "raycause",
        (
            "Traceback (most recent call last):\n"
            '  File "/home/lab/proj/train.py", line 5, in <module>\n'
            "    ray.get(f.remote())\n"
            "ray.exceptions.RayTaskError(ZeroDivisionError): \x1b[36mray::f()\x1b[39m (pid=1, ip=10.0.0.1)\n"
            '  File "/home/lab/proj/train.py", line 3, in f\n'
            "    1/0\n"
            "ZeroDivisionError: division by zero\n"
        ),
        ("ZeroDivisionError: division by zero",),
        "train.py:3",
        None,
    ),
    Case(
        "wrapped-reraise",
        TRACE
        + (
            "ValueError: Caught ValueError in replica 1 on device 1.\n"
            "Original Traceback (most recent call last):\n"
            '  File "/opt/conda/lib/python3.8/site-packages/torch/nn/parallel/parallel_apply.py", line '
            "64, in _worker\n"
            "    output = module(*input, **kwargs)\n"
            '  File "/home/lab/proj/model.py", line 30, in forward\n'
            "    x = x.view(3)\n"
            "ValueError: shape is wrong\n"
            "\n"
        ),
        ("ValueError: shape is wrong",),
        "model.py:30",
        None,
    ),
    Case(
        "port",
        TRACE
        + (
            "torch.distributed.DistNetworkError: The server socket has failed to listen on any local "
            "network address. useIpv6: 0, code: -98, name: EADDRINUSE, message: address already in use\n"
        ),
        ("address already in use",),
        None,
        "port",
    ),
    Case(
        "statedict",
        TRACE
        + (
            "RuntimeError: Error(s) in loading state_dict for ResNet:\n"
            "\tsize mismatch for fc.weight: copying a param with shape torch.Size([1000, 512]) from "
            "checkpoint, the shape in current model is torch.Size([10, 512]).\n"
        ),
        ("size mismatch for fc.weight",),
        None,
        "another model",
    ),
    Case(
        "assertmsg",
        (
            "Traceback (most recent call last):\n"
            '  File "/home/lab/proj/train.py", line 9, in <module>\n'
            "    assert x.shape == y.shape\n"
            "AssertionError\n"
        ),
        (
            "AssertionError",
            "assert x.shape == y.shape",
        ),
        "train.py:9",
        None,
    ),
    Case(
        "logged",
        "2024-01-01 10:00:00,000 - root - ERROR - training failed\n"
        + TRACE
        + (
            "ValueError: bad\n"
            "wandb: Waiting for W&B process to finish... (failed 1).\n"
            "wandb: 🚀 View run x at: https://w\n"
            "wandb: Synced 5 W&B file(s)\n"
        ),
        ("ValueError: bad",),
        None,
        None,
    ),
    Case(
        "ctx",
        (
            "Traceback (most recent call last):\n"
            '  File "/home/lab/proj/cfg.py", line 9, in load\n'
            '    return d["lr"]\n'
            "KeyError: 'lr'\n"
            "\n"
            "The above exception was the direct cause of the following exception:\n"
            "\n"
        )
        + TRACE
        + "ConfigError: no learning rate given\n",
        ("ConfigError: no learning rate given",),
        "train.py:41",
        None,
    ),
    Case(
        "mmdet",
        TRACE
        + ("AssertionError: loss log variables are different across GPUs!\nrank 1 len(log_vars): 3 keys: loss,acc\n"),
        ("loss log variables are different",),
        None,
        None,
    ),
    Case(
        "ctrlc",
        "Epoch 3:  4%|▍ | 3/80 [00:01<00:30]^C\n" + TRACE + "KeyboardInterrupt\n",
        ("KeyboardInterrupt",),
        "train.py:41",
        None,
    ),
    Case(
        "autograph",
        TRACE
        + (
            "ValueError: in user code:\n"
            "\n"
            "    /nfs/x/site-packages/tensorflow/python/keras/engine/training.py:855 train_function  *\n"
            "        return step_function(self, iterator)\n"
            "    /nfs/x/keras/engine/input_spec.py:219 assert_input_compatibility\n"
            "        raise ValueError('Input ')\n"
            "\n"
            "    ValueError: Input 0 of layer pool is incompatible with the layer: expected ndim=4, "
            "found ndim=5.\n"
            "\n"
        ),
        ("expected ndim=4, found ndim=5",),
        "train.py:41",
        None,
    ),
    Case(
        "autograph2",
        TRACE
        + (
            "ValueError: in user code:\n"
            "\n"
            '    File "/opt/conda/lib/python3.10/site-packages/keras/engine/training.py", line 1249, '
            "in train_function  *\n"
            "        return step_function(self, iterator)\n"
            '    File "/opt/conda/lib/python3.10/site-packages/keras/engine/training.py", line 1233, '
            "in step_function  **\n"
            "        x\n"
            "\n"
            "    ValueError: Shapes (None, 1) and (None, 10) are incompatible\n"
            "\n"
        ),
        ("Shapes (None, 1) and (None, 10) are incompatible",),
        "train.py:41",
        None,
    ),
    Case(
        "atexit-ki",
        TRACE
        + (
            "KeyboardInterrupt\n"
            "Exception ignored in atexit callback: <function f at 0x7f>\n"
            "Traceback (most recent call last):\n"
            '  File "/opt/conda/lib/python3.10/site-packages/wandb/sdk/wandb_manager.py", line 156, in '
            "<lambda>\n"
            "    self._x()\n"
            "KeyboardInterrupt: \n"
        ),
        ("KeyboardInterrupt",),
        "train.py:41",
        None,
    ),
    Case(
        "win",
        (
            "Traceback (most recent call last):\n"
            '  File "C:\\Users\\ada\\proj\\train.py", line 5, in <module>\n'
            "    main()\n"
            '  File "C:\\Users\\ada\\anaconda3\\lib\\site-packages\\torch\\x.py", line 3, in f\n'
            "    raise\n"
            "OSError: [WinError 1455] The paging file is too small for this operation to complete.\n"
        ),
        ("WinError 1455",),
        "train.py:5",
        None,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_causes(case: Case) -> None:
    """The cause in one line, the place in the user's own code, and the remedy where one is known."""
    check(case)


def test_compiled_modules_and_windows_libraries_are_not_the_users_own_code() -> None:
    """The place is the deepest line of a script, not of a .pyx, nor of a library that conda put on a drive."""
    compiled = """Traceback (most recent call last):
  File "train.py", line 9, in <module>
    data = load()
  File "data.py", line 4, in load
    return file["density"]
  File "h5py/h5o.pyx", line 190, in h5py.h5o.open
KeyError: "object 'density' does not exist"
"""
    windows = """Traceback (most recent call last):
  File "C:\\work\\train.py", line 65, in <module>
    main()
  File "D:\\Anaconda3\\lib\\multiprocessing\\spawn.py", line 136, in _check
    raise RuntimeError("no")
RuntimeError: no
"""
    for text, place in ((compiled, "data.py:4"), (windows, "train.py:65")):
        failure = find_failure(text.splitlines())
        assert failure is not None
        assert failure.place == place

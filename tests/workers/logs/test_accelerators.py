"""What is said of GPUs, their libraries and XLA: sizes, assertions, timeouts, and what to do."""

import pytest

from tests.workers.logs.crash_logs import TRACE, Case, check

CASES = [
    Case(
        "cudnn",
        TRACE + "RuntimeError: cuDNN error: CUDNN_STATUS_NOT_INITIALIZED\n",
        ("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED",),
        "train.py:41",
        "memory is full",
    ),
    Case(
        "cublas",
        TRACE + "RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`\n",
        ("CUBLAS_STATUS_ALLOC_FAILED",),
        "train.py:41",
        "full",
    ),
    Case(
        "nokernel",
        TRACE
        + (
            "RuntimeError: CUDA error: no kernel image is available for execution on the device\n"
            "CUDA kernel errors might be asynchronously reported at some other API call, so the "
            "stacktrace below might be incorrect.\n"
            "For debugging consider passing CUDA_LAUNCH_BLOCKING=1.\n"
        ),
        ("no kernel image is available",),
        "train.py:41",
        "compute capability",
    ),
    Case(
        "driver",
        TRACE
        + (
            "RuntimeError: The NVIDIA driver on your system is too old (found version 11040). Please "
            "update your GPU driver by downloading and installing a new version\n"
        ),
        ("driver on your system is too old",),
        None,
        "driver",
    ),
    Case(
        "ecc",
        TRACE + "RuntimeError: CUDA error: uncorrectable ECC error encountered\n",
        ("uncorrectable ECC",),
        None,
        "faulty",
    ),
    Case(
        "illegal",
        TRACE
        + (
            "torch.AcceleratorError: CUDA error: an illegal memory access was encountered\n"
            "CUDA kernel errors might be asynchronously reported\n"
            "\n"
            "terminate called after throwing an instance of 'c10::Error'\n"
            "  what():  CUDA error: an illegal memory access was encountered\n"
            "Exception raised from c10_cuda_check_implementation at ../c10/cuda/CUDAException.cpp:43 "
            "(most recent call first):\n"
            "frame #0: c10::Error::Error(c10::SourceLocation, std::string) + 0x57 (0x7f in "
            "/opt/conda/lib/libc10.so)\n"
            "\n"
            "Aborted (core dumped)\n"
        ),
        ("illegal memory access",),
        "train.py:41",
        "LAUNCH_BLOCKING",
    ),
    Case(
        "assert-only",
        (
            "../aten/src/ATen/native/cuda/Loss.cu:242: nll_loss_forward_reduce_cuda_kernel_2d: block: "
            "[0,0,0], thread: [5,0,0] Assertion `t >= 0 && t < n_classes` failed.\n"
        )
        * 32
        + TRACE
        + "RuntimeError: CUDA error: device-side assert triggered\n",
        (
            "device-side assert triggered",
            "t >= 0 && t < n_classes",
        ),
        "train.py:41",
        "out of range",
    ),
    Case(
        "nccl-new",
        (
            "  5%|▌  | 40/800 [02:11<41:30,  3.28s/it][rank2]:[E1106 10:12:23.100200300 "
            "ProcessGroupNCCL.cpp:616] [Rank 2] Watchdog caught collective operation timeout: "
            "WorkNCCL(SeqNum=812, OpType=ALLREDUCE, NumelIn=25557032, NumelOut=25557032, "
            "Timeout(ms)=600000) ran for 600041 milliseconds before timing out.\n"
            "[rank0]:[E1106 10:12:03.100200300 ProcessGroupNCCL.cpp:616] [Rank 0] Watchdog caught "
            "collective operation timeout: WorkNCCL(SeqNum=812, OpType=ALLREDUCE, NumelIn=25557032, "
            "NumelOut=25557032, Timeout(ms)=600000) ran for 600041 milliseconds before timing out.\n"
            "[rank1]:[E1106 10:12:13.100200300 ProcessGroupNCCL.cpp:616] [Rank 1] Watchdog caught "
            "collective operation timeout: WorkNCCL(SeqNum=812, OpType=ALLREDUCE, NumelIn=25557032, "
            "NumelOut=25557032, Timeout(ms)=600000) ran for 600041 milliseconds before timing out.\n"
            "[rank2]:[E ProcessGroupNCCL.cpp:577] Some NCCL operations have failed or timed out. Due "
            "to the asynchronous nature of CUDA kernels, subsequent GPU operations might run on "
            "corrupted/incomplete data.\n"
            "[rank2]: terminate called\n"
            "terminate called after throwing an instance of 'c10::DistBackendError'\n"
            "  what():  [PG 0 (default_pg) Rank 2] Process group watchdog thread terminated with "
            "exception: [Rank 2] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=812, "
            "OpType=ALLREDUCE) ran for 600041 milliseconds before timing out.\n"
            "Exception raised from checkTimeout at "
            "../torch/csrc/distributed/c10d/ProcessGroupNCCL.cpp:618 (most recent call first):\n"
            "frame #0: c10::Error::Error\n"
            "\n"
            "[E1106 torch/distributed/elastic/multiprocessing/api.py:833] failed (exitcode: -6) "
            "local_rank: 0 (pid: 4711) of binary: /opt/conda/bin/python\n"
            "Traceback (most recent call last):\n"
            '  File "/opt/conda/bin/torchrun", line 8, in <module>\n'
            "    sys.exit(main())\n"
            "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n"
            "=====\n"
            "train.py FAILED\n"
            "-----\n"
            "Root Cause (first observed failure):\n"
            "[0]:\n"
            "  rank      : 2 (local_rank: 2)\n"
            "  exitcode  : -6 (pid: 4713)\n"
            "  traceback : Signal 6 (SIGABRT) received by PID 4713\n"
            "=====\n"
        ),
        (
            "NCCL timeout",
            "ALLREDUCE",
            "rank 2",
        ),
        None,
        "one rank did not come",
    ),
    Case(
        "nccl-old",
        (
            "[E ProcessGroupNCCL.cpp:737] [Rank 5] Watchdog caught collective operation timeout: "
            "WorkNCCL(OpType=BROADCAST, Timeout(ms)=1800000) ran for 1808499 milliseconds before "
            "timing out.\n"
        ),
        (
            "NCCL timeout",
            "BROADCAST",
            "rank 5",
        ),
        None,
        None,
    ),
    Case(
        "nccl-after-oom",
        (
            "[rank3]: Traceback (most recent call last):\n"
            '[rank3]:   File "/home/lab/proj/train.py", line 88, in <module>\n'
            "[rank3]:     main()\n"
            '[rank3]:   File "/home/lab/proj/train.py", line 41, in main\n'
            "[rank3]:     step(batch)\n"
            '[rank3]:   File "/opt/conda/lib/python3.10/site-packages/torch/nn/modules/module.py", '
            "line 1511, in _call_impl\n"
            "[rank3]:     return forward_call(*args, **kwargs)\n"
            "[rank3]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 3 "
            "has a total capacity of 79.15 GiB of which 1.10 GiB is free.\n"
            "[rank0]:[E1106 10:12:03.100200300 ProcessGroupNCCL.cpp:616] [Rank 0] Watchdog caught "
            "collective operation timeout: WorkNCCL(SeqNum=812, OpType=ALLREDUCE, NumelIn=25557032, "
            "NumelOut=25557032, Timeout(ms)=600000) ran for 600041 milliseconds before timing out.\n"
            "[rank1]:[E1106 10:12:13.100200300 ProcessGroupNCCL.cpp:616] [Rank 1] Watchdog caught "
            "collective operation timeout: WorkNCCL(SeqNum=812, OpType=ALLREDUCE, NumelIn=25557032, "
            "NumelOut=25557032, Timeout(ms)=600000) ran for 600041 milliseconds before timing out.\n"
            "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:\n"
        ),
        (
            "CUDA out of memory",
            "2.00 GiB",
            "GPU 3",
        ),
        "train.py:41",
        None,
    ),
    Case(
        "mps",
        TRACE
        + (
            "RuntimeError: MPS backend out of memory (MPS allocated: 17.04 GB, other allocations: 1.00 "
            "GB, max allowed: 18.13 GB). Tried to allocate 256.00 MB on private pool. Use "
            "PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.0 to disable upper limit for memory allocations (may "
            "cause system failure).\n"
        ),
        (
            "MPS",
            "out of memory",
            "256.00 MB",
        ),
        None,
        None,
    ),
    Case("oldcuda", TRACE + "RuntimeError: CUDA error: out of memory\n", ("CUDA out of memory",), "train.py:41", None),
    Case(
        "oldest",
        TRACE
        + ("RuntimeError: cuda runtime error (2) : out of memory at /pytorch/aten/src/THC/generic/THCStorage.cu:58\n"),
        ("out of memory",),
        None,
        None,
    ),
    Case(
        "jax",
        (
            "Traceback (most recent call last):\n"
            '  File "/home/lab/proj/train.py", line 7, in <module>\n'
            "    y = f(x)\n"
            "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to "
            "allocate 34359738368 bytes.\n"
            "BufferAssignment OOM Debugging.\n"
            "BufferAssignment stats:\n"
            "             parameter allocation:   32.00GiB\n"
            "\n"
        ),
        (
            "RESOURCE_EXHAUSTED",
            "32.0 GiB",
        ),
        "train.py:7",
        None,
    ),
    Case(
        "tfoom",
        TRACE
        + (
            "tensorflow.python.framework.errors_impl.ResourceExhaustedError: Graph execution error:\n"
            "\n"
            "Detected at node 'model/conv2d/Conv2D' defined at (most recent call last):\n"
            '    File "/home/lab/proj/train.py", line 3, in <module>\n'
            "      model.fit(x)\n"
            "Node: 'model/conv2d/Conv2D'\n"
            "OOM when allocating tensor with shape[256,64,112,112] and type float on "
            "/job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc\n"
            "\t [[{{node model/conv2d/Conv2D}}]]\n"
            "Hint: If you want to see a list of allocated tensors when OOM happens, add "
            "report_tensor_allocations_upon_oom to RunOptions for current allocation info.\n"
            " [Op:__inference_train_function_1000]\n"
        ),
        (
            "OOM when allocating tensor",
            "[256,64,112,112]",
        ),
        "train.py:41",
        None,
    ),
    Case(
        "tf1",
        TRACE
        + (
            "tensorflow.python.framework.errors_impl.ResourceExhaustedError: OOM when allocating "
            "tensor with shape[64,512,512] and type float on "
            "/job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc\n"
            "\t [[node x (defined at train.py:3) ]]\n"
            "Hint: If you want\n"
        ),
        ("[64,512,512]",),
        None,
        None,
    ),
    Case(
        "tfdst",
        TRACE
        + (
            "tensorflow.python.framework.errors_impl.InternalError: Failed copying input tensor from "
            "/job:localhost/replica:0/task:0/device:CPU:0 to "
            "/job:localhost/replica:0/task:0/device:GPU:0 in order to run Cast: Dst tensor is not "
            "initialized. [Op:Cast]\n"
        ),
        ("Dst tensor is not initialized",),
        None,
        "full",
    ),
    Case(
        "paddle",
        (
            "--------------------------------------\n"
            "C++ Traceback (most recent call last):\n"
            "--------------------------------------\n"
            "0   paddle::imperative::BasicEngine::Execute()\n"
            "1   phi::enforce::GetCurrentTraceBackString[abi:cxx11](bool)\n"
            "\n"
            "----------------------\n"
            "Error Message Summary:\n"
            "----------------------\n"
            "ResourceExhaustedError: \n"
            "\n"
            "Out of memory error on GPU 0. Cannot allocate 1.500000GB memory on GPU 0, 31.500000GB "
            "memory has been allocated and available memory is only 250.687500MB.\n"
            "\n"
            "Please check whether there is any other process using GPU 0.\n"
        ),
        (
            "out of memory",
            "GPU 0",
        ),
        None,
        None,
    ),
    Case(
        "paddlefatal",
        (
            "----------------------\n"
            "Error Message Summary:\n"
            "----------------------\n"
            "FatalError: `Segmentation fault` is detected by the operating system.\n"
            '  [TimeInfo: *** Aborted at 1650000000 (unix time) try "date -d @1650000000" if you are '
            "using GNU date ***]\n"
            "  [SignalInfo: *** SIGSEGV (@0x0) received by PID 1 (TID 0x7f) from PID 0 ***]\n"
            "\n"
            "Segmentation fault (core dumped)\n"
        ),
        ("Segmentation fault",),
        None,
        None,
    ),
    Case(
        "darknet",
        (
            "region 106 loss\n"
            " CUDA Error: out of memory\n"
            "darknet: ./src/cuda.c:36: check_error: Assertion `0' failed.\n"
            "Aborted (core dumped)\n"
        ),
        ("out of memory",),
        None,
        None,
    ),
    Case(
        "xgb",
        TRACE
        + (
            "xgboost.core.XGBoostError: [12:00:00] /workspace/src/c_api.cc:1: [12:00:00] "
            "/workspace/src/data.cc:5: Check failed: valid: Label contains NaN, infinity or a value "
            "too large.\n"
            "Stack trace:\n"
            "  [bt] (0) lib.so\n"
            "\n"
        ),
        ("Label contains NaN",),
        None,
        None,
    ),
    Case(
        "mxnet",
        TRACE
        + (
            "mxnet.base.MXNetError: [12:00:00] src/storage/./pooled_storage_manager.h:157: cudaMalloc "
            "failed: out of memory\n"
            "Stack trace:\n"
            "  [bt] (0) lib.so\n"
        ),
        ("cudaMalloc failed: out of memory",),
        None,
        None,
    ),
    Case(
        "time-done",
        TRACE
        + (
            "RuntimeError: CUDA out of memory. Tried to allocate 2.93 GiB (GPU 0; 11.17 GiB total "
            "capacity; 5.54 GiB already allocated; 2.22 GiB free; 8.52 GiB reserved in total by "
            "PyTorch)\n"
            "\n"
            "real\t0m56.895s\n"
            "user\t0m11.272s\n"
            "sys\t0m6.233s\n"
            "done\n"
        ),
        ("2.93 GiB",),
        "train.py:41",
        None,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_causes(case: Case) -> None:
    """The cause in one line, the place in the user's own code, and the remedy where one is known."""
    check(case)

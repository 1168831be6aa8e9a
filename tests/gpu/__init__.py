"""On a real NVIDIA GPU, where one is and it is asked for: MACHIAI_TEST_GPU=1.

The fakes imitate one driver on a good day; these tests are against the one that is installed. Torch may be that of
another interpreter, as researchers have it: MACHIAI_TEST_GPU_PYTHON=/path/to/python (default: the tests' own).
"""

"""Sparing the dashboard a walk over everything that is loaded, at every turn of a live part."""

import gc
from functools import cache


@cache
def settle() -> None:
    """Once in the life of the server, when the first page is drawn: what is loaded by then stays for good.

    Streamlit collects garbage after every run of a script, a live part's turn too. That walks over every object of
    every library, about 50 ms, many times what most turns take; what is frozen is left out of it.
    """
    gc.collect()
    gc.freeze()

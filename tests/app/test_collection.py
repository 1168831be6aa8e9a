"""What is loaded is walked over once, not at every turn of a live part."""

import gc

from app import collection


def test_what_is_loaded_is_frozen_once() -> None:
    """A second page does not freeze what sessions have made since."""
    collection.settle.cache_clear()
    try:
        collection.settle()
        frozen = gc.get_freeze_count()
        assert frozen > 1000
        kept = [[n] for n in range(5000)]
        collection.settle()
        assert gc.get_freeze_count() <= frozen and len(kept) == 5000
    finally:
        gc.unfreeze()

"""Numbers as a person reads them, for the pages; alerts write theirs in the same way."""

from store.figures import PLACES, count, figure, share

__all__ = ["PLACES", "count", "figure", "share"]

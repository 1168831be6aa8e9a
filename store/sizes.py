"""Bytes in words a person reads at a glance: ``23.7 GiB``."""

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def spell_size(count: float | None) -> str:
    """Spell a number of bytes with three digits at most before it is rounded to whole ones; ``–`` for an unknown one.

    >>> spell_size(25_437_405_184), spell_size(512), spell_size(1536), spell_size(158_913_789_952)
    ('23.7 GiB', '512 B', '1.5 KiB', '148 GiB')
    """
    if count is None:
        return "–"
    size, unit = max(0.0, float(count)), 0
    while round(size, 1) >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    if unit == 0 or size >= 99.95:
        return f"{size:.0f} {_UNITS[unit]}"
    return f"{size:.1f} {_UNITS[unit]}"

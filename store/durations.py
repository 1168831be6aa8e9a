"""Seconds in words a person reads at a glance: ``3 h 12 m``."""


def spell(seconds: float | None) -> str:
    """Spell a length of time with its two largest units; ``–`` for an unknown one.

    >>> spell(11520), spell(42), spell(0.31), spell(200_000)
    ('3 h 12 m', '42 s', '0.3 s', '2 d 8 h')
    """
    if seconds is None:
        return "–"
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} m {rest} s" if rest else f"{minutes} m"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} m" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"

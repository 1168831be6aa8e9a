"""Numbers as a person reads them: four significant digits, no ``1e-05``, per cent where the name says so."""

import math

from store.sizes import spell_size

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
PLACES = 4


def figure(value: float | None, *, percent: bool = False) -> str:
    """A value of a metric, ``–`` for none.

    >>> figure(0.287123), figure(1e-5), figure(31415.9), figure(2.5e-7), figure(85.31, percent=True)
    ('0.2871', '0.00001', '31,416', '2.5×10⁻⁷', '85.31 %')
    """
    if value is None:
        return "–"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return _plain(value) + (" %" if percent else "")


def _plain(value: float) -> str:
    size = abs(value)
    if size == 0:
        return "0"
    rounded = float(f"{value:.{PLACES}g}")
    if 1e-5 <= abs(rounded) < 1000:
        decimals = max(0, PLACES - 1 - math.floor(math.log10(abs(rounded))))
        text = f"{rounded:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    elif 1000 <= abs(rounded) < 1e9:
        text = f"{value:,.0f}" if size >= 9999.5 or value == round(value) else f"{value:,.1f}".removesuffix(".0")
    else:
        mantissa, exponent = f"{value:.{PLACES - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        text = f"{mantissa}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return text.replace("-", "−") if text.startswith("-") else text


def count(value: float | None) -> str:
    """A step, an epoch, a number of points: whole where it is whole, thousands set apart.

    >>> count(12400.0), count(3.25), count(None)
    ('12,400', '3.25', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.01 else figure(value)


def share(used: float | None, total: float | None) -> str:
    """An amount of bytes and the whole of it, in the unit of the whole; ``–`` for what is not known.

    >>> share(22.6e9, 25.77e9), share(2.1e8, 25.77e9), share(None, 25.77e9), share(None, None)
    ('21.0 / 24.0 GiB', '0.2 / 24.0 GiB', '– / 24.0 GiB', '–')
    """
    if not total or used is None:
        return f"– / {spell_size(total)}" if total else spell_size(used)
    whole = spell_size(total)
    power = 10 * _SIZES.index(whole.partition(" ")[2])
    part = used / 2**power
    return f"{part:.0f} / {whole}" if part >= 99.95 or not power else f"{part:.1f} / {whole}"

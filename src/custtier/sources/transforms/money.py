"""Text becomes money: whole minor units, exact, whatever signs, separators and footnotes stand around the digits."""

from typing import Final

import polars as pl

_NEGATIVE: Final = r"^\s*[（(]([^()（）]*\d[^()（）]*)[)）]\s*$"
"""`(8.00)`: bookkeepers' way to write a negative amount."""

_FOOTNOTE: Final = r"\s*[（(].*$"
_AROUND: Final = r"[¥￥$€£,，\s元'’]|RMB|CNY|USD|EUR|GBP|HK|US|RM|Rp|₫|฿|₱"
_DECIMAL_COMMA: Final = r"^[^\d]*\d{1,3}(\.\d{3})+,\d{1,2}[^\d]*$|^[^\d]*\d+,\d{1,2}[^\d]*$"
_DOTTED: Final = r"^[^\d]*\d{1,3}(\.\d{3})+[^\d]*$"
NEVER_DECIMAL: Final = frozenset({"IDR", "VND"})
"""Currencies whose amounts have no decimals in daily use, so that a dot before three digits groups thousands."""

_PLAIN: Final = r"^[+-]?(\d{1,13}(\.\d*)?|\.\d+)$"
_SCIENTIFIC: Final = r"^[+-]?\d(\.\d+)?[eE][+-]?\d{1,2}$"
_EXACT_FLOAT: Final = float(1 << 40)


def minor_units(text: pl.Series, *, digits: int) -> pl.Series:
    """The amount in minor units, Int64; null where the text is no amount.

    A number with more digits than the currency has is rounded half up; the noise of a workbook's floats goes with it.

    Args:
        text: Clean text; null stays null.
        digits: Digits of the currency's minor unit.

    Examples:
        >>> texts = pl.Series(["¥1,299.90", "99.80000000000001", "131.77(已退款89.84)", "($8.00)", "0.005", "x"])
        >>> minor_units(texts, digits=2).to_list()
        [129990, 9980, 13177, -800, 1, None]
    """
    result = plain_units(text, digits=digits)
    odd = text.is_not_null() & result.is_null()
    if odd.any():
        result = result.scatter(odd.arg_true(), _spelled_out(text.filter(odd), digits=digits))
    return result


def without_dots(text: pl.Series) -> pl.Series:
    """The text without the dots that group thousands, in a currency that is never written with decimals.

    Examples:
        >>> without_dots(pl.Series(["150.000", "Rp 1.250.000", "150000.00", None])).to_list()
        ['150000', 'Rp 1250000', '150000.00', None]
    """
    grouped = text.str.contains(_DOTTED)
    if not grouped.any():
        return text
    return pl.select(pl.when(grouped).then(text.str.replace_all(".", "", literal=True)).otherwise(text)).to_series()


def plain_units(text: pl.Series, *, digits: int) -> pl.Series:
    """The amount in minor units where the text is a plain number, which most are; else null."""
    scaled = text.cast(pl.Float64, strict=False) * 10**digits
    rounded = scaled.round()
    plain = ((scaled - rounded).abs() < 1e-6) & (rounded.abs() < _EXACT_FLOAT)
    return pl.select(pl.when(plain).then(rounded.cast(pl.Int64, strict=False))).to_series().alias(text.name)


def _spelled_out(text: pl.Series, *, digits: int) -> pl.Series:
    """The same from the digits themselves."""
    word = pl.col("text")
    bare = word.str.replace(_NEGATIVE, "-$1").str.replace(_FOOTNOTE, "")
    swapped = (
        pl.when(bare.str.contains(_DECIMAL_COMMA))
        .then(bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .otherwise(bare)
    )
    number = pl.col("number")
    fraction = number.str.extract(r"\.(\d*)$").fill_null("") + "0" * (digits + 1)
    whole = number.str.extract(r"^[+-]?(\d*)")
    units = (
        pl.when(whole == "").then(pl.lit(0, dtype=pl.Int64)).otherwise(whole.cast(pl.Int64, strict=False)) * 10**digits
        + (pl.lit("0") + fraction.str.slice(0, digits)).cast(pl.Int64, strict=False)
        + (fraction.str.slice(digits, 1).cast(pl.Int64, strict=False) >= 5).cast(pl.Int64)
    )
    signed = pl.when(number.str.starts_with("-")).then(-units).otherwise(units)
    scientific = (number.cast(pl.Float64, strict=False) * 10**digits).round().cast(pl.Int64, strict=False)
    return (
        pl.DataFrame({"text": text})
        .with_columns(number=swapped.str.replace_all(_AROUND, ""))
        .select(
            pl.when(number.str.contains(_PLAIN))
            .then(signed)
            .when(number.str.contains(_SCIENTIFIC))
            .then(scientific)
            .alias("units")
        )
        .to_series()
    )

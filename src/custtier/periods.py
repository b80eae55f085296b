"""Days and instants: day numbers, parsing what people type, the shop's calendar day."""

from datetime import date, timedelta

from custtier.errors import usage_error

EPOCH = date(1970, 1, 1)

LAST_YEAR = 2200
"""Days after it are slips of the hand, and days counted on from them would leave the calendar."""

MOST_WINDOW_DAYS = 36_500
"""A window of more days than a century has is a slip of the hand."""


def day_number(day: date) -> int:
    """Whole days from 1970-01-01 to `day`.

    Examples:
        >>> day_number(date(1970, 1, 2))
        1
        >>> day_number(date(2026, 3, 1)) - day_number(date(2026, 2, 1))
        28
    """
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day that `day_number` gave this number.

    Examples:
        >>> day_of(day_number(date(2026, 11, 22)))
        datetime.date(2026, 11, 22)
    """
    return EPOCH + timedelta(days=number)


def parse_day(text: str, *, option: str) -> date:
    """The day written as `2026-03-31`, `20260331` or `2026/3/31`.

    Args:
        text: What was typed.
        option: The option's name, for the error.

    Raises:
        CusttierError: `bad-day` when it is none of these.

    Examples:
        >>> parse_day("2026/3/31", option="--as-of")
        datetime.date(2026, 3, 31)
    """
    digits = text.strip().replace("/", "-").replace(".", "-")
    parts = digits.split("-")
    if len(parts) == 1 and len(digits) == 8:
        parts = [digits[:4], digits[4:6], digits[6:]]
    if len(parts) == 3 and len(parts[0]) == 4 and all(part.isascii() and part.isdigit() for part in parts):
        try:
            if int(parts[0]) <= LAST_YEAR:
                return date(*(int(part) for part in parts))
        except ValueError:
            pass
    raise usage_error(
        "bad-day",
        "{option} was given {text!r}, a day is expected",
        hint="write it as 2026-03-31",
        option=option,
        text=text,
    )


def parse_window(text: str, *, option: str) -> int:
    """The number of days written as `365d`, `365` or `365天`: at least 1, at most 36,500.

    Args:
        text: What was typed.
        option: The option's name, for the error.

    Raises:
        CusttierError: `bad-window` when it is none of these.

    Examples:
        >>> parse_window("365d", option="--window"), parse_window("90", option="--window")
        (365, 90)
    """
    digits = text.strip().lower().removesuffix("d").removesuffix("天").strip()
    if digits.isascii() and digits.isdigit() and len(digits) <= 5 and 1 <= int(digits) <= MOST_WINDOW_DAYS:
        return int(digits)
    raise usage_error(
        "bad-window",
        "{option} was given {text!r}, a number of days from 1 to {most} is expected",
        hint="write it as 365d",
        option=option,
        text=text,
        most=MOST_WINDOW_DAYS,
    )

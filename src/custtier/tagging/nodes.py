"""A rule that was read and checked: values that are compared, and conditions that hold, do not, or cannot be told."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from custtier.customer_fields import Kind


@dataclass(frozen=True)
class FieldValue:
    """What a customer has in a field; missing where nothing is known."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Constant:
    """The same for everybody: a number, an amount in minor units, a text, a day.

    Args:
        value: What it is.
        kind: Of what kind.
        is_days: Whether a number was written as so many days, and can be no amount.
    """

    value: Decimal | str | date | bool
    kind: Kind
    is_days: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class AsOf:
    """The day observed."""

    kind: Kind = Kind.DATE


@dataclass(frozen=True)
class Arithmetic:
    """A sum, difference, product or quotient; missing where a side is, or where something is divided by nothing."""

    sign: str
    left: "Value"
    right: "Value"
    kind: Kind


Value = FieldValue | Constant | AsOf | Arithmetic


@dataclass(frozen=True)
class Compare:
    """Whether two values stand in this order; cannot be told where one is missing."""

    left: Value
    sign: str
    right: Value


@dataclass(frozen=True)
class Among:
    """Whether a value is one of some."""

    value: Value
    choices: tuple[Constant, ...]


@dataclass(frozen=True)
class Holds:
    """Whether a text holds another, or a list of texts has it; no matter the case."""

    value: FieldValue
    text: str


@dataclass(frozen=True)
class Like:
    """Whether a text has a form: `*` is any run of characters, `?` any one; no matter the case."""

    value: FieldValue
    pattern: str


@dataclass(frozen=True)
class Missing:
    """Whether nothing is known; can always be told."""

    value: Value


@dataclass(frozen=True)
class IsTrue:
    """Whether a yes-or-no field says yes."""

    value: FieldValue


@dataclass(frozen=True)
class Bought:
    """Whether a purchase up to the day observed shows such a product, or one of such a category; can always be told.

    Args:
        text: A product's number, or a part of its name; a part of the category's name.
        is_category: Whether it is a category.
        days: Only in so many days that end on the day observed; None for ever.
    """

    text: str
    is_category: bool
    days: int | None


@dataclass(frozen=True)
class Tagged:
    """Whether somebody gave the tag by hand, or a contact list shows it; can always be told."""

    tag: str


@dataclass(frozen=True)
class Not:
    """The opposite; what cannot be told stays so."""

    part: "Condition"


@dataclass(frozen=True)
class All:
    """Whether every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """Whether a part holds."""

    parts: tuple["Condition", ...]


Condition = Compare | Among | Holds | Like | Missing | IsTrue | Bought | Tagged | Not | All | AnyOf

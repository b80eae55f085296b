"""A rule whose every comparison has a meaning: fields are known, and like is compared with like."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from custtier.customer_fields import FIELDS, Kind
from custtier.errors import CusttierError, nearest
from custtier.tagging.branches import end_of, is_plain, is_token, place_of, text_of
from custtier.tagging.faults import HINT, fault
from custtier.tagging.lexing import pieces
from custtier.tagging.nodes import (
    All,
    Among,
    AnyOf,
    Arithmetic,
    AsOf,
    Bought,
    Compare,
    Condition,
    Constant,
    FieldValue,
    Holds,
    IsTrue,
    Like,
    Missing,
    Not,
    Tagged,
    Value,
)
from custtier.tagging.syntax import tree_of
from custtier.tagging.words import field_names
from custtier.text import message
from custtier.text.meant import meant_code, nearest_code
from custtier.units import Unit

if TYPE_CHECKING:
    from lark import Token, Tree

    Branch = Tree[Token] | Token

_TURNED: Final = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
MOST_DAYS: Final = 36_500
_CONSTANTS: Final = {"NUMBER": Kind.NUMBER, "DAYS": Kind.NUMBER, "MONEY": Kind.MONEY}


@dataclass(frozen=True)
class Shop:
    """What a rule is checked against.

    Args:
        minor_digits: Digits of the currency's smaller unit: amounts in rules are in the main unit.
        codes: Field → its codes, for fields of codes; codes that the user has named come with `labels`.
        labels: Field → code → what else it is called.
    """

    minor_digits: int = 2
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


def condition_of(rule: str, shop: Shop) -> Condition:
    """The rule, read and checked.

    Raises:
        CusttierError: `bad-tag-rule`, with the character where the fault is.
    """
    return _Checker(rule, shop).condition(tree_of(rule))


def parts_of(rule: str, shop: Shop) -> list[tuple[str, Condition]]:
    """What has to hold together, part by part, each with its text; one part where nothing is joined by `and`.

    Raises:
        CusttierError: `bad-tag-rule`.
    """
    from lark import Token

    checker, tree = _Checker(rule, shop), tree_of(rule)
    joined = not isinstance(tree, Token) and tree.data == "conjunction"
    branches = tree.children if joined and not isinstance(tree, Token) else [tree]
    spans = [(place_of(branch), end_of(branch)) for branch in branches]
    starts = _word_starts(rule)
    return [
        (_closed(rule, starts.get(start, start), end), checker.condition(branch))
        for (start, end), branch in zip(spans, branches, strict=True)
    ]


def _word_starts(rule: str) -> dict[int, int]:
    """Where a span such as `within 90 days` begins, by where its days do: its first word is not in the tree."""
    found = pieces(rule)
    return {days.start: word.start for word, days in pairwise(found) if word.kind == "_WITHIN"}


def _closed(rule: str, start: int, end: int) -> str:
    """The text of a part, with the bracket that ends a list."""
    text = rule[start:end]
    if sum(text.count(sign) for sign in "(（") > sum(text.count(sign) for sign in ")）"):
        return text + next((sign for sign in rule[end:] if sign in ")）"), "")
    return text


class _Checker:
    """Walks the tree of one rule."""

    def __init__(self, rule: str, shop: Shop) -> None:
        self.rule = rule
        self.shop = shop

    def condition(self, branch: "Branch") -> Condition:  # noqa: PLR0911  # one for each kind of branch
        """A branch that has to be true or false."""
        from lark import Token

        if isinstance(branch, Token):
            return self._flag(branch)
        parts = branch.children
        match str(branch.data):
            case "disjunction":
                return AnyOf(tuple(self.condition(part) for part in parts))
            case "conjunction":
                return All(tuple(self.condition(part) for part in parts))
            case "opposite":
                return Not(self.condition(parts[-1]))
            case "comparison":
                return self._chain(parts)
            case "same" | "other":
                sign = "=" if branch.data == "same" else "!="
                return self._compare(parts[0], sign, parts[-1], place=place_of(branch))
            case "missing" | "known":
                missing = Missing(self._known_value(parts[0]))
                return missing if branch.data == "missing" else Not(missing)
            case "among" | "not_among":
                values = [part for part in parts[1:] if not is_token(part, "IN", "NOT")]
                among = self._among(parts[0], values)
                return among if branch.data == "among" else Not(among)
            case "holds" | "not_holds" | "like" | "not_like":
                found = self._text_test(str(branch.data).removeprefix("not_"), parts[0], parts[-1])
                return Not(found) if str(branch.data).startswith("not_") else found
            case "bought" | "lately_bought":
                return self._bought(parts)
            case "tagged":
                return Tagged(text_of(parts[-1]))
        raise self._fault(
            message("the rule of the tag {tag!r}: {found!r} at character {place} is a number, no condition"), branch
        )

    def _flag(self, token: "Token") -> Condition:
        if token.type == "FIELD" and FIELDS[str(token)].kind is Kind.FLAG:
            return IsTrue(FieldValue(str(token), Kind.FLAG))
        if token.type == "WORD":
            raise self._unknown(token)
        raise self._fault(
            message(
                "the rule of the tag {tag!r}: nothing is asked of {found!r} at character {place}, a comparison such as "
                ">= 5 is expected"
            ),
            token,
        )

    def _chain(self, parts: "list[Branch]") -> Condition:
        """`a < b < c` is `a < b and b < c`."""
        pairs = [
            self._compare(parts[at], str(parts[at + 1]), parts[at + 2], place=place_of(parts[at + 1]))
            for at in range(0, len(parts) - 2, 2)
        ]
        return pairs[0] if len(pairs) == 1 else All(tuple(pairs))

    def _compare(self, left: "Branch", sign: str, right: "Branch", *, place: int) -> Condition:
        if not self._is_field(left) and self._is_field(right):
            left, sign, right = right, _TURNED[sign], left
        subject = self._known_value(left)
        if subject.kind is Kind.TEXTS:
            wrong = message(
                "the rule of the tag {tag!r}, character {place}: tags are several, write: tags contains 'VIP'"
            )
            raise self._at(wrong, place)
        against = self._against(subject, right)
        if isinstance(against, bool):
            if not isinstance(subject, FieldValue):
                raise self._kinds(right, place)
            flag = IsTrue(subject)
            self._only_equal(sign, place)
            return flag if against is (sign == "=") else Not(flag)
        if subject.kind in {Kind.TEXT, Kind.FLAG}:
            self._only_equal(sign, place)
        subject, against = self._alike(subject, against, place)
        return Compare(subject, sign, against)

    def _only_equal(self, sign: str, place: int) -> None:
        if sign not in {"=", "!="}:
            raise self._at(
                message("the rule of the tag {tag!r}, character {place}: texts are the same or not, none is greater"),
                place,
            )

    def _among(self, left: "Branch", values: "Iterable[Branch]") -> Condition:
        subject = self._known_value(left)
        if subject.kind is Kind.TEXTS and isinstance(subject, FieldValue):
            return AnyOf(tuple(Holds(subject, text_of(one)) for one in values))
        if subject.kind is Kind.FLAG:
            raise self._kinds(left, place_of(left))
        choices = []
        for one in values:
            against = self._against(subject, one)
            scaled = self._alike(subject, against, place_of(one))[1] if not isinstance(against, bool) else None
            if not isinstance(scaled, Constant):
                raise self._kinds(one, place_of(one))
            choices.append(scaled)
        return Among(subject, tuple(choices))

    def _text_test(self, test: str, left: "Branch", right: "Branch") -> Condition:
        subject = self._known_value(left)
        if subject.kind not in {Kind.TEXT, Kind.TEXTS} or not isinstance(subject, FieldValue):
            wrong = message("the rule of the tag {tag!r}: {found!r} at character {place} is no text that holds another")
            raise self._fault(wrong, left)
        text = text_of(right)
        return Holds(subject, text) if test == "holds" else Like(subject, text)

    def _bought(self, parts: "list[Branch]") -> Condition:
        from lark import Tree

        goods = next(part for part in parts if isinstance(part, Tree) and part.data == "goods")
        within = next((part for part in parts if isinstance(part, Tree) and part.data == "days"), None)
        days = None
        if within is not None:
            value = Decimal(str(within.children[0]))
            if value != value.to_integral_value() or not 1 <= value <= MOST_DAYS:
                wrong = message(
                    "the rule of the tag {tag!r}, character {place}: {found!r} is no number of days from 1 on"
                )
                raise self._fault(wrong, within)
            days = int(value)
        return Bought(text_of(goods), is_token(goods.children[0], "CATEGORY"), days)

    def _is_field(self, branch: "Branch") -> bool:
        """Whether any field stands in a branch: words beside it are texts, words without it are unknown names."""
        from lark import Token

        if isinstance(branch, Token):
            return branch.type == "FIELD"
        return any(self._is_field(part) for part in branch.children)

    def _known_value(self, branch: "Branch") -> Value:
        """A value in which no bare word stands."""
        from lark import Token

        if isinstance(branch, Token):
            return self._of_token(branch)
        if branch.data == "minus":
            return self._arithmetic(
                Constant(Decimal(0), Kind.NUMBER), "-", self._known_value(branch.children[-1]), branch
            )
        if branch.data == "arithmetic":
            left, sign, right = branch.children
            return self._arithmetic(self._known_value(left), str(sign), self._known_value(right), branch)
        wrong = message("the rule of the tag {tag!r}: {found!r} at character {place} is a condition, no value")
        raise self._fault(wrong, branch)

    def _of_token(self, token: "Token") -> Value:
        text = str(token)
        if token.type == "FIELD":
            return FieldValue(text, FIELDS[text].kind)
        if token.type == "WORD":
            raise self._unknown(token)
        if token.type == "TEXT":
            return Constant(text, Kind.TEXT)
        if token.type == "DATE":
            return Constant(date.fromisoformat(text), Kind.DATE)
        if token.type == "AS_OF":
            return AsOf()
        if token.type in {"YES", "NO"}:
            return Constant(token.type == "YES", Kind.FLAG)
        value = Decimal(text)
        if token.type == "MONEY":
            value = value.scaleb(self.shop.minor_digits)
        return Constant(value, _CONSTANTS[token.type], is_days=token.type == "DAYS")

    def _against(self, subject: Value, branch: "Branch") -> "Value | bool":
        """What a value is compared with: bare words are texts, codes may be typed as they are shown."""
        from lark import Token

        if not isinstance(branch, Token):
            return self._known_value(branch)
        if subject.kind is Kind.FLAG and branch.type in {"YES", "NO"}:
            return branch.type == "YES"
        if branch.type in {"TEXT", "WORD"}:
            text = str(branch)
            if subject.kind is Kind.TEXT:
                return Constant(self._code(subject, text, branch), Kind.TEXT)
            if branch.type == "WORD":
                raise self._unknown(branch)
        if subject.kind is Kind.TEXT and branch.type == "NUMBER" and isinstance(subject, FieldValue):
            # a score such as 555 is a text of digits
            return Constant(str(branch), Kind.TEXT)
        return self._of_token(branch)

    def _code(self, subject: Value, text: str, token: "Token") -> str:
        if not isinstance(subject, FieldValue):
            return text
        if subject.name in {"province", "city"}:
            from custtier.regions import one_name

            return one_name(text, subject.name)
        codes = self.shop.codes.get(subject.name)
        if codes is None or FIELDS[subject.name].unit is not Unit.CODE:
            return text
        found = meant_code(text, subject.name, codes=codes, titles=self.shop.labels.get(subject.name))
        if found is not None:
            return found
        near = nearest_code(text, subject.name, codes=codes)
        if near is not None:
            wrong = message(
                "the rule of the tag {tag!r}, character {place}: {found!r} is not known there; is {meant} meant?"
            )
            raise self._fault(wrong, token, meant=near)
        wrong = message(
            "the rule of the tag {tag!r}, character {place}: {found!r} is not known there; there are: {known}"
        )
        raise self._fault(wrong, token, known=", ".join(codes))

    def _arithmetic(self, left: Value, sign: str, right: Value, branch: "Branch") -> Value:
        """Money with money, money times or by a number, days to and from a day, numbers with numbers."""
        place = place_of(branch)
        kinds = (left.kind, right.kind)
        if Kind.DATE in kinds:
            if kinds == (Kind.DATE, Kind.NUMBER) and sign in "+-":
                return Arithmetic(sign, left, right, Kind.DATE)
            if kinds == (Kind.DATE, Kind.DATE) and sign == "-":
                return Arithmetic(sign, left, right, Kind.NUMBER)
            raise self._kinds(branch, place)
        if not set(kinds) <= {Kind.NUMBER, Kind.MONEY}:
            raise self._kinds(branch, place)
        if sign in "+-":
            left, right = self._alike(left, right, place)
            return Arithmetic(sign, left, right, left.kind)
        if kinds == (Kind.MONEY, Kind.MONEY):
            if sign == "*":
                raise self._kinds(branch, place)
            return Arithmetic(sign, left, right, Kind.NUMBER)
        if sign == "/" and kinds == (Kind.NUMBER, Kind.MONEY):
            raise self._kinds(branch, place)
        return Arithmetic(sign, left, right, Kind.MONEY if Kind.MONEY in kinds else Kind.NUMBER)

    def _alike(self, left: Value, right: Value, place: int) -> tuple[Value, Value]:
        """Both sides of one kind; a plain number beside money is an amount in the main unit."""
        if {left.kind, right.kind} == {Kind.MONEY, Kind.NUMBER}:
            return self._as_money(left, place), self._as_money(right, place)
        if left.kind is not right.kind:
            wrong = message(
                "the rule of the tag {tag!r}, character {place}: both sides of a comparison are numbers, amounts, days "
                "or texts alike"
            )
            raise self._at(wrong, place)
        return left, right

    def _as_money(self, value: Value, place: int) -> Value:
        if value.kind is Kind.MONEY:
            return value
        if isinstance(value, Constant) and isinstance(value.value, Decimal) and not value.is_days:
            return Constant(value.value.scaleb(self.shop.minor_digits), Kind.MONEY)
        if isinstance(value, Arithmetic) and is_plain(value):
            scale = Constant(Decimal(10) ** self.shop.minor_digits, Kind.NUMBER)
            return Arithmetic("*", value, scale, Kind.MONEY)
        raise self._at(
            message("the rule of the tag {tag!r}, character {place}: an amount is compared with a count or with days"),
            place,
        )

    def _unknown(self, token: "Token") -> CusttierError:
        names = field_names()
        near = nearest(str(token).casefold(), names)
        if near is not None:
            wrong = message("the rule of the tag {tag!r}, character {place}: there is no {found!r}; is {meant} meant?")
            return self._fault(wrong, token, meant=names[near] if near.isascii() else near)
        wrong = message("the rule of the tag {tag!r}, character {place}: nothing is called {found!r}")
        hint = message("fields are listed by: custtier tag fields; a text stands in quotation marks")
        return self._at(wrong, place_of(token), hint=hint, found=str(token))

    def _kinds(self, branch: "Branch", place: int) -> CusttierError:
        del branch
        return self._at(
            message("the rule of the tag {tag!r}, character {place}: these two kinds of values do not go together"),
            place,
        )

    def _fault(self, wrong: str, branch: "Branch", **values: str) -> CusttierError:
        """An error that quotes the branch."""
        start, end = place_of(branch), end_of(branch)
        return fault(wrong, place=start, found=self.rule[start:end], **values)

    def _at(self, wrong: str, place: int, *, hint: str = HINT, **values: str) -> CusttierError:
        return fault(wrong, place=place, hint=hint, **values)

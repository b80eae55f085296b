"""The conditions of the user's tag rules, with the tag and its place in the settings in every error."""

from custtier.errors import CusttierError
from custtier.tagging.checking import Shop, condition_of, parts_of
from custtier.tagging.faults import named
from custtier.tagging.nodes import Condition
from custtier.tags import TagRule


def rule_condition(rule: TagRule, shop: Shop) -> Condition:
    """The condition, read and checked.

    Raises:
        CusttierError: `bad-tag-rule`, with the tag and the place in the text of the settings.
    """
    try:
        return condition_of(rule.when, shop)
    except CusttierError as error:
        raise named(error, tag=rule.name, offset=rule.offset) from None


def rule_parts(rule: TagRule, shop: Shop) -> list[tuple[str, Condition]]:
    """`checking.parts_of`, with the tag in an error."""
    try:
        return parts_of(rule.when, shop)
    except CusttierError as error:
        raise named(error, tag=rule.name, offset=rule.offset) from None

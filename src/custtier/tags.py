"""The user's tag rules, as the settings have them: `名称 when 条件`, or a table with `name` and `when`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from custtier.text import message

STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": False}

_LED_BY: Final = r"(?i)\s*(?:(?:tag|标签)\s*[:：])?\s*"
_WHEN: Final = r"(?i)\s+(?:when|当|如果)\s+|\s*[:：]\s*"
_NO_NAME: Final = r"[,，:：]|^[!！]"

Fault = tuple[str, dict[str, object]]
"""What is wrong (a message), and what fills its places."""


@dataclass(frozen=True)
class WrittenTag:
    """A rule as a table of the settings.

    Args:
        name: The tag.
        when: Its condition.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: str
    when: str = ""


@dataclass(frozen=True)
class TagRule:
    """A tag, and the condition under which customers have it.

    Args:
        name: The tag; empty when none is written.
        when: The condition as written; empty when none is written.
        offset: Characters before the condition in the text of the settings.
    """

    name: str
    when: str
    offset: int = 0


def tag_rule(written: "str | WrittenTag") -> TagRule:
    """A rule as it stands in the settings, its name apart from its condition.

    Examples:
        >>> tag_rule("tag: 高复购 when order_count >= 5")
        TagRule(name='高复购', when='order_count >= 5', offset=14)
        >>> tag_rule("高复购：订单数 >= 5").when
        '订单数 >= 5'
    """
    if isinstance(written, WrittenTag):
        return TagRule(written.name.strip(), written.when.strip())
    begin = re.match(_LED_BY, written)
    start = begin.end() if begin else 0
    found = re.search(_WHEN, written[start:])
    if found is None:
        return TagRule(written[start:].strip().strip("\"“”'"), "")
    name = written[start : start + found.start()].strip().strip("\"“”'")
    after = start + found.end()
    return TagRule(name, written[after:].rstrip(), after)


def tag_faults(tags: "Sequence[str | WrittenTag]") -> Iterable[Fault]:
    """What about the form of the rules has no meaning; what they say is checked when they are asked for."""
    names: set[str] = set()
    for number, written in enumerate(tags, start=1):
        rule = tag_rule(written)
        called = rule.name or number
        if not rule.name or not rule.when:
            wrong = message("{path} cannot be used: tag {called!r}: a name, the word when and a condition are expected")
            yield wrong, {"called": called}
        elif re.search(_NO_NAME, rule.name) or not rule.name.isprintable():
            wrong = message(
                "{path} cannot be used: tag {called!r}: a tag's name holds no comma and no colon, and begins with no !"
            )
            yield wrong, {"called": called}
        elif rule.name.casefold() in names:
            yield message("{path} cannot be used: two tags are called {called!r}"), {"called": called}
        names.add(rule.name.casefold())

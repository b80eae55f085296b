"""Branches of a rule's tree: their tokens, their texts, and where they stand."""

from typing import TYPE_CHECKING

from custtier.tagging.nodes import Arithmetic, Constant, Value

if TYPE_CHECKING:
    from lark import Token, Tree

    Branch = Tree[Token] | Token


def is_plain(value: Value) -> bool:
    """Whether only constants stand in a value, and none of them is so many days."""
    if isinstance(value, Arithmetic):
        return is_plain(value.left) and is_plain(value.right)
    return isinstance(value, Constant) and not value.is_days


def is_token(branch: "Branch", *kinds: str) -> bool:
    """Whether a branch is a token of one of some kinds."""
    from lark import Token

    return isinstance(branch, Token) and branch.type in kinds


def text_of(branch: "Branch") -> str:
    """The text of a token, or of the last one in a branch."""
    from lark import Token

    return str(branch).strip() if isinstance(branch, Token) else text_of(branch.children[-1])


def place_of(branch: "Branch") -> int:
    """Where a branch begins, from 0."""
    from lark import Token

    if isinstance(branch, Token):
        return branch.start_pos or 0
    return place_of(branch.children[0]) if branch.children else 0


def end_of(branch: "Branch") -> int:
    """The place after the last token of a branch."""
    from lark import Token

    if isinstance(branch, Token):
        return branch.end_pos or 0
    return end_of(branch.children[-1]) if branch.children else 0

"""A rule as a tree, by the grammar in grammar.lark."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from custtier.tagging.faults import fault
from custtier.tagging.lexing import Piece, pieces
from custtier.text import message

if TYPE_CHECKING:
    from lark import Lark, Token, Tree


def tree_of(rule: str) -> "Tree[Token] | Token":
    """The tree of a rule; a rule of one word is that token.

    Raises:
        CusttierError: `bad-tag-rule`.
    """
    from lark import Token
    from lark.exceptions import UnexpectedToken

    found = pieces(rule)
    if not found:
        raise fault(message("the rule of the tag {tag!r} is empty"), place=0)
    reader = _parser().parse_interactive("")
    try:
        for piece in found:
            reader.feed_token(Token(piece.kind, piece.text, start_pos=piece.start, end_pos=piece.end))
        last = Token("$END", "", start_pos=len(rule), end_pos=len(rule))
        tree: Tree[Token] | Token = reader.feed_token(last)
    except UnexpectedToken as problem:
        raise _unexpected(rule, found, problem.token) from None
    return tree


@cache
def _parser() -> "Lark":
    from lark import Lark
    from lark.lexer import Lexer

    class Fed(Lexer):
        """Tokens are made by `lexing.pieces` and fed one by one."""

        def __init__(self, _: object) -> None:
            pass

        def lex(self, *_: object) -> "list[Token]":  # type: ignore[override]  # lark calls it with what it knows
            return []

    grammar = files("custtier.tagging").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=Fed, maybe_placeholders=False)


def _unexpected(rule: str, found: list[Piece], token: "Token") -> Exception:
    place = token.start_pos or 0
    if token.type == "$END":
        wrong = message("the rule of the tag {tag!r} ends too early: something has to follow {found!r}")
        return fault(wrong, place=len(rule) - 1, found=rule[found[-1].start : found[-1].end])
    end = token.end_pos or place + 1
    wrong = message("the rule of the tag {tag!r} cannot be read at character {place}: {found!r} does not fit there")
    return fault(wrong, place=place, found=rule[place:end])

"""By which words a tag or a note says who brought somebody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from custtier.text import message

Fault = tuple[str, str, object]
"""The key, what is wrong with it, its value."""

_BETWEEN: Final = r"\s*[:：\-－—–_=＝/／·|]\s*|\s+"
"""What stands between such a word and the name after it."""
_END: Final = r"[\s,，。.;；、!！?？:：()（）\[\]【】\"“”]"
_UNNAMED: Final = (
    "朋友", "好友", "友人", "同事", "同学", "闺蜜", "邻居", "家人", "亲戚", "别人", "熟人", "客户", "老客户",
    "老客", "顾客", "老顾客", "群友", "粉丝", "客服", "主播", "店主", "店家", "老板", "卖家", "商家", "平台",
    "直播间", "抖音", "小红书", "淘宝", "微信", "快手", "京东", "拼多多", "视频号", "朋友圈", "店长", "店员", "博主",
    "达人", "网友", "网上", "大家", "无", "没有", "自己", "本人", "系统", "friend", "friends",
)  # fmt: skip
"""Words that stand where a name would, and name nobody."""
_BEFORE: Final = r"(?:我是|由|经|通过|听|老客户|老客|老顾客|朋友|好友|同事|同学|闺蜜|邻居)?"
_LONGEST: Final = 40


@dataclass(frozen=True)
class ReferralWords:
    """The words, as the settings hold them under `[referrals]`.

    Args:
        words: After one of them, and a sign such as `:` or `-`, a tag or a note names who brought the customer.
        verbs: Before one of them a note names who did: `王姐介绍`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "strict": False}
    words: tuple[str, ...] = (
        "推荐人", "介绍人", "转介绍人", "转介绍", "引荐人", "老带新", "referrer", "referred by", "introduced by",
    )  # fmt: skip
    verbs: tuple[str, ...] = ("介绍", "推荐", "引荐")

    @property
    def tag_pattern(self) -> str | None:
        """Finds who is named in a tag: its one group. A tag that says nothing of it does not match; None: no tag does.

        Examples:
            >>> import re
            >>> pattern = ReferralWords().tag_pattern
            >>> [re.search(pattern, tag)[1] for tag in ("推荐人:王姐", "转介绍 - 王 姐 ", "Referred by Ann")]
            ['王姐', '王 姐', 'Ann']
            >>> re.search(pattern, "老带新") is None
            True
        """
        if not self.words:
            return None
        return rf"(?i)^\s*(?:{_either(self.words)})(?:{_BETWEEN})(\S.{{0,{_LONGEST - 1}}}?)\s*$"

    @property
    def note_patterns(self) -> tuple[str, ...]:
        """Find who is named in what buyer or seller noted of an order, the surest first: the one group of each.

        Examples:
            >>> import re
            >>> after, before = ReferralWords().note_patterns
            >>> re.search(after, "少糖 推荐人：王姐，周三送")[1], re.search(before, "王姐介绍来的，少糖")[1]
            ('王姐', '王姐')
        """
        name = rf"[^\s,，。.;；、!！?？:：()（）\[\]【】\"“”]{{2,{_LONGEST}}}"
        patterns = []
        if self.words:
            patterns.append(rf"(?i)(?:{_either(self.words)})(?:是|为)?\s*[:：\-－—=＝]\s*({name})(?:{_END}|$)")
        if self.verbs:
            tail = r"(?:的|来的|过来的|过来|来|购买|下单)?"
            patterns.append(rf"(?:^|{_END}){_BEFORE}({name}?)(?:{_either(self.verbs)}){tail}(?:{_END}|$)")
        return tuple(patterns)

    @property
    def unnamed(self) -> tuple[str, ...]:
        """What such a text may hold that names nobody."""
        return _UNNAMED


def referral_faults(referrals: ReferralWords) -> Iterable[Fault]:
    """What is wrong with these settings."""
    for key in ("words", "verbs"):
        texts: tuple[str, ...] = getattr(referrals, key)
        for text in texts:
            if not text.strip():
                fault = message("{path} cannot be used: {key} holds an empty text")
                yield f"referrals.{key}", fault, text


def _either(words: Iterable[str]) -> str:
    # the longest first: 转介绍人 before 转介绍
    return "|".join(re.escape(word.strip()) for word in sorted(words, key=lambda word: (-len(word), word)))

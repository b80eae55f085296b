"""The words of tag rules: what may be typed for a field, a sign or a little word, in English and Chinese."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from custtier.customer_fields import FIELDS
from custtier.text import Catalogue, Lang
from custtier.text.titles import title_of

Tokens = tuple[tuple[str, str], ...]
"""Kind and text of each token that a word stands for."""

_LITTLE: Final[Mapping[str, tuple[str, ...]]] = {
    "_AND": ("and", "并且", "而且", "且", "&&"),
    "_OR": ("or", "或者", "或", "||"),
    "NOT": ("not", "不", "非"),
    "IS": ("is", "是", "为"),
    "MISSING": ("missing", "unknown", "null"),
    "IN": ("in", "属于", "在"),
    "HOLDS": ("contains", "contain", "包含", "含有", "含"),
    "LIKE": ("like", "像", "形如"),
    "BOUGHT": ("bought", "买过", "购买过"),
    "CATEGORY": ("category", "品类", "类目"),
    "_WITHIN": ("within", "近", "最近"),
    "_INNER": ("内", "以内", "之内"),
    "TAGGED": ("tagged", "有标签", "标签有"),
    "AS_OF": ("as_of", "today", "观察日", "今天"),
    "YES": ("yes", "true"),
    "NO": ("no", "false"),
}
_SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    ">=": (">=", "≥", "=>", "大于等于", "不少于", "不低于", "不小于", "至少", "满"),
    "<=": ("<=", "≤", "=<", "小于等于", "不超过", "不高于", "不多于", "不大于", "至多", "最多"),
    "!=": ("!=", "<>", "≠", "不等于", "不是"),
    ">": (">", "大于", "超过", "高于", "多于"),
    "<": ("<", "小于", "低于", "少于", "不到", "不满"),
    "=": ("==", "=", "等于"),
}
_SEVERAL: Final[Mapping[str, Tokens]] = {
    "为空": (("IS", "is"), ("MISSING", "missing")),
    "缺失": (("IS", "is"), ("MISSING", "missing")),
    "未知": (("IS", "is"), ("MISSING", "missing")),
    "不为空": (("IS", "is"), ("NOT", "not"), ("MISSING", "missing")),
    "已知": (("IS", "is"), ("NOT", "not"), ("MISSING", "missing")),
    "没买过": (("NOT", "not"), ("BOUGHT", "bought")),
    "未买过": (("NOT", "not"), ("BOUGHT", "bought")),
    "没有标签": (("NOT", "not"), ("TAGGED", "tagged")),
    "(": (("_LPAR", "("),),
    ")": (("_RPAR", ")"),),
    ",": (("_COMMA", ","),),
    "、": (("_COMMA", ","),),
    "+": (("PLUS", "+"),),
    "-": (("MINUS", "-"),),
    "*": (("STAR", "*"),),
    "×": (("STAR", "*"),),
    "/": (("SLASH", "/"),),
    "÷": (("SLASH", "/"),),
}

_SPOKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "order_count": ("订单数", "购买次数", "消费次数", "下单次数"),
    "net_sales": ("净销售额", "累计消费", "消费金额", "消费额", "总消费"),
    "average_order": ("客单价", "笔单价", "平均每单"),
    "first_order_on": ("首次购买日", "首单日期"),
    "last_order_on": ("最近购买日", "末单日期"),
    "recency_days": ("未购天数", "距今天数", "最近一次消费天数"),
    "days_since_first": ("首购至今天数",),
    "purchase_days": ("购买天数",),
    "usual_gap_days": ("购买间隔", "平均间隔"),
    "overdue_ratio": ("逾期倍数",),
    "churn_level": ("流失等级", "预警等级"),
    "tier": ("层级", "等级"),
    "grade": ("联系人等级", "线索等级"),
    "segment": ("分群", "类别", "客户类型"),
    "largest_order": ("最大一单", "最高单笔"),
    "refund_share": ("退款率", "退款占比"),
    "lifecycle": ("生命周期", "阶段"),
    "profile": ("来源", "格式"),
    "shop": ("店铺",),
    "pieces": ("件数",),
    "product_count": ("商品数", "商品种数"),
    "category_count": ("品类数",),
    "main_product": ("主要商品", "常买商品"),
    "main_category": ("主要品类", "常买品类"),
    "price_sensitivity": ("价格敏感度", "价格敏感"),
    "province": ("省份", "省"),
    "city": ("城市",),
    "region": ("大区", "地区", "区域"),
    "is_contact": ("是联系人", "已加好友", "已加微信"),
    "added_on": ("添加日期", "加好友日期"),
    "channel": ("渠道",),
    "agent": ("客服", "负责人", "导购"),
    "tags": ("标签",),
    "name": ("姓名", "昵称"),
    "platforms": ("平台",),
}
"""What people call fields beside their titles."""

_LANGS: Final[tuple[Lang, ...]] = ("zh", "en")


@cache
def vocabulary() -> Mapping[str, Tokens]:
    """Everything that is a word or a sign of the language, in small letters → its tokens."""
    found: dict[str, Tokens] = {}
    for name in FIELDS:
        titles = [title_of(name, Catalogue(lang)) for lang in _LANGS]
        for text in (*titles, *_SPOKEN.get(name, ()), name):
            found[text.casefold()] = (("FIELD", name),)
    # a field may be called as a code's column is: the name of a field in machine forms comes before all titles
    for name in FIELDS:
        found[name] = (("FIELD", name),)
    found |= {word: ((kind, word),) for kind, words in _LITTLE.items() for word in words}
    found |= {word: (("COMPARE", sign),) for sign, words in _SIGNS.items() for word in words}
    return {**found, **_SEVERAL}


def field_names() -> Mapping[str, str]:
    """Everything that a field may be called → the field."""
    return {text: tokens[0][1] for text, tokens in vocabulary().items() if tokens[0][0] == "FIELD"}

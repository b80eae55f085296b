"""`custtier template`: an empty table to fill in, with the headers that are read, and two sample rows."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custtier.errors import usage_error
from custtier.text import Catalogue, message

_MARK: Final = "\ufeff"
"""Tells Excel that the file is UTF-8."""


@dataclass(frozen=True)
class Template:
    """A table to fill in.

    Args:
        about: English message: what the columns mean.
        zh: Its lines in Chinese: the header, then two samples.
        en: The same in English.
    """

    about: str
    zh: tuple[str, str, str]
    en: tuple[str, str, str]


TEMPLATES: Final = {
    "orders": Template(
        message(
            "# One row an order, or an item where an order number stands on several rows. Fill in customer_id or "
            "phone: a customer is known by them. amount_paid is what the buyer paid for the whole order, "
            "refund_amount what was paid back. The status is paid, unpaid, refunded or closed. Delete the two "
            "sample rows."
        ),
        (
            "订单编号,下单时间,客户编号,姓名,手机号,商品名称,规格,数量,实付金额,退款金额,订单状态,渠道",
            "示例-1,2026-01-05 10:30,示例客户1,张三,13800000001,龙井礼盒,250g,1,128.00,,已付款,朋友圈",
            "示例-2,2026-01-06 15:00,示例客户2,李四,13800000002,红茶,100g,2,96.00,48.00,已付款,抖音",
        ),
        (
            "order_id,ordered_at,customer_id,name,phone,product,specification,quantity,amount_paid,refund_amount,status,channel",
            "sample-1,2026-01-05 10:30,sample-customer-1,Zhang San,13800000001,Gift box,250g,1,128.00,,paid,Moments",
            "sample-2,2026-01-06 15:00,sample-customer-2,Li Si,13800000002,Black tea,100g,2,96.00,48.00,paid,Douyin",
        ),
    ),
    "contacts": Template(
        message(
            "# One row a contact of one agent. The platform is WeChat, WeCom, Taobao …, the account their id "
            "there. Fill in at least account, phone or name. added_at is when they were added, channel and "
            "campaign through what. Tags are set apart by |. deleted_at is when they deleted us. Delete the two "
            "sample rows."
        ),
        (
            "平台,账号,昵称,备注,手机号,添加时间,渠道,计划,员工,标签,客户等级,推荐人,删除时间",
            "微信,示例-wxid-1,木棉,张三,13800000001,2026-01-05 10:30:00,抖音投放,新年礼盒,小林,茶友、送礼,很有希望,,",
            "微信,示例-wxid-2,晚安,,,2026-01-06 15:00:00,朋友推荐,,小林,,一般,木棉,2026-02-01 09:00:00",
        ),
        (
            "platform,account,name,remark,phone,added_at,channel,campaign,agent,tags,lead_class,referrer,deleted_at",
            "WeChat,sample-wxid-1,Kapok,Zhang San,13800000001,2026-01-05 10:30:00,Douyin,Gift box,Lin,tea|gifts,hot,,",
            "WeChat,sample-wxid-2,Night,,,2026-01-06 15:00:00,Referral,,Lin,,cold,Kapok,2026-02-01 09:00:00",
        ),
    ),
    "messages": Template(
        message(
            "# One row a message, without its text. The account is the contact's id, the agent whose chat it is. "
            "The direction is in or out, the kind text, image, voice, greeting or another. Delete the two sample "
            "rows."
        ),
        (
            "平台,账号,员工,时间,方向,类型",
            "微信,示例-wxid-1,小林,2026-01-05 10:31:00,发出,打招呼",
            "微信,示例-wxid-1,小林,2026-01-05 10:40:00,收到,文本",
        ),
        (
            "platform,account,agent,sent_at,direction,kind",
            "WeChat,sample-wxid-1,Lin,2026-01-05 10:31:00,out,greeting",
            "WeChat,sample-wxid-1,Lin,2026-01-05 10:40:00,in,text",
        ),
    ),
    "spend": Template(
        message(
            "# One row a day and channel. Write the channel as in the list of contacts. Campaign, agent, "
            "currency, impressions and clicks may stay empty. Delete the two sample rows."
        ),
        (
            "日期,渠道,计划,员工,花费,币种,曝光,点击",
            "2026-01-05,示例渠道1,新年礼盒,,120.00,CNY,5000,150",
            "2026-01-06,示例渠道2,,,80.50,CNY,,",
        ),
        (
            "date,channel,campaign,agent,spend,currency,impressions,clicks",
            "2026-01-05,sample channel 1,Gift box,,120.00,CNY,5000,150",
            "2026-01-06,sample channel 2,,,80.50,CNY,,",
        ),
    ),
    "dates": Template(
        message(
            "# One row a date of a person. Fill in the account with its platform, or the phone. The kind is "
            "birthday, anniversary, expiry, due or other; the year may be missing. The calendar is solar or "
            "lunar. The label says more. Delete the two sample rows."
        ),
        (
            "平台,账号,姓名,手机号,日期类型,日期,历法,说明",
            "微信,示例-wxid-1,张三,13800000001,生日,1990-05-01,公历,",
            "微信,示例-wxid-2,李四,,生日,八月十五,农历,女儿生日",
        ),
        (
            "platform,account,name,phone,date_kind,date,calendar,label",
            "WeChat,sample-wxid-1,Zhang San,13800000001,birthday,1990-05-01,solar,",
            "WeChat,sample-wxid-2,Li Si,,birthday,08-15,lunar,daughter",
        ),
    ),
    "costs": Template(
        message(
            "# One row a product, or a whole category. unit_cost is what one piece costs you; or give the margin,"
            " the share of the price that is left, such as 35%. valid_from is its first day, empty for always. "
            "Delete the two sample rows."
        ),
        (
            "商品编号,商品名称,规格,分类,单位成本,毛利率,币种,生效日期",
            "示例-A1,龙井礼盒,250g,,58.50,,CNY,2026-01-01",
            "示例-A2,红茶,,,,45%,CNY,",
        ),
        (
            "product_id,product,specification,category,unit_cost,margin,currency,valid_from",
            "sample-A1,Gift box,250g,,58.50,,CNY,2026-01-01",
            "sample-A2,Black tea,,,,45%,CNY,",
        ),
    ),
    "links": Template(
        message(
            "# One row an account. The person is a label of your own, the same on all rows of one person. Fill in"
            " the account with its platform, the phone or the email. The decision is same (or empty) or apart. "
            "Delete the two sample rows."
        ),
        (
            "人,平台,账号,手机号,邮箱,判断",
            "示例-张三,淘宝,示例账号1,,,同一人",
            "示例-张三,微信,示例-wxid-1,13800000001,,同一人",
        ),
        (
            "person,platform,account,phone,email,decision",
            "sample-Zhang,Taobao,sample-account-1,,,same",
            "sample-Zhang,WeChat,sample-wxid-1,13800000001,,same",
        ),
    ),
    "tags": Template(
        message(
            "# One row a customer, whom customer_id (c_…, from any list), phone or account with its platform names. "
            "Several tags stand apart by |. The action is add (or empty) or remove. The date may stay empty. Delete "
            "the two sample rows."
        ),
        (
            "客户编号,平台,账号,手机号,标签,操作,日期",
            ",微信,示例-wxid-1,,送礼|茶友,添加,2026-01-05",
            ",淘宝,示例账号1,13800000001,茶友,移除,",
        ),
        (
            "customer_id,platform,account,phone,tag,action,date",
            ",WeChat,sample-wxid-1,,gifts|tea,add,2026-01-05",
            ",Taobao,sample-account-1,13800000001,tea,remove,",
        ),
    ),
    "referrals": Template(
        message(
            "# One row a pair: who was brought, and who brought them. Name both by customer_id (c_…, from any list), "
            "full phone, account or e-mail; a name will do where only one customer has it. The date may stay empty. "
            "Delete the two sample rows."
        ),
        (
            "被推荐人,推荐人,日期",
            "示例-wxid-2,13800000001,2026-01-05",
            "示例账号1,示例-wxid-2,",
        ),
        (
            "referred,referrer,date",
            "sample-wxid-2,13800000001,2026-01-05",
            "sample-account-1,sample-wxid-2,",
        ),
    ),
}
"""What can be filled in, by name."""


def template_csv(name: str, catalogue: Catalogue) -> bytes:
    """The table in the catalogue's language as CSV, for Excel and for `custtier import`.

    Raises:
        CusttierError: `unknown-template`, which lists them.
    """
    if name not in TEMPLATES:
        raise usage_error(
            "unknown-template",
            "there is no template {name}; there are {known}",
            hint="name one of these: custtier template contacts",
            name=name,
            known=", ".join(TEMPLATES),
        )
    template = TEMPLATES[name]
    lines = template.zh if catalogue.lang == "zh" else template.en
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([catalogue.fill(template.about, {})])
    out.write("".join(f"{line}\r\n" for line in lines))
    return (_MARK + out.getvalue()).encode()


def check_template_place(path: Path, *, replaces: bool) -> None:
    """Return when a template may be put at `path`.

    Raises:
        CusttierError: `no-csv-ending`, `template-in-the-way`: a table that is filled in already must not be lost.
    """
    if path.suffix.lower() in {".xlsx", ".xls", ".json", ".md", ".parquet"}:
        raise usage_error(
            "no-csv-ending",
            "a template is a CSV file, and {path} does not end in .csv",
            hint="end it in .csv: Excel opens it, and saves it as XLSX if you like",
            path=str(path),
        )
    if path.exists() and not path.is_dir() and not replaces:
        raise usage_error(
            "template-in-the-way",
            "{path} is there already",
            hint="name another file, or write over it with --force",
            path=str(path),
        )

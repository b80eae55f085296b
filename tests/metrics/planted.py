"""A shop with planted brushed orders, wholesale and honest people who look alike, as a plain export."""

import csv
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

HEADER = ("订单号", "下单时间", "金额", "客户", "手机号", "姓名", "地址", "商品", "数量", "状态")
START = datetime(2025, 1, 1)  # noqa: DTZ001  # files show local times without a zone
DAYS = 540

BRUSHED = ("one address", "one phone", "numbered accounts", "even crowd", "night crowd", "mixed baskets", "careful")
"""Kinds of planted brushed orders, the careful ones last: they leave no trace at all."""


class Shop:
    """Orders and what they are in truth.

    Args:
        seed: Of every draw.
        people: Ordinary customers.
    """

    def __init__(self, *, seed: int = 7, people: int = 3000) -> None:
        self.rng = random.Random(seed)
        self.rows: list[tuple[object, ...]] = []
        self.truth: dict[str, str] = {}
        self.products = [
            (f"商品{number}", self.rng.choice([29.9, 39.9, 59, 89, 129, 199, 299])) for number in range(40)
        ]
        for _ in range(people):
            self._ordinary()
        self._look_alikes()
        self._wholesale()
        self._brushed()
        self.rng.shuffle(self.rows)

    def write(self, path: Path) -> Path:
        """The export."""
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADER)
            writer.writerows(self.rows)
        return path

    def phone(self) -> str:
        return f"13{self.rng.randrange(10**9):09d}"

    def name(self) -> str:
        return (
            self.rng.choice("张王李赵陈刘杨黄周吴")
            + self.rng.choice("伟芳娜敏静磊洋艳勇军")
            + self.rng.choice("一二三四五六")
        )

    def address(self) -> str:
        rng = self.rng
        road = f"{rng.choice('文武东西南北中')}{rng.choice('山海河湖')}路{rng.randrange(1, 999)}号"
        return f"浙江省杭州市西湖区{road}{rng.randrange(1, 30)}幢{rng.randrange(101, 2800)}室"

    def account(self) -> str:
        return f"{self.rng.choice(['tb', 'user', '小', 'happy', 'cat_'])}{self.rng.randrange(10**6, 10**8)}"

    def moment(self, *, first_day: int = 10, last_day: int = DAYS - 60) -> datetime:
        day = START + timedelta(days=self.rng.randrange(first_day, last_day))
        return day + timedelta(hours=8 + self.rng.random() * 15)

    def add(
        self,
        kind: str,
        at: datetime,
        *,
        account: str | None = None,
        phone: str | None = None,
        name: str | None = None,
        address: str | None = None,
        product: tuple[str, float] | None = None,
        pieces: int = 1,
    ) -> None:
        number = f"A{len(self.truth) + 1:07d}"
        title, price = product or self.rng.choice(self.products)
        self.truth[number] = kind
        self.rows.append(
            (
                number,
                f"{at:%Y-%m-%d %H:%M:%S}",
                f"{price * pieces:.2f}",
                account or self.account(),
                phone or self.phone(),
                name or self.name(),
                address or self.address(),
                title,
                pieces,
                "已付款",
            )
        )

    def _ordinary(self) -> None:
        account, phone, name, address = self.account(), self.phone(), self.name(), self.address()
        at = self.moment(first_day=0, last_day=DAYS - 5)
        while at < START + timedelta(days=DAYS):
            pieces = self.rng.choice([1] * 6 + [2, 3])
            self.add("ordinary", at, account=account, phone=phone, name=name, address=address, pieces=pieces)
            if self.rng.random() < 0.5:
                return
            at += timedelta(days=self.rng.expovariate(1 / 50), seconds=self.rng.randrange(30_000))

    def _look_alikes(self) -> None:
        for _ in range(20):
            self._household("family", accounts=4, orders=12, days=300)
        for _ in range(2):
            self._household("pick-up station", accounts=60, orders=150, days=DAYS - 60)
        for _ in range(3):
            self._office(come_again=True)
            self._office(come_again=False)
        for _ in range(3):
            leader, at = self.account(), self.moment()
            product = self.rng.choice(self.products)
            for _ in range(30):
                self.add("group leader", at + timedelta(hours=self.rng.random() * 40), account=leader, product=product)
        for hour in (20, 20, 0):
            day = self.moment().replace(hour=hour, minute=0)
            product = (f"秒杀{hour}", 19.9)
            for _ in range(200):
                self.add("flash sale", day + timedelta(minutes=self.rng.expovariate(1 / 40)), product=product)

    def _household(self, kind: str, *, accounts: int, orders: int, days: int) -> None:
        address = self.address()
        people = [(self.account(), self.phone(), self.name()) for _ in range(accounts)]
        first = self.moment(first_day=0, last_day=DAYS - days) if days < DAYS - 60 else START
        for _ in range(orders):
            account, phone, name = self.rng.choice(people)
            at = first + timedelta(days=self.rng.random() * days)
            self.add(kind, at, account=account, phone=phone, name=name, address=address)

    def _office(self, *, come_again: bool) -> None:
        """Eight colleagues who order the same thing one day; half of them come again, or nobody."""
        address, product, at = self.address(), self.rng.choice(self.products), self.moment()
        kind = "office, half come again" if come_again else "office, once"
        for place in range(8):
            who = {"account": self.account(), "phone": self.phone(), "name": self.name(), "address": address}
            self.add(kind, at + timedelta(minutes=self.rng.random() * 300), product=product, **who)
            if place % 2 and come_again:
                self.add(kind, at + timedelta(days=20 + self.rng.random() * 30), **who)

    def _wholesale(self) -> None:
        for _ in range(6):
            who = {"account": self.account(), "phone": self.phone(), "name": self.name(), "address": self.address()}
            self.add("wholesale", self.moment(), pieces=self.rng.randrange(40, 120), **who)
        who = {"account": self.account(), "phone": self.phone(), "name": self.name(), "address": self.address()}
        for _ in range(4):
            self.add("wholesale", self.moment(), product=("整箱", 119.0), pieces=6, **who)
        for _ in range(5):
            self.add("one dear thing", self.moment(), product=("紫砂壶", 2999.0))

    def _brushed(self) -> None:
        for _ in range(6):
            self._ring("one address", 8, address=self.address())
        for _ in range(4):
            self._ring("one phone", 6, phone=self.phone())
        for number in range(3):
            numbers = iter(range(301, 400))
            self._ring("numbered accounts", 7, account=lambda n=number, i=numbers: f"meili{'abc'[n]}_{next(i)}")
        for _ in range(4):
            at, product = self.moment().replace(hour=10), self.rng.choice(self.products)
            for _ in range(12):
                at += timedelta(minutes=15 + self.rng.uniform(-4, 4))
                self.add("even crowd", at, product=product)
        for _ in range(3):
            at, product = self.moment().replace(hour=0), self.rng.choice(self.products)
            for _ in range(12):
                self.add("night crowd", at + timedelta(minutes=20 + self.rng.random() * 280), product=product)
        for _ in range(3):
            address, at = self.address(), self.moment()
            for _ in range(8):
                self.add("mixed baskets", at + timedelta(hours=self.rng.random() * 30), address=address)
        for _ in range(24):
            self.add("careful", self.moment())

    def _ring(
        self,
        kind: str,
        orders: int,
        *,
        account: Callable[[], str] | None = None,
        phone: str | None = None,
        address: str | None = None,
    ) -> None:
        """Helpers who buy one product within a day and a half."""
        at, product = self.moment(), self.rng.choice(self.products)
        for _ in range(orders):
            self.add(
                kind,
                at + timedelta(hours=self.rng.random() * 36),
                account=account() if account else None,
                phone=phone,
                address=address,
                product=product,
            )

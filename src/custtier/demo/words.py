"""Invented names, places and products. Any likeness to a person or shop is chance."""

from typing import Final, NamedTuple

SURNAMES: Final = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
)
GIVEN_FIRST: Final = tuple("子雨思欣梓若晓佳文嘉慧静雅志建国明海春秋婉清书宇泽浩")
GIVEN_SECOND: Final = ("", *"涵轩怡然琪瑶彤萱宁安妍婷洁敏芳丽娟霞燕玲军伟强磊鹏飞杰超勇峰辰阳")
NICK_WORDS: Final = (
    "爱喝茶",
    "小确幸",
    "山里人",
    "晴天",
    "慢生活",
    "吃货",
    "喵先生",
    "半糖",
    "木棉",
    "海边的风",
    "早起",
    "晚安",
)
RELATIONS: Final = ("妈妈", "爸爸", "同事", "朋友")

SHOP: Final = "山野集官方店"
STREETS: Final = ("示例路", "样本街", "虚构大道", "演示巷", "假想路")
TOWNS: Final = ("示例街道", "样本镇", "演示街道")


class City(NamedTuple):
    """A province, a city, one of its districts and a postcode."""

    province: str
    city: str
    district: str
    postcode: str


CITIES: Final = tuple(
    City(*line.split())
    for line in (
        "浙江省 杭州市 西湖区 310012",
        "浙江省 宁波市 鄞州区 315100",
        "江苏省 南京市 鼓楼区 210009",
        "江苏省 苏州市 吴中区 215100",
        "上海 上海市 浦东新区 200120",
        "上海 上海市 徐汇区 200030",
        "北京 北京市 朝阳区 100020",
        "北京 北京市 海淀区 100080",
        "广东省 广州市 天河区 510630",
        "广东省 深圳市 南山区 518052",
        "广东省 佛山市 禅城区 528000",
        "福建省 厦门市 思明区 361004",
        "福建省 福州市 鼓楼区 350001",
        "四川省 成都市 武侯区 610041",
        "重庆 重庆市 渝北区 401120",
        "湖北省 武汉市 洪山区 430070",
        "湖南省 长沙市 岳麓区 410006",
        "山东省 青岛市 市南区 266071",
        "山东省 济南市 历下区 250014",
        "河南省 郑州市 金水区 450003",
        "陕西省 西安市 雁塔区 710061",
        "辽宁省 大连市 中山区 116001",
        "安徽省 合肥市 蜀山区 230031",
        "云南省 昆明市 五华区 650031",
    )
)


class Product(NamedTuple):
    """A product: title, specification, category, price in fen."""

    title: str
    specification: str
    category: str
    price: int


def _product(line: str) -> Product:
    title, specification, category, price = line.split()
    return Product(title, specification, category, round(float(price) * 100))


SHELVES: Final = tuple(
    tuple(_product(line) for line in shelf)
    for shelf in (
        (
            "茶香瓜子 规格:180g 零食 9.90",
            "山楂条 规格:200g 零食 12.80",
            "冻干柠檬片 规格:60g 花茶 15.90",
            "红枣夹核桃 规格:150g 零食 18.90",
            "试饮小包 口味:混合 茶叶 9.90",
            "桂花糕 规格:240g 零食 19.80",
            "玉米须茶 规格:20包 花茶 16.80",
        ),
        (
            "菊花枸杞茶 规格:30包 花茶 39.90",
            "茉莉绿茶 规格:125g 茶叶 49.00",
            "野生蜂蜜 规格:500g 山货 59.90",
            "干香菇 规格:400g 山货 45.80",
            "冷泡茶组合 口味:六味 茶叶 69.00",
            "手工红糖 规格:600g 山货 36.80",
            "竹制茶漏 颜色:原色 茶具 29.90",
        ),
        (
            "高山乌龙 规格:250g 茶叶 128.00",
            "玻璃茶壶 容量:600ml 茶具 89.00",
            "坚果礼袋 规格:1.2kg 零食 118.00",
            "正山小种 规格:200g 茶叶 158.00",
            "羊肚菌 规格:50g 山货 99.00",
            "陶瓷盖碗 颜色:月白 茶具 109.00",
            "陈皮普洱 规格:300g 茶叶 139.00",
        ),
        (
            "明前龙井 规格:250g 茶叶 368.00",
            "老白茶饼 规格:350g 茶叶 299.00",
            "便携茶具套装 颜色:墨绿 茶具 259.00",
            "年货礼盒 规格:大礼包 礼盒 328.00",
            "松茸干 规格:100g 山货 398.00",
            "中秋茶点礼盒 规格:12枚 礼盒 288.00",
            "煮茶炉 颜色:胡桃 茶具 459.00",
        ),
        (
            "古树普洱收藏饼 规格:7片 茶叶 1680.00",
            "手作紫砂壶 容量:220ml 茶具 1280.00",
            "企业定制礼盒 规格:10套 礼盒 2380.00",
            "特级金骏眉 规格:500g 茶叶 1080.00",
            "整套茶台 颜色:黑檀 茶具 2999.00",
            "冬虫草礼盒 规格:30g 礼盒 3880.00",
            "大红袍珍藏罐 规格:400g 茶叶 1560.00",
        ),
    )
)
"""Five shelves of seven products, cheapest first. Seven is prime: any step through a shelf meets each product once."""

SHELF_SIZE: Final = 7
PRODUCTS: Final = tuple(product for shelf in SHELVES for product in shelf)

AGENTS: Final = ("小林", "阿敏", "老周")


class Channel(NamedTuple):
    """Where contacts come from.

    `buyers` and `others` are its shares of each in 100, `daily_fen` what is spent a day at 1,000 customers, `campaigns`
    the names under which its contacts came.
    """

    name: str
    buyers: int
    others: int
    daily_fen: int
    campaigns: tuple[str, ...] = ()


CHANNELS: Final = (
    Channel("朋友转介绍", 30, 6, 0),
    Channel("视频号直播", 24, 14, 7_500, ("周三茶会", "周末专场")),
    Channel("包裹卡扫码", 20, 14, 1_500, ("茶叶包裹卡", "山货包裹卡")),
    Channel("小红书", 14, 18, 21_500, ("达人笔记", "茶具测评", "开箱笔记")),
    Channel("抖音投放", 8, 26, 13_000, ("短视频引流", "直播间引流")),
    Channel("朋友圈广告", 4, 22, 9_500, ("春茶上新", "送礼季")),
)
"""Best first: two of three who were referred buy, hardly anyone from the last."""

LEAD_CLASSES: Final = ("很有希望", "有希望", "一般", "无意向", None)
"""What staff note of a contact; None where nobody noted anything."""

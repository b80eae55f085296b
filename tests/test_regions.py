"""Places: every way to write a province is one, every city lies in its province, what is in no table stays unknown."""

import polars as pl
import pytest

from custtier.regions import AREAS, one_name, places, with_places


def placed(province: str | None = None, city: str | None = None, address: str | None = None) -> tuple[object, ...]:
    row = {"province": [province], "city": [city], "address": [address]}
    found = with_places(pl.DataFrame(row, schema=dict.fromkeys(row, pl.String)))
    return found.select("province", "city", "region").row(0)


def test_the_table_has_all_provinces_and_prefectures() -> None:
    table = places()
    assert len(table.areas) == 34
    assert set(table.areas.values()) == set(AREAS)
    # 333 at prefecture level, 47 counties governed by their province, 18 places of Taiwan; 海南 is a prefecture of 青海
    assert len(table.cities) > 370
    assert sorted(table.alone) == sorted(["北京", "天津", "上海", "重庆", "香港", "澳门"])


@pytest.mark.parametrize("province", places().areas)
def test_a_province_is_found_by_every_form_of_its_name(province: str) -> None:
    forms = [
        province,
        f"{province}省",
        f"{province}市",
        f"{province}壮族自治区",
        f" 中国 {province}",
        f"中国{province}省",
    ]
    assert {placed(form)[0] for form in forms} == {province}


@pytest.mark.parametrize(
    ("written", "province"),
    [
        ("Guangdong", "广东"),
        ("guangdong province", "广东"),
        ("CN-GD", "广东"),
        ("廣東省", "广东"),
        ("内蒙", "内蒙古"),
        ("Inner Mongolia", "内蒙古"),
        ("Shaanxi", "陕西"),
        ("Shanxi", "山西"),
        ("新疆维吾尔自治区", "新疆"),
        ("香港特别行政区", "香港"),
        ("Hong Kong", "香港"),
        ("California", None),
        ("海外", None),
        ("", None),
        ("***", None),
    ],
)
def test_names_in_other_letters(written: str, province: str | None) -> None:
    assert placed(written)[0] == province


def test_every_city_lies_in_its_province() -> None:
    for city, provinces in places().cities.items():
        for province in provinces:
            assert placed(province, f"{city}市")[:2] == (province, city)


def test_a_city_alone_tells_its_province() -> None:
    assert placed(city="杭州市") == ("浙江", "杭州", "east")
    assert placed(city="延边朝鲜族自治州") == ("吉林", "延边", "northeast")
    # the province of this name comes before the prefecture of 青海
    assert placed(city="海南")[0] == "海南"


def test_a_city_in_latin_letters_is_the_same() -> None:
    assert placed("Guangdong", "Shenzhen") == ("广东", "深圳", "south")
    assert placed(city="Xi'an") == ("陕西", "西安", "northwest")
    assert placed(address="China, Zhejiang Province, Hangzhou, Xihu District") == ("浙江", "杭州", "east")
    assert placed(city="hangzhou city")[:2] == ("浙江", "杭州")
    assert placed("Jiangsu", "Suzhou") == ("江苏", None, "east")
    assert placed(city="Suzhou") == placed(city="Wuhanx") == (None, None, None)


def test_a_municipality_is_its_own_city() -> None:
    assert placed("上海市", "市辖区") == ("上海", "上海", "east")
    assert placed("重庆", "万州区") == ("重庆", "重庆", "southwest")
    assert placed(city="北京市")[:2] == ("北京", "北京")


def test_an_address_tells_what_no_cell_of_its_own_does() -> None:
    assert placed(address="广西壮族自治区南宁市青秀区民族大道1号") == ("广西", "南宁", "south")
    assert placed(address="中国 浙江省 杭州市 西湖区") == ("浙江", "杭州", "east")
    assert placed(address="深圳市南山区科技园") == ("广东", "深圳", "south")
    assert placed(address="吉林省吉林市船营区") == ("吉林", "吉林", "northeast")
    assert placed(address="新疆生产建设兵团石河子市")[0] == "新疆"
    assert placed("江苏省", address="浙江省杭州市") == ("江苏", None, "east")


def test_what_does_not_fit_is_unknown() -> None:
    assert placed("广东", "杭州") == ("广东", None, "south")
    assert placed("广东", "义乌市") == ("广东", None, "south")
    assert placed(address="5th Avenue, New York") == (None, None, None)


@pytest.mark.parametrize(
    "street", ["中山路8号", "南京西路1266号", "北京东路", "吉林大街3号", "广州大道中", "上海街", "Nanjing West Road 5"]
)
def test_a_street_is_no_place_that_it_is_named_after(street: str) -> None:
    assert placed(address=street) == (None, None, None)
    assert placed("广东省", "深圳市", street)[:2] == ("广东", "深圳")


def test_a_name_that_is_typed_becomes_the_one_name() -> None:
    assert one_name("广东省", "province") == "广东"
    assert one_name("深圳市", "city") == "深圳"
    assert one_name("Atlantis", "province") == "Atlantis"

"""What a masked text still says, and what it does not."""

import pytest

from logistics_customer_service.tools.complaint.anonymise import mask

WORDS = {
    key: f"[{key}]"
    for key in (
        "customer",
        "person",
        "partner",
        "mail",
        "link",
        "amount",
        "date",
        "phone",
        "number",
    )
}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("", ""),
        (None, ""),
        ("Cold Foods Ltd. waits", "[customer] waits"),
        ("cold foods waits", "[customer] waits"),
        ("Coldfoods is another", "Coldfoods is another"),
        ("Ms Wang and Wang Min called", "Ms [person] and [person] called"),
        ("Wangari is another", "Wangari is another"),
        ("上海冷鲜食品有限公司投诉", "[customer]投诉"),
        ("上海冷鲜食品的货", "[customer]的货"),
        ("王敏来电", "[person]来电"),
        ("收货人李先生不在,的士师傅已走", "收货人[person]先生不在,的[person]师傅已走"),
        ("write to a.b@c.example.com", "write to [mail]"),
        ("see https://x.example/1?a=2 now", "see [link] now"),
        ("call +86 21 5550 1201", "call [phone]"),
        ("电话13812345678,", "电话[phone],"),
        ("$ 1,250.00 or 300元 or 3万元", "[amount] or [amount] or [amount]"),
        ("on 2026-03-02, 3月2日", "on [date], [date]"),
        ("order S00012 and WH/OUT/00012.", "order [number] and [number]."),
        ("单号SF1234567890破损", "单号[number]破损"),
        ("车牌沪A12345晚到", "车牌[number]晚到"),
        ("￥1，250．00、＄ ３００、３００ 元", "[amount]、[amount]、[amount]"),
        ("赔偿三千元，另付２万元", "赔偿[amount]，另付[amount]"),
        ("２０２６／０３／０２ 和 ３月２日", "[date] 和 [date]"),
        ("电话１３８１２３４５６７８，", "电话[phone]，"),
        ("（０２１）５５５０－１２０１ 转 808", "[phone]"),
        ("ａ．ｂ＠ｃ．ｃｎ 与 ｈｔｔｐｓ：／／ｘ．ｃｎ／１", "[mail] 与 [link]"),
        ("单号ＳＦ１２３４５６７８９０破损", "单号[number]破损"),
        ("ＷＡＮＧ　ＭＩＮ来电，王　敏在", "[person]来电，[person]在"),
        ("Ｃｏｌｄ　Ｆｏｏｄｓ", "[customer]"),
        ("王小明先生、欧阳女士和张丽太太", "[person]先生、[person]女士和[person]太太"),
        ("Mr. Smith and Frau Müller-Lüden", "Mr. [person] and Frau [person]"),
        ("9 of 11 cartons at 10:20, 4 °C", "9 of 11 cartons at 10:20, 4 °C"),
    ],
)
def test_mask(text, masked):
    names = {
        "customer": ["Cold Foods Ltd.", "上海冷鲜食品有限公司", None],
        "person": ["Wang Min", "王敏", ""],
        "number": ["S00012"],
    }
    assert mask(text, names, WORDS) == masked


def test_the_longest_name_goes_first():
    names = {"customer": ["Cold"], "partner": ["Cold Road Freight"]}
    assert mask("Cold Road Freight for Cold", names, WORDS) == "[partner] for [customer]"

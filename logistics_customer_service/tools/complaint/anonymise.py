"""Texts of a case without who it was and how much it was: pure functions, no Odoo.

What comes out is a proposal. A person reads it before others do.
"""

import re
from itertools import chain

from ..foundation.folding import fold, one_line
from .mail_origin import ADDRESS

# Each pattern is unambiguous and begins where no other match of it can run on: the text comes from
# anybody. They are held against texts in which signs of full width are the usual ones.
MAIL = ADDRESS
LINK = re.compile(r"(?:https?://|(?<![A-Za-z0-9])www\.)[^\s<>\"',。;)]+", re.IGNORECASE)
CURRENCY = r"(?:[$€£¥₹]|US\$|HK\$|RMB|CNY|USD|EUR|GBP|HKD|SDR|人民币)"
NUMBER = r"(?<![0-9])(?<![0-9][.,])[0-9]+(?:[.,][0-9]+)*"
CHINESE_NUMBER = r"(?<![〇零一二三四五六七八九十百千万两])[〇零一二三四五六七八九十百千万两]{1,12}"
UNITS = r"(?:万|千|百)?(?:元|块钱?|圆|美元|欧元|港币|港元|人民币)"
AMOUNT = re.compile(
    rf"{CURRENCY}\s?[0-9]+(?:[.,][0-9]+)*(?:万|千|百)?元?|{NUMBER}\s?(?:{CURRENCY}|{UNITS})|{CHINESE_NUMBER}{UNITS}",
    re.IGNORECASE,
)
DATE = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}\s?[-/.年]\s?[0-9]{1,2}(?:\s?[-/.月]\s?[0-9]{1,2}(?:\s?日)?)?(?![0-9])"
    r"|(?<![0-9])[0-9]{1,2}\s?月\s?[0-9]{1,2}\s?[日号]"
)
PHONE = re.compile(
    r"(?<![A-Za-z0-9+])\+?\(?[0-9](?:[\s()-]{0,3}[0-9]){7,20}(?:\s?(?:转|轉|分机)\s?[0-9]{1,6})?(?![A-Za-z0-9])"
)
# numbers of orders, parcels, vehicles: three digits or more, with what letters stand beside them
CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[A-Za-z0-9]|[/_-](?=[A-Za-z0-9]))*(?![A-Za-z0-9])")
PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][·\s]?[A-Z0-9]{5,6}(?![A-Za-z0-9])")
TITLES = "先生|女士|小姐|老师|师傅|经理|太太|主任|总监|医生|律师|同学|同志|阿姨|大姐|大哥"
SURNAMES = (
    "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏"
    "窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬乐傅皮卞齐康伍余元卜顾孟平黄穆"
    "萧尹姚邵湛汪祁毛禹狄米贝臧伏戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡"
    "凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲封芮羿储靳汲邴糜松井段"
    "富巫乌焦巴弓牧隗山谷车侯宓蓬郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰鄂索咸籍赖卓蔺"
    "屠蒙池乔阴胥苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍郤璩桑桂濮牛寿边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹宦艾鱼容古易"
    "慎戈廖庾暨居衡耿满弘匡文寇广禄阙欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚简饶曾毋沙乜养鞠须丰巢关蒯查荆红游"
    "竺权逯盖益桓肖闫]"
)
CALLED = re.compile(
    rf"(?:(?:{SURNAMES})[\u4e00-\u9fff]{{1,2}}|(?:欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐)|[\u4e00-\u9fff])"
    rf"(?=\s?(?:{TITLES}))(?<![的位了和与找给让叫跟对是])"
)
TITLED = re.compile(
    r"(?<![A-Za-z])(?:(?:Mr|Mrs|Ms|Dr|Prof)\.?|Miss|Mister|Herrn?|Frau|Mme|Monsieur|Madame)\s"
    r"((?!and\b)[A-ZÀ-Þ][^\W\d_]*(?:[-'][^\W\d_]+)*(?:\s[A-ZÀ-Þ][^\W\d_]+(?:[-'][^\W\d_]+)*)?)"
)
LEGAL = re.compile(
    r"(?:(?:co\.?,?\s?)?ltd|gmbh|inc|llc|corp|s\.?a|ag|b\.?v|plc|有限责任公司|股份有限公司|有限公司|公司)\.?$",
    re.IGNORECASE,
)
LONGEST = 50_000
NAME_LENGTH = 200


def mask(text, names, words):
    """Replace what tells who a text is about.

    :param text: plain text
    :param names: mapping of word (a key of ``words``) to the names it stands for, such as
        ``{"customer": ["Cold Foods Ltd."]}``; the longest name is replaced first
    :param words: what to write instead, for the keys of ``names`` and for ``mail``, ``link``,
        ``amount``, ``date``, ``phone``, ``number`` and ``person``
    :return: the text with the words in their places
    """
    text = (text or "")[:LONGEST]
    for pattern, key in ((LINK, "link"), (MAIL, "mail")):
        text = _replace(pattern, words[key], text)
    for key, name in _spell_out(names):
        text = _replace(_name_pattern(name), words[key], text)
    for pattern, key in (
        (AMOUNT, "amount"),
        (DATE, "date"),
        (PLATE, "number"),
        (PHONE, "phone"),
        (CALLED, "person"),
        (TITLED, "person"),
    ):
        text = _replace(pattern, words[key], text)
    return _replace(CODE, words["number"], text, _is_code)


def _replace(pattern, word, text, condition=None):
    """Replace what a pattern (or its group) finds in a text as folded; the rest stays as it was."""
    pieces, last, group = [], 0, 1 if pattern.groups else 0
    for found in pattern.finditer(fold(text)):
        if condition is None or condition(found[group]):
            pieces += [text[last : found.start(group)], word]
            last = found.end(group)
    return "".join([*pieces, text[last:]])


def _spell_out(names):
    """Return (key, name) of each name, of its legal form cut off and of its parts, longest first."""
    pairs = {
        (key, form)
        for key, given in names.items()
        for name in map(one_line, filter(None, given))
        for form in chain([name, LEGAL.sub("", name).rstrip(" ,")], _get_parts(key, name))
        if len(form) > 1
    }
    return sorted(pairs, key=lambda pair: (-len(pair[1]), pair))


def _get_parts(key, name):
    """A person's first and last name each give the person away; a company's words do not."""
    return [part for part in name.split() if len(part) > 2] if key == "person" else []


def _name_pattern(name):
    """Match a name as whole words; Chinese has none, but may be set with blanks between its signs."""
    name = name[:NAME_LENGTH]
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() and name[-1].isalnum() else ""
    return re.compile(before + "".join(map(_sign_pattern, name, [*name[1:], ""])) + after, re.IGNORECASE)


def _sign_pattern(sign, following):
    """Match a sign of a name, and the blanks that may stand before the next one."""
    if sign == " ":
        return r"\s{1,3}"
    loose = "\u4e00" <= sign <= "\u9fff" and "\u4e00" <= following <= "\u9fff"
    return re.escape(sign) + (r"\s?" if loose else "")


def _is_code(found):
    return sum(char.isdigit() for char in found) >= 3

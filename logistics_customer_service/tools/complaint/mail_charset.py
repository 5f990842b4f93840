"""In which encoding a mail is written, whatever it says of it: pure functions, no Odoo.

Programs name encodings narrower than what they send, or none. As browsers do, what is named is taken
for the wider one, and the bytes have the last word.
"""

import base64
import binascii
import codecs
import re

# https://encoding.spec.whatwg.org/#names-and-labels, and what else was seen; of several the first fits
_WIDER = {
    ("gb18030",): "gb2312 gb_2312 gb_2312-80 gb2312-80 csgb2312 csiso58gb231280 chinese iso-ir-58 gbk x-gbk"
    " cp936 ms936 windows-936 936 euc-cn euccn x-euc-cn gb18030 gb18030-2000 gb18030-2005 gb18030-2022 gb",
    ("big5hkscs", "cp950"): "big5 big-5 big5-hkscs big5hkscs cn-big5 csbig5 x-x-big5 cp950 windows-950 950",
    (
        "cp932",
        "shift_jisx0213",
    ): "shift_jis shift-jis sjis x-sjis ms_kanji ms932 windows-31j csshiftjis cp932",
    ("cp949",): "euc-kr euckr ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 korean csksc56011987"
    " iso-ir-149 windows-949 x-windows-949 cp949 uhc",
    ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_3"): "iso-2022-jp csiso2022jp",
    ("cp1252",): "iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 cp819 ibm819 us-ascii ascii"
    " ansi_x3.4-1968 iso-ir-100 iso646-us windows-1252 x-cp1252 cp1252 ansi",
    ("cp1254",): "iso-8859-9 iso8859-9 iso_8859-9 latin5 l5 windows-1254 cp1254",
    ("cp874",): "iso-8859-11 iso8859-11 tis-620 windows-874 dos-874 cp874",
    (
        "utf-8",
    ): "utf-8 utf8 unicode-1-1-utf-8 unicode20utf8 x-unicode20utf8 unicode11utf8 cp65001 utf-8mb4 utf8mb4",
}
WIDER = {label: codecs_ for codecs_, labels in _WIDER.items() for label in labels.split()}
CHINESE, WESTERN, UNICODE = "gb18030", "cp1252", "utf-8"
# in these, bytes below 128 are not always ASCII
SHIFTING = ("iso2022", "hz", "utf_7", "utf-7", "utf-16", "utf_16", "utf-32", "utf_32", "cp037", "cp500")
# characters of GB2312 in daily use: its signs, and the hanzi of the first level
COMMON_LEADS = (*range(0xA1, 0xA4), *range(0xB0, 0xD8))
COMMON_SHARE = 0.5
SAMPLE = 20_000
META = re.compile(rb"charset[\s=\"']{1,9}([\w.:-]{1,40})", re.IGNORECASE)
WORD = re.compile(rb"=\?([\w.:+-]{1,40})(?:\*[\w-]{1,20})?\?([bq])\?([^?\r\n]{0,4000})\?=", re.IGNORECASE)
PARAMETER = re.compile(rb"(name\*(?:0\*)?=\"?)([\w.:+-]{1,40})(?=')", re.IGNORECASE)


def find_charset(data, label, is_html=False):
    """Return the name of a codec that Python knows and in which a text is written.

    :param data: the text as bytes
    :param label: what the mail says, or None
    :param is_html: whether the text may name its encoding itself
    """
    named = _get_codecs(label)
    if not data or (data.isascii() and not (named and named[0].startswith(SHIFTING))):
        return named[0] if named else UNICODE
    if _is_unicode(data, named):
        return UNICODE
    narrow = not named or named[0] in (WESTERN, UNICODE)
    if narrow and _is_chinese(data):
        return CHINESE
    meta = META.search(data[:2000]) if is_html and not named else None
    tried = (*named, *(_get_codecs(meta[1].decode()) if meta else ()))
    fitting = next((codec for codec in tried if _fits(data, codec)), None)
    return fitting or _take_least_bad(data, tried)


def _get_codecs(label):
    """Return the codecs that an encoding's name may mean, of those that are there."""
    name = (label or "").strip(" \t\"'").lower()
    return tuple(codec for codec in WIDER.get(name, (name,)) if is_known(codec))


def is_known(charset):
    """Tell whether Python knows an encoding of texts by this name."""
    try:
        return codecs.lookup(charset)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _is_unicode(data, named):
    """Tell whether bytes are UTF-8; two bytes that are by chance do not count against what is named."""
    if named and named[0].startswith(SHIFTING):
        return False
    try:
        text = data.decode(UNICODE)
    except UnicodeDecodeError:
        return False
    several = not named or named[0] in (WESTERN, UNICODE) or not _fits(data, named[0])
    return several or any(ord(sign) >= 0x800 for sign in text)


def _is_chinese(data):
    """Tell whether bytes of which nobody says what they are, are Chinese as it was written before UTF-8."""
    sample = data if len(data) <= SAMPLE else data[: data.rfind(b"\n", 0, SAMPLE) + 1] or data
    if not _fits(sample, CHINESE):
        return False
    signs = [sign.encode(CHINESE) for sign in sample.decode(CHINESE) if not sign.isascii()]
    common = sum(len(sign) == 2 and sign[0] in COMMON_LEADS and sign[1] > 0xA0 for sign in signs)
    return common >= COMMON_SHARE * len(signs)


def _fits(data, codec):
    try:
        data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _take_least_bad(data, named):
    """Return what the fewest signs are lost in, of what is named; a text cut off stays what it was."""
    tried = [*(codec for codec in named if codec != UNICODE), UNICODE] if named else [UNICODE]
    lost = {codec: data.decode(codec, "replace").count("\ufffd") for codec in tried}
    best = min(lost, key=lost.get)
    high = sum(byte > 0x7F for byte in data)
    return best if lost[best] * 4 <= high else WESTERN if named in ((), (UNICODE,)) else best


def mend_headers(raw):
    """Return a mail in whose headers every text is in the encoding that it says.

    :param raw: the mail as bytes
    """
    if not raw.isascii():
        raw = _mend_bytes(raw)
    return _mend_words(PARAMETER.sub(_rename_parameter, raw))


def _rename_parameter(found):
    codec = _get_codecs(found[2].decode())
    return found[1] + (codec[0].encode() if codec else b"utf-8")


def _mend_bytes(raw):
    """Put header lines with bytes of which nothing says what they are into UTF-8."""
    lines, in_header = raw.splitlines(keepends=True), True
    for index, line in enumerate(lines):
        if in_header and not line.strip():
            in_header = False
        elif not in_header and line.startswith(b"--"):
            following = lines[index + 1] if index + 1 < len(lines) else b""
            in_header = following[:8].lower() == b"content-"
        elif in_header and not line.isascii():
            lines[index] = line.decode(find_charset(line, None), "replace").encode()
    return b"".join(lines)


def _mend_words(raw):
    """Write encoded words anew whose bytes are not what they say, or whose signs are cut in two."""
    pieces, last, run = [], 0, []
    for found in WORD.finditer(raw):
        if run and not _continues(raw, run[-1], found):
            pieces += [raw[last : run[0].start()], _write_run(raw, run)]
            last, run = run[-1].end(), []
        run.append(found)
    if run:
        pieces += [raw[last : run[0].start()], _write_run(raw, run)]
        last = run[-1].end()
    return b"".join([*pieces, raw[last:]])


def _continues(raw, word, other):
    """Tell whether two encoded words are parts of one text."""
    between = raw[word.end() : other.start()]
    return len(between) < 100 and not between.strip() and word[1].lower() == other[1].lower()


def _write_run(raw, run):
    label = run[0][1].decode()
    datas = [_decode_word(word) for word in run]
    data = b"".join(datas)
    charset = find_charset(data, label)
    sound = codecs_equal(charset, label) and all(_fits(one, charset) for one in datas)
    if sound or data.isascii() and is_known(label):
        return raw[run[0].start() : run[-1].end()]
    text = data.decode(charset, "replace").encode()
    return b"=?utf-8?B?" + base64.b64encode(text) + b"?="


def codecs_equal(charset, label):
    """Tell whether two names are those of one encoding."""
    return is_known(label) and codecs.lookup(charset).name == codecs.lookup(label).name


def _decode_word(word):
    coded = word[3]
    if word[2].lower() == b"q":
        return binascii.a2b_qp(coded, header=True)
    try:
        return binascii.a2b_base64(coded + b"=" * (-len(coded) % 4))
    except binascii.Error:
        return b""

"""What the subject of a mail says: pure functions, no Odoo."""

from ..foundation.folding import fold

# What programs of many languages put before the subject of an answer and of what is passed on. In
# some languages one mark means the one, in others the other: these stand with what is passed on,
# where nothing is lost by looking for whom it is from.
ANSWER_MARKS = frozenset(
    "re aw antw antwort sv ref rif r ré rép réf res resp odp ynt vá ats atb bls απ σχετ"
    " отв ответ на תגובה השב رد 回复 回覆 回復 答复 答覆 答復 回信 回答 返信 답장 회신".split()
) | {"trả lời"}
FORWARD_MARKS = frozenset(
    "fw fwd wg tr rv i enc vs vb vl pd doorst trs továbbítás İlt ilt πρθ weitergeleitet"
    " fs transfert пересл пересылка הועבר 转发 轉發 轉寄 转寄 轉載 転送 전달".split()
) | {"إعادة توجيه", "chuyển tiếp"}
MARK_LENGTH = 24
# how programs begin what they write of themselves: followed by a colon, a bracket or nothing more,
# for people write of returned letters and of their hours in the office, too
AUTO_WORDS = (
    "automatic reply|auto reply|autoreply|automatic response|auto response|autoresponse|auto responder"
    "|out of office|out of the office|out of office autoreply|out of office reply|ooo|vacation reply"
    "|vacation response|automatische antwort|automatische antwoord|automatisch antwoord|abwesenheitsnotiz"
    "|abwesend|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina"
    "|resposta automática|risposta automatica|fuori sede|automatiskt svar|autosvar|automaattinen vastaus"
    "|odpowiedź automatyczna|automatická odpověď|otomatik yanıt|автоответ|автоматический ответ"
    "|undeliverable|undelivered mail returned to sender|delivery status notification"
    "|delivery status notification (failure)|returned mail|mail delivery failed|mail delivery failure"
    "|mail delivery failed returning message to sender|failure notice|unzustellbar"
    "|自动回复|自動回覆|自動回復|自动答复|自動答覆|自动应答|外出自动回复|休假自动回复"
    "|自動返信|不在通知|자동 회신|자동 응답"
    "|系统退信|系統退信|邮件投递失败|退信通知"
).split("|")
AUTO_ENDS = ("", *":]】)」/!")
SUBJECT_LENGTH = 200


def plain_subject(subject):
    """Return a subject in one line, without "Re:", "回复:" and their like."""
    line = " ".join((subject or "")[: SUBJECT_LENGTH * 10].split())
    return _split_marks(line)[1][:SUBJECT_LENGTH].strip()


def is_forwarded(subject):
    """Tell whether the subject says that the mail was forwarded."""
    return bool(_split_marks(subject)[0] & FORWARD_MARKS)


def looks_automatic(subject):
    """Tell whether a subject reads like a program's: a hint, for people write such subjects, too."""
    line = fold(plain_subject(subject)).casefold().replace("-", " ").replace("_", " ")
    line = " ".join(line.split()).lstrip("[【(「 ")
    return any(line[len(words) :].lstrip()[:1] in AUTO_ENDS for words in AUTO_WORDS if line.startswith(words))


def _split_marks(subject):
    """Return the marks before a subject, and the subject without them."""
    text = (subject or "")[: SUBJECT_LENGTH * 10].lstrip()
    # sign for sign, so that what stands before the text is as long in both
    folded = "".join(low if len(low := sign.lower()) == 1 else sign for sign in fold(text))
    marks, start = set(), 0
    while found := _find_mark(folded, start):
        mark, start = found
        marks.add(mark)
    return marks, text[start:].lstrip()


def _find_mark(folded, start):
    """Return the mark that stands at a place, and where the text goes on, or None."""
    while start < len(folded) and folded[start] == " ":
        start += 1
    head = folded[start : start + MARK_LENGTH]
    closing = {"[": "]", "【": "】", "(": ")"}.get(head[:1])
    end = head.find(closing or ":")
    if end < 0:
        return None
    mark = head[bool(closing) : end].rstrip("0123456789[]()*^ ").strip()
    if mark not in ANSWER_MARKS and mark not in FORWARD_MARKS:
        return None
    return mark, start + end + 1

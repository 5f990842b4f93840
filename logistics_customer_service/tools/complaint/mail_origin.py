"""Who wrote a mail: a person or a program, and which person. Pure functions, no Odoo."""

import re

from ..foundation.folding import fold
from .mail_quotes import LINE_LENGTH, is_forward_rule
from .mail_subject import looks_automatic

# RFC 3834 and what programs wrote before it
AUTO_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponse",
    "X-Autoresponder",
    "X-Auto-Reply",
    "X-Mail-Autoreply",
    "X-Failed-Recipients",
)
AUTO_PRECEDENCE = frozenset({"auto_reply", "auto-reply"})
BULK_PRECEDENCE = frozenset({"bulk", "list", "junk"})
DAEMONS = frozenset({"mailer-daemon", "postmaster", "noreply-dmarc-support"})
COMMENT = re.compile(r"\([^()]{0,200}\)")
# where mailing groups keep the address in whose place they put their own
ORIGINAL_HEADERS = (
    "X-Original-From",
    "X-Original-Sender",
    "X-Google-Original-From",
    "Original-From",
    "Resent-From",
    "Reply-To",
    "Mail-Reply-To",
)
VIA = (
    " via ",
    " über ",
    " par l'intermédiaire de ",
    " mediante ",
    " tramite ",
    " 通过 ",
    " 通過 ",
    " 经由 ",
    " 代表 ",
)
ADDRESS = re.compile(r"(?<![\w.+'=-])[\w.+'=-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?![\w@-])", re.ASCII)
FROM_LABELS = frozenset(
    "from von de da van od från fra fra: lähettäjä mittente kimden от expéditeur remitente absender"
    " afzender 发件人 寄件者 寄件人 發件人 差出人 发信人 发送人 寄信人 보낸사람".split()
)
TO_LABELS = frozenset(
    "to an à a para aan til till do komu kime кому vastaanottaja destinataire destinatario"
    " 收件人 收件者 收信人 宛先 받는사람 cc 抄送 副本".split()
)
LABEL_LENGTH = 30
LABEL_ENDS = ":|\t"
SEPARATORS = ",;、\n\t"
PEOPLE = 20


def is_automatic(header, subject, sender=""):
    """Tell whether a mail is, or by its subject may be, a program's.

    :param header: function from a header's name to its value or None
    :param subject: decoded subject
    :param sender: bare address of the sender
    """
    return says_automatic(header, sender) or looks_automatic(subject)


def says_automatic(header, sender=""):
    """Tell whether a mail itself says that a program wrote it: a note of absence, a bounce, a receipt.

    :param header: function from a header's name to its value or None
    :param sender: bare address of the sender
    """
    if _get_word(header("Auto-Submitted")) not in ("", "no"):
        return True
    if any(_get_word(header(name)) not in ("", "no", "false") for name in AUTO_HEADERS):
        return True
    if _get_word(header("Precedence")) in AUTO_PRECEDENCE:
        return True
    if (header("Return-Path") or "").strip() == "<>":
        return True
    # a bounce, or the receipt of a mail that was read
    if _get_word(header("Content-Type")) == "multipart/report":
        return True
    return sender.partition("@")[0].lower() in DAEMONS


def _get_word(value):
    """Return the first word of a header's value, without comments and parameters."""
    value, before = str(value or "")[:1000], None
    while value != before:
        value, before = COMMENT.sub(" ", value), value
    return value.split(";")[0].strip().lower()


def wants_no_answer(header, our_list=False):
    """Tell whether a mail is not to be acknowledged: from a list, or sent in bulk.

    :param header: function from a header's name to its value or None
    :param our_list: whether the list is one by which customers write to us
    """
    suppressed = (header("X-Auto-Response-Suppress") or "").lower()
    by_list = header("List-Id") or header("List-Unsubscribe")
    precedence = _get_word(header("Precedence"))
    return bool(
        (by_list and not our_list)
        or (precedence in BULK_PRECEDENCE and not (our_list and precedence == "list"))
        or any(word in suppressed for word in ("all", "oof", "autoreply"))
    )


def wraps_automatic(message):
    """Tell whether what a program wrote comes in what a mailing list put around it.

    What a person attaches or passes on counts for nothing.

    :param message: ``email.message.EmailMessage``
    """
    wrapped = get_wrapped(message)
    if wrapped is not None:
        people = get_people(str(wrapped.get("From", "")))
        return says_automatic(wrapped.get, people[0][1] if people else "")
    kinds = [part.get_content_type() for part in _get_parts(message)]
    return "multipart/report" in (kinds if is_from_list(message) else kinds[:1])


def _get_parts(message):
    """Return the parts of a mail, those that are in a part among them; a report is one."""
    parts = []
    for part in message.iter_parts() if message.get_content_maintype() == "multipart" else ():
        nested = part.get_content_maintype() == "multipart" and part.get_content_type() != "multipart/report"
        parts += _get_parts(part) if nested else [part]
    return parts


def is_from_list(message):
    """Tell whether a mail came by a mailing list."""
    named = any(message.get(name) for name in ("List-Id", "List-Post", "Mailing-List", "X-Mailman-Version"))
    return named or _get_word(message.get("Precedence")) == "list"


def get_wrapped(message):
    """Return the mail that a list put into one of its own, or None."""
    if not is_from_list(message):
        return None
    return next(iter(get_enclosed(message)), None)


def get_enclosed(message):
    """Return the mails that a mail has as its parts, as those attached to it."""
    parts = [message, *(message.iter_parts() if message.is_multipart() else ())]
    mails = [part for part in parts if part.get_content_type() == "message/rfc822"]
    return [mail.get_payload(0) for mail in mails if mail.is_multipart()]


def get_original_senders(message):
    """Return pairs of name and address of who may have written what a mailing group rewrote.

    The likeliest come first.

    :param message: ``email.message.EmailMessage``
    """
    values = [str(value) for name in ORIGINAL_HEADERS for value in message.get_all(name, [])]
    wrapped = get_wrapped(message)
    if wrapped is not None:
        values.append(str(wrapped.get("From", "")))
    named = get_people(str(message.get("From", "")))
    writer = next((cut_via(name) for name, _address in named if name), "")
    # as in "ann@buyer.example.com via Service" and in ann=40buyer.example.com@lists.example.com
    values += [name for name, _address in named]
    values += [_undo_rewriting(address) for _name, address in named]
    people = [person for value in values for person in get_people(value)]
    return [(name or writer, address) for name, address in people]


def says_rewritten(message):
    """Tell whether a mailing group says that it put its own address in the writer's place."""
    senders = get_people(str(message.get("From", "")))
    lists = " ".join(str(message.get(name, "")) for name in ("List-Post", "List-Id", "To", "Cc")).lower()
    return any(
        cut_via(name) != name
        and (address in lists or address.replace("@", ".") in lists)
        and is_from_list(message)
        for name, address in senders
    )


def cut_via(name):
    """Return the name of a writer without that of the group that passed the mail on."""
    lower = name.lower()
    ends = [lower.find(word) for word in VIA if len(lower) == len(name) and word in lower]
    return name[: min(ends)].strip(" '\"") if ends else name


def _undo_rewriting(address):
    local, _at, _domain = address.partition("@")
    return local.replace("=40", "@").replace("=", "@", "=40" not in local)


def get_people(value):
    """Return pairs of name and address, in small letters, of a header's value or what somebody typed.

    Several may be separated by commas, semicolons, their Chinese likes, or blanks.
    """
    parts = _split_people(fold(value[: LINE_LENGTH * 10]))
    return [person for part in parts for person in _get_person(part)][:PEOPLE]


def _split_people(value):
    """Yield what stands between separators that are not quoted."""
    start, quoted = 0, False
    for index, sign in enumerate(value):
        if sign == '"':
            quoted = not quoted
        elif sign in SEPARATORS and not quoted:
            yield value[start:index]
            start = index + 1
    yield value[start:]


def _get_person(part):
    """Return name and address of one, or several addresses; an address within a name is none."""
    found = list(ADDRESS.finditer(part))
    bracketed = [one for one in found if part[one.start() - 1 : one.start()] == "<"][-1:]
    if not bracketed:
        return [("", one[0].lower()) for one in found]
    name = part[: bracketed[0].start() - 1].strip(" '\"")
    return [(name, bracketed[0][0].lower())]


def is_passed_on(text_lines):
    """Tell whether a mail's text says that something of others is passed on in it."""
    return any(is_forward_rule(line) for line in text_lines)


def forwarded_sender(text):
    """Return the address of whom a forwarded mail is from, or None.

    :param text: the mail as plain text
    """
    return next((address for _name, address in get_talkers((text or "").splitlines())), None)


def get_talkers(text_lines):
    """Return pairs of name and address of those whose mails are passed on: who wrote, then to whom.

    :param text_lines: the mail's lines, a table's row in one
    """
    wrote, told, people = [], [], {}
    for index, line in enumerate(text_lines):
        label, value = _split_label(line)
        chosen = wrote if label in FROM_LABELS else told if label in TO_LABELS else None
        if chosen is not None:
            value = value or next(filter(str.strip, text_lines[index + 1 : index + 4]), "")
            chosen += get_people(_plain_address(value))
    for name, address in wrote + told:
        people.setdefault(address, name)
    return [(name, address) for address, name in people.items()][:PEOPLE]


def _split_label(line):
    line = fold(line[:LINE_LENGTH]).strip(" \t>*|_")
    ends = [end for end in map(line.find, LABEL_ENDS) if 0 < end <= LABEL_LENGTH]
    if not ends:
        return line.casefold().replace(" ", ""), ""
    label = line[: min(ends)].strip(" *_").casefold().replace(" ", "")
    return label, line[min(ends) + 1 :].strip(" *|\t:")


def _plain_address(value):
    """Return "Li Lei [mailto:li@example.com]" as others write it."""
    value = fold(value[:LINE_LENGTH]).replace("[mailto:", "<").replace("mailto:", "")
    return value.replace("]", ">") if "<" in value and ">" not in value else value

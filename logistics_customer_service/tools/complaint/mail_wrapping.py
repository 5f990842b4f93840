"""What mails come wrapped in that no one but their program can open: pure functions, no Odoo."""

TNEF, ENCRYPTED, SIGNED, PGP = "tnef", "encrypted", "signed", "pgp"
# the kinds of contents of CMS, as they stand in the bytes
_KINDS = {
    bytes.fromhex("06092a864886f70d010702"): SIGNED,
    bytes.fromhex("06092a864886f70d010703"): ENCRYPTED,
}
HEAD = 64


def find_wrappings(message):
    """Return in what a mail, or a part of it, is wrapped, each once.

    :param message: ``email.message.EmailMessage``
    """
    found = (_get_wrapping(part) for part in message.walk() if not part.is_multipart())
    pgp = message.get_content_type() == "multipart/encrypted"
    return tuple(dict.fromkeys([*([PGP] if pgp else []), *filter(None, found)]))


def _get_wrapping(part):
    kind, name = part.get_content_type(), (part.get_filename() or "").lower()
    if kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name == "winmail.dat":
        return TNEF
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime") or name.endswith(".p7m"):
        return _get_cms_kind(part)
    return None


def _get_cms_kind(part):
    head = (part.get_payload(decode=True) or b"")[:HEAD]
    said = str(part.get_param("smime-type") or "").lower()
    kind = next((kind for mark, kind in _KINDS.items() if mark in head), None)
    return kind or (SIGNED if said == "signed-data" else ENCRYPTED)

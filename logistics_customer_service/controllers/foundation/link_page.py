"""Pages for whoever holds a link: what they share. Nothing on them needs a login."""

import hmac
import secrets
import time

from odoo.http import request
from odoo.tools import get_lang
from odoo.tools import hmac as sign

from .limit import Limit

# Wrong links of one address, whatever they were to open: thirty a minute. That keeps guessers from making
# work; what keeps them out is the secret of 131 bits. Whoever has a right link is not asked.
GUESSES = Limit("guess", burst=30, interval=2)

PUBLIC = {"type": "http", "auth": "public", "sitemap": False}
LOOKING = {**PUBLIC, "methods": ["GET"], "readonly": True}
SENDING = {**PUBLIC, "methods": ["POST"], "readonly": False}

# beside those of all pages of ours, which ``ir.http`` sets
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self' "
    "'unsafe-inline'; font-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
}


class LinkPage:
    """What a link opens. No controller itself: Odoo would make one class of all that extend it."""

    _link_model = None  # with ``_find``, as of ``logistics.secret.mixin``
    _closed_page = None  # the template for whoever has no link that opens something
    _lang_path = None  # from the record to the language of whoever was given the link, if we know it

    def _open(self, *link, lang=None):
        """Return the record of a link, as superuser, and the answer where there is none.

        Unknown, tampered with, expired, revoked: the answer is the same. Where there is a record,
        the page speaks the language that was chosen, else the reader's.

        :param link: what of the address opens the record
        :param lang: code from the address, trusted in nothing
        """
        lang = lang or get_chosen_language()
        found = self._find_by_link(*link)
        if not found:
            return None, self._refuse(self._count_guess(), lang)
        set_language(lang, *(found.mapped(self._lang_path) if self._lang_path else ()))
        return found.with_company(found.company_id).with_context(lang=request.env.lang), None

    def _count_guess(self):
        """Count a link that opens nothing; return the status of the answer."""
        if not GUESSES.is_open():
            return 429
        GUESSES.take()
        return 404

    def _find_by_link(self, token):
        # a visitor has no rights: the secret of the link is what allows this one record
        return request.env[self._link_model].sudo()._find(token)

    def _refuse(self, status, lang=None):
        """Answer whoever has no link that opens something, or has to wait: always the same."""
        set_language(get_chosen_language(), lang)
        return self._render(self._closed_page, {"busy": status == 429}, status)

    def _render(self, template, values, status=200):
        return render_page(template, values, status)


def set_language(*wanted):
    """Speak the first language that is installed: as wanted, the browser's."""
    languages = get_languages()
    chosen = (code for code in (*wanted, request.best_lang) if code in languages)
    request.update_context(lang=next(chosen, None) or get_lang(request.env).code)


def get_chosen_language():
    """Return the language that the reader chose where an address has none, trusted in nothing."""
    return request.httprequest.args.get("lang")


def get_address(base, lang):
    """Return the address of a page in the language that was chosen, if it is one."""
    return f"{base}/{lang}" if lang in get_languages() else base


def get_query_address(base):
    """Return the address of a page, with the language that was chosen, if it is one, in its query."""
    lang = get_chosen_language()
    return f"{base}?lang={lang}" if lang in get_languages() else base


def get_languages():
    """Return the installed languages: names by code."""
    return dict(request.env["res.lang"].get_installed())


def _prepare_languages(base):
    """Return the installed languages: code, own name, address, whether it is shown now.

    :param base: the page's address without language, or None where the query names it
    """
    current = get_lang(request.env).code
    return [
        {
            "code": code.replace("_", "-"),
            "name": name.split(" / ")[-1],
            "url": f"{base}/{code}" if base else f"?lang={code}",
            "current": code == current,
        }
        for code, name in get_languages().items()
    ]


def render_page(template, values, status=200, headers=()):
    """Answer with a page of ``link_page_layout``.

    :param values: ``company``, whose sign stands above the page, ``base``, its address without
        language if that may end with one, beside what the template wants. Whoever has no link that
        opens something is told the contact of the company whose database it is, whatever the link
    :param headers: what stands in the place of those of all pages
    """
    lang = get_lang(request.env)
    values.update(
        html_lang=lang.code.replace("_", "-"),
        direction=lang.direction,
        languages=_prepare_languages(values.get("base")),
    )
    company = values.get("company") or request.env.company
    values.setdefault("contact", company._prepare_logistics_contact())
    response = request.render(f"logistics_customer_service.{template}", values, status=status)
    response.headers.update({**HEADERS, **dict(headers)})
    return response


def make_stamp(purpose, key):
    """Return a word that no other showing of a form has, signed; before the dot it is the visit."""
    visit = f"{int(time.time())}-{secrets.token_hex(4)}"
    return f"{visit}.{sign_words(purpose, *key, visit)}"


def is_stamped(stamp, purpose, key, fastest, slowest):
    """Tell whether a form was shown by us, to be sent in so many seconds.

    :param stamp: what the browser sent; a file may come in its place
    """
    visit, _dot, signature = str(stamp).partition(".")
    moment = visit.partition("-")[0]
    age = time.time() - int(moment) if moment.isdecimal() and len(moment) < 12 else -1
    return is_signed(signature, purpose, *key, visit) and fastest <= age <= slowest


def is_signed(signature, purpose, *words):
    """Tell, in constant time, whether a signature is ours."""
    return hmac.compare_digest(sign_words(purpose, *words).encode(), signature.encode())


def sign_words(purpose, *words):
    """Return our signature of some words; as superuser, for the key is nobody's to read."""
    return sign(request.env(su=True), purpose, words)

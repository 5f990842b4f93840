import base64

from odoo.http import Controller, request, route
from odoo.tools import get_lang
from odoo.tools.mimetypes import guess_mimetype

from ...tools.foundation.throttle import Throttle

MAX_BODY = 32 * 1024
IMAGES = ("signature", "photo")
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")

# Wrong tokens of one address: thirty at once, then one every two seconds. Of this process alone,
# for a look-up must not write: with n processes n times as much. That keeps guessers from making
# work; what keeps them out is the secret of 131 bits.
GUESSES = Throttle(burst=30, interval=2)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self' "
    "'unsafe-inline'; font-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


class Tracking(Controller):
    """The page of a delivery for whoever holds its link; nothing here needs a login."""

    @route(
        ["/t/<string:token>", "/t/<string:token>/<string:lang>"],
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def page(self, token, lang=None, told=None, **_params):
        """Show where the delivery is. Looking writes nothing."""
        picking, refusal = self._open(token, lang)
        return refusal or self._show(picking, token, lang, told=told == "1")

    @route(
        ["/t/<string:token>", "/t/<string:token>/<string:lang>"],
        type="http",
        auth="public",
        methods=["POST"],
        readonly=False,
        sitemap=False,
        max_content_length=MAX_BODY,
    )
    def tell(self, token, lang=None, kind=None, text="", **_params):
        """Keep what the customer says is wrong."""
        picking, refusal = self._open(token, lang)
        if refusal:
            return refusal
        problem = tell_remark(picking, kind, text)
        if problem:
            return self._show(picking, token, lang, problem=problem, kind=kind, text=text)
        return request.redirect(f"{_get_address(token, lang)}?told=1", code=303)

    @route(
        "/t/<string:token>/proof/<int:event_id>/<string:image>",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def proof(self, token, event_id, image, **_params):
        """Show an image of the handover."""
        picking, refusal = self._open(token, None)
        return refusal or show_proof(picking, event_id, image)

    def _open(self, token, lang):
        """Return the delivery of a token, as superuser, and the answer where there is none.

        Unknown, tampered with, expired, revoked: the answer is the same.
        """
        address = request.httprequest.remote_addr
        if not GUESSES.is_open(address):
            return None, self._refuse(429, lang)
        # a visitor has no rights: the secret of the link is what allows this one delivery
        link = request.env["logistics.tracking.link"].sudo()._find(token)
        if not link:
            GUESSES.take(address)
            return None, self._refuse(404, lang)
        picking = link.picking_id.with_company(link.company_id)
        request.update_context(lang=get_lang_code(lang, picking.partner_id.lang))
        return picking.with_context(lang=request.env.lang), None

    def _refuse(self, status, lang):
        request.update_context(lang=get_lang_code(lang))
        return _render("tracking_page_closed", {"busy": status == 429}, status)

    def _show(self, picking, token, lang, problem=None, **values):
        values = {
            **prepare_page(picking, _get_address(token, lang), problem=problem, **values),
            "proof_base": f"/t/{token}/proof",
            "languages": self._prepare_languages(token),
        }
        return _render("tracking_page", values, 422 if problem else 200)

    def _prepare_languages(self, token):
        """Return the installed languages: code, own name, address, whether it is shown now."""
        current = get_lang(request.env).code
        return [
            {
                "code": code.replace("_", "-"),
                "name": name.split(" / ")[-1],
                "url": f"/t/{token}/{code}",
                "current": code == current,
            }
            for code, name in get_languages().items()
        ]


# === WHAT THE PORTAL SHARES ===#


def prepare_page(picking, address, problem=None, told=False, kind=None, text=""):
    """Return the values of the page's template.

    :param picking: a delivery that the reader may see, as superuser
    :param address: where the page is, without host
    :param problem: why what the customer told could not be taken, in a sentence
    """
    return {
        "page": picking._prepare_tracking_page(),
        "address": address,
        "problem": problem,
        "told": told,
        "kind": kind,
        "text": text,
    }


def tell_remark(picking, kind, text, author=None):
    """Keep what a customer says is wrong; return why not, or None.

    :param picking: a delivery that the reader may see, as superuser
    :param author: the partner who is logged in
    """
    text = "".join(char for char in text.strip() if char.isprintable() or char == "\n")
    return picking._take_tracking_remark(kind, text, author)


def show_proof(picking, event_id, image):
    """Answer with an image of a handover of this delivery, and of no other."""
    event = picking._get_tracking_proofs().filtered(lambda event: event.id == event_id)
    value = event[image] if image in IMAGES else False
    data = base64.b64decode(value) if value else b""
    kind = guess_mimetype(data) if data else ""
    # an SVG may hold scripts, and what is no image is none of the customer's business
    if kind not in IMAGE_TYPES:
        return request.make_response("", headers=list(HEADERS.items()), status=404)
    headers = {**HEADERS, "Content-Type": kind}
    return request.make_response(data, headers=list(headers.items()))


def _render(template, values, status):
    lang = get_lang(request.env)
    values.update(html_lang=lang.code.replace("_", "-"), direction=lang.direction)
    response = request.render(f"logistics_customer_service.{template}", values, status=status)
    response.headers.update(HEADERS)
    return response


def _get_address(token, lang):
    return f"/t/{token}/{lang}" if lang in get_languages() else f"/t/{token}"


def get_lang_code(*wanted):
    """Return the first language that is installed: as chosen, the customer's, the browser's."""
    languages = get_languages()
    chosen = (code for code in (*wanted, request.best_lang) if code in languages)
    return next(chosen, None) or get_lang(request.env).code


def get_languages():
    return dict(request.env["res.lang"].get_installed())

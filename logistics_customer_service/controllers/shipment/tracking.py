import base64

from odoo.http import Controller, request, route
from odoo.tools.mimetypes import guess_mimetype

from ...tools.foundation.received import clean
from ..foundation.link_page import HEADERS, LOOKING, SENDING, LinkPage, get_address

MAX_BODY = 32 * 1024
IMAGES = ("signature", "photo")
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
ADDRESSES = ["/t/<string:token>", "/t/<string:token>/<string:lang>"]


class TrackingLinkPage(LinkPage):
    """What the link of a delivery opens."""

    _link_model = "logistics.tracking.link"
    _lang_path = "picking_id.recipient_id.lang"


class Tracking(TrackingLinkPage, Controller):
    """The page of a delivery for whoever holds its link; nothing here needs a login."""

    _closed_page = "tracking_page_closed"

    @route(ADDRESSES, **LOOKING)
    def page(self, token, lang=None, told=None, **_params):
        """Show where the delivery is. Looking writes nothing."""
        link, refusal = self._open(token, lang=lang)
        return refusal or self._show(link.picking_id, token, lang, told=told == "1")

    @route(ADDRESSES, **SENDING, max_content_length=MAX_BODY)
    def tell(self, token, lang=None, kind=None, text="", **_params):
        """Keep what the customer says is wrong."""
        link, refusal = self._open(token, lang=lang)
        if refusal:
            return refusal
        problem = tell_remark(link.picking_id, kind, text)
        if problem:
            return self._show(link.picking_id, token, lang, problem=problem, kind=kind, text=text)
        return request.redirect(f"{get_address(f'/t/{token}', lang)}?told=1", code=303)

    @route("/t/<string:token>/proof/<int:event_id>/<string:image>", **LOOKING)
    def proof(self, token, event_id, image, **_params):
        """Show an image of the handover."""
        link, refusal = self._open(token)
        return refusal or show_proof(link.picking_id, event_id, image)

    def _show(self, picking, token, lang, problem=None, **values):
        base = f"/t/{token}"
        values = {
            **prepare_page(picking, get_address(base, lang), problem=problem, **values),
            "company": picking.company_id,
            "base": base,
            "proof_base": f"{base}/proof",
        }
        return self._render("tracking_page", values, 422 if problem else 200)


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
    return picking._take_tracking_remark(kind, clean(text), author)


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

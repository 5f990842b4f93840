from dataclasses import replace

from odoo.http import Controller, request, route

from ..complaint.portal_cases import PortalCases
from ..foundation.link_page import set_language
from ..shipment.portal_deliveries import PortalDeliveries
from ..shipment.tracking import TrackingLinkPage
from . import answer_page
from .answer_page import MAX_BODY, AnswerPage
from .survey_answer import LOOKING, SENDING, prepare_request_sheet

# the stamp of the page is made for one login: it is what a forged request lacks
OWN = {"type": "http", "auth": "user", "sitemap": False}
OWN_LOOKING = {**OWN, "methods": ["GET"], "readonly": True}
OWN_SENDING = {**OWN, "methods": ["POST"], "readonly": False, "csrf": False, "max_content_length": MAX_BODY}

LINKED, OF_DELIVERY, OF_CASE = (
    [f"{page}/rate", f"{page}/rate/<string:lang>"]
    for page in ("/t/<string:token>", "/my/deliveries/<int:picking_id>", "/my/cases/<int:case_id>")
)


class TrackingRating(AnswerPage, TrackingLinkPage, Controller):
    """How a delivery was, for whoever holds the link of its tracking page."""

    @route(LINKED, **LOOKING)
    def show_rating(self, token, lang=None, done=None, change=None, **_params):
        """Show the questionnaire about the delivery. Looking writes nothing."""
        sheet, refusal = self._open_sheet(token, lang)
        return refusal or answer_page.show(sheet, done, change)

    @route(LINKED, **SENDING)
    def send_rating(self, token, lang=None, **params):
        """Take an answer about the delivery."""
        sheet, refusal = self._open_sheet(token, lang)
        return refusal or answer_page.send(sheet, params)

    def _open_sheet(self, token, lang):
        link, refusal = self._open(token, lang=lang)
        return (None, refusal) if refusal else open_rating(link.picking_id, f"/t/{token}", lang, "qr")


class PortalDeliveryRating(PortalDeliveries):
    @route(OF_DELIVERY, **OWN_LOOKING)
    def show_delivery_rating(self, picking_id, lang=None, done=None, change=None, **_params):
        """Show the questionnaire about a delivery of the customer. Looking writes nothing."""
        sheet, refusal = self._open_delivery_rating(picking_id, lang)
        return refusal or answer_page.show(sheet, done, change)

    @route(OF_DELIVERY, **OWN_SENDING)
    def send_delivery_rating(self, picking_id, lang=None, **params):
        """Take an answer about a delivery of the customer."""
        sheet, refusal = self._open_delivery_rating(picking_id, lang)
        return refusal or answer_page.send(sheet, params)

    def _open_delivery_rating(self, picking_id, lang):
        picking = self._get_delivery(picking_id)
        if not picking:
            return None, request.redirect("/my")
        return open_rating(picking, f"/my/deliveries/{picking_id}", lang, "portal", request.env.user)


class PortalCaseRating(PortalCases):
    @route(OF_CASE, **OWN_LOOKING)
    def show_case_rating(self, case_id, lang=None, done=None, change=None, **_params):
        """Show the questionnaire about a case of the customer. Looking writes nothing."""
        sheet, refusal = self._open_case_rating(case_id, lang)
        return refusal or answer_page.show(sheet, done, change)

    @route(OF_CASE, **OWN_SENDING)
    def send_case_rating(self, case_id, lang=None, **params):
        """Take an answer about a case of the customer."""
        sheet, refusal = self._open_case_rating(case_id, lang)
        return refusal or answer_page.send(sheet, params)

    def _open_case_rating(self, case_id, lang):
        case = self._get_case(case_id)
        if not case:
            return None, request.redirect("/my/cases")
        return open_rating(case, f"/my/cases/{case_id}", lang, "portal", request.env.user)


def open_rating(record, page, lang, channel, user=None):
    """Return the questionnaire about an occasion, and the answer where there is none.

    :param record: a delivery or a case that the reader may see, as superuser
    :param page: the address of its page, to which the reader goes back
    :param user: who is logged in
    """
    set_language(lang, (user or record).partner_id.lang)
    record = record.with_company(record.company_id).with_context(lang=request.env.lang)
    asked = record._can_be_rated() and record._get_rating_request()
    if not asked:
        return None, request.redirect(page)
    partner = user.sudo().partner_id if user else None  # the person's own name and languages
    return (
        replace(
            prepare_request_sheet(asked, f"{page}/rate", lang),
            key=("rating", record._name, record.id, user.id if user else 0),
            channel=channel,
            take=lambda vals, _visit: record._take_rating(vals, partner),
            # several people may see the page: what one of them has begun is nobody else's business
            given={},
            back=page,
        ),
        None,
    )

from odoo.http import Controller, request, route

from ...models.complaint.settlement.logistics_result_letter import MAX_NOTE
from ...tools.foundation.received import clean
from ..foundation.link_page import LOOKING, SENDING, LinkPage, get_query_address

ADDRESS = "/logistics/result/<int:letter_id>/<string:token>"


class ResultLetter(LinkPage, Controller):
    """Where customers read the result of their case and agree or object."""

    _closed_page = "result_page_closed"
    _lang_path = "lang"  # that in which the customer is written to

    @route(ADDRESS, **LOOKING)
    def show(self, letter_id, token, **_params):
        """Show the letter; a program that follows links records nothing by it."""
        letter, refusal = self._open(letter_id, token)
        return refusal or self._show(letter, token)

    @route(ADDRESS, **SENDING)
    def answer(self, letter_id, token, answer=None, note="", sure=None, **_params):
        """Keep the customer's answer, the first of them, and show where the case stands.

        It is final, so that it is asked for once more before it is kept.
        """
        letter, refusal = self._open(letter_id, token)
        if refusal:
            return refusal
        note = clean(note, MAX_NOTE)
        if answer not in ("accept", "refuse"):
            return self._show(letter, token)
        if not sure:
            return self._show(letter, token, asked=answer, note=note)
        letter._answer(answer == "accept", note=note)
        return self._show(letter, token)

    def _find_by_link(self, letter_id, token):
        letters = request.env["logistics.result.letter"]
        return letters._find_by_token(letter_id, token)

    def _show(self, letter, token, asked=None, note=""):
        values = {
            "letter": letter,
            "company": letter.company_id,
            "address": get_query_address(f"/logistics/result/{letter.id}/{token}"),
            "asked": letter._can_be_answered() and asked,
            "note": note,
        }
        return self._render("result_page", values)

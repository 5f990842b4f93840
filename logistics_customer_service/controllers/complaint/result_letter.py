from odoo.http import Controller, request, route

from ..foundation.link_page import LOOKING, SENDING, LinkPage

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
    def answer(self, letter_id, token, answer=None, note="", **_params):
        """Keep the customer's answer, the first of them, and show where the case stands."""
        letter, refusal = self._open(letter_id, token)
        if refusal:
            return refusal
        if answer in ("accept", "refuse"):
            letter._answer(answer == "accept", note=str(note))
        return self._show(letter, token)

    def _find_by_link(self, letter_id, token):
        letters = request.env["logistics.result.letter"]
        return letters._find_by_token(letter_id, token)

    def _show(self, letter, token):
        values = {"letter": letter, "token": token, "company": letter.company_id}
        return self._render("result_page", values)

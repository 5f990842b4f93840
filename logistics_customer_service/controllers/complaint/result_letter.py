from werkzeug.exceptions import TooManyRequests

from odoo.http import Controller, request, route

from ...tools.foundation.throttle import Throttle

# wrong links of one address; of this process alone, as on the tracking page
GUESSES = Throttle(burst=30, interval=2)


class ResultLetter(Controller):
    """Where customers read the result of their case and agree or object."""

    @route(
        "/logistics/result/<int:letter_id>/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def show(self, letter_id, token, **_params):
        """Show the letter; a program that follows links records nothing by it."""
        return self._page(self._find(letter_id, token), token)

    @route(
        "/logistics/result/<int:letter_id>/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        readonly=False,
        sitemap=False,
    )
    def answer(self, letter_id, token, answer=None, note="", **_params):
        """Keep the customer's answer, the first of them, and show where the case stands."""
        letter = self._find(letter_id, token)
        if answer in ("accept", "refuse"):
            letter._answer(answer == "accept", note=str(note))
        return self._page(letter, token)

    def _find(self, letter_id, token):
        """Return the letter; whatever is wrong with the link, the answer is the same."""
        address = request.httprequest.remote_addr
        if not GUESSES.is_open(address):
            raise TooManyRequests
        letters = request.env["logistics.result.letter"]
        known = letter_id <= 2**31 - 1
        letter = letters._find_by_token(letter_id, token) if known else letters
        if not letter:
            GUESSES.take(address)
            raise request.not_found()
        # the page speaks the language in which the customer is written to
        request.update_context(lang=letter.lang or request.env.lang)
        return letter.with_context(lang=request.env.lang)

    def _page(self, letter, token):
        response = request.render(
            "logistics_customer_service.result_page",
            {"letter": letter, "token": token},
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

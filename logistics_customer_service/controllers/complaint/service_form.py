import hashlib

from odoo.http import Controller, request, route

from ...tools.complaint.mail_text import get_people
from ...tools.foundation.folding import one_line
from ...tools.foundation.received import clean, clean_line
from ..foundation.limit import Limit
from ..foundation.link_page import LOOKING, SENDING, LinkPage, get_query_address, is_stamped, make_stamp
from .uploads import ACCEPT, MAX_FORM, MAX_TEXT, read_files

ADDRESS = "/service/form"
PURPOSE = "logistics-service-form"
# nobody fills in the form faster, and a page that lay open longer is shown once more
FASTEST, SLOWEST = 3, 24 * 3600

# whatever one address sends, the refused included: typing errors take a few turns, programs many
POSTS = Limit("form post", burst=20, interval=10)
# cases of one address: five within ten minutes
SENDINGS = Limit("form case", burst=5, interval=120)


class ServiceForm(LinkPage, Controller):
    """The form of a team for whoever holds its link; nothing here needs a login."""

    _link_model = "logistics.service.team"
    _closed_page = "service_form_closed"

    @route(f"{ADDRESS}/<string:token>", **LOOKING)
    def show(self, token, **_params):
        """Show the form, or what was sent a moment ago."""
        team, refusal = self._open(token)
        if refusal:
            return refusal
        sent = request.session.get(PURPOSE) or {}
        if _params.get("sent") and sent.get("team") == team.id:
            values = {"company": team.company_id, "number": sent["number"]}
            return self._render("service_form_sent", values)
        return self._show(team, token)

    @route(f"{ADDRESS}/<string:token>", **SENDING, max_content_length=MAX_FORM)
    def send(self, token, stamp="", **params):
        """Open a case with what was sent."""
        team, refusal = self._open(token)
        refusal = refusal or self._refuse_flood()
        if refusal:
            return refusal
        values = self._clean(params)
        files, problem = read_files()
        problem = self._check_browser(team, stamp, params) or problem or self._check(values)
        if problem:
            return self._show(team, token, problem=problem, **values)
        if not self._is_sent_again(team, values, files):
            refusal = self._take(team, values, files)
        return refusal or request.redirect(f"{ADDRESS}/{token}?sent=1&lang={request.env.lang}", code=303)

    def _refuse_flood(self):
        """Count what an address sends, and return the answer where it was too much."""
        if not POSTS.is_open():
            return self._refuse(429)
        POSTS.take()
        return None

    def _take(self, team, values, files):
        """Open the case, or return the answer where too much came already."""
        if not SENDINGS.is_open() or team._is_form_busy():
            return self._refuse(429)
        SENDINGS.take()
        case = request.env["logistics.complaint"]._open_by_form(team, values, files)
        request.session[PURPOSE] = {
            "team": team.id,
            "number": case.number,
            "digest": _digest(values, files),
        }
        return None

    def _is_sent_again(self, team, values, files):
        """Tell whether this visitor sent the very same a moment ago, as by a second click."""
        sent = request.session.get(PURPOSE) or {}
        return sent.get("team") == team.id and sent.get("digest") == _digest(values, files)

    # === BUSINESS METHODS ===#

    def _clean(self, params):
        return {
            "name": clean_line(params.get("name")),
            # typed with signs of full width as often as not
            "phone": clean_line(one_line(params.get("phone"))),
            "reference": clean_line(one_line(params.get("reference"))),
            "email": clean_line(one_line(params.get("email")), 254),
            "text": clean(params.get("text"), MAX_TEXT + 1),
        }

    def _check(self, values):
        """Return what is wrong with the words, in a sentence, or None."""
        if not values["name"]:
            return request.env._("Please write your name.")
        if not values["text"]:
            return request.env._("Please write what happened.")
        if len(values["text"]) > MAX_TEXT:
            return request.env._("Please write no more than %s characters.", MAX_TEXT)
        if values["email"] and not get_people(values["email"]):
            return request.env._("Please check your mail address.")
        if not values["email"] and sum(map(str.isdigit, values["phone"])) < 5:
            return request.env._("Please write a mail address or a telephone number.")
        return None

    def _check_browser(self, team, stamp, params):
        """Return what speaks for a program, in words for a person: nothing is lost by it."""
        right = is_stamped(stamp, PURPOSE, _get_key(team), FASTEST, SLOWEST)
        if right and not params.get("website"):
            return None
        return request.env._("That did not work. Please wait a moment and send it once more.")

    def _show(self, team, token, problem=None, **values):
        values = {
            **dict.fromkeys(("name", "email", "phone", "reference", "text"), ""),
            **values,
            "company": team.company_id,
            "address": get_query_address(f"{ADDRESS}/{token}"),
            "stamp": make_stamp(PURPOSE, _get_key(team)),
            "problem": problem,
            "accept": ACCEPT,
            "max_text": MAX_TEXT,
        }
        return self._render("service_form", values, 422 if problem else 200)


def _get_key(team):
    """Return what a stamp is signed for: the form of a team, until its link is renewed."""
    return team.id, team.generation


def _digest(values, files):
    digest = hashlib.sha256(repr(sorted(values.items())).encode())
    for name, data in files:
        digest.update(name.encode() + hashlib.sha256(data).digest())
    return digest.hexdigest()

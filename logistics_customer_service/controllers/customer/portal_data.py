from odoo.http import request, route

from ..foundation.limit import Limit
from ..foundation.portal_list import OWN_SENDING
from ..foundation.portal_my_data import ADDRESS, PortalMyData

MAX_BODY = 32 * 1024

# what one login sends: ten at once, then one every ten seconds
SENDINGS = Limit("portal data", burst=10, interval=10)


class PortalData(PortalMyData):
    """What a customer's person agreed to, and which tier the customer has, for those who have a login.

    Nothing in the address or the form says whose it is: the page is about the login's own contact.
    """

    @route(f"{ADDRESS}/consents", **OWN_SENDING, max_content_length=MAX_BODY)
    def portal_say_consents(self, **values):
        """Keep to what the person agrees and to what not."""
        profile, person = self._get_own_profile()
        answers = self._read_answers(profile._get_purposes(), values)
        if problem := self._take_turn():
            return self._show_data(problem=problem)
        profile._take_customer_consents(person, request.env.company, answers)
        return request.redirect(f"{ADDRESS}?saved=consents#consents", code=303)

    @route(f"{ADDRESS}/tier", **OWN_SENDING, max_content_length=MAX_BODY)
    def portal_say_tier(self, automatic=None, **_params):
        """Keep whether a program may rate the customer."""
        profile, person = self._get_own_profile()
        if automatic not in ("0", "1") or not profile._may_opt_out(person):
            return request.redirect(ADDRESS, code=303)
        if problem := self._take_turn():
            return self._show_data(problem=problem)
        # who says no before the first order has a profile for it
        profile = profile or profile._ensure_for(person, request.env.company)
        if profile:
            profile._opt_out_by_customer(automatic == "0")
        return request.redirect(f"{ADDRESS}?saved=tier#tier", code=303)

    def _get_own_profile(self):
        """Return the profile of the login's customer in the company at work, or none, and the person.

        As superuser, for customers have no rights on profiles: it is found by the login alone.
        """
        person = request.env.user.partner_id
        profiles = request.env["logistics.profile"].sudo()
        return profiles._find_for_person(person, request.env.company), person.sudo()

    def _read_answers(self, purposes, values):
        """Return by purpose id the state and the open ways that the form says."""
        ways = request.httprequest.form.getlist("way")
        named = {id_: f"{id_}-" for id_ in purposes.ids}
        return {
            id_: (values[f"purpose_{id_}"], {w.removeprefix(p) for w in ways if w.startswith(p)})
            for id_, p in named.items()
            if f"purpose_{id_}" in values
        }

    def _take_turn(self):
        sender = request.env.uid
        if not SENDINGS.is_open(sender):
            return request.env._("You have sent a lot just now. Please try again in a minute.")
        SENDINGS.take(sender)
        return None

    def _prepare_data_values(self):
        profile, person = self._get_own_profile()
        return {
            **super()._prepare_data_values(),
            "consents_title": request.env._("What %s may contact you for", request.env.company.name),
            "consents": profile._prepare_customer_consents(person),
            "tier": profile._prepare_customer_tier(request.env.company),
            "may_opt_out": profile._may_opt_out(person),
            "who_may": request.env._(
                "It is the level of %(customer)s, and changed by the login of %(customer)s itself; "
                "without one please write to us.",
                customer=person.commercial_partner_id.name,
            ),
        }

from odoo import api, models
from odoo.tools import format_date

from .logistics_consent import WAYS

STATES = ("granted", "refused")


class LogisticsProfile(models.Model):
    """What a customer's person sees of the profile, and says about it, in the portal."""

    _inherit = "logistics.profile"

    # === BUSINESS METHODS ===#

    @api.model
    def _find_for_person(self, person, company):
        """Return the profile of a person's customer in a company, archived or not; none where it has none."""
        return self.with_context(active_test=False).search(
            [
                ("partner_id", "=", person.commercial_partner_id.id),
                ("company_id", "=", company.id),
            ]
        )

    def _prepare_customer_consents(self, person):
        """Return for each purpose what a person of the customer has said, as the page shows it.

        :param person: a contact of the customer, which need not have a profile yet
        """
        return [
            self._prepare_customer_consent(purpose, person) for purpose in self._get_purposes()
        ]

    @api.model
    def _get_purposes(self):
        # purposes are the service's list; what customers are asked is no secret to them
        return self.env["logistics.consent.purpose"].sudo().search([])

    def _prepare_customer_consent(self, purpose, person):
        consent = self._get_consent(purpose.code, person)
        closed = consent._get_closed_ways()
        offered = {way: consent._fields[name] for way, name in WAYS.items() if purpose[name]}
        state = consent.state or ("refused" if purpose.consent_required else "granted")
        if offered and not offered.keys() - closed:
            state = "refused"  # by every way
        return {
            "id": purpose.id,
            "name": purpose.name,
            "description": purpose.description or "",
            "state": state,
            "note": self._get_answer_note(purpose, consent, person),
            "ways": [
                {
                    "way": way,
                    "name": field._description_string(self.env),
                    "open": way not in closed,
                }
                for way, field in offered.items()
                # one way alone is chosen by yes or no
                if len(offered) > 1
            ],
        }

    def _get_answer_note(self, purpose, consent, person):
        """Return who said so and when, or what holds as long as nobody says anything."""
        day = consent and format_date(self.env, consent.date)
        if consent.contact_id or (consent and person == self.partner_id):
            return self.env._("As you said on %s.", day)
        if consent:
            return self.env._(
                "As your company said on %s; what you say here counts for you alone.", day
            )
        if purpose.consent_required:
            return self.env._("You have not said anything yet: it stays no until you say yes.")
        return self.env._("You have not said anything yet: it stays yes until you say no.")

    @api.model
    def _take_customer_consents(self, person, company, answers):
        """Keep what a person of a customer says in the portal; what is as it was stays untouched.

        :param person: the contact, who speaks for nobody else unless it is the customer itself
        :param company: whom it is said to
        :param answers: mapping of purpose id to a state and the ways that stay open
        :return: how many answers changed
        """
        profile = self._find_for_person(person, company)
        changed = [
            (purpose, vals)
            for purpose in self._get_purposes()
            if purpose.id in answers
            and (vals := profile._prepare_answer_vals(purpose, person, *answers[purpose.id]))
        ]
        if changed and not profile:
            profile = self._ensure_for(person, company)
        said = {
            "date": company._get_logistics_today(),
            "source": self.env._("Portal"),
            "user_id": self.env.uid,
        }
        for purpose, vals in changed if profile else ():
            profile._keep_answer(purpose, person, {**vals, **said})
        return len(changed)

    def _prepare_answer_vals(self, purpose, person, state, open_ways):
        """Return the values of an answer that differs from the one that counts now, else none."""
        known = self._prepare_customer_consent(purpose, person)
        now_open = {way["way"]: way["open"] for way in known["ways"]}
        wanted = {way: way in open_ways for way in now_open}
        # by no way at all is no
        if state == "granted" and wanted and not any(wanted.values()):
            state = "refused"
        same = state == known["state"] and (state == "refused" or wanted == now_open)
        if same or state not in STATES:
            return {}
        # whoever says yes anew says it to what is not asked any more, too
        ways = dict.fromkeys(WAYS, True) | wanted if state == "granted" else {}
        return {"state": state, **{WAYS[way]: is_open for way, is_open in ways.items()}}

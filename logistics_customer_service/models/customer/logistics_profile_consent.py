from odoo import models


class LogisticsProfile(models.Model):
    """Whether a customer, or one of its people, may be contacted: whose answer counts, and which."""

    _inherit = "logistics.profile"

    # === BUSINESS METHODS ===#

    def _get_consent(self, purpose, person):
        """Return the answer that counts for a person: the person's own, else the customer's, if any.

        :param purpose: code of the purpose
        :param person: a contact, or none
        """
        answers = self.consent_ids.filtered(
            lambda consent: consent.purpose_id.code == purpose
            and consent.contact_id in (person, person.browse())
        )
        return answers.sorted(lambda consent: not consent.contact_id)[:1]

    def _refuses(self, purpose, person, way=None):
        """Tell whether a person of the customer refused to be contacted for a purpose.

        :param purpose: code of the purpose
        :param person: a contact, or none
        :param way: a key of ``logistics_consent.WAYS``, or None for whichever
        """
        consent = self._get_consent(purpose, person)
        return consent.state == "refused" or way in consent._get_closed_ways()

    def _agrees(self, purpose, person, way=None):
        """Tell whether a person of the customer may be contacted: agreed where that is needed, else
        did not refuse.

        :param purpose: record of ``logistics.consent.purpose``, or none
        :param person: a contact, or none
        :param way: as in :meth:`_refuses`
        """
        asked = purpose.consent_required and not self._get_consent(purpose.code, person)
        return not asked and not self._refuses(purpose.code, person, way)

    def _keep_answer(self, purpose, person, vals):
        """Keep the answer of a person, in the place of the one that counted so far.

        :param purpose: record of ``logistics.consent.purpose``
        :param person: whose own answer it is; none, or the customer itself: the customer's
        """
        person = person - self.partner_id
        held = self._get_consent(purpose.code, person)
        if held and held.contact_id == person:
            held.write(vals)
        else:
            held.create(
                {"profile_id": self.id, "purpose_id": purpose.id, "contact_id": person.id, **vals}
            )

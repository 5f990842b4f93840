from odoo import models

BIRTHDAY = ("logistics_birth_month", "logistics_birth_day", "logistics_birth_year")
# what agents alone may read, and core therefore leaves behind where somebody else merges
KEPT = (*BIRTHDAY, "logistics_founded_on", "bereaved_until", "bereavement_note")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """What both were greeted on stays once: the index would stop the generic code."""
        # agents merge customers; greetings are written by the program alone
        greetings = self.env["logistics.greeting"].sudo()
        kept = greetings.search([("partner_id", "in", (dst_partner | src_partners).ids)]).sorted(
            lambda one: (one.state == "waiting", one.partner_id != dst_partner, one.id)
        )
        seen = set()
        for greeting in kept:
            key = greeting.occasion_id, greeting.company_id, greeting.turn
            if key in seen:
                greeting.unlink()
            seen.add(key)
        # nothing but a lock, of which a person has one in a company
        turns = self.env["logistics.contact.turn"].sudo()
        turns.search([("partner_id", "in", src_partners.ids)]).unlink()
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """A birthday goes over whole: the generic code would mix day and year of two people."""
        # contacts that are merged are gone in a moment; their dates are the service's to read
        known = (dst_partner | src_partners).sudo().filtered("logistics_birth_month")
        others = known - known[:1] - dst_partner
        others.write(dict.fromkeys(BIRTHDAY, False))
        contacts = (src_partners + dst_partner).sudo()
        # the last who has a value keeps it, as in core
        kept = {name: contact[name] for name in KEPT for contact in contacts if contact[name]}
        result = super()._update_values(src_partners, dst_partner)
        if kept:
            dst_partner.sudo().write(kept)
        return result

from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Merge the profiles first: the generic code would delete the second of a company."""
        src_partners._hand_over_consents(dst_partner)
        profiles = src_partners._get_own_profiles()
        kept = profiles._move_to_customer(dst_partner.commercial_partner_id)
        self.env.flush_all()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["logistics.mark"]._append("facts", dst_partner._name, dst_partner.ids)
        for company, company_profiles in kept.grouped("company_id").items():
            company_profiles._refresh(company)
        return result

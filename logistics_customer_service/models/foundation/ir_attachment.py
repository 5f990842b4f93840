from odoo import api, models
from odoo.fields import Domain


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Refuse what may not be asked before core replaces it by what it finds."""
        domain = Domain(domain)
        if not (self.env.su or bypass_access):
            self._check_logistics_domain(domain)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

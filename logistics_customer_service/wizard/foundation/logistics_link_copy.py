from odoo import api, fields, models


class LogisticsLinkCopy(models.TransientModel):
    """The link of a customer before whoever asked for it; that it was asked for has been noted.

    It is made by ``action_copy_link`` of what the link opens, and by nobody else. The link itself is
    kept nowhere.
    """

    _name = "logistics.link.copy"
    _description = "Copy a Link"

    model = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    res_id = fields.Integer(required=True, readonly=True, groups=fields.NO_ACCESS)
    url = fields.Char(string="Link", compute="_compute_url")

    def _compute_url(self):
        for wizard in self:
            kept = wizard.sudo()  # which link it is was said when it was made
            # what a client calls a new record was not noted by anybody
            wizard.url = isinstance(wizard.id, int) and kept._get_record()._get_copied_link()

    def _get_record(self):
        return self.env[self.model].browse(self.res_id).exists()

    @api.model
    def _open(self, record):
        """Return the window that shows the link of a record to the current user."""
        # nobody makes one by hand
        wizard = self.sudo().create({"model": record._name, "res_id": record.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Copy Link"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

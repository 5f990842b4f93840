from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class LogisticsTimeCorrection(models.Model):
    """When something happened, put right by a supervisor: what was told before stays on record."""

    _name = "logistics.time.correction"
    _description = "Time Correction"
    _order = "id desc"
    _rec_name = "reason"

    res_model = fields.Char(string="Kind of Record", required=True, readonly=True, index=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="cascade")
    told_at = fields.Datetime(string="Time Noted Before", readonly=True)
    happened_at = fields.Datetime(string="Corrected Time", required=True)
    reason = fields.Text(required=True, help="How you know.")
    user_id = fields.Many2one(
        "res.users", string="Corrected by", readonly=True, default=lambda self: self.env.user
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Keep the correction, and give the record the time that is right."""
        if not (self.env.su or self.env.user.has_group("logistics_customer_service.group_supervisor")):
            raise AccessError(self.env._("Only a supervisor corrects a time."))
        told = [self._prepare_told_vals(vals) for vals in vals_list]
        corrections = super().create(told)
        for correction in corrections:
            correction._apply()
        return corrections

    @api.model
    def _prepare_told_vals(self, vals):
        """Return values with what is on record now, of a record that the person may see."""
        context = self.env.context
        model = vals.get("res_model") or context.get("default_res_model")
        if model not in self.env or not hasattr(self.env[model], "_corrected_time"):
            raise ValidationError(self.env._("The time of this is not corrected here."))
        record = self.env[model].browse(vals.get("res_id") or context.get("default_res_id"))
        record.ensure_one().check_access("read")
        return {
            **vals,
            "res_model": model,
            "res_id": record.id,
            "company_id": record.company_id.id,
            "told_at": record[record._corrected_time],
            "user_id": self.env.uid,
        }

    def _apply(self):
        if not (self.reason or "").strip():
            raise ValidationError(self.env._("Say how you know."))
        record = self.env[self.res_model].browse(self.res_id)
        # this is the only way for a time on record to change: it has just been allowed
        record.sudo()._take_corrected_time(self.happened_at)

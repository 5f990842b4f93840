from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Public holidays move deadlines; the days off of a person do not."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._after_clock_change()
        return leaves

    def write(self, vals):
        self._after_clock_change()  # those of before, too
        result = super().write(vals)
        self._after_clock_change()
        return result

    def unlink(self):
        self._after_clock_change()
        return super().unlink()

    def _after_clock_change(self):
        public = self.filtered(lambda leave: not leave.resource_id)
        if not public:
            return
        self.env.registry.clear_cache()
        public.calendar_id._after_clock_change()
        for leave in public.filtered(lambda leave: not leave.calendar_id):
            domain = [("company_id", "=", leave.company_id.id)] if leave.company_id else []
            self.env["logistics.clock"]._read_anew(domain)

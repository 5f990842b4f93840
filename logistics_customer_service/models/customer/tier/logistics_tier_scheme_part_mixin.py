from odoo import api, models


class LogisticsTierSchemePartMixin(models.AbstractModel):
    """A part of a tier scheme: what decides who earns a tier is changed in drafts alone."""

    _name = "logistics.tier.scheme.part.mixin"
    _description = "Part of a Tier Scheme"

    # by which field the part finds what it is a part of
    _scheme_path = "scheme_id"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._get_schemes()._check_editable()
        return parts

    def write(self, vals):
        schemes = self._get_schemes()
        schemes._check_shared_rights()
        if self._is_measured(vals):
            schemes._check_editable()
        result = super().write(vals)
        if self._scheme_path.split(".")[0] in vals:
            self._get_schemes()._check_editable()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self._get_schemes()._check_editable()

    def _get_schemes(self):
        return self.mapped(self._scheme_path)

    @api.model
    def _is_measured(self, vals):
        """Tell whether values decide who earns a tier; the rest may change at any time."""
        return True

from odoo import api, models

from .res_groups import MODULE

# the place of our settings among those of all apps
APP = f"//app[@name='{MODULE}']"


class LogisticsSettings(models.TransientModel):
    """The service manager's settings screen: the blocks of the administrator's that are ours.

    Values go through :meth:`res.company._write_logistics_settings` alone.
    """

    _name = "logistics.settings"
    _inherit = ["logistics.settings.mixin"]
    _description = "Settings of Customer Service"

    @api.model
    def _get_names(self):
        """Return the names of the fields that a service manager decides."""
        return {
            name
            for name, field in self.env["logistics.settings.mixin"]._fields.items()
            if field.related == f"company_id.{name}" and not field.readonly
        }

    # === VIEW ===#

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """The form holds what the administrator's holds of ours, but what is the administrator's."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for place in arch.xpath(APP):
            settings, _view = self.env["res.config.settings"]._get_view(view_type="form")
            place.extend(settings.xpath(f"{APP}/block"))
            self._take_out_administrators(place)
        return arch, view

    @api.model
    def _take_out_administrators(self, place):
        for node in place.xpath(".//*[@groups='base.group_system']"):
            node.getparent().remove(node)
        for field in place.xpath(".//field"):
            if field.get("name") not in self._fields:
                node = next(field.iterancestors("setting", "block"))
                if node.getparent() is not None:
                    node.getparent().remove(node)
        for block in place.xpath("./block[not(.//setting)]"):
            place.remove(block)

    # === WHAT IS WRITTEN ===#

    @api.model_create_multi
    def create(self, vals_list):
        """Write what was decided to the companies; of it nothing is kept here.

        :raise AccessError: as of :meth:`res.company._write_logistics_settings`
        """
        companies = self.env["res.company"]
        for vals in vals_list:
            company = companies.browse(vals.get("company_id", self.env.company.id))
            company._write_logistics_settings({k: v for k, v in vals.items() if k != "company_id"})
            companies += company
        return super().create([{"company_id": company.id} for company in companies])

    # there is nothing to keep here
    def write(self, vals):  # pylint: disable=method-required-super
        """As :meth:`create`."""
        self._check_logistics_links([vals])
        for settings in self:
            settings.company_id._write_logistics_settings(vals)
        return True

    # === ACTION METHODS ===#

    @api.model
    def _get_action(self):
        """Return the settings screen of whoever asks."""
        name = "res_config_settings_action" if self.env.is_admin() else "logistics_settings_action"
        return self.env["ir.actions.actions"]._for_xml_id(f"{MODULE}.{name}")

    def execute(self):
        """Called by the view when the settings were saved: everything is read anew."""
        return {"type": "ir.actions.client", "tag": "reload"}

    def cancel(self):
        """Called by the view when changes are dropped."""
        return {"type": "ir.actions.client", "tag": "reload"}

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.foundation import phones
from ...tools.foundation.periods import zone_of_address


class ResPartner(models.Model):
    """Telephone numbers as people write them: several in one field, with an extension, in wide digits.

    Whose records stay is erased and not deleted.
    """

    _inherit = "res.partner"

    def _phone_format_number(self, number, country, force_format="E164", raise_exception=False):
        """As inherited; of several numbers the first mobile one counts, else the first."""
        found = super()._phone_format_number(number, country, force_format=force_format)
        if found or not number:
            return found
        several = phones.parse_numbers(number, country.code)
        first = next(filter(phones.is_mobile, several), several[0] if several else None)
        if first and force_format == "E164":
            number = phones.to_e164(first)
        return super()._phone_format_number(
            number, country, force_format=force_format, raise_exception=raise_exception
        )

    def _get_logistics_address_tz(self, company):
        """Return the name of the time zone by which a person reads what we write.

        :param company: who writes, whose time zone counts where the address does not tell one
        """
        return zone_of_address(self.tz, self.country_id.code, company._get_logistics_tz())

    @api.ondelete(at_uninstall=False)
    def _unlink_without_records(self):
        """Say how somebody is erased whose records keep the database from deleting the contact."""
        for name in self.env.registry:
            model = self.env[name].sudo()  # that there are some is all that is told
            if not self.env["logistics.personal"]._is_kept(model):
                continue
            for field in model._fields.values():
                if field.comodel_name == "res.partner" and _keeps_from_deleting(field):
                    mine = [(field.name, "in", self.ids)]
                    if model.with_context(active_test=False).search_count(mine, limit=1):
                        raise UserError(
                            self.env._(
                                "There are records of this contact (%s), which stay as figures. Do not "
                                "delete it: a manager takes out who it was by the action “Erase "
                                "Person” on the contact.",
                                self.env["logistics.personal"]._get_title(name),
                            )
                        )

    # === ACTION METHODS ===#

    def action_erase_person(self):
        """Open the dialogue that erases a person.

        :raise AccessError: for everybody but managers
        """
        return self._open_privacy_dialogue("logistics_erasure_action")

    def action_make_person_file(self):
        """Open the dialogue that makes the file of a person.

        :raise AccessError: for everybody but managers
        """
        return self._open_privacy_dialogue("logistics_person_file_action")

    def _open_privacy_dialogue(self, name):
        self.ensure_one()
        self.env["logistics.personal"]._check_manager()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"logistics_customer_service.{name}")
        return {**action, "context": {"default_partner_id": self.id}}


def _keeps_from_deleting(field):
    return field.store and field.type == "many2one" and field.ondelete == "restrict"

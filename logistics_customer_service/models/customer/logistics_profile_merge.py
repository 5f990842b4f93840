from markupsafe import Markup

from odoo import api, fields, models


class LogisticsProfile(models.Model):
    """What becomes of profiles when their customers are merged or get a parent."""

    _inherit = "logistics.profile"

    # === BUSINESS METHODS ===#

    def _move_to_customer(self, customer):
        """Give profiles to another commercial partner; where it has one they are merged.

        :param customer: the commercial partner that takes the place of the profiles' own
        :return: the profiles of the customer
        """
        kept = self.browse()
        for company, sources in self.grouped("company_id").items():
            target = self.with_context(active_test=False).search(
                [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
            )
            if not target:
                target = sources[0]
                target.partner_id = customer
            (sources - target)._merge_into(target)
            kept += target
        return kept

    def _merge_into(self, target):
        """Merge profiles into another of the same company and delete them; nothing is lost."""
        for source in self:
            source._log_merge(target)
            target.write(source._prepare_merge_vals(target))
            source._merge_consents(target)
            source._move_history(target)
        self.unlink()

    def _log_merge(self, target):
        """Note on the target which values of the source give way to its own."""
        names = [*self._get_merge_fields(), *self._get_yielding_fields()]
        lost = [
            name for name in names if self[name] and target[name] and self[name] != target[name]
        ]
        values = Markup("").join(
            Markup("<li>%s: %s</li>") % (self._fields[name]._description_string(self.env), value)
            for name in lost
            for value in [self._fields[name].convert_to_display_name(self[name], self)]
        )
        if self._get_contact_days() != target._get_contact_days():
            values += Markup("<li>%s</li>") % ", ".join(self._get_contact_days())
        title = self.env._("The profile of %s was merged into this one.", self.display_name)
        if values:
            title += " " + self.env._("It said otherwise on:")
        target.message_post(body=Markup("<p>%s</p><ul>%s</ul>") % (title, values))

    @api.model
    def _get_yielding_fields(self):
        """Return the fields of which the target of a merge keeps its own."""
        return ["contact_hour_from", "contact_hour_to", "contact_tz", "customer_kind"]

    def _prepare_merge_vals(self, target):
        """Return what the target takes over: tags and notes add up, gaps are filled."""
        vals = {
            name: self[name].id if self._fields[name].relational else self[name]
            for name in self._get_merge_fields()
            if self[name] and not target[name]
        }
        for name in ("cargo_nature_ids", "special_service_ids"):
            vals[name] = [fields.Command.link(tag.id) for tag in self[name]]
        for name in ("packing_notes", "delivery_notes"):
            notes = filter(None, dict.fromkeys((target[name], self[name])))
            vals[name] = "\n".join(notes) or False
        return vals

    @api.model
    def _get_merge_fields(self):
        """Return the fields that fill a gap of the target of a merge."""
        return [
            "size",
            "time_class_id",
            "service_frequency",
            "preferred_channel",
            "agent_id",
            "active",
        ]

    def _merge_consents(self, target):
        """Hand consents over; of two answers for a purpose the later counts, a tie is a no."""
        # a customer who joins a company answered for nobody else there
        joined = self.partner_id.filtered(lambda one: one.commercial_partner_id != one)
        for consent in self.consent_ids:
            consent._hand_over(target, consent.contact_id or joined)

    def _move_history(self, target):
        """Hand messages, files, activities and followers over to the target."""
        attachments = self.env["ir.attachment"].sudo()  # files of messages have other owners
        attachments.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("id", "!=", 0)]
        ).res_id = target.id
        self.message_change_thread(target)
        self.activity_ids.write({"res_id": target.id})
        target.message_subscribe(self.message_partner_ids.ids)

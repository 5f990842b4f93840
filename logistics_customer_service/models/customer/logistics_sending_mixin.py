from odoo import api, fields, models


class LogisticsSendingMixin(models.AbstractModel):
    """What is sent keeps to what the customer's profile says: preferences, agent, time zone."""

    _inherit = "logistics.sending.mixin"

    # --- for the texts
    contact_email = fields.Char(compute="_compute_contact")
    contact_phone = fields.Char(compute="_compute_contact")

    # === COMPUTE METHODS ===#

    def _compute_tz(self):
        profiles = self._get_profiles()
        for record in self:
            record.tz = record._get_zone(profiles[record])

    @api.depends("partner_id", "company_id")
    def _compute_contact(self):
        """The dedicated agent answers where there is one, else the company."""
        profiles = self._get_profiles()
        for record in self:
            agent = profiles[record].agent_id
            record.contact_email = agent.email_formatted or record.company_id.email_formatted
            record.contact_phone = agent.phone or record.company_id.phone

    # === WHOM ===#

    def _get_profiles(self):
        """Return the profile (or none) of each record's customer, with one query."""
        # whatever is told depends on profiles that warehouse staff do not see
        profiles = (
            self.env["logistics.profile"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        held = {(profile.partner_id.id, profile.company_id.id): profile for profile in profiles}
        return {
            record: held.get(
                (record.partner_id.commercial_partner_id.id, record.company_id.id),
                profiles.browse(),
            )
            for record in self
        }

    def _get_zone(self, profile):
        """Return the name of the time zone the customer lives in."""
        return profile.contact_tz or self.partner_id.tz or self.company_id._get_logistics_tz()

    # === WHICH WAY ===#

    def _group_by_way(self, rules, profiles):
        """Return the records by rule and channel; hold those back that find none.

        :param rules: the rule or policy of each record
        :param profiles: the profile of each record
        """
        blocked = self._get_blocked()
        found = {}
        for record in self:
            rule = rules[record]
            ways = rule._get_ways(profiles[record].preferred_channel)
            addresses = {way: record._get_address(way) for way in ways}
            usable = [way for way in ways if addresses[way] and addresses[way] not in blocked]
            if not usable:
                record._suppress("blacklisted" if any(addresses.values()) else "no_address")
                continue
            record.address = addresses[usable[0]]
            key = (rule, usable[0])
            found[key] = found.get(key, self.browse()) + record
        return found

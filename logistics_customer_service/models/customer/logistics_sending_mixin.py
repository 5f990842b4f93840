from odoo import api, fields, models

from ...tools.foundation import channels


class LogisticsSendingMixin(models.AbstractModel):
    """What is sent keeps to what the customer's profile says: preferences, agent, time zone."""

    _inherit = "logistics.sending.mixin"

    # code of the consent purpose as which it counts
    _sending_purpose = None

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
        """Answers go where they are read by the system; where there is no such address, and by
        phone, to the dedicated agent, else to the company.
        """
        profiles = self._get_profiles()
        for record in self:
            agent, company = profiles[record].agent_id, record.company_id
            own = agent.email_formatted or company.email_formatted
            record.contact_email = company.logistics_reply_email or own
            record.contact_phone = agent.phone or company.phone

    # === BUSINESS METHODS ===#

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

    def _decide(self):
        profiles = self._get_profiles()
        rules = self._get_rules(profiles)
        allowed = self._suppress_those(self._get_reasons(profiles, rules))
        ways = allowed._postpone(rules, profiles)._group_by_way(rules, profiles)
        reachable = self.browse().union(*ways.values())
        chosen = reachable.sorted(lambda one: (one.due_at, one.id))._within_limits()
        for (rule, channel), batch in ways.items():
            (batch & chosen)._queue(rule, channel)

    def _get_rules(self, profiles):
        """Return the rule or policy (or none) by which each record is sent.

        :param profiles: the profile of each record
        """
        raise NotImplementedError

    def _get_reasons(self, profiles, rules):
        """Return for each record why it must not be sent, or None.

        :param profiles: the profile of each record
        :param rules: the rule of each record
        """
        raise NotImplementedError

    def _get_retry_reasons(self):
        """What stands against sending stands against trying again, and a blocked address, too."""
        profiles = self._get_profiles()
        reasons = self._get_reasons(profiles, self._get_rules(profiles))
        blocked = self._get_blocked()
        return {
            # what does not work refuses for good and goes another way
            record: reason
            or ("blacklisted" if blocked.get(record.address) == "blacklisted" else None)
            for record, reason in reasons.items()
        }

    def _postpone(self, rules, profiles):
        """Put off what would come when the customer is not to be disturbed; return the others."""
        now = fields.Datetime.now()
        starts = {
            record: record._get_start(now, rules[record], profiles[record]) for record in self
        }
        for record, start in starts.items():
            if start > now:
                record.write({"due_at": start, "put_off_at": record.put_off_at or now})
        return self.filtered(lambda record: starts[record] <= now)

    def _get_start(self, now, rule, profile):
        """Return the naive UTC instant from which the rule lets the customer be told."""
        return rule._get_start(now, self._get_zone(profile))

    def _within_limits(self):
        """Hold back what limits leave no room for, the last of these first; return the others."""
        allowed = self._may_contact(self)
        (self - allowed)._suppress("budget")
        return allowed

    @api.model
    def _may_contact(self, records):
        """Return the records whose customers may be contacted so often; extended where that counts."""
        return records

    def _group_by_way(self, rules, profiles):
        """Return the records by rule and channel; hold those back that find none.

        :param rules: the rule or policy of each record
        :param profiles: the profile of each record
        """
        blocked = self._get_blocked()
        found = {}
        for record in self:
            rule = rules[record]
            way, found_address = record._find_way(rule, profiles[record], blocked)
            if not found_address:
                record._suppress(way)
                continue
            record.address = found_address
            key = (rule, way)
            found[key] = found.get(key, self.browse()) + record
        return found

    def _is_mail_refused(self, ways, blocked):
        """Tell whether the customer wants no mails where mail comes first: no SMS in their place."""
        why = blocked.get(self._get_address(channels.MAIL))
        return ways[:1] == [channels.MAIL] and why == "blacklisted"

    def _find_way(self, rule, profile, blocked):
        """Return the channel by which the rule reaches the customer, and the address.

        Where there is none, return the reason in place of the channel.

        :param blocked: why addresses must not be used, by address
        """
        ways = rule._get_ways(profile.preferred_channel)
        if self._is_mail_refused(ways, blocked):
            return "blacklisted", False
        consent = profile._get_consent(self._get_refused_purpose(), self.partner_id)
        ways = [way for way in ways if way not in consent._get_closed_ways()]
        if not ways:
            return "refused", False
        ways = [way for way in ways if way not in (self.failed_channels or "").split()]
        addresses = {way: address for way in ways if (address := self._get_address(way))}
        for way, address in addresses.items():
            if address not in blocked:
                return way, address
        why = {blocked[address] for address in addresses.values()}
        if "blacklisted" in why:
            return "blacklisted", False
        return "undeliverable" if why else "no_address", False

    def _get_open_ways(self):
        """Return the records that another channel is open to, and against which nothing stands."""
        profiles = self._get_profiles()
        rules = self._get_rules(profiles)
        reasons = self._get_reasons(profiles, rules)
        blocked = self._get_blocked()
        return self.filtered(
            lambda record: (
                not reasons[record]
                and record._find_way(rules[record], profiles[record], blocked)[1]
            )
        )

    def _lay_before_person(self, text, verdict):
        """Have the customer's agent see to it, once for each customer.

        What does not hang on the address is the company's own trouble, and one for all.
        """
        profiles = self._get_profiles()
        if not verdict.wrong_address:
            what = self.env._("%s: mails or SMS are refused", self._description)
            for company, records in self.grouped("company_id").items():
                user = records[0]._get_overseer(self.env["res.users"])
                self._lay_undelivered(company.partner_id, user, what, text)
            return
        for (partner, address), records in self.grouped(
            lambda record: (record.partner_id, record.address)
        ).items():
            what = self.env._("%s does not work", address)
            user = records[0]._get_overseer(profiles[records[0]].agent_id)
            self._lay_undelivered(partner, user, what, text)

    def _get_overseer(self, agent):
        """Return who sees to what did not arrive: the customer's agent, else the first supervisor.

        :param agent: the agent, or nobody
        """
        # whoever sends need not read other users' groups
        group = self.env.ref("logistics_customer_service.group_supervisor").sudo()
        for user in (*agent, *group.all_user_ids.sorted("id")):
            if user.active and self.company_id in user.company_ids and not user._is_superuser():
                return user
        return self.env["res.users"]

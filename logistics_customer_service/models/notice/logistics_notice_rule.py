from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...tools.notice import notices, quiet_hours


class LogisticsNoticeRule(models.Model):
    """Of what customers are told, by which channel and text, and when not to disturb them."""

    _name = "logistics.notice.rule"
    _description = "Notice Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    occasion = fields.Selection(
        selection=lambda self: self._get_occasions(), required=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the rule of every company."
    )
    tier_ids = fields.Many2many(
        "logistics.tier",
        string="Tiers",
        help="Empty: customers of all tiers. A rule for a customer's tier outweighs one for all, "
        "and of these one for the company that for every company.",
    )
    channel_order = fields.Selection(
        [
            ("mail_sms", "Mail, else SMS"),
            ("sms_mail", "SMS, else mail"),
            ("mail", "Mail only"),
            ("sms", "SMS only"),
        ],
        string="Channels",
        required=True,
        default="mail_sms",
        help="The second is used where the customer has no address for the first.",
    )
    by_preference = fields.Boolean(
        string="Customer's Channel First",
        default=True,
        help="A customer who prefers the other of two channels is told by that one.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Mail",
        domain="[('model', '=', 'logistics.notice')]",
        ondelete="set null",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS",
        domain="[('model', '=', 'logistics.notice')]",
        ondelete="set null",
    )
    quiet_from = fields.Float(
        default=21.0,
        help="From this hour until the other, in the customer's time zone, notices wait. "
        "The same hour twice: there are no quiet hours.",
    )
    quiet_until = fields.Float(default=8.0)
    notice_count = fields.Integer(string="Notices", compute="_compute_notice_count")

    _check_quiet_hours = models.Constraint(
        "CHECK (quiet_from >= 0 AND quiet_from <= 24 AND quiet_until >= 0 AND quiet_until <= 24)",
        "Quiet hours lie between 0:00 and 24:00.",
    )

    @api.model
    def _get_occasions(self):
        return [
            (notices.ORDER_CONFIRMED, self.env._("Order confirmed")),
            (notices.GOODS_OUT, self.env._("Goods out")),
            (notices.IN_TRANSIT, self.env._("In transit")),
            (notices.OUT_FOR_DELIVERY, self.env._("Out for delivery")),
            (notices.NEW_ARRIVAL, self.env._("New expected arrival")),
            (notices.DELAY_FORESEEN, self.env._("Delay foreseen")),
            (notices.MISSED, self.env._("Promise missed")),
            (notices.SILENT, self.env._("No news")),
            (notices.DELIVERED, self.env._("Delivered")),
            (notices.REFUSED, self.env._("Delivery refused")),
            (notices.PROBLEM, self.env._("Problem")),
        ]

    def _compute_notice_count(self):
        counts = dict(
            self.env["logistics.notice"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.notice_count = counts.get(rule, 0)

    @api.constrains("channel_order", "mail_template_id", "sms_template_id")
    def _check_templates(self):
        """A template deleted later is no error here: the notices go the other way or say why."""
        for rule in self:
            ways = notices.ways(rule.channel_order)
            if not all(rule[f"{way}_template_id"] for way in ways):
                raise ValidationError(
                    self.env._("“%(rule)s” needs a text for each of its channels.", rule=rule.name)
                )

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # === WHICH RULE ===#

    @api.model
    @tools.ormcache("company_id")
    def _get_covered_occasions(self, company_id):
        """Return the occasions for which an active rule may hold in a company."""
        # whoever confirms or validates need not see the rules
        rules = self.sudo().search([("company_id", "in", (company_id, False))])
        return frozenset(rules.mapped("occasion"))

    @api.model
    def _choose(self, rules, occasion, company, tier):
        """Return the most specific rule that fits, or none.

        :param rules: the active rules, in their order
        """
        fitting = rules.filtered(
            lambda rule: rule.occasion == occasion
            and rule.company_id in (company, self.env["res.company"])
            # tiers of two schemes with the same code are the same tier
            and (not rule.tier_ids or tier.code in rule.tier_ids.mapped("code"))
        )
        return fitting.sorted(lambda rule: (not rule.tier_ids, not rule.company_id))[:1]

    def _get_ways(self, preference):
        """Return the channels to try that the rule has a text for, in order."""
        ways = notices.ways(self.channel_order, self.by_preference and preference)
        return [way for way in ways if self[f"{way}_template_id"]]

    def _get_start(self, now, zone):
        """Return the naive UTC instant from which the rule lets a customer be told."""
        return quiet_hours.next_allowed(now, self.quiet_from, self.quiet_until, zone)

    # === ACTIONS ===#

    def action_preview(self):
        """Open the texts of the rule as a customer would get them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_notice_preview_action"
        )
        return {**action, "context": {"default_rule_id": self.id}}

    def action_view_notices(self):
        """Open the notices sent or held back by the rule."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_notice_action"
        )
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {}}

from odoo import api, fields, models, tools

from ....tools.foundation import quiet_hours
from ....tools.shipment import notices


class LogisticsNoticeRule(models.Model):
    """Of what customers are told, by which channel and text, and when not to disturb them."""

    _name = "logistics.notice.rule"
    _inherit = ["logistics.sending.rule.mixin", "logistics.cached.mixin"]
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
    mail_template_id = fields.Many2one(domain="[('model', '=', 'logistics.notice')]")
    sms_template_id = fields.Many2one(domain="[('model', '=', 'logistics.notice')]")
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

    # === BUSINESS METHODS ===#

    @api.model
    @tools.ormcache("company_id")
    def _get_covered_occasions(self, company_id):
        """Return the occasions for which an active rule may hold in a company."""
        # whoever confirms or validates need not see the rules
        rules = self.sudo().search_fetch([("company_id", "in", (company_id, False))], ["occasion"])
        return frozenset(rules.mapped("occasion"))

    @api.model
    def _choose(self, rules, occasion, company, tier):
        """Return the most specific rule that fits, or none.

        :param rules: the active rules, in their order
        """
        fitting = rules.filtered(
            lambda rule: (
                rule.occasion == occasion
                and rule.company_id in (company, self.env["res.company"])
                # tiers of two schemes with the same code are the same tier
                and (not rule.tier_ids or tier.code in rule.tier_ids.mapped("code"))
            )
        )
        return fitting.sorted(lambda rule: (not rule.tier_ids, not rule.company_id))[:1]

    def _get_start(self, now, zone):
        """Return the naive UTC instant from which the rule lets a customer be told."""
        return quiet_hours.next_allowed(now, self.quiet_from, self.quiet_until, zone)

    # === ACTION METHODS ===#

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

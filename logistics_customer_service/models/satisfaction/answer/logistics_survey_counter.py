import base64
import io

import qrcode

from odoo import api, fields, models


class LogisticsSurveyCounter(models.Model):
    """A tablet at a counter on which whoever comes by says how it was.

    Its link opens that page and nothing else, so that no login stays on a device that anybody can
    take into their hands.
    """

    _name = "logistics.survey.counter"
    _inherit = "logistics.secret.mixin"
    _description = "Survey Counter"
    _order = "name, id"
    _check_company_auto = True

    _link_paths = ("/counter",)

    name = fields.Char(required=True, help="Where the tablet stands; customers do not see it.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    policy_id = fields.Many2one(
        "logistics.survey.policy",
        string="Survey Policy",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("trigger", "=", "manual")],
        help="Whose questionnaire is shown, and what becomes of a bad answer.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Answers Belong To",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Nobody asks for names at the counter: this archived contact stands for them all.",
    )
    url = fields.Char(string="Link", compute="_compute_url", compute_sudo=True)
    qr = fields.Binary(string="QR Code", compute="_compute_url", compute_sudo=True)
    answer_count = fields.Integer(string="Answers", compute="_compute_answer_count")

    @api.depends("active", "handle", "generation")
    def _compute_url(self):
        for counter in self:
            counter.url = counter._is_open() and counter.get_base_url() + counter._get_path()
            counter.qr = counter.url and _draw_qr(counter.url)

    def _compute_answer_count(self):
        groups = self.env["logistics.survey.request"]._read_group(
            [("partner_id", "in", self.partner_id.ids), ("state", "=", "answered")],
            ["partner_id"],
            ["__count"],
        )
        counts = dict(groups)
        for counter in self:
            counter.answer_count = counts.get(counter.partner_id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        counters = super().create(vals_list)
        # a manager of the service need not have the right to make contacts
        partners = (
            counters.env["res.partner"]
            .sudo()
            .create([counter._prepare_partner_vals() for counter in counters])
        )
        for counter, partner in zip(counters, partners, strict=True):
            counter.partner_id = partner
        return counters

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            for counter in self:
                counter.partner_id.sudo().name = counter._prepare_partner_vals()["name"]  # see create
        return result

    def _prepare_partner_vals(self):
        """Return the contact that stands for whoever answers: archived, for nobody sells to it."""
        return {
            "name": self.env._("Visitors of %s", self.name),
            "company_id": self.company_id.id,
            "active": False,
        }

    # === BUSINESS METHODS ===#

    def _is_open(self):
        """Tell whether the link opens its page now."""
        return bool(self.id) and self.active and self.policy_id.active

    def _get_path(self):
        """Return the path of the page: 34 characters."""
        return f"/counter/{self._get_token()}"

    def _take_visit(self, vals, visit):
        """Take what somebody answered.

        :param vals: as ``_take_answers`` of requests takes them
        :param str visit: a word for this showing of the form: sent twice, it is one answer
        """
        self.ensure_one()
        asked = self.env["logistics.survey.request"]._get_or_plan(
            self.policy_id,
            self.partner_id,
            {"company_id": self.company_id.id, "occasion": f"counter:{self.id}:{visit}"},
        )
        return asked._take_answers([vals])

    # === ACTION METHODS ===#

    def action_open_page(self):
        """Open the page of the tablet."""
        self.ensure_one()
        self.check_access("read")  # a computed link is told to whoever asks, and methods are public
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

    def action_renew_link(self):
        """Give the counter another link; the old one opens nothing any more."""
        self.check_access("write")
        self.sudo()._draw_anew()  # nobody writes what makes the link by hand

    def action_view_feedback(self):
        """Open what was answered here."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_feedback_action"
        )
        return {**action, "domain": [("partner_id", "=", self.partner_id.id)], "context": {}}

    # === HOOKS ===#

    @api.model
    def _get_belongings(self):
        """Return the contacts that stand for visitors: they go when the addon does."""
        return self.with_context(active_test=False).search([]).partner_id


def _draw_qr(text):
    stream = io.BytesIO()
    qrcode.make(text, border=2).save(stream, "PNG")
    return base64.b64encode(stream.getvalue())

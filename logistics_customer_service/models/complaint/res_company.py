from odoo import api, fields, models
from odoo.tools import html2plaintext, plaintext2html

from .logistics_complaint_category import SEVERITIES

SEQUENCE_CODE = "logistics.complaint"


class ResCompany(models.Model):
    """What the end of a case needs."""

    _inherit = "res.company"

    logistics_team_ids = fields.One2many(
        "logistics.service.team",
        "company_id",
        string="Service Teams",
        groups="logistics_customer_service.group_agent",
    )
    logistics_repeat_days = fields.Integer(
        string="Repeated Within (Days)",
        default=30,
        help="A second complaint of a customer in the same category within so many days is marked "
        "as repeated and one step more urgent.",
    )
    logistics_duplicate_days = fields.Integer(
        string="Duplicates Within (Days)",
        default=14,
        help="Cases so recent are offered as duplicates when a new one is registered.",
    )
    logistics_reopen_days = fields.Integer(
        string="Reopen Within (Days)",
        default=14,
        help="A customer's answer reopens a case closed so many days ago at most; later it opens "
        "a new one linked to it.",
    )
    logistics_manager_id = fields.Many2one(
        "res.users",
        string="Service Manager",
        domain=[("share", "=", False)],
        groups="base.group_user",
        help="Hears of deadlines that escalation rules bring to the manager.",
    )
    logistics_general_manager_id = fields.Many2one(
        "res.users",
        string="General Manager",
        domain=[("share", "=", False)],
        groups="base.group_user",
        help="Hears of deadlines that escalation rules bring to the top.",
    )
    logistics_remark_case = fields.Boolean(
        string="Remarks Open Cases",
        default=True,
        help="What customers tell on the tracking page opens a case of the first team; otherwise, "
        "or where there is no team, somebody gets an activity on the delivery.",
    )
    logistics_close_category = fields.Boolean(string="Category to Close", default=True)
    logistics_answer_to_close = fields.Boolean(
        string="Answer to Close",
        help="A case of any kind is closed when a person has answered the customer. Otherwise one "
        "that is closed without an answer has missed it.",
    )
    logistics_close_cause = fields.Boolean(string="Cause to Close", default=True)
    logistics_close_party = fields.Boolean(string="Responsible Party to Close", default=True)
    logistics_close_resolution = fields.Boolean(string="Resolution to Close", default=True)
    logistics_close_told = fields.Boolean(string="Result Told to Close", default=True)
    logistics_answer_days = fields.Integer(
        string="Days to Answer a Result",
        default=10,
        required=True,
        help="Silence after so many days counts as no answer, never as consent.",
    )
    logistics_investigation_days = fields.Integer(
        string="Days to Answer a Question",
        default=3,
        required=True,
        help="What a new question of an investigation starts with.",
    )
    logistics_callback_days = fields.Integer(
        string="Callback After (Days)",
        default=7,
        required=True,
        help="Follow-up callback so many days after a case was closed.",
    )
    logistics_callback_severity = fields.Selection(
        SEVERITIES,
        string="Callback From Severity",
        default="high",
        help="Cases of this severity and above are followed up, whatever the tier; empty: by the "
        "tier alone.",
    )
    logistics_freight_categ_ids = fields.Many2many(
        "product.category",
        "logistics_company_freight_categ_rel",
        string="Freight Products",
        groups="base.group_user",
        help="Products of these categories, and of those below, are freight in compensation "
        "standards. The costs of delivery that carriers add to orders always are.",
    )
    logistics_objection_text = fields.Html(
        string="How to Object",
        translate=True,
        default=lambda self: self._get_default_objection_text(),
    )

    logistics_external_body = fields.Char(
        string="Outside Body",
        translate=True,
        help="Where customers can turn who do not agree to our last word: a regulator, a "
        "consumers' association, an arbitration board. A case may name another.",
    )
    logistics_external_how = fields.Text(
        string="How to Reach It", translate=True, help="Address, telephone, web page."
    )
    logistics_external_days = fields.Integer(
        string="Days to Turn to It",
        help="How long after our last word the body takes a case; zero: no limit is named.",
    )

    _check_logistics_days = models.Constraint(
        "CHECK (logistics_repeat_days >= 0 AND logistics_duplicate_days >= 0"
        " AND logistics_reopen_days >= 0)",
        "A number of days cannot be negative.",
    )
    _check_logistics_result_days = models.Constraint(
        "CHECK (logistics_answer_days > 0 AND logistics_investigation_days >= 0"
        " AND logistics_callback_days >= 0 AND logistics_external_days >= 0)",
        "A number of days cannot be negative, and an answer needs at least one.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("logistics_team_ids.alias_email", "logistics_team_ids.sequence", "catchall_formatted")
    def _compute_logistics_emails(self):
        """The address of the first team that has one; what comes to the catchall finds a team, too."""
        result = super()._compute_logistics_emails()
        for company in self.filtered("logistics_team_ids"):
            teams = company.logistics_team_ids.sorted(lambda team: (team.sequence, team.id))
            if own := teams.filtered("alias_email")[:1]:
                address = own._format_address()
                company.logistics_sender_email = company.logistics_reply_email = address
            elif company.catchall_email:
                company.logistics_reply_email = company.catchall_formatted
        return result

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_logistics_complaint_sequence()
        return companies

    @api.model
    def _create_missing_logistics_sequences(self):
        """Give every company a sequence of its own for the numbers of cases."""
        sequences = self.env["ir.sequence"].search([("code", "=", SEQUENCE_CODE)])
        (self.search([]) - sequences.company_id)._create_logistics_complaint_sequence()

    def _create_logistics_complaint_sequence(self):
        # who may make a company makes what belongs to it
        self.env["ir.sequence"].sudo().create(
            [company._prepare_logistics_complaint_sequence() for company in self]
        )

    def _prepare_logistics_complaint_sequence(self):
        return {
            "name": self.env._("Complaint numbers of %s", self.name),
            "code": SEQUENCE_CODE,
            "company_id": self.id,
            "prefix": "C/%(range_year)s/",
            "padding": 5,
            "use_date_range": True,
            "implementation": "standard",
        }

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["logistics.clock"]._read_anew([("company_id", "in", self.ids)])
        return result

    def _get_default_objection_text(self):
        return self.env._(
            "If you do not agree, answer by the link in this letter or write to us: your case "
            "then goes to the next level. You may also turn to the authority that supervises our "
            "trade, to a consumers' association, or to a court."
        )

    def _get_objection_text(self, lang, last=False):
        """Return how customers of a language object.

        The words that come with the addon are kept in the language of the installation alone.

        :param last: whether there is no further level in the house
        """
        company = self.with_context(lang=lang)
        if last:
            return plaintext2html(
                company.env._(
                    "This is our last word. If you do not agree, say so by the link in this "
                    "letter or write to us."
                )
            )
        text = company.logistics_objection_text
        untouched = self.with_context(lang="en_US")._get_default_objection_text()
        if html2plaintext(text or "").strip() == untouched:
            return company._get_default_objection_text()
        return text

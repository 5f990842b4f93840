from odoo import fields, models


class LogisticsSurveyPolicy(models.Model):
    """Whom to ask, when, by which channel and what; and what becomes of a bad answer."""

    _name = "logistics.survey.policy"
    _description = "Survey Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the policy of every company."
    )
    trigger = fields.Selection(
        [
            ("delivered", "Delivered"),
            ("case_closed", "Case closed"),
            ("first_order", "Days after the first order"),
            ("periodic", "Periodically"),
            ("manual", "By hand"),
        ],
        required=True,
        default="delivered",
    )
    survey_id = fields.Many2one(
        "survey.survey",
        string="Questionnaire",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("survey_type", "=", "logistics")],
    )

    # --- whom
    tier_ids = fields.Many2many("logistics.tier", string="Tiers", help="Empty: all.")
    carrier_ids = fields.Many2many("delivery.carrier", string="Carriers", help="Empty: all.")
    warehouse_ids = fields.Many2many(
        "stock.warehouse", string="Warehouses", check_company=True, help="Empty: all."
    )
    category_ids = fields.Many2many(
        "logistics.complaint.category", string="Case Categories", help="Empty: all."
    )
    sampling = fields.Selection(
        [
            ("all", "Everybody"),
            ("share", "A share"),
            ("target", "Until enough answered"),
        ],
        required=True,
        default="all",
    )
    sample_share = fields.Float(
        string="Share", default=1.0, help="Of the occasions, drawn by chance, so many are asked of."
    )
    target_answers = fields.Integer(
        string="Answers per Tier and Month",
        default=50,
        help="Nobody more is asked in a month once so many of the tier have answered.",
    )

    # --- when
    delay_hours = fields.Float(string="Hours Later", default=2.0)
    first_order_days = fields.Integer(string="Days after the First Order", default=30)
    period_months = fields.Integer(string="Every (Months)", default=12)
    send_from = fields.Float(
        string="Sent From", default=9.0, help="Hour of the day in the customer's time zone."
    )
    send_until = fields.Float(string="Sent Until", default=20.0)
    cooldown_days = fields.Integer(
        string="Rest (Days)",
        default=30,
        help="Nobody is asked again so soon after being asked, by whatever policy.",
    )
    reminder_days = fields.Integer(
        string="Reminder After (Days)", default=3, help="0: nobody is reminded."
    )
    expiry_days = fields.Integer(string="Link Valid (Days)", default=21)

    # --- how
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
    )
    by_preference = fields.Boolean(string="Customer's Channel First", default=True)
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Mail",
        domain=[("model", "=", "logistics.survey.request")],
        ondelete="set null",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS",
        domain=[("model", "=", "logistics.survey.request")],
        ondelete="set null",
    )

    # --- what becomes of a bad answer
    low_score = fields.Integer(
        string="Low Score", default=2, help="An overall score of this or less starts work; 0: none."
    )
    alarm_answer_ids = fields.Many2many(
        "survey.question.answer",
        "logistics_survey_policy_alarm_rel",
        string="Alarming Reasons",
        help="Whoever chooses one of these starts work, whatever the score.",
    )
    reaction = fields.Selection(
        selection=lambda self: self._get_reactions(), required=True, default="activity"
    )
    reaction_team_id = fields.Many2one(
        "logistics.service.team", string="Team of the Reaction", check_company=True
    )
    reaction_category_id = fields.Many2one(
        "logistics.complaint.category", string="Category of the Case", check_company=True
    )
    reaction_days = fields.Integer(string="Done Within (Days)", default=1)

    def _get_reactions(self):
        return [
            ("none", "Nothing"),
            ("activity", "An activity"),
            ("case", "A case"),
        ]

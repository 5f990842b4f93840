from datetime import timedelta

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, get_lang
from odoo.tools.misc import babel_locale_parse

from ...tools.foundation.periods import to_local

MODULE = "logistics_customer_service"
EARLIER = 3
KEPT = timedelta(days=1)


class LogisticsSurveyPhone(models.TransientModel):
    """A questionnaire that staff fill in with a customer on the telephone."""

    _name = "logistics.survey.phone"
    _description = "Answer by Phone"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    profile_id = fields.Many2one("logistics.profile", readonly=True, ondelete="cascade")
    picking_id = fields.Many2one("stock.picking", string="Delivery", readonly=True, ondelete="cascade")
    complaint_id = fields.Many2one("logistics.complaint", string="Case", readonly=True, ondelete="cascade")
    request_id = fields.Many2one("logistics.survey.request", readonly=True, ondelete="cascade")
    customer_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner",
        string="On the Telephone",
        required=True,
        ondelete="cascade",
        domain="[('id', 'child_of', customer_id)]",
    )
    offered_policy_ids = fields.Many2many("logistics.survey.policy", readonly=True)
    policy_id = fields.Many2one(
        "logistics.survey.policy",
        string="Survey Policy",
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', offered_policy_ids)]",
    )

    # === BUSINESS METHODS ===#

    @api.model
    def _start(self, record, partner, policies, **vals):
        """Return the action that lets staff fill in a questionnaire about a record.

        Where only one is asked about such records, nobody is made to choose.

        :param partner: the person on the telephone, as far as known
        :param policies: those whose questionnaires may be asked, the likeliest first
        """
        if not policies:
            raise UserError(
                self.env._(
                    "No active survey policy asks about this. A manager makes one under "
                    "Configuration → Satisfaction, for example one asked by hand."
                )
            )
        phone = self.create(
            {
                "company_id": record.company_id.id,
                "customer_id": partner.commercial_partner_id.id,
                "partner_id": partner.id,
                "policy_id": policies[:1].id,
                "offered_policy_ids": policies.ids,
                **vals,
            }
        )
        return phone._get_choice_action() if len(policies) > 1 else phone.action_start()

    def _get_choice_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"{MODULE}.logistics_survey_phone_action")
        return {**action, "res_id": self.id}

    def action_start(self):
        """Open the questionnaire."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id(f"{MODULE}.logistics_survey_phone_screen")
        return {**action, "params": {"phone_id": self.id}}

    @api.model
    def _get_offered(self, record, fitting=()):
        """Return the policies whose questionnaires may be asked: the fitting ones, then those by hand."""
        policies = self.env["logistics.survey.policy"]
        companies = [record.company_id.id, False]
        # whoever looks at archived records still asks by policies in force
        by_hand = policies.search(
            [("trigger", "=", "manual"), ("company_id", "in", companies), ("active", "=", True)]
        )
        return policies.union(fitting, by_hand) if fitting else by_hand

    def action_get_sheet(self):
        """Return what the screen shows: the person, what it is about, the questions.

        :return: dict of texts, numbers and lists of them, see ``_prepare_answer_form``
        """
        self.ensure_one()
        self._check_may_answer()
        asked = self._get_asked()
        # agents ask what managers have written; the texts are no secret
        survey = self._get_survey().sudo().with_context(lang=self._get_lang())
        return {
            **survey._prepare_answer_form(asked._get_given_answers() if asked.state == "partial" else {}),
            "person": self._prepare_person(),
            "about": self._prepare_about(asked),
            "earlier": self._prepare_earlier(),
            "state": asked.state if asked else False,
            "answered": self._format(asked.answered_at),
        }

    def action_take_answers(self, given, no_contact=False, complete=True):
        """Keep what the customer said.

        :param dict given: text or list of chosen ids by question id (as a text, as JSON has it)
        :param bool no_contact: the customer does not want to be contacted about it
        :param bool complete: False where the rest follows later
        :return: dict of ``problems`` (a sentence by question id), or of ``outcome`` as
            ``_take_answers`` returns it and the ``message`` about it
        :raise ValidationError: where an answer does not fit the questionnaire
        """
        self.ensure_one()
        self._check_may_answer()
        survey = self._get_survey().sudo()  # as in action_get_sheet
        answers = survey._read_answers(_Given(given))
        problems = survey._get_answer_problems(answers, complete)
        if problems:
            return {"problems": {str(question): text for question, text in problems.items()}}
        asked = self._get_asked()
        if not asked or asked.state == "revoked":
            asked = self.env["logistics.survey.request"]._get_or_plan(
                self.policy_id, self.partner_id, self._prepare_occasion()
            )
        if not asked:
            raise UserError(self.env._("This request has been revoked."))
        [outcome] = asked._take_answers(
            [
                {
                    "answers": answers,
                    "channel": "phone",
                    "lang": self._get_lang(),
                    "no_contact": bool(no_contact),
                    "complete": bool(complete),
                }
            ]
        )
        self.request_id = asked
        return {"outcome": outcome, "message": self._get_messages()[outcome]}

    def _get_messages(self):
        return {
            "first": self.env._("The answer is kept."),
            "partial": self.env._("What there is is kept; the rest can follow."),
            "revision": self.env._("Kept as a later answer. The first one stands."),
            "same": self.env._("This very answer is kept already."),
        }

    def _check_may_answer(self):
        """Staff fill in for customers whose records they may read."""
        for record in (self.picking_id, self.complaint_id, self.profile_id, self.request_id):
            record.check_access("read")

    def _get_asked(self):
        """Return the request that an answer belongs to, if there is one already."""
        requests = self.env["logistics.survey.request"]
        if self.request_id:
            return self.request_id.sudo()  # read after the check of access
        for field in ("complaint_id", "picking_id"):
            if self[field]:
                domain = [("policy_id", "=", self.policy_id.id), (field, "=", self[field].id)]
                return requests.sudo().search(domain, limit=1)
        return requests.sudo()

    def _get_survey(self):
        return self._get_asked().survey_id or self.policy_id.survey_id

    def _get_lang(self):
        """Return the language that is spoken: the customer's if the agent's company knows it."""
        return get_lang(self.env, self.partner_id.lang or self.env.user.lang).code

    def _prepare_occasion(self):
        vals = {"picking_id": self.picking_id.id, "complaint_id": self.complaint_id.id}
        return {**{name: value for name, value in vals.items() if value}, "company_id": self.company_id.id}

    def _prepare_person(self):
        # agents need not have the right to read every contact; of whom they ring up they see this
        partner = self.partner_id.sudo()
        now = fields.Datetime.now()
        return {
            "name": partner.name or partner.commercial_partner_id.name,
            "company": partner.commercial_partner_id.name,
            "phone": partner.phone or partner.commercial_partner_id.phone or False,
            "language": get_lang(self.env, self._get_lang()).name.split(" / ")[-1],
            "time": format_datetime(self.env, now, tz=self._get_customer_tz(), dt_format="HH:mm"),
        }

    def _get_customer_tz(self):
        return self.partner_id.sudo().tz or self.company_id._get_logistics_tz()  # as in _prepare_person

    def _prepare_about(self, asked):
        """Return what is asked about: pairs of label and text."""
        picking, case = self.picking_id.sudo(), self.complaint_id.sudo()  # see _check_may_answer
        about = []
        if picking:
            about += [
                (self.env._("Delivery"), picking.name),
                (self.env._("Order"), picking.sale_id.name),
                (self.env._("Promised"), self._format(picking._get_tracking_expected(), time=False)),
                (self.env._("Delivered"), self._format(picking._get_tracking_delivered_at())),
                (self.env._("Carrier"), picking.carrier_id.name),
            ]
        if case:
            about += [
                (self.env._("Case"), f"{case.number} {case.name}"),
                (self.env._("Closed"), self._format(case.closed_at)),
            ]
        # the policy's name is no secret
        about.append((self.env._("Asked by"), self.policy_id.sudo().name))
        return [[label, text] for label, text in about if text]

    def _prepare_earlier(self):
        """Return what the customer said last, so that nobody rings up unprepared."""
        feedback = self.env["logistics.feedback"].search(
            [
                ("partner_id", "child_of", self.partner_id.commercial_partner_id.ids),
                ("company_id", "=", self.company_id.id),
            ],
            limit=EARLIER,
        )
        return [
            {
                "day": self._format(one.answered_at, time=False),
                "overall": one.overall,
                "comment": (one.comment or "")[:200],
            }
            for one in feedback
        ]

    def _format(self, instant, time=True):
        """Return an instant in the agent's words and the zone of the customer's day, or False."""
        if not instant:
            return False
        local = to_local(instant, self._get_customer_tz())
        locale = babel_locale_parse(get_lang(self.env).code)
        day = format_skeleton("yMMMd", local, locale=locale)
        return f"{day} {local:%H:%M}" if time else day


class _Given:
    """What the screen sent, read as the answer page's form is."""

    def __init__(self, given):
        self._given = given if isinstance(given, dict) else {}

    def getlist(self, name):
        value = self._given.get(name[1:])
        if value in (None, False, ""):
            return []
        return [str(one) for one in (value if isinstance(value, list) else [value])]

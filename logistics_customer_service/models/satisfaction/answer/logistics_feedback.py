import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...complaint.logistics_complaint_stage import OPEN_PHASES
from ...foundation import bulk
from ...foundation.isolation import isolate

_logger = logging.getLogger(__name__)


class LogisticsFeedback(models.Model):
    """What a customer said to one request, and the facts it is about, as they were then.

    How the delivery kept its promise follows what is judged of it, also later.
    """

    _name = "logistics.feedback"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.survey.occasion.mixin",
        "logistics.marked.mixin",
        "logistics.chart.mixin",
    ]
    _mark_owners = ("partner_id",)
    _description = "Customer Feedback"
    _order = "answered_at desc, id desc"
    _mail_post_access = "read"

    request_id = fields.Many2one(
        "logistics.survey.request", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Answer",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Person", index=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(
        [("partial", "Partly answered"), ("done", "Answered")],
        required=True,
        readonly=True,
        default="done",
    )
    answered_at = fields.Datetime(required=True, readonly=True, index=True)
    channel = fields.Selection(
        selection=lambda self: self._get_channels(), required=True, readonly=True
    )
    lang = fields.Char(string="Language", readonly=True)

    # --- what was said; the first answer stands
    overall = fields.Integer(
        string="Overall Score", readonly=True, aggregator=None, help="1 to 5; 0: not said."
    )
    recommend = fields.Integer(string="Recommendation", readonly=True, aggregator=None)
    recommends = fields.Selection(
        [("promoter", "Promoter"), ("passive", "Passive"), ("detractor", "Detractor")],
        readonly=True,
        help="9–10, 7–8 or 0–6; empty: not said.",
    )
    effort = fields.Integer(readonly=True, aggregator=None, help="1 to 7; 0: not said.")
    score_ids = fields.One2many("logistics.feedback.score", "feedback_id", readonly=True)
    comment = fields.Text(readonly=True)
    no_contact = fields.Boolean(
        string="Wants No Contact", readonly=True, help="The person does not want to be called."
    )
    revision_count = fields.Integer(
        string="Later Answers", readonly=True, help="What was sent again later; the first stands."
    )

    score_label = fields.Char(
        string="Score Given",
        compute="_compute_score_label",
        help="The overall score; else the recommendation or the effort.",
    )
    answers_html = fields.Html(
        string="All Answers",
        compute="_compute_answers_html",
        help="Question by question as it was answered, first and later.",
    )

    # --- what it is about, as it was then
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, ondelete="set null")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, ondelete="set null")
    state_id = fields.Many2one(
        "res.country.state", string="Region", readonly=True, ondelete="set null"
    )
    agent_id = fields.Many2one("res.users", string="Agent", readonly=True, ondelete="set null")
    punctuality = fields.Selection(
        [("on_time", "On time"), ("late", "Late"), ("unknown", "Not judged")],
        readonly=True,
        default="unknown",
        help="The delivery against the promise as first given, by calendar day.",
    )
    days_late = fields.Integer(
        readonly=True, aggregator=None, help="Calendar days after the promised one; negative: before."
    )

    # --- what became of it
    is_low = fields.Boolean(string="Bad Answer", readonly=True)
    reaction_state = fields.Selection(
        [
            ("none", "None needed"),
            ("open", "To do"),
            ("done", "Done"),
            ("declined", "Customer wants no contact"),
        ],
        string="Reaction",
        readonly=True,
        default="none",
    )
    reaction_complaint_id = fields.Many2one(
        "logistics.complaint",
        string="Case Opened",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )

    _request_unique = models.UniqueIndex(
        "(request_id) WHERE request_id IS NOT NULL", "This request has been answered already."
    )
    _low_idx = models.Index("(company_id, answered_at) WHERE reaction_state = 'open'")

    # === SELECTION METHODS ===#

    @api.model
    def _get_channels(self):
        return self.env["logistics.survey.request"]._fields["channel"]._description_selection(
            self.env
        )

    # === BUSINESS METHODS ===#

    @api.model
    def _get_marked_fields(self):
        """What a customer's facts read of answers."""
        facts = {"company_id", "partner_id", "state", "overall", "answered_at"}
        return {**super()._get_marked_fields(), "facts": facts}

    @api.model
    def _get_chart_scales(self):
        return {"overall": (1, 5), "recommend": (0, 10), "effort": (1, 7)}

    @api.depends("partner_id", "overall", "answered_at")
    def _compute_display_name(self):
        for feedback in self:
            parts = (feedback.partner_id.display_name, feedback.score_label)
            feedback.display_name = ": ".join(filter(None, parts))

    @api.depends("overall", "recommend", "recommends", "effort")
    def _compute_score_label(self):
        for feedback in self:
            if feedback.overall:
                feedback.score_label = f"{feedback.overall}/5"
            elif feedback.recommends:
                feedback.score_label = f"{feedback.recommend}/10"
            else:
                feedback.score_label = f"{feedback.effort}/7" if feedback.effort else False

    @api.depends("user_input_id", "revision_count")
    @api.depends_context("lang")
    def _compute_answers_html(self):
        # the answers are those of the feedback, which whoever sees this may read
        inputs = self.sudo()._get_inputs()
        for feedback in self:
            feedback.answers_html = Markup("").join(
                user_input._render_logistics_answers(later=number > 0)
                for number, user_input in enumerate(inputs[feedback])
            )

    def _get_inputs(self):
        """Return the answers of each feedback, the first one first: one query for all."""
        by_request = (
            self.env["survey.user_input"]
            .search([("survey_request_id", "in", self.request_id.ids)], order="id")
            .grouped("survey_request_id")
        )
        return {
            feedback: feedback.user_input_id
            | by_request.get(feedback.request_id, feedback.user_input_id)
            for feedback in self
        }

    @api.model
    def _prepare_origin_vals(self, request):
        """Return what else is kept of where an answer was given; override to keep more."""
        return {}

    @api.model
    def _follow_outcomes(self, condition):
        """Note how deliveries kept their promise, as they are judged (formula 1).

        :param condition: SQL of which ``feedback``, or outcomes ``held``, are looked at
        """
        bulk.write_from(
            self,
            ["punctuality", "days_late"],
            SQL(
                """SELECT feedback.id,
                          CASE WHEN held.is_on_time THEN 'on_time'
                               WHEN NOT held.is_on_time THEN 'late' ELSE 'unknown' END,
                          COALESCE(held.delivered_day - held.promised_day, 0)
                     FROM logistics_feedback feedback
                     JOIN logistics_outcome_delivery held ON held.picking_id = feedback.picking_id
                    WHERE %s""",
                condition,
            ),
        )

    def _note_revision(self, no_contact):
        """Count a later answer; that the person wants no contact holds from now on."""
        self.revision_count += 1
        if no_contact and not self.no_contact:
            self.no_contact = True
            if self.reaction_state == "open" and not self.reaction_complaint_id:
                self.reaction_state = "declined"
                self._take_back_reaction()

    def _take_back_reaction(self):
        """Take back what was to be done about an answer, for the person wants no contact."""
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _react_to(self, sheets):
        """Start work on bad answers among these, once each.

        An answer that was only begun starts none. A reaction that fails is noted on the feedback,
        which stays to do; the answer itself is kept whatever happens.

        :param sheets: the answers that were just taken
        """
        bad = self.browse(
            sheet.request.feedback_id.id
            for sheet in sheets
            if sheet.is_low and sheet.outcome != "partial"
        )
        due = bad.filtered(
            lambda feedback: feedback.reaction_state == "none"
            and feedback.request_id.policy_id.reaction != "none"
        )
        declined = due.filtered("no_contact")
        declined.reaction_state = "declined"
        due -= declined
        due.reaction_state = "open"
        for reaction, feedbacks in due.grouped(lambda f: f.request_id.policy_id.reaction).items():
            isolate(
                feedbacks,
                lambda batch, name=reaction: batch._react(name),
                self._note_failed_reaction,
            )

    def _react(self, reaction):
        """Join what customers have open about the same delivery, else do what the policy says.

        :param reaction: value of the policy's ``reaction``; a method ``_react_by_<value>`` does it
        """
        first = self._get_first_of_matters()
        for feedbacks in filter(None, (first, self - first)):
            joined = feedbacks._join_open_cases()
            getattr(feedbacks - joined, f"_react_by_{reaction}")()

    def _get_first_of_matters(self):
        """Return one answer about each delivery or case: the others of a batch find its case."""
        first = {}
        for feedback in self:
            matter = feedback.picking_id or feedback.complaint_id or feedback
            customer = feedback.partner_id.commercial_partner_id
            first.setdefault((feedback.company_id, customer, matter), feedback)
        return self.browse().union(*first.values())

    @api.model
    def _note_failed_reaction(self, feedback, error):
        _logger.error(
            "No work was started on feedback %s: %s", feedback.id, error, exc_info=error
        )
        feedback.message_post(
            body=self.env._(
                "The work that should follow could not be started. Do it by hand, please: %s", error
            )
        )

    def _in_company_lang(self):
        """Return the feedback in the language of the company, in which staff work."""
        lang = self.company_id.partner_id.lang
        return self.with_context(lang=lang) if lang else self

    # --- an open case about the same

    def _join_open_cases(self):
        """Tell cases that are open about the same delivery what the customer answered.

        :return: the feedback that had such a case
        """
        joined = self.browse()
        held = self._find_open_cases()
        for feedback in self:
            if case := held.get(feedback):
                text = feedback._in_company_lang()._get_answer_text()
                case._note_customer_said(text, feedback._get_case_channel())
                feedback.reaction_complaint_id = case
                joined += feedback
        return joined

    def _find_open_cases(self):
        """Return the open case of the same customer about the same delivery, by feedback."""
        cases = self.env["logistics.complaint"].search(
            Domain("company_id", "in", self.company_id.ids)
            & Domain("phase", "in", OPEN_PHASES)
            & Domain("partner_id", "in", self.partner_id.commercial_partner_id.ids)
            & (
                Domain("picking_ids", "in", self.picking_id.ids)
                | Domain("id", "in", self.complaint_id.ids)
                | Domain("previous_id", "in", self.complaint_id.ids)
            ),
            order="id",
        )
        return {
            feedback: case
            for feedback in self
            for case in cases
            if case.company_id == feedback.company_id
            and case.partner_id == feedback.partner_id.commercial_partner_id
            and (
                feedback.picking_id & case.picking_ids
                or (feedback.complaint_id and feedback.complaint_id in case + case.previous_id)
            )
        }

    def _get_case_channel(self):
        """Return the channel of a case for that of an answer; what a case lacks is a web form."""
        known = dict(self.env["logistics.complaint"]._fields["channel"].selection)
        return self.channel if self.channel in known else "form"

    # --- a case

    def _react_by_case(self):
        """Open a case for each, with the answer in it; cases give themselves an agent."""
        cases = self.env["logistics.complaint"].create(
            [feedback._in_company_lang()._prepare_case_vals() for feedback in self]
        )
        for feedback, case in zip(self, cases, strict=True):
            feedback.reaction_complaint_id = case

    def _prepare_case_vals(self):
        policy = self.request_id.policy_id
        vals = {
            "name": self._get_reaction_summary(),
            "kind": "complaint",
            "company_id": self.company_id.id,
            "channel": self._get_case_channel(),
            "received_at": self.answered_at,
            "partner_id": self.partner_id.id,
            "category_id": policy.reaction_category_id.id,
            "order_ids": [Command.set(self.order_id.ids)],
            "picking_ids": [Command.set(self.picking_id.ids)],
            "previous_id": self.complaint_id.id,
            "description": self.answers_html,
        }
        if policy.reaction_team_id:
            vals["team_id"] = policy.reaction_team_id.id
        return vals

    # --- an activity

    def _react_by_activity(self):
        """Give somebody an activity for each, with the answer in it."""
        # who wants a mail of it follows the questionnaire
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities.create(
            [feedback._in_company_lang()._prepare_activity_vals() for feedback in self]
        )

    def _prepare_activity_vals(self):
        days = self.request_id.policy_id.reaction_days
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self._get_reaction_summary(),
            "note": self.answers_html,
            "date_deadline": self.company_id._get_logistics_today() + timedelta(days=days),
            "user_id": self._get_reaction_user().id,
            "automated": True,
        }

    def _get_reaction_user(self):
        """Return who is to act: the dedicated agent, else somebody of the team."""
        team = self.request_id.policy_id.reaction_team_id
        team = team or team._get_first(self.company_id).get(self.company_id, team)
        people = self.profile_id.agent_id | team.user_id | team.member_ids
        people |= self.company_id.logistics_manager_id
        return people.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )[:1]

    # --- words

    def _get_reaction_summary(self):
        """Return in one line what is to be looked at."""
        about = self.picking_id.name or self.complaint_id.number or self.order_id.name
        if not self.is_low:  # the first answer was a good one
            return self.env._("Bad later answer: %s", about or self.partner_id.name)
        said = self.score_label or self.env._("Alarming reason")
        return self.env._("Bad answer: %s", " · ".join(filter(None, (said, about))))

    def _get_answer_text(self):
        """Return score, reasons and comment as plain text."""
        reasons = self.score_ids.answer_id.mapped("value")
        return "\n".join(filter(None, (self.score_label, ", ".join(reasons), self.comment)))

    # --- its end

    def _settle_reaction(self):
        """Note as done what has no activity and no open case any more."""
        self.invalidate_recordset(["activity_ids"])
        self.filtered(
            lambda feedback: feedback.reaction_state == "open"
            and not feedback.activity_ids
            and feedback.reaction_complaint_id.phase not in OPEN_PHASES
        ).reaction_state = "done"

    # === ACTION METHODS ===#

    def _ensure_agent(self):
        if not self.env.user.has_group("logistics_customer_service.group_agent"):
            raise AccessError(self.env._("Only service staff may do this."))
        self.check_access("read")

    def action_settle(self):
        """Say that what was to be done about these answers is done."""
        self._ensure_agent()
        for feedback in self.sudo():  # agents write no feedback; that it is settled, they say here
            if feedback.reaction_state == "open":
                feedback.activity_ids.action_feedback()
                feedback.reaction_state = "done"
        return True

    def action_register_case(self):
        """Open a case about an answer, or show the one that there is."""
        self.ensure_one()
        self._ensure_agent()
        if not self.reaction_complaint_id:
            if self.no_contact:
                raise UserError(self.env._("The customer does not want to be contacted about it."))
            mine = self.sudo()  # agents write no feedback; the case is theirs to open
            mine.reaction_state = "open"
            mine._react("case")
        return self.reaction_complaint_id.action_open()

    def action_open_subject(self):
        """Open the delivery, case or order that the answer is about."""
        self.ensure_one()
        subject = self.picking_id or self.complaint_id or self.order_id
        return {
            "type": "ir.actions.act_window",
            "res_model": subject._name,
            "res_id": subject.id,
            "views": [(False, "form")],
        }

    @api.model
    def _get_feedback_action(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_feedback_action"
        )
        return {**action, "domain": domain, "context": {}}

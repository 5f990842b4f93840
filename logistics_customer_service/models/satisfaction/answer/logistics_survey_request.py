from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_skeleton

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, get_lang
from odoo.tools.misc import babel_locale_parse

from ....tools.foundation.periods import to_local
from ....tools.satisfaction import answers
from ...foundation.concurrency import wait_for

REVOKED = "revoked"
FIRST, PARTIAL, REVISION, SAME = "first", "partial", "revision", "same"

# rows that come by the thousand and of which nobody follows any
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


@dataclass
class Sheet:
    """One answer as it was taken, on its way into the database."""

    request: models.BaseModel
    checked: answers.Checked
    outcome: str
    digest: str
    channel: str
    lang: object
    no_contact: bool
    is_low: bool
    answered_at: datetime
    user_input: models.BaseModel = None


class LogisticsSurveyRequest(models.Model):
    """How a request is answered: the link, its page, and the way in of every answer."""

    _name = "logistics.survey.request"
    _inherit = ["logistics.survey.request", "logistics.secret.mixin"]

    _link_paths = ("/a", "/q")

    # requests are planned by the thousand in one query; whoever is asked gets a token
    handle = fields.Char(required=False)
    feedback_id = fields.Many2one(
        "logistics.feedback", index="btree_not_null", readonly=True, ondelete="set null"
    )

    # === BUSINESS METHODS ===#

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_close_revoked", {"state"})]

    def _close_revoked(self):
        """What is revoked stays closed even if the request is renewed later."""
        revoked = self.filtered(lambda request: request.state == REVOKED)
        revoked.sudo()._draw_anew()  # nobody else writes what makes the link

    def _is_open(self):
        """Tell whether the link opens its page now."""
        return bool(self) and self.state != REVOKED and self._get_expiry() >= fields.Datetime.now()

    def _get_expiry(self):
        """Return until when the link is open, a naive UTC instant.

        Requests that were never sent are open for as long from their making on.
        """
        days = timedelta(days=max(self.policy_id.expiry_days, 1))
        return self.expires_at or self.create_date + days

    def _get_answer_path(self):
        """Return the path of the page on which the customer answers: 30 characters."""
        return f"/a/{self._get_token()}"

    def _get_answer_url(self):
        """Return the address of that page; whoever has it may answer."""
        return self.get_base_url() + self._get_answer_path()

    def _get_masked_answer_url(self):
        return f"{self.get_base_url()}/a/{self._get_masked_token()}"

    def _get_copied_link(self):
        return self._get_answer_url()

    def _get_link_log(self):
        return self.complaint_id or self.picking_id or self.order_id or self.partner_id

    def _get_answer_state(self):
        """Return how far the customer's answer is: ``open``, ``partial`` or ``answered``."""
        return self.state if self.state in ("partial", "answered") else "open"

    def _get_answer_about(self):
        """Return what the answer is about, in words that the customer knows."""
        about = []
        if self.complaint_id:
            about = [self.env._("Case %s", self.complaint_id.number)]
        elif self.picking_id:
            about = [self.env._("Delivery %s", self.picking_id.name)]
            about += [order for order in [self.order_id.client_order_ref or self.order_id.name] if order]
        return about and [*about, self._format_answer_day(self.occurred_at)]

    def _format_answer_day(self, instant):
        """Return the day of an instant as the customer's calendar and language have it, or False."""
        if not instant:
            return False
        local = to_local(instant, self.partner_id._get_logistics_address_tz(self.company_id))
        return format_skeleton("yMMMd", local, locale=babel_locale_parse(get_lang(self.env).code))

    def _get_answer_mood(self, vals):
        """Return what the person who has just answered is told besides thanks, or None.

        It speaks of this answer alone: what others said by the same page is not theirs to know.

        :param vals: what was taken, as ``_take_answers`` takes it
        :return: ``quiet`` (we do not contact you), ``handled`` (one of us looks into it) or
            ``sorry`` (nobody does)
        """
        if vals["no_contact"]:
            return "quiet"
        questions = self.survey_id.question_ids._to_pure()
        checked = answers.check(questions, vals["answers"], vals["complete"])
        if not vals["complete"] or not self._is_low(checked.values):
            return None
        return "sorry" if self.policy_id.reaction == "none" else "handled"

    def _get_given_answers(self):
        """Return what was saved for later, as ``_take_answers`` takes it."""
        given = {}
        for line in self._get_partial_input().user_input_line_ids:
            question = line.question_id
            if line.answer_type == "suggestion":
                given.setdefault(question.id, []).append(line.suggested_answer_id.id)
            elif not line.skipped:
                given[question.id] = str(line[f"value_{line.answer_type}"])
        return given

    def _get_partial_input(self):
        return self.env["survey.user_input"].search(
            [("survey_request_id", "=", self.id), ("state", "=", "in_progress")],
            order="id desc",
            limit=1,
        )

    def action_answer_by_phone(self):
        """Fill in the questionnaire with the customer on the telephone."""
        self.ensure_one()
        return self.env["logistics.survey.phone"]._start(
            self,
            self.partner_id,
            self.policy_id,
            request_id=self.id,
            picking_id=self.picking_id.id,
            complaint_id=self.complaint_id.id,
        )

    def _take_answers(self, vals_list):
        """Store what customers answered to these requests: one answer each.

        The first complete answer stands; what is sent later is kept beside it as a revision, and
        the same answer sent twice is one. Whoever calls has made sure that the answer comes from
        the person asked, or from staff.

        :param vals_list: parallel to ``self``, each a dict of

            * ``answers``: mapping of question id to a text (scale, text, number, date), a list of
              ids of suggested answers (choices) or None
            * ``channel``: value of the field ``channel``; by default the request's own
            * ``lang``: code of the language in which it was answered
            * ``no_contact``: the person does not want to be contacted about it
            * ``complete``: False keeps it as begun, to be completed later; by default True
            * ``answered_at``: naive UTC instant, by default now
        :return: parallel to ``self``: "first", "partial", "revision" or "same"
        :raise ValidationError: where an answer does not fit the questionnaire; nothing of the
            batch is stored then
        """
        # customers have no login and agents no right to write requests
        requests = self.sudo().with_context(**QUIET)
        if len(set(requests.ids)) != len(requests):
            raise ValueError("A request cannot be answered twice in one batch.")
        requests._lock_for_answers()
        requests._check_answerable()
        sheets = requests._prepare_sheets(vals_list)
        taken = [sheet for sheet in sheets if sheet.outcome != SAME]
        self._store_inputs(taken)
        feedbacks = requests._store_feedback(taken)
        feedbacks._react_to(taken)
        return [sheet.outcome for sheet in sheets]

    def _lock_for_answers(self):
        """Let a second tap wait for the first, and then be tried again and find its answer.

        The ORM's own lock would turn the second away instead.
        """
        wait_for(self)
        self.invalidate_recordset(["state", "feedback_id", "user_input_id"])

    def _check_answerable(self):
        if any(request.state == REVOKED for request in self):
            raise ValidationError(self.env._("This invitation has been withdrawn."))

    def _prepare_sheets(self, vals_list):
        """Return the answers as :class:`Sheet`, checked against their questionnaires."""
        questions = {
            survey: survey.question_ids._to_pure() for survey in self.survey_id
        }
        languages = self.env["res.lang"]._get_active_by("code")
        now = fields.Datetime.now()
        return [
            request._prepare_sheet(vals, questions[request.survey_id], languages, now)
            for request, vals in zip(self, vals_list, strict=True)
        ]

    def _prepare_sheet(self, vals, questions, languages, now):
        complete = vals.get("complete", True)
        no_contact = bool(vals.get("no_contact"))
        try:
            checked = answers.check(questions, vals.get("answers") or {}, complete)
        except answers.BadAnswer as error:
            raise ValidationError(self._get_bad_answer_message(error)) from error
        digest = answers.fingerprint(checked.values, no_contact)
        lang = languages.get(vals.get("lang") or self.partner_id.lang)
        return Sheet(
            request=self,
            checked=checked,
            outcome=self._weigh_answer(digest, complete),
            digest=digest,
            channel=vals.get("channel") or self.channel,
            lang=lang,
            no_contact=no_contact,
            is_low=self._is_low(checked.values),
            answered_at=vals.get("answered_at") or now,
        )

    def _weigh_answer(self, digest, complete):
        """Return what an answer is to the request, beside what it has been answered before."""
        feedback = self.feedback_id
        known = bool(feedback) and self._get_latest_input().logistics_digest == digest
        if feedback.state == "done":
            return REVISION if complete and not known else SAME
        if complete:
            return FIRST
        return SAME if known else PARTIAL

    def _get_latest_input(self):
        return self.env["survey.user_input"].search(
            [("survey_request_id", "=", self.id)], order="id desc", limit=1
        )

    def _get_bad_answer_message(self, error):
        """Return the sentence for a person whose answer cannot be taken."""
        question = self.env["survey.question"].browse(error.key)
        if error.reason == answers.MISSING and question.constr_error_msg:
            return question.constr_error_msg
        sentences = {
            answers.UNKNOWN: self.env._(
                "This answer belongs to another questionnaire. Open the link again, please."
            ),
            answers.EMPTY: self.env._("Answer at least one question, please."),
            answers.MISSING: self.env._("An answer is missing: %s", question.title),
            answers.FOREIGN_CHOICE: self.env._(
                "Choose one of the answers offered: %s", question.title
            ),
            answers.ONE_CHOICE: self.env._("Choose one answer only: %s", question.title),
            answers.NOT_A_NUMBER: self.env._("Answer with a number: %s", question.title),
            answers.OUT_OF_RANGE: self.env._(
                "The answer is outside the scale: %s", question.title
            ),
            answers.NOT_A_DATE: self.env._("Answer with a date: %s", question.title),
            answers.TOO_SHORT: self.env._("The answer is too short: %s", question.title),
            answers.TOO_LONG: self.env._(
                "The answer is too long, shorten it a little, please: %s", question.title
            ),
            answers.UNREADABLE: self.env._(
                "The answer has characters that cannot be kept: %s", question.title
            ),
        }
        return sentences[error.reason]

    def _store_inputs(self, sheets):
        """Keep the answers as Odoo's survey app does, so that its own statistics know them."""
        begun, fresh = [], []
        for sheet in sheets:
            (begun if self._is_begun(sheet) else fresh).append(sheet)
        # as in _take_answers
        Input = self.env["survey.user_input"].sudo().with_context(**QUIET)
        created = Input.create([self._prepare_input_vals(sheet) for sheet in fresh])
        for sheet, user_input in zip(fresh, created, strict=True):
            sheet.user_input = user_input
        for sheet in begun:
            sheet.user_input = sheet.request.user_input_id.with_context(**QUIET)
            sheet.user_input.user_input_line_ids.unlink()
            sheet.user_input.write(self._prepare_input_vals(sheet))
        Input.user_input_line_ids.create(
            [vals for sheet in sheets for vals in self._prepare_line_vals(sheet)]
        )
        finished = Input.union(*(s.user_input for s in sheets if s.outcome != PARTIAL))
        finished._notify_new_participation_subscribers()

    def _is_begun(self, sheet):
        """Tell whether an answer goes on with one that Odoo's survey app has still got."""
        request = sheet.request
        return sheet.outcome != REVISION and bool(request.feedback_id and request.user_input_id)

    def _prepare_input_vals(self, sheet):
        """A begun answer has a start; of one sent at once nobody knows how long it took."""
        request, partial = sheet.request, sheet.outcome == PARTIAL
        vals = {
            "survey_id": request.survey_id.id,
            "survey_request_id": request.id,
            "partner_id": request.partner_id.id,
            "lang_id": sheet.lang.id if sheet.lang else False,
            "state": "in_progress" if partial else "done",
            "end_datetime": False if partial else sheet.answered_at,
            "predefined_question_ids": [Command.set(sheet.checked.asked)],
            "logistics_digest": sheet.digest,
        }
        if partial and not request.user_input_id:
            vals["start_datetime"] = sheet.answered_at
        return vals

    def _prepare_line_vals(self, sheet):
        """Return the lines of an answer: one or more for each question asked, skipped or not."""
        questions = self.env["survey.question"].browse(sheet.checked.asked)
        lines = []
        for question in questions:
            for vals in question._prepare_line_vals(sheet.checked.values.get(question.id)):
                vals |= {"user_input_id": sheet.user_input.id, "question_id": question.id}
                lines.append(vals)
        return lines

    def _store_feedback(self, sheets):
        """Make feedback of first answers, complete what was begun, count revisions.

        :return: the feedback of the sheets
        """
        # as in _take_answers
        Feedback = self.env["logistics.feedback"].sudo().with_context(**QUIET)
        counted = [sheet for sheet in sheets if sheet.outcome != REVISION]
        fresh = [sheet for sheet in counted if not sheet.request.feedback_id]
        begun = [sheet for sheet in counted if sheet.request.feedback_id]
        created = Feedback.create([sheet.request._prepare_feedback_vals(sheet) for sheet in fresh])
        for sheet, feedback in zip(fresh, created, strict=True):
            sheet.request.feedback_id = feedback
        created._follow_outcomes(SQL("feedback.id = ANY(%s)", created.ids))
        for sheet in begun:
            sheet.request.feedback_id.score_ids.unlink()
            sheet.request.feedback_id.write(sheet.request._prepare_said_vals(sheet))
        for sheet in counted:
            sheet.request.write(self._prepare_answered_vals(sheet))
        Feedback.score_ids.create(
            [vals for sheet in counted for vals in self._prepare_score_vals_list(sheet)]
        )
        for sheet in sheets:
            if sheet.outcome == REVISION:
                sheet.request.feedback_id._note_revision(sheet.no_contact)
        return Feedback.union(*(sheet.request.feedback_id for sheet in sheets))

    def _prepare_answered_vals(self, sheet):
        """Return what an answer means to the request; nobody is reminded of a complete one."""
        vals = {"user_input_id": sheet.user_input.id}
        if sheet.outcome == PARTIAL:
            return {**vals, "state": "partial"}
        return {**vals, "state": "answered", "answered_at": sheet.answered_at, "due_at": False}

    def _prepare_feedback_vals(self, sheet):
        """Return the feedback of an answer: what was said, and the facts as they are now."""
        return {
            "request_id": self.id,
            "survey_id": self.survey_id.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            **self._prepare_said_vals(sheet),
            **self._prepare_fact_vals(),
        }

    def _prepare_said_vals(self, sheet):
        """Return the fields of feedback that follow from the answer itself."""
        said = self._read_parts(sheet.checked.values)
        figures = {part: value for part, _question, value, _choice in said}
        recommend = figures.get("recommend")
        comments = [text for part, _question, text, _choice in said if part == "text"]
        return {
            "user_input_id": sheet.user_input.id,
            "state": "partial" if sheet.outcome == PARTIAL else "done",
            "answered_at": sheet.answered_at,
            "channel": sheet.channel,
            "lang": sheet.lang.code if sheet.lang else False,
            "overall": figures.get("overall") or 0,
            "recommend": recommend or 0,
            "recommends": False if recommend is None else answers.recommends(recommend),
            "effort": figures.get("effort") or 0,
            "comment": "\n".join(comments) or False,
            "no_contact": sheet.no_contact,
            "is_low": sheet.is_low,
            **self.env["logistics.feedback"]._prepare_origin_vals(self),
        }

    def _read_parts(self, values):
        """Return what an answer says to figures: part, question, value and chosen reason.

        :param values: values by question, as they were checked

        The value of a reason is 1, of free text the text; steps of a scale that count as nothing
        are left out.
        """
        said = []
        for question in self.env["survey.question"].browse(values):
            said += question._read_part(values[question.id])
        return said

    def _prepare_score_vals_list(self, sheet):
        """Return the figures and reasons of an answer as rows."""
        return [
            {
                "feedback_id": sheet.request.feedback_id.id,
                "question_id": question.id,
                "part": part,
                "aspect_id": (choice.aspect_id or question.aspect_id).id,
                "value": value,
                "answer_id": choice.id,
            }
            for part, question, value, choice in sheet.request._read_parts(sheet.checked.values)
            if part != "text"
        ]

    def _is_low(self, values):
        """Tell whether an answer is a bad one: its overall score, or a reason that alarms."""
        said = self._read_parts(values)
        overall = [value for part, _question, value, _choice in said if part == "overall"]
        chosen = {choice for _part, _question, _value, choice in said}
        return any(value <= self.policy_id.low_score for value in overall) or bool(
            chosen & set(self.policy_id.alarm_answer_ids)
        )

    def _prepare_fact_vals(self):
        """Return what the answer is about, as it is now."""
        picking, case = self.picking_id, self.complaint_id
        order = self.order_id or picking.sale_id
        profile = self._get_profile()
        warehouse = picking.picking_type_id.warehouse_id or order.warehouse_id
        address = picking._get_recipient() or order.partner_shipping_id or self.partner_id
        return {
            "profile_id": profile.id,
            "picking_id": picking.id,
            "order_id": order.id,
            "complaint_id": case.id,
            "carrier_id": (picking.carrier_id or case.carrier_id or order.carrier_id).id,
            "warehouse_id": warehouse.id,
            "state_id": address.state_id.id,
            "tier_id": (self.tier_id or profile.tier_id).id,
            "agent_id": (case.user_id or profile.agent_id).id,
        }

    def _get_profile(self):
        """Return the profile of the person's company, which may have come after the request."""
        return self.profile_id or self.env["logistics.profile"].search(
            [
                ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )

from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ....tools.contact import reach
from ...complaint.logistics_complaint_stage import OPEN_PHASES
from ...shipment.exception.logistics_exception import LIVE
from .logistics_callback import (
    CANCELLED,
    DONE,
    FINAL,
    IN_CALL,
    NO_ANSWER,
    PLANNED,
    POSTPONED,
    REFUSED,
    WAITING,
    WRONG_NUMBER,
)

# contacts and cases that are shown
SHOWN = 8
SAID = 120


class LogisticsCallback(models.Model):
    """What who calls sees of the customer, and what follows from the call."""

    _inherit = "logistics.callback"

    contacts_html = fields.Html(
        string="Last Contacts", compute="_compute_contacts_html", sanitize=False
    )
    open_case_ids = fields.Many2many(
        "logistics.complaint", string="Open Cases", compute="_compute_open_case_ids"
    )
    exception_count = fields.Integer(
        string="Order Problems", compute="_compute_exception_count"
    )
    case_ids = fields.One2many(
        "logistics.complaint", "source_callback_id", string="Cases Opened", readonly=True
    )
    answer_ids = fields.One2many(
        "logistics.feedback", "callback_id", string="Answers", readonly=True
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Order Won",
        index="btree_not_null",
        check_company=True,
        copy=False,
        ondelete="set null",
        tracking=True,
    )

    # === COMPUTE METHODS ===#

    @api.depends("customer_id", "company_id")
    def _compute_contacts_html(self):
        for callback in self:
            contacts = callback._get_contacts()
            callback.contacts_html = bool(contacts) and self.env["ir.qweb"]._render(
                "logistics_customer_service.callback_contacts", {"contacts": contacts}
            )

    def _get_contacts(self):
        """Return the last contacts with the customer, of whatever kind, the latest first.

        :return: dicts of ``at`` (naive UTC), ``day``, ``icon``, ``kind``, ``text``, ``url``
        """
        if not self.customer_id:
            return []
        shown = [
            *map(self._prepare_call, self._find_last("logistics.callback.attempt", "called_at")),
            *map(self._prepare_case, self._find_last("logistics.complaint", "received_at")),
            *map(self._prepare_answer, self._find_last("logistics.feedback", "answered_at")),
            *map(self._prepare_asked, self._find_last("logistics.survey.request", "sent_at")),
            *map(self._prepare_notice, self._find_last("logistics.notice", "sent_at")),
        ]
        shown.sort(key=lambda contact: contact["at"], reverse=True)
        return shown[:SHOWN]

    def _find_last(self, model, field_name):
        """Return the last records of a model that are about the customer in the company."""
        records = self.env[model]
        people = "customer_id" if "customer_id" in records._fields else "partner_id"
        return records.search(
            [
                (people, "child_of", self.customer_id.id),
                ("company_id", "=", self.company_id.id),
                (field_name, "!=", False),
            ],
            order=f"{field_name} desc, id desc",
            limit=SHOWN,
        )

    def _prepare_contact(self, at, icon, kind, record, *words):
        return {
            "at": at,
            "day": format_datetime(self.env, at, dt_format="short"),
            "icon": icon,
            "kind": kind,
            "text": " · ".join(filter(None, words))[:SAID],
            "url": f"/odoo/{record._name}/{record.id}",
        }

    def _prepare_call(self, attempt):
        results = dict(self._get_results())
        callback = attempt.callback_id
        words = (callback.purpose_id.name, results[attempt.result], attempt.user_id.name, attempt.note)
        return self._prepare_contact(
            attempt.called_at, "fa-phone", self.env._("Call"), callback, *words
        )

    def _prepare_case(self, case):
        return self._prepare_contact(
            case.received_at,
            "fa-folder-open-o",
            self.env._("Case"),
            case,
            case.number,
            case.name,
            case.stage_id.name,
        )

    def _prepare_answer(self, feedback):
        return self._prepare_contact(
            feedback.answered_at,
            "fa-star-o",
            self.env._("Answer"),
            feedback,
            feedback.score_label,
            feedback.comment,
        )

    def _prepare_asked(self, request):
        return self._prepare_contact(
            request.sent_at,
            "fa-question-circle-o",
            self.env._("Asked"),
            request,
            request.survey_id.sudo().title,  # the texts of questionnaires are no secret
        )

    def _prepare_notice(self, notice):
        occasions = dict(notice._fields["occasion"]._description_selection(self.env))
        return self._prepare_contact(
            notice.sent_at,
            "fa-envelope-o",
            self.env._("Notice"),
            notice,
            occasions[notice.occasion],
            notice.number,
        )

    @api.depends("customer_id", "company_id")
    def _compute_open_case_ids(self):
        cases = self.env["logistics.complaint"].search(
            [
                ("partner_id", "in", self.customer_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("phase", "in", OPEN_PHASES),
            ],
            order="id desc",
        )
        by_customer = cases.grouped(lambda case: (case.partner_id, case.company_id))
        for callback in self:
            key = callback.customer_id, callback.company_id
            callback.open_case_ids = by_customer.get(key, cases.browse())[:SHOWN]

    @api.depends("customer_id", "company_id")
    def _compute_exception_count(self):
        counts = {
            (customer, company): count
            for customer, company, count in self.env["logistics.exception"]._read_group(
                [
                    ("partner_id", "in", self.customer_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("state", "in", LIVE),
                ],
                ["partner_id", "company_id"],
                ["__count"],
            )
        }
        for callback in self:
            callback.exception_count = counts.get((callback.customer_id, callback.company_id), 0)

    @api.onchange("order_id")
    def _onchange_order_id(self):
        """Who names the order has won it."""
        if self.order_id:
            self.outcome = "order"

    # === BUSINESS METHODS ===#

    def action_open_case(self):
        """Open the intake dialogue with what is known; the case keeps the call."""
        self.ensure_one()
        deliveries = self.picking_id
        return self.partner_id._get_intake_action(
            default_choice_id=self.partner_id.id,
            default_company_id=self.company_id.id,
            default_channel="phone",
            default_order_ids=[Command.set(deliveries.sale_id.ids)],
            default_picking_ids=[Command.set(deliveries.ids)],
            default_source_callback_id=self.id,
        )

    def _note_case(self):
        """A case follows from this call."""
        self.filtered(lambda callback: callback.outcome in (False, "other")).outcome = "case"

    def action_ask_survey(self):
        """Fill a questionnaire in with the customer on the telephone; the answer keeps the call.

        :raise UserError: where the questionnaire of the callback is not asked any more
        """
        self.ensure_one()
        self.check_access("write")
        phone = self.env["logistics.survey.phone"]
        named = self.survey_policy_id
        if named and not named.active:
            raise UserError(
                self.env._("The survey policy “%s” is switched off.", named.display_name)
            )
        offered = named or phone._get_offered(self, self._get_fitting_policies())
        return phone._start(
            self,
            self.partner_id,
            offered,
            callback_id=self.id,
            profile_id=self.profile_id.id,
            picking_id=self.picking_id.id,
            complaint_id=self.complaint_id.id,
        )

    def _get_fitting_policies(self):
        """Return the survey policies that ask about the case or the delivery of the callback."""
        record = self.complaint_id or self.picking_id
        return self.env["logistics.survey.policy"]._find_for(record) if record else ()

    def _note_answer(self):
        """The customer has answered a questionnaire on this call."""
        answer = self.answer_ids.sorted("id")[-1:]
        if answer.reaction_complaint_id:
            self._note_case()
        elif answer.state == "done" and not answer.is_low and not self.outcome:
            self.outcome = "satisfied"

    def action_note_problem(self):
        """Note what is wrong with the delivery; without one, show the customer's deliveries."""
        self.ensure_one()
        if self.picking_id:
            action = self.picking_id.action_add_shipment_event()
            return {**action, "context": {**action["context"], "default_kind": "problem"}}
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.stock_picking_action_deliveries"
        )
        return {
            **action,
            "domain": [
                ("partner_id", "child_of", self.customer_id.id),
                ("company_id", "=", self.company_id.id),
                ("to_customer", "=", True),
                ("state", "!=", "draft"),
            ],
            "context": {},
        }

    def action_view_exceptions(self):
        """Open what is wrong with the customer's deliveries now."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_exception_action"
        )
        return {
            **action,
            "domain": [
                ("partner_id", "=", self.customer_id.id),
                ("company_id", "=", self.company_id.id),
            ],
        }

    def action_new_callback(self):
        """Open a new callback for the same person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Callback"),
            "res_model": self._name,
            "views": [(False, "form")],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_complaint_id": self.complaint_id.id,
                "default_picking_id": self.picking_id.id,
            },
        }

    def action_view_customer(self):
        """Open the profile of the customer."""
        self.ensure_one()
        return self.profile_id._get_records_action()

    def action_view_case(self):
        """Open the case it is about."""
        self.ensure_one()
        return self.complaint_id._get_records_action()

    # --- how the call ends

    def action_done(self, outcome=None):
        """The customer was reached and everything was said.

        :param outcome: what came of it, unless that is noted already
        :raise UserError: where nobody says what came of it
        """
        if outcome:
            self.filtered(lambda callback: not callback.outcome).outcome = outcome
        if not all(callback.outcome for callback in self):
            raise UserError(self.env._("Say what came of the call: choose an outcome."))
        for callback in self:
            # what was said in the same call came to the same, unless somebody says otherwise
            joined = callback._get_joined().filtered(lambda other: not other.outcome)
            joined.outcome = callback.outcome
        return self._end(DONE)

    def action_no_answer(self):
        """Nobody answered: try again at another hour of another day, or give it up."""
        return self._end(NO_ANSWER)

    def action_refused(self):
        """The customer does not want this call; nobody calls again for the purpose."""
        together = self | self._get_joined()
        result = self._end(REFUSED)
        together._keep_refusal()
        return result

    def action_wrong_number(self):
        """Somebody else has the number: it has to be found out."""
        result = self._end(WRONG_NUMBER)
        self._ask_for_number()
        return result

    def action_postpone(self):
        """Open the form that asks until when."""
        self._ensure_in_call_or_waiting()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_callback_postpone_action"
        )
        return {**action, "context": {"default_callback_ids": self.ids}}

    def action_cancel(self):
        """Nobody has to call any more."""
        self.check_access("write")
        open_ones = self.filtered(lambda callback: callback.state not in FINAL)
        open_ones._release_joined()
        open_ones._note_course(
            {
                "state": CANCELLED,
                "next_at": False,
                "main_id": False,
                "ended_at": fields.Datetime.now(),
            }
        )
        open_ones._settle_answers()
        return True

    def action_plan_again(self):
        """Plan a callback anew that was ended or given up."""
        self.check_access("write")
        self._note_course(
            {"state": PLANNED, "main_id": False, "ended_at": False, "escalated_at": False}
        )
        now = fields.Datetime.now()
        for callback in self:
            days = timedelta(days=callback.purpose_id.window_days)
            callback.write({"call_from": now, "due_at": now + days})
        return True

    def _ensure_in_call_or_waiting(self):
        if any(callback.state not in (*WAITING, IN_CALL) for callback in self):
            raise UserError(self.env._("This callback has ended already."))

    def _end(self, result):
        """Note the result of a call, for those that were joined with it, too."""
        self.check_access("write")
        self._ensure_in_call_or_waiting()
        for callback in self:
            callback._note_attempt(result)
            together = callback | callback._get_joined()
            if result == NO_ANSWER:
                together._plan_next_try()
            else:
                together._note_course(
                    {"state": result, "next_at": False, "ended_at": fields.Datetime.now()}
                )
                if callback.note:
                    together._tell_origin(callback.note)
                if result == DONE:
                    together._note_spoken()
            together._settle_answers()
        return True

    def _get_joined(self):
        """Return the calls that are made together with these; what has ended stays as it is."""
        # they may be a colleague's
        return self.sudo().joined_ids.filtered(lambda callback: callback.state in WAITING)

    def _settle_answers(self):
        """The bad answers that these callbacks were about may be done with now."""
        # agents write no feedback
        self.sudo().feedback_id._settle_reaction()

    def _note_attempt(self, result):
        now = fields.Datetime.now()
        begun = self.taken_at if self.state == IN_CALL and self.taken_at else now
        # attempts are written by the program alone
        self.env["logistics.callback.attempt"].sudo().create(
            {
                "callback_id": self.id,
                "user_id": self.env.uid,
                "called_at": begun,
                "duration": (now - begun).total_seconds() / 60,
                "result": result,
                "note": self.note,
            }
        )

    def _plan_next_try(self):
        """Plan another attempt; after the last one, write to the customer."""
        now = fields.Datetime.now()
        for callback in self:
            attempts = callback.attempt_ids | callback.main_id.attempt_ids
            tries = len(attempts.filtered(lambda attempt: attempt.result == NO_ANSWER))
            again = tries < callback.purpose_id.max_attempts and reach.next_try(
                now, callback._get_hours(), callback.purpose_id.retry_days
            )
            callback._note_course(
                {
                    "state": NO_ANSWER,
                    "next_at": again,
                    "main_id": False,
                    "ended_at": False if again else now,
                }
            )
            if not again:
                callback._write_instead()

    def _write_instead(self):
        """Write to a customer whom nobody could reach, where the purpose says so."""
        template = self.purpose_id.mail_template_id
        if template and (self.partner_id.email or self.customer_id.email):
            # who may call may write what the manager put down; templates are not the agent's
            kept = {"is_notification": True}  # the message, which the customer may answer
            mails = template.sudo().send_mail_batch(self.ids, email_values=kept)
            mails._note_recipients()

    def _note_not_arrived(self, message, text):
        """Nobody was reached, and what was written instead did not arrive."""
        result = super()._note_not_arrived(message, text)
        what = self.env._("What was written instead of calling did not arrive")
        self._lay_undelivered(self, self.user_id or self.create_uid, what, text)
        return result

    def _postpone(self, until):
        """Call later, as the customer wants.

        :param until: naive UTC instant
        """
        self.check_access("write")
        self._ensure_in_call_or_waiting()
        for callback in self:
            if callback.state == IN_CALL:
                callback._note_attempt(POSTPONED)
            for one in callback | callback._get_joined():
                # in one write: the beginning alone would plan the end anew
                one._note_course(
                    {
                        "state": POSTPONED,
                        "main_id": False,
                        "call_from": until,
                        "due_at": max(one.due_at, until + timedelta(days=1)),
                        "ended_at": False,
                        "escalated_at": False,
                    }
                )
        return True

    def _release_joined(self):
        """Calls that were to be made together with these are made on their own again."""
        self._get_joined()._note_course({"main_id": False})

    def _keep_refusal(self):
        """What the customer refused on the phone is refused for good.

        Consents are kept in the profile: who has none yet gets one for it.
        """
        strays = self.filtered("purpose_id.consent_purpose_id") - self.filtered("profile_id")
        for company, callbacks in strays.grouped("company_id").items():
            self.env["logistics.profile"]._ensure_for(callbacks.partner_id, company)
        strays._follow_profile()
        answers = {
            (one.profile_id, one.purpose_id.consent_purpose_id, one.partner_id) for one in self
        }
        vals = {"state": "refused", "source": self.env._("Callback")}
        for profile, purpose, person in answers:
            if profile and purpose:
                # whoever has an answer of his own changes that one, others speak for the customer
                own = profile._get_consent(purpose.code, person).contact_id
                profile._keep_answer(
                    purpose, own, {**vals, "date": fields.Date.context_today(self)}
                )

    def _ask_for_number(self):
        for callback in self:
            callback.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=callback.env._("Find out the right number"),
                note=callback.phone,
                user_id=callback.user_id.id or callback.env.uid,
            )

    def _note_spoken(self):
        """Whoever was spoken with about a case has an answer."""
        # the case may be another agent's, the customer heard of it all the same
        for case in self.sudo().complaint_id:
            case._get_kept()._note_spoken()

    def _tell_origin(self, note):
        """Keep what was said with the cases it was about."""
        results = dict(self._get_states())
        for state, callbacks in self.grouped("state").items():
            for case in callbacks.complaint_id:
                case._message_log(
                    body=self.env._(
                        "Callback, %(result)s: %(note)s", result=results[state], note=note
                    )
                )

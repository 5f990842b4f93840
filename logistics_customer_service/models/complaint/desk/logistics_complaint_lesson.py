from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, html2plaintext

from ....tools.complaint.anonymise import mask
from ..deadline.logistics_complaint import SETTLED
from ..logistics_complaint_stage import CLOSED


class LogisticsComplaint(models.Model):
    """What a case teaches, what earlier ones teach about it, and what answers say of it."""

    _inherit = "logistics.complaint"

    similar_lesson_count = fields.Integer(string="Similar Lessons", compute="_compute_similar_lesson_count")

    result_due_text = fields.Char(
        string="Result By",
        compute="_compute_result_due_text",
        help="Until when the matter is to be settled, as the customer reads it: in the company's "
        "time zone and the customer's language. Empty where that is past or not known.",
    )

    @api.depends("clock_ids.due_at", "clock_ids.stopped_at", "clock_ids.state", "lang")
    def _compute_result_due_text(self):
        # who may answer a case may tell its deadline
        rows = (
            self.env["logistics.clock"]
            .sudo()
            ._read_group(
                [
                    ("complaint_id", "in", self.ids),
                    ("target", "in", SETTLED),
                    ("state", "=", "running"),
                    ("stopped_at", "=", False),
                ],
                ["complaint_id"],
                ["due_at:min"],
            )
        )
        due = {case.id: due_at for case, due_at in rows if due_at}
        now = fields.Datetime.now()
        for case in self:
            due_at = due.get(case._origin.id)
            case.result_due_text = (due_at and due_at > now) and case._format_instant(due_at)

    def _format_instant(self, instant):
        return format_datetime(
            self.env,
            instant,
            tz=self.company_id._get_logistics_tz(),
            dt_format="short",
            lang_code=self.lang,
        )

    @api.depends("category_id", "cause_id", "company_id")
    def _compute_similar_lesson_count(self):
        similar = self.env["logistics.case.lesson"]._get_similar(self)
        for case in self:
            case.similar_lesson_count = len(similar[case])

    # === ACTIONS ===#

    def action_view_similar_lessons(self):
        """Open the lessons that may help with this case."""
        self.ensure_one()
        lessons = self.env["logistics.case.lesson"]._get_similar(self)[self]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_case_lesson_action"
        )
        return {**action, "domain": [("id", "in", lessons.ids)], "context": {"create": False}}

    def action_mark_excellent(self):
        """Propose the case as an example to follow."""
        return self._propose_lesson("excellent")

    def action_mark_failed(self):
        """Propose the case as an example to avoid."""
        return self._propose_lesson("failed")

    def _propose_lesson(self, kind):
        """Open the lesson of a closed case; where there is none, a draft without names."""
        self.ensure_one()
        self.check_access("write")
        if self.phase != CLOSED:
            raise UserError(self.env._("Lessons are drawn from cases that are closed."))
        # agents do not see from which case a lesson came, but may not draw it twice
        lessons = self.env["logistics.case.lesson"].sudo()
        lesson = lessons.search(
            [("complaint_id", "=", self.id), ("kind", "=", kind)], limit=1
        ) or lessons.create({**self._prepare_lesson_vals(), "kind": kind})
        if not lesson.with_env(self.env)._filtered_access("read"):
            raise UserError(self.env._("A colleague is drawing this lesson already."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.case.lesson",
            "res_id": lesson.id,
            "views": [(False, "form")],
        }

    def _prepare_lesson_vals(self):
        """Return a draft of the lesson, masked; a person edits it before it is published."""
        return {
            "name": self._mask(self.name),
            "company_id": self.company_id.id,
            "complaint_id": self.id,
            "author_id": self.env.uid,
            "category_id": self.category_id.id,
            "cause_id": self.cause_id.id,
            "happened": self._mask(html2plaintext(self.description or "")) or self._mask(self.name),
            "done": self._mask("\n".join(filter(None, self._get_done_texts()))),
        }

    def _get_done_texts(self):
        """Return what is known of how the case was settled, as plain texts."""
        told = self.letter_ids.sorted("id")[-1:]
        return [
            html2plaintext(self.findings or ""),
            html2plaintext(told.offer or ""),
            ", ".join(self.resolution_ids.mapped("name")),
        ]

    def _mask(self, text):
        """Return a text without the names and numbers of this case."""
        words = {
            "customer": self.env._("[customer]"),
            "person": self.env._("[person]"),
            "partner": self.env._("[partner]"),
            "mail": self.env._("[mail address]"),
            "link": self.env._("[link]"),
            "amount": self.env._("[amount]"),
            "date": self.env._("[date]"),
            "phone": self.env._("[telephone]"),
            "number": self.env._("[number]"),
        }
        return mask(text, self._get_names_to_mask(), words)

    def _get_names_to_mask(self):
        """Return the names that give the case away, by the word that takes their place."""
        # whoever stands behind the customer, also contacts the user may not see
        customer = self.partner_id.sudo()
        people = self.contact_id.sudo() | customer.child_ids
        staff = self.user_id.sudo().partner_id
        return {
            "customer": [customer.name, customer.commercial_company_name, customer.ref],
            "person": [*people.mapped("name"), self.contact_name, staff.name],
            "partner": [self.responsible_partner_id.name, self.carrier_id.name],
            "number": [
                self.number,
                *self.order_ids.mapped("name"),
                *self.order_ids.filtered("client_order_ref").mapped("client_order_ref"),
                *self.picking_ids.mapped("name"),
                *self.picking_ids.filtered("carrier_tracking_ref").mapped("carrier_tracking_ref"),
            ],
        }

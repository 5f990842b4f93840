from odoo import api, models

from ...tools.foundation.personal import Personal

CASE = ("complaint_id.partner_id", "complaint_id.contact_id")
DECLARED = {
    # written for whoever learns from it: it stays, without the person; looked at while the case has its words
    "logistics.case.lesson": Personal(CASE, masked=("name", "happened", "done", "lesson")),
    "logistics.complaint": Personal(
        ("partner_id", "contact_id"),
        (
            "name", "contact_name", "email_from", "email_cc", "phone", "description", "findings",
            "findings_told", "external_answer", "mail_reference", "answers_reference",
            "priority_reason",
        ),
        facts=("number", "external_body"),
        free=("access_token", "external_reference"),
        addresses=("email_from", "phone"),
        inner=("findings", "priority_reason"),
    ),
    "logistics.complaint.line": Personal(CASE, ("note",), inner=("note",)),
    "logistics.complaint.why": Personal(CASE, ("question", "answer"), inner=("*",)),
    "logistics.complaint.merge": Personal(
        ("source_id.partner_id", "kept_id.partner_id"), free=("moved",), inner=("*",)
    ),
    "logistics.clock.event": Personal(
        ("clock_id.complaint_id.partner_id", "clock_id.complaint_id.contact_id"),
        ("reason", "void_reason"),
        inner=("*",),
    ),
    "logistics.evidence": Personal(CASE, ("name", "file", "file_name"), inner=("*",)),
    "logistics.investigation": Personal(
        (*CASE, "partner_id"), ("question", "detail", "answer", "mail_failure"), inner=("*",)
    ),
    "logistics.compensation": Personal(
        (*CASE, "consignee_id"), ("amount_reason", "refusal_reason"), facts=("steps",), inner=("*",)
    ),
    "logistics.recovery": Personal(
        (*CASE, "partner_id"), ("answer",), facts=("reference",), inner=("*",)
    ),
    "logistics.result.letter": Personal(
        (*CASE, "partner_id"),
        ("found", "offer", "objection", "answer_note", "failure_text"),
        facts=("outside_body", "outside_how"),
        free=("handle", "old_link_digest"),
    ),
}  # fmt: skip


class LogisticsPersonal(models.AbstractModel):
    _inherit = "logistics.personal"

    @api.model
    def _get_declarations(self):
        return {**super()._get_declarations(), **DECLARED}

    @api.model
    def _get_obstacles(self, people):
        """A case that is open is answered first."""
        mine = ["|", ("partner_id", "in", people.ids), ("contact_id", "in", people.ids)]
        count = self._count_records("logistics.complaint", [*mine, ("is_open", "=", True)])
        found = super()._get_obstacles(people)
        return found + ([self.env._("Open cases: %s", count)] if count else [])

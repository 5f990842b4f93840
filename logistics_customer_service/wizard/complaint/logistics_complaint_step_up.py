from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsComplaintStepUp(models.TransientModel):
    """Why a case goes to the next level, and what shows it."""

    _name = "logistics.complaint.step.up"
    _inherit = "logistics.past.mixin"
    _description = "To the Next Level"
    _past_fields = ("external_on",)

    complaint_id = fields.Many2one("logistics.complaint", required=True, ondelete="cascade")
    resolution_level = fields.Selection(related="complaint_id.resolution_level")
    reason = fields.Text(required=True, help="Why the customer does not accept what we decided.")
    letter_id = fields.Many2one(
        "logistics.result.letter",
        string="Refused Result",
        compute="_compute_letter_id",
        help="The result that the customer refused, if it was refused in writing.",
    )
    evidence_id = fields.Many2one(
        "logistics.evidence",
        string="Evidence",
        domain="[('complaint_id', '=', complaint_id)]",
        help="What shows it, from the evidence of the case.",
    )
    evidence_name = fields.Char(
        string="What Shows It",
        help="A note of the call, the customer's letter, the notice of the body: it is kept with "
        "the evidence of the case.",
    )
    evidence_file = fields.Binary(string="File")
    evidence_file_name = fields.Char()
    external_body = fields.Char(
        string="External Body", compute="_compute_external", store=True, readonly=False
    )
    external_on = fields.Date(
        string="Referred On",
        compute="_compute_external",
        store=True,
        readonly=False,
        help="The day on which the customer went there.",
    )

    @api.depends("complaint_id")
    def _compute_letter_id(self):
        for step in self:
            refused = step.complaint_id.letter_ids.filtered(lambda one: one.state == "refused")
            step.letter_id = refused.sorted("id")[-1:]

    @api.depends("complaint_id")
    def _compute_external(self):
        for step in self:
            step.external_body = step.complaint_id.external_body
            step.external_on = step.complaint_id.external_on

    def action_step_up(self):
        """Bring the case to the next level, or outside where the customer went there."""
        self.ensure_one()
        case = self.complaint_id
        case.check_access("write")
        self._check_possible()
        if self.evidence_name:
            self.evidence_id = self.env["logistics.evidence"].create(self._prepare_evidence_vals())
        if self.resolution_level == "next":
            case.write({"external_body": self.external_body, "external_on": self.external_on})
        case._step_up()
        case._message_log(
            body=self._get_note(), author_id=self.env.user.partner_id.id
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_possible(self):
        case = self.complaint_id
        if case.resolution_level == "external" or not (case.is_open or case.phase == "resolved"):
            raise UserError(self.env._("%s cannot go to another level.", case.number))
        outside = case.resolution_level == "next"
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why."))
        if outside and not (self.external_body and self.external_on):
            raise UserError(
                self.env._("Say to which body the customer went, and on which day.")
            )
        if self.evidence_id.complaint_id - case:
            raise UserError(self.env._("Choose evidence of this case."))
        # that a result was refused tells nothing of where the customer went then
        shown = self.evidence_id or (self.evidence_name or "").strip()
        if not shown and (outside or not self.letter_id):
            raise UserError(self.env._("Say what shows it: no step without evidence."))

    def _prepare_evidence_vals(self):
        return {
            "complaint_id": self.complaint_id.id,
            "kind": "document" if self.evidence_file else "statement",
            "source": "customer",
            "name": self.evidence_name,
            "file": self.evidence_file,
            "file_name": self.evidence_file_name,
        }

    def _get_note(self):
        shown = self.evidence_id.name or self.letter_id.display_name
        return self.env._("To the next level: %(reason)s (%(shown)s)", reason=self.reason, shown=shown)

from odoo import api, fields, models
from odoo.exceptions import UserError

ERASURE, FILE = "erasure", "file"
RUNNING, KEPT, DONE = "running", "kept", "done"


class LogisticsPrivacyProtocol(models.Model):
    """That somebody's data was erased, or handed over: who, when, why, how much. Never the data itself."""

    _name = "logistics.privacy.protocol"
    _description = "Privacy Protocol"
    _order = "id desc"
    _rec_name = "person_number"

    kind = fields.Selection(
        [(ERASURE, "Erasure"), (FILE, "Person's File")], required=True, readonly=True
    )
    state = fields.Selection(
        [(RUNNING, "Running"), (KEPT, "Rest Kept by Law"), (DONE, "Done")],
        required=True,
        readonly=True,
        default=DONE,
        index=True,
    )
    person_number = fields.Integer(
        string="Contact", required=True, readonly=True, aggregator=None, index=True,
        help="The number of the contact's record; nothing else says who it was.",
    )  # fmt: skip
    people = fields.Json(readonly=True, help="The numbers of all contacts of the person.")
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, default=lambda self: self.env.user
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True,
        default=lambda self: self.env.company,
    )  # fmt: skip
    asked_at = fields.Datetime(string="On", required=True, readonly=True, default=fields.Datetime.now)
    done_at = fields.Datetime(string="Finished", readonly=True)
    ground = fields.Selection(
        [
            ("person", "The person asks for it"),
            ("consent", "The consent was withdrawn"),
            ("purpose", "The purpose is over"),
            ("unlawful", "It should not have been kept"),
            ("other", "Another ground"),
        ],
        readonly=True,
    )
    note = fields.Char(readonly=True)
    kept_until = fields.Date(
        readonly=True, help="When the last of what the law makes us keep is erased, too."
    )
    line_ids = fields.One2many("logistics.privacy.protocol.line", "protocol_id", readonly=True)
    # how far an erasure has got; by what the person is recognised is forgotten when it is done
    position = fields.Json(readonly=True, groups="base.group_no_one")
    marks = fields.Json(readonly=True, groups="base.group_system")

    _person_idx = models.Index("(person_number, kind)")

    def _compute_display_name(self):
        for protocol in self:
            protocol.display_name = self.env._("Contact %s", protocol.person_number)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """The protocol is the proof."""
        raise UserError(self.env._("A protocol stays."))

    def _note(self, model, action, rows, until=False):
        """Add to the number of rows of a model to which something was done."""
        if not rows:
            return
        line = self.line_ids.filtered(lambda line: (line.model, line.action) == (model, action))
        if line:
            line.write({"rows": rows if action == "kept" else line.rows + rows, "kept_until": until})
        else:
            vals = {"protocol_id": self.id, "model": model, "action": action, "rows": rows}
            line.create({**vals, "kept_until": until})

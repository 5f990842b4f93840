from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

UNDO_HOURS = 24


class LogisticsComplaintMerge(models.Model):
    """What a merge moved, so that it can be taken back."""

    _name = "logistics.complaint.merge"
    _description = "Merge of Cases"
    _order = "id desc"
    _rec_name = "source_id"

    source_id = fields.Many2one(
        "logistics.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kept_id = fields.Many2one(
        "logistics.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="kept_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    stage_id = fields.Many2one(
        "logistics.complaint.stage", string="Stage Before", readonly=True, ondelete="set null"
    )
    resolved_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    source_answered = fields.Boolean(string="Customer Had Answered", readonly=True)
    kept_answered = fields.Boolean(string="Customer Had Answered in the Kept Case", readonly=True)
    moved = fields.Json(readonly=True)
    undone_at = fields.Datetime(readonly=True)

    @api.model
    def _merge(self, source, kept):
        """Move what a case holds to another and set the first aside.

        :return: the record by which it can be undone
        """
        merge = self.create(
            {
                "source_id": source.id,
                "kept_id": kept.id,
                "user_id": self.env.uid,
                "stage_id": source.stage_id.id,
                "resolved_at": source.resolved_at,
                "closed_at": source.closed_at,
                "source_answered": source.customer_answered,
                "kept_answered": kept.customer_answered,
                "moved": self._get_movable(source, kept),
            }
        )
        merge._move(source, kept)
        merge._link_documents()
        return merge

    @api.model
    def _get_movable(self, source, kept):
        """Return ids by what they are: of what moves, and of what the kept case lacks."""
        return {
            "mail.message": self._find("mail.message", "model", source).ids,
            "ir.attachment": self._find("ir.attachment", "res_model", source).ids,
            "mail.activity": self._find("mail.activity", "res_model", source).ids,
            "lines": source.line_ids.ids,
            "exceptions": source.exception_ids.ids,
            "followers": (source.message_partner_ids - kept.message_partner_ids).ids,
            **{name: (source[name] - kept[name]).ids for name in self._get_documents()},
        }

    @api.model
    def _get_documents(self):
        """Return the fields of which the kept case takes over what it lacks."""
        return ("order_ids", "picking_ids", "remedy_ids")

    @api.model
    def _find(self, model, field_name, case):
        """Return what hangs on a case by model and id."""
        records = self.env[model].with_context(active_test=False)
        domain = [(field_name, "=", case._name), ("res_id", "=", case.id)]
        if model == "ir.attachment":
            domain.append(("id", "!=", 0))  # files of fields, too
        return records.search(domain)

    def _move(self, origin, target):
        """Hand over what moved, if it still is where it was."""
        for model in ("mail.message", "ir.attachment", "mail.activity"):
            records = self.env[model].with_context(active_test=False)
            held = records.browse(self.moved[model]).exists()
            held.filtered(lambda record: record.res_id == origin.id).write({"res_id": target.id})
        lines = self.env["logistics.complaint.line"].browse(self.moved["lines"]).exists()
        lines.filtered(lambda line: line.complaint_id == origin).complaint_id = target
        # merges of earlier versions moved none
        exceptions = self.env["logistics.exception"].browse(self.moved.get("exceptions", ())).exists()
        exceptions.filtered(lambda found: found.complaint_id == origin).complaint_id = target
        self.env.invalidate_all()

    def _link_documents(self):
        for name in self._get_documents():
            self.kept_id[name] = [fields.Command.link(res_id) for res_id in self.moved[name]]
        self.kept_id.message_subscribe(self.moved["followers"])

    def _can_undo(self):
        """Tell whether the merge is young enough and stands."""
        since = fields.Datetime.now() - timedelta(hours=UNDO_HOURS)
        return bool(self) and not self.undone_at and self.create_date >= since

    def _undo(self):
        """Give everything back; what came since stays with the case that was kept."""
        self.ensure_one()
        source, kept = self.source_id, self.kept_id
        if not self._can_undo() or source.merged_into_id != kept:
            raise UserError(
                self.env._("A merge can be undone for a day; %s is past that.", source.number)
            )
        self._move(kept, source)
        for name in self._get_documents():
            kept[name] = [fields.Command.unlink(res_id) for res_id in self.moved[name]]
        kept.message_unsubscribe(self.moved["followers"])
        source.merged_into_id = False
        source.stage_id = self.stage_id or source.stage_id
        source.write({"resolved_at": self.resolved_at, "closed_at": self.closed_at})
        self._give_back_answers()
        self.undone_at = fields.Datetime.now()

    def _give_back_answers(self):
        """Let each case wait for the answer to its own customer's words, as before the merge."""
        source, kept = self.source_id, self.kept_id
        if not self.source_answered or not kept.customer_answered:
            return  # nobody waited, or it was answered since
        source.customer_answered = True
        wrote_since = kept.customer_wrote_at and kept.customer_wrote_at > self.create_date
        if not self.kept_answered and not wrote_since:
            kept.customer_answered = False

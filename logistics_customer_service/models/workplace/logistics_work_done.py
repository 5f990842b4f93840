from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsWork(models.Model):
    """What a row says of its document, and what its button does with it."""

    _inherit = "logistics.work"

    # === COMPUTE METHODS ===#

    @api.depends("kind", "res_id", "due_at")
    @api.depends_context("lang")
    def _compute_texts(self):
        """A few queries for each model that is shown, however many rows."""
        for works in self.grouped("res_model").values():
            # who sees the row may know what it is about
            documents = works._get_documents().sudo()
            describe = getattr(self, f"_describe_{works[0].kind}")
            texts = describe(documents.exists())
            for work, document in zip(works, documents, strict=True):
                work.subject, work.reason = texts.get(document.id, (False, False))
                work.countdown = work._prepare_countdown(work.reason)
            if works[0].kind == "case":
                works._show_clocks(documents)

    def _prepare_countdown(self, target):
        """Return what the screen counts: the time to the deadline."""
        due = fields.Datetime.to_string(self.due_at) if self.due_at else None
        return due and {
            "target": target or "",
            "state": "running",
            "due": due,
            "warn": None,
            "stopped": None,
            "remaining": 0,
        }

    def _show_clocks(self, cases):
        for work, case in zip(self, cases, strict=True):
            work.countdown = case.countdown or work.countdown

    @api.model
    def _describe_case(self, cases):
        answered = self.env._("The customer answered")
        return {
            case.id: (
                case.display_name,
                answered
                if case.customer_answered
                else (case.countdown or {}).get("target") or case.stage_id.display_name,
            )
            for case in cases
        }

    @api.model
    def _describe_call(self, callbacks):
        return {
            callback.id: (callback.purpose_id.display_name, callback.reason or callback.phone)
            for callback in callbacks
        }

    @api.model
    def _describe_exception(self, exceptions):
        labels = dict(self.env["logistics.exception"]._get_kinds())
        kinds = exceptions._get_kinds_of_delivery()
        return {
            exception.id: (
                ", ".join(labels[kind] for kind in kinds[exception.picking_id.id]),
                exception.picking_id.name,
            )
            for exception in exceptions
        }

    @api.model
    def _describe_visit(self, visits):
        return {visit.id: (visit.name, visit.need_reason or visit.address) for visit in visits}

    @api.model
    def _describe_action(self, actions):
        return {action.id: (action.name, action.visit_id.name) for action in actions}

    @api.model
    def _describe_answer(self, answers):
        return {answer.id: (answer._get_reaction_summary(), answer.comment) for answer in answers}

    @api.model
    def _describe_approval(self, compensations):
        return {
            compensation.id: (
                " ".join(
                    [
                        compensation.display_name,
                        compensation.currency_id.format(compensation.amount),
                    ]
                ),
                compensation.amount_reason or compensation.complaint_id.name,
            )
            for compensation in compensations
        }

    @api.model
    def _describe_report(self, reports):
        return {report.id: (report.display_name, report.user_id.name) for report in reports}

    # === ACTION METHODS ===#

    @api.model
    def _get_home_action(self):
        """Return the action of the page on which a user's role begins."""
        supervisor = self.env.user.has_group("logistics_customer_service.group_supervisor")
        name = "logistics_overview_action" if supervisor else "logistics_work_action"
        return self.env["ir.actions.actions"]._for_xml_id(f"logistics_customer_service.{name}")

    def action_take(self):
        """Take work that nobody has, and open it.

        :raises UserError: if a colleague was quicker
        """
        self.ensure_one()
        document = self._get_documents()
        if self.kind == "exception":
            document = document._get_of_delivery()
        document.action_take()
        return self.action_open()

    def action_start(self):
        """Begin the call, which is the caller's from now on.

        Where a colleague was quicker, that is said and the next one shown.
        """
        self.ensure_one()
        callback = self._get_documents()
        result = callback.action_start()
        return callback._get_call_action() if result is True else result

    def action_finish(self):
        """Note that what was agreed is done."""
        self.ensure_one()
        return self._get_documents().action_done()

    def action_approve(self):
        """Approve what is proposed, within one's own authority."""
        return self._get_approvals().action_approve()

    def action_refuse(self):
        """Ask for the reason of a refusal."""
        return self._get_approvals().action_refuse()

    def _get_approvals(self):
        if set(self.mapped("kind")) != {"approval"}:
            raise UserError(self.env._("Only what is proposed is approved or refused."))
        return self._get_documents()

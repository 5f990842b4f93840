from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .logistics_authority import Exposure
from .logistics_compensation_given import PAID_BACK
from .logistics_compensation_kinds import (
    APPROVED,
    CANCELLED,
    COUNTED,
    DRAFT,
    EXECUTED,
    MOVES_GOODS,
    PROPOSED,
    REFUSED,
)


class LogisticsCompensation(models.Model):
    """Who may decide on a compensation, and deciding."""

    _inherit = "logistics.compensation"

    missing = fields.Char(compute="_compute_missing", help="What has to be said before proposing.")

    # === COMPUTE METHODS ===#

    @api.depends(
        "complaint_id.partner_id", "kind", "line_ids", "amount", "currency_id", "standard_id", "steps"
    )
    @api.depends_context("lang")
    def _compute_missing(self):
        for record in self:
            record.missing = record._get_missing()

    # === BUSINESS METHODS ===#

    def _get_exposure(self, days):
        """Return what the customer would have been given, this one included.

        :param days: periods in days that are asked for
        :return: :class:`Exposure` in the company's currency
        """
        self.ensure_one()
        others = self._get_others_domain()
        family = self._get_case_family()
        own = self._get_amount_company() if self.state != APPROVED else self.amount_company
        case_sum = self._sum(others & Domain("complaint_id", "in", family.ids))
        now = fields.Datetime.now()
        customer = Domain(
            "partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id
        ) & Domain("company_id", "=", self.company_id.id)
        by_days = {}
        for period in set(days):
            recent = Domain("decided_at", ">=", now - timedelta(days=period))
            by_days[period] = self._sum(others & customer & recent) + own
        return Exposure(case_sum + own, by_days)

    def _get_others_domain(self):
        return Domain("state", "in", COUNTED) & Domain(
            "id", "not in", self._origin.ids
        )

    def _get_case_family(self):
        """Return the case with those merged into it and those it was merged into."""
        # cases of the customer that the user may not see count, too
        cases = self.complaint_id.sudo()
        while True:
            more = cases | cases.merged_into_id
            more |= cases.search([("merged_into_id", "in", more.ids)])
            if more == cases:
                return cases
            cases = more

    def _sum(self, domain):
        # what others have given counts, also where the user may not see it
        [(total,)] = self.sudo()._read_group(domain, [], ["amount_company:sum"])
        return total or 0.0

    def _get_obstacle(self, user):
        """Return why a user may not decide on this compensation, or an empty string."""
        self.ensure_one()
        rules_in_force = self.env["logistics.authority"]._get_rules(self)
        rule = rules_in_force._pick_for(user)
        if not rule:
            return self.env._("%s has no authority for this.", user.name)
        exposure = self._get_exposure([rule.period_days])
        if not rule._suffices(exposure, self.company_id):
            return self._explain_limit(rule, exposure)
        own = user in self._get_proposers()
        if own and not self._may_be_own(rule, exposure):
            return self.env._("This is your own proposal: somebody else decides.")
        return self._explain_special(rule, rules_in_force)

    def _may_be_own(self, rule, exposure):
        return not self._is_worth_unknown() and rule._covers_own(exposure, self.company_id)

    def _explain_special(self, rule, rules_in_force):
        """Return what a rule does not cover whatever the amount, or an empty string."""
        if self._is_worth_unknown() and not rule._is_highest_of(rules_in_force):
            return self.env._(
                "Nobody knows what these goods are worth: the highest authority decides."
            )
        if not rule.may_exceed and self._goes_beyond():
            needed = self.env._("This needs an authority that goes beyond what was paid.")
            return f"{self._explain_beyond()} {needed}"
        return ""

    def _get_proposers(self):
        """Return everybody whose own proposal this is."""
        return self.proposer_id | self.author_id | self.create_uid

    def _explain_limit(self, rule, exposure):
        currency = self.company_id.currency_id
        case_limit = rule._get_limit(rule.amount_case, self.company_id)
        if exposure.case > case_limit:
            return self.env._(
                "The case comes to %(sum)s; the authority “%(rule)s” ends at %(limit)s per case.",
                sum=currency.format(exposure.case),
                rule=rule.display_name,
                limit=currency.format(case_limit),
            )
        return self.env._(
            "The customer comes to %(sum)s in %(days)s days; the authority “%(rule)s” ends at "
            "%(limit)s per customer.",
            sum=currency.format(exposure.by_days[rule.period_days]),
            days=rule.period_days,
            rule=rule.display_name,
            limit=currency.format(rule._get_limit(rule.amount_customer, self.company_id)),
        )

    def _find_approver(self):
        """Return who has the least authority that is enough; among equals who has least to decide.

        The proposers only if their authority covers their own proposals.
        """
        rules_in_force = self.env["logistics.authority"]._get_rules(self)
        exposure = self._get_exposure(rules_in_force.mapped("period_days") or [1])
        proposers = self._get_proposers()
        fitting = []
        special = {}
        people = self._get_deciders()
        waiting = self._count_waiting(people)
        for user in people:
            rule = rules_in_force._pick_for(user)
            if not rule._suffices(exposure, self.company_id):
                continue
            if user in proposers and not self._may_be_own(rule, exposure):
                continue
            if rule not in special:
                special[rule] = self._explain_special(rule, rules_in_force)
            if special[rule]:
                continue
            limit = rule._get_limit(rule.amount_case, self.company_id)
            # the agent who proposes decides at once where that is allowed
            other = user != self.env.user
            fitting.append(
                ((other, rule.is_unlimited, limit, waiting.get(user, 0), user.id), user)
            )
        return min(fitting)[1] if fitting else self.env["res.users"]

    def _get_deciders(self):
        """Return the active people of the company who work in customer service."""
        # an agent does not read the groups of other users
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("share", "=", False),
                    ("company_ids", "in", self.company_id.id),
                    (
                        "all_group_ids",
                        "in",
                        self.env.ref("logistics_customer_service.group_agent").id,
                    ),
                ]
            )
        )

    def _count_waiting(self, users):
        # what waits for others counts, also where the user may not see it
        groups = self.sudo()._read_group(
            [("asked_user_id", "in", users.ids), ("state", "=", PROPOSED)],
            ["asked_user_id"],
            ["__count"],
        )
        return dict(groups)

    def _take_turns(self):
        """Let nobody else decide on the same customers before this transaction has ended."""
        self.flush_recordset()
        # whoever decides takes the turn of the whole customer
        self.env["logistics.compensation.turn"]._take(
            (record.partner_id.commercial_partner_id.id, record.company_id.id)
            for record in self.sudo()
            if record.partner_id
        )
        self.invalidate_recordset()

    def action_propose(self):
        """Put a draft to whoever has the least authority that is enough."""
        self.check_access("write")
        self._ensure_state(DRAFT)
        for record in self:
            record._check_proposal()
            record._note_course(record._prepare_proposal_vals())
            approver = record._find_approver()
            record._note_course({"asked_user_id": approver.id})
            if approver != self.env.user:
                record._ask(approver)
        return True

    def action_compute_again(self):
        """Take value, freight and weight from the case as they are now."""
        self._ensure_state(DRAFT)
        self.env.add_to_compute(self._fields["basis_value"], self)
        self.env.add_to_compute(self._fields["basis_freight"], self)
        self.env.add_to_compute(self._fields["basis_weight"], self)
        self.env.add_to_compute(self._fields["computed_amount"], self)
        return True

    def _get_missing(self):
        """Return in words what has to be said before anything can be proposed, or False."""
        if not self.complaint_id:
            return self.env._("Say first which case it is for.")
        if not self.complaint_id.partner_id:
            return self.env._("Say first which customer the case is of.")
        if self.kind in MOVES_GOODS:
            return not self.line_ids and self.env._("Name the goods first.")
        if self.amount and not (self.currency_id and self.currency_id.is_zero(self.amount)):
            return False
        return "\n".join([self.env._("Name the amount first."), *self._word_missing()])

    def _check_proposal(self):
        self._check_currency()
        if self.missing:
            raise UserError(self.missing)
        # whether the invoice still stands does not depend on who may read it
        if self.invoice_id and self.kind in PAID_BACK and not self.sudo()._get_invoice():
            raise UserError(
                self.env._(
                    "The invoice named is not posted, not of this customer, or has no such amount "
                    "left."
                )
            )
        self._check_reason()

    def _check_reason(self):
        """More than is due needs a reason, of which who decides can judge."""
        if self.amount_reason:
            return
        if self._goes_beyond():
            why = self.env._("Write why, for who decides.")
            raise UserError(" ".join([self._explain_beyond(), why]))
        more = self.currency_id.compare_amounts(self.amount, self.computed_amount) > 0
        if self.standard_id and self.kind not in MOVES_GOODS and more:
            raise UserError(
                self.env._("It is more than the standard says: write why, for who decides.")
            )

    def _explain_beyond(self):
        """Return in words what the customer would get beyond what was paid."""
        over = self._get_goods_beyond()
        if over:
            return self.env._(
                "More of %s would be replaced than was delivered.",
                ", ".join(over.product_id.mapped("display_name")),
            )
        return self.env._(
            "%(given)s was already given for these goods; at most %(left)s is left.",
            given=self.currency_id.format(self.given_amount),
            left=self.currency_id.format(self._get_left()),
        )

    def _prepare_proposal_vals(self):
        """Fix what is proposed: goods count with their price whatever amount was written."""
        vals = {
            "state": PROPOSED,
            "proposer_id": self.env.uid,
            "proposed_at": fields.Datetime.now(),
            "category_id": self.complaint_id.category_id.id,
            "order_ids": [fields.Command.set(self._get_orders().ids)],
        }
        invoice = self.sudo()._get_invoice()  # agents name it without rights to read it
        vals["invoice_id"] = invoice.id
        vals["consignee_id"] = self._get_consignee(invoice).id
        if self.kind in MOVES_GOODS:
            self.line_ids._value_anew()
            vals["amount"] = self._get_goods_amount()
        return vals

    def _ask(self, approver):
        if not approver:
            self.message_post(
                body=self.env._(
                    "Nobody has enough authority for this amount. An administrator names somebody "
                    "under Configuration, Authority."
                )
            )
            return
        self.activity_schedule(
            "logistics_customer_service.activity_approve_compensation",
            summary=self.display_name,
            user_id=approver.id,
        )

    def action_approve(self):
        """Approve proposals within the own authority.

        :raises UserError: if one is not proposed, or the authority is not enough
        """
        self.check_access("write")
        self._take_turns()
        self._ensure_state(PROPOSED)
        for record in self:
            obstacle = record._get_obstacle(self.env.user)
            if obstacle:
                raise UserError(obstacle)
            record._check_currency()
            record._check_reason()
            rule = self.env["logistics.authority"]._get_rules(record)._pick_for(self.env.user)
            record._note_course(
                {
                    "state": APPROVED,
                    "approver_id": self.env.uid,
                    "authority_id": rule.id,
                    "decided_at": fields.Datetime.now(),
                    "amount_company": record._get_amount_company(),
                }
            )
            record.flush_recordset()  # the next one of the same customer sees it in its sums
        self._close_request()
        return True

    def action_refuse(self):
        """Open the form for the reason."""
        self._ensure_state(PROPOSED)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_compensation_refuse_action"
        )
        return {**action, "context": {"default_compensation_ids": self.ids}}

    def _refuse(self, reason):
        """Refuse proposals; who is asked or has the authority may."""
        self.check_access("write")
        self._take_turns()
        self._ensure_state(PROPOSED)
        for record in self:
            obstacle = record._get_obstacle(self.env.user)
            if obstacle and record.asked_user_id != self.env.user:
                raise UserError(obstacle)
            record._note_course(
                {
                    "state": REFUSED,
                    "approver_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "refusal_reason": reason,
                }
            )
        self._close_request()

    def _close_request(self):
        # the request may stand with somebody else
        self.sudo().activity_unlink(["logistics_customer_service.activity_approve_compensation"])

    def action_back_to_draft(self):
        """Take back what is not decided, or take up again what was refused."""
        self.check_access("write")
        self._take_turns()
        self._ensure_state(PROPOSED, REFUSED, CANCELLED)
        if any(record.executed_at for record in self):
            raise UserError(self.env._("It was executed once; make a new compensation."))
        self._close_request()
        return self._note_course(
            {
                "state": DRAFT,
                "author_id": self.env.uid,
                "order_ids": [fields.Command.clear()],
                "invoice_id": False,
                "consignee_id": False,
                "asked_user_id": False,
                "approver_id": False,
                "authority_id": False,
                "decided_at": False,
            }
        )

    def action_cancel(self):
        """Cancel what is not done yet, or whose document was cancelled."""
        self.check_access("write")
        self._take_turns()
        for record in self:
            if record.state == EXECUTED and record.document_state != "cancelled":
                raise UserError(self.env._("Cancel the document first: %s", record.document_name))
            if record.state in COUNTED:
                record._ensure_may_cancel()
        self._close_request()
        return self._note_course({"state": CANCELLED})

    def _ensure_may_cancel(self):
        """What was approved is taken back by who approved it, or by a supervisor."""
        supervisor = self.env.user.has_group("logistics_customer_service.group_supervisor")
        if self.env.user != self.approver_id and not supervisor:
            raise UserError(
                self.env._("What was approved is taken back by a supervisor or who approved it.")
            )

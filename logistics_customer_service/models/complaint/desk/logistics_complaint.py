import logging
from collections import Counter, defaultdict
from operator import methodcaller

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_datetime, html2plaintext, split_every

from ....tools.complaint import assignment
from ....tools.complaint.anonymise import mask
from ....tools.foundation.parts import of_part
from ...foundation.concurrency import wait_for
from ...foundation.isolation import isolate
from ..deadline.logistics_sla_target import SETTLED
from ..logistics_complaint_stage import CANCELLED, CLOSED, OPEN_PHASES, RESOLVED, WORKING

_logger = logging.getLogger(__name__)
SHOWN_EVENTS = 5
SHOWN_CASES = 5
DISTRIBUTED_AT_ONCE = 100
RETRIES = 3


class LogisticsComplaint(models.Model):
    """What an agent needs beside a case: the customer, the shipment, earlier cases. What a case
    teaches, what earlier ones teach about it, and what answers say of it.
    """

    _inherit = "logistics.complaint"

    # --- the customer
    customer_agent_id = fields.Many2one(related="profile_id.agent_id", string="Dedicated Agent")
    customer_since_months = fields.Integer(related="profile_id.relation_months")
    customer_order_count = fields.Integer(
        related="profile_id.total_order_count", string="Orders in All"
    )
    customer_net_amount = fields.Monetary(
        related="profile_id.total_net_amount", string="Net Sales in All"
    )
    customer_on_time_rate = fields.Float(related="profile_id.on_time_rate")
    customer_judged_count = fields.Integer(related="profile_id.delivery_judged_count")
    customer_overdue_amount = fields.Monetary(related="profile_id.overdue_amount")
    customer_nature_ids = fields.Many2many(
        related="profile_id.cargo_nature_ids", string="Cargo Natures"
    )
    customer_delivery_notes = fields.Text(
        related="profile_id.delivery_notes", string="Delivery Notes"
    )
    # --- the shipment
    promised_date = fields.Datetime(
        string="Promised",
        compute="_compute_promised_date",
        help="The day promised for the orders, the latest where there are several.",
    )
    event_ids = fields.Many2many(
        "logistics.shipment.event", string="Last Events", compute="_compute_event_ids"
    )
    # --- earlier cases
    earlier_ids = fields.Many2many(
        "logistics.complaint", string="Earlier Cases", compute="_compute_earlier"
    )
    customer_case_count = fields.Integer(string="Cases", compute="_compute_earlier")
    customer_open_count = fields.Integer(string="Open Cases", compute="_compute_earlier")
    duplicate_ids = fields.Many2many(
        "logistics.complaint",
        string="Possible Duplicates",
        compute="_compute_duplicate_ids",
        help="Cases of the customer about the same order, delivery or category, open or recent.",
    )
    exception_ids = fields.One2many(
        "logistics.exception",
        "complaint_id",
        string="Exceptions",
        readonly=True,
        groups="logistics_customer_service.group_agent",  # customers read their cases
    )
    merge_ids = fields.One2many(
        "logistics.complaint.merge", "source_id", string="Merges", readonly=True
    )
    can_undo_merge = fields.Boolean(compute="_compute_can_undo_merge")
    similar_lesson_count = fields.Integer(string="Similar Lessons", compute="_compute_similar_lesson_count")
    result_due_text = fields.Char(
        string="Result By",
        compute="_compute_result_due_text",
        help="Until when the matter is to be settled, as the customer reads it: in the company's "
        "time zone and the customer's language. Empty where that is past or not known.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("merge_ids.undone_at", "merged_into_id")
    def _compute_can_undo_merge(self):
        for case in self:
            case.can_undo_merge = bool(case.merged_into_id) and case.merge_ids[:1]._can_undo()

    @api.depends("order_ids.promised_date", "picking_ids.sale_id.promised_date")
    def _compute_promised_date(self):
        for case in self:
            orders = case.order_ids | case.picking_ids.sale_id
            promised = orders.filtered("promised_date").mapped("promised_date")
            case.promised_date = max(promised, default=False)

    @api.depends("picking_ids.shipment_event_ids")
    def _compute_event_ids(self):
        """Events come in the order of their model: the latest first."""
        for case in self:
            events = case.picking_ids.shipment_event_ids.sorted(
                lambda event: (event.happened_at, event.id), reverse=True
            )
            case.event_ids = events[:SHOWN_EVENTS]

    @api.depends("partner_id", "company_id")
    def _compute_earlier(self):
        """Counts by one grouped read; the latest cases by a search for each customer shown."""
        groups = self._read_group(
            [("partner_id", "in", self.partner_id.ids)],
            ["partner_id", "company_id", "phase"],
            ["__count"],
        )
        counts = defaultdict(Counter)
        for partner, company, phase, count in groups:
            counts[partner, company][phase] += count
        latest = self._get_latest_by_customer()
        for case in self:
            key = case.partner_id, case.company_id
            phases = counts[key]
            case.customer_case_count = phases.total()
            case.customer_open_count = sum(phases[phase] for phase in OPEN_PHASES)
            case.earlier_ids = (latest.get(key, self.browse()) - case._origin)[:SHOWN_CASES]

    def _get_latest_by_customer(self):
        """Return the latest cases by customer and company, one more than are shown."""
        return {
            (partner, company): self.search(
                [("partner_id", "=", partner.id), ("company_id", "=", company.id)],
                order="id desc",
                limit=SHOWN_CASES + 1,
            )
            for partner, company in {(case.partner_id, case.company_id) for case in self}
            if partner
        }

    @api.depends("partner_id", "company_id", "category_id", "order_ids", "picking_ids")
    def _compute_duplicate_ids(self):
        for case in self:
            domain = case._get_duplicates_domain()
            case.duplicate_ids = self.search(domain, limit=SHOWN_CASES, order="id desc")

    # === BUSINESS METHODS ===#

    def _assign(self):
        """Give open cases that nobody has an agent: the dedicated one, else one of the team.

        Three queries for each team, and a write for each agent.
        """
        waiting = self.filtered(
            lambda case: case.is_open and not case.user_id and case.team_id
        ).sudo()  # loads, leaves and profiles are looked at for whoever opens a case
        chosen = defaultdict(self.browse)
        for team, cases in waiting.grouped("team_id").items():
            for case, agent in team._pair_with_agents(cases):
                chosen[agent] += case
        # agents find new cases in their list and get the customer's messages
        quiet = {"mail_notrack": True, "mail_auto_subscribe_no_notify": True}
        for agent, cases in chosen.items():
            if agent:
                # the choice is the rules', not that of whoever opens the case
                cases.sudo().with_context(**quiet).user_id = agent

    def _get_suits(self, agents, skills):
        """Return agent → how well the agent suits this case: who speaks the language comes first.

        :param skills: mapping of agent to :class:`assignment.Skill` records
        """
        self.ensure_one()
        path = self.category_id.parent_path or ""
        categories = set(map(int, filter(None, path.split("/"))))
        speakers = agents._get_speakers(self.lang, skills)
        return {
            agent: assignment.suit(skills.get(agent, ()), categories, self.lang)
            + assignment.SPEAKS * (agent in speakers)
            for agent in agents
        }

    @api.model
    @of_part("cases")
    def _cron_distribute(self):
        """Give out what nobody has to who is at work, batch by batch.

        Looked up once: what fails, or finds nobody, waits for the next time.
        """
        cron = self.env["ir.cron"]
        waiting = self._find_unassigned()
        remaining = len(waiting)
        for batch in split_every(DISTRIBUTED_AT_ONCE, waiting.ids, self.browse):
            batch._distribute()
            remaining -= len(batch)
            if not cron._commit_progress(len(batch), remaining=remaining):
                return

    @api.model
    def _find_unassigned(self):
        """Return open cases without agent that somebody at work could have, the urgent first."""
        teams = self.env["logistics.service.team"].search([("assignment_method", "!=", "manual")])
        manned = teams.filtered(lambda team: team._get_present(team.member_ids))
        return self.search(
            Domain("user_id", "=", False)
            & Domain("is_open", "=", True)
            & Domain("team_id", "in", teams.ids)
            & (Domain("team_id", "in", manned.ids) | Domain("profile_id.agent_id", "!=", False)),
            order="priority desc, received_at, id",
        )

    def _distribute(self):
        """Assign what of these is still free and nobody else is at; one that fails fails alone."""
        for attempt in range(RETRIES):
            try:
                held = self.try_lock_for_update()
                # somebody may have taken one since it was found
                held.invalidate_recordset(["user_id", "phase", "team_id"])
                isolate(held, methodcaller("_assign"), _leave_unassigned)
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.info("Cases are given out again: %s", error)
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                if attempt == RETRIES - 1:
                    raise

    def _merge_into(self, kept):
        """Merge cases into another: it takes over messages, files, activities and goods.

        :param kept: the case that stays
        :raise UserError: for cases of several companies or merged already
        """
        everything = self | kept
        everything.check_access("write")
        wait_for(everything)
        everything._check_mergeable()
        for source in self - kept:
            # messages and files have owners of their own; the right on both cases was checked
            self.env["logistics.complaint.merge"].sudo()._merge(source.sudo(), kept.sudo())
            source._set_aside(kept)

    def _check_mergeable(self):
        if len(self.company_id) > 1:
            raise UserError(self.env._("Cases of several companies cannot be merged."))
        self._check_not_merged()

    def _check_not_merged(self):
        """A case that was merged is worked on in the one that was kept."""
        merged = self.filtered("merged_into_id")[:1]
        if merged:
            raise UserError(
                self.env._(
                    "%(case)s was merged into %(kept)s already.",
                    case=merged.number,
                    kept=merged.merged_into_id.number,
                )
            )

    def _check_change(self, vals):
        """No stage takes up a merged case again, or one closed long ago."""
        if "stage_id" in vals:
            self._check_stays_merged(vals["stage_id"])
            self._check_reopens_in_time(vals["stage_id"])
        return super()._check_change(vals)

    def _check_reopens_in_time(self, stage_id):
        """A case closed long ago is not dragged back: it would spoil what was reported of it."""
        if self.env.su:
            return
        stage = self.env["logistics.complaint.stage"].browse(stage_id)
        late = self.filtered(lambda case: case._is_closed_for_good())[:1]
        if late and stage.phase not in (CLOSED, CANCELLED):
            raise UserError(
                self.env._(
                    "%(case)s was closed more than %(days)s days ago. The button “Reopen” opens a "
                    "new case that takes it up.",
                    case=late.number,
                    days=late.company_id.logistics_reopen_days,
                )
            )

    def _check_stays_merged(self, stage_id):
        """A merged case stays cancelled, also when it is dragged: only undoing the merge ends it."""
        merged = self.filtered("merged_into_id")[:1]
        stage = self.env["logistics.complaint.stage"].browse(stage_id)
        if merged and stage.phase != CANCELLED:
            raise UserError(
                self.env._(
                    "%(case)s was merged into %(kept)s and stays cancelled: work on %(kept)s.",
                    case=merged.number,
                    kept=merged.merged_into_id.number,
                )
            )

    def _set_aside(self, kept):
        """Cancel a merged case and tell both where the other is."""
        if self.customer_answered:
            kept.customer_answered = True
        self._note_course({"merged_into_id": kept.id})
        self._move_to_phase(CANCELLED)
        self.message_post(body=self.env._("Merged into %s.", kept._get_html_link()))
        kept.message_post(body=self.env._("%s was merged into this case.", self._get_html_link()))

    def action_undo_merge(self):
        """Give back what a merge of today moved."""
        self.ensure_one()
        kept = self.merged_into_id
        (self + kept).check_access("write")
        wait_for(self + kept)
        self.merge_ids[:1].sudo()._undo()  # as in _merge_into
        for case, other in ((self, kept), (kept, self)):
            case.message_post(
                body=self.env._("The merge with %s was undone.", other._get_html_link())
            )

    # === ACTION METHODS ===#

    def action_resolve(self):
        """Say that the matter is settled."""
        self._check_not_merged()
        self._move_to_phase(RESOLVED)

    def action_close(self):
        """Close cases whose matter is settled."""
        self._check_not_merged()
        self._move_to_phase(CLOSED)

    def action_reopen(self):
        """Take up settled cases again; what was closed long ago is taken up by a new case."""
        self._check_not_merged()
        self.check_access("write")
        late = self.filtered(lambda case: case._is_closed_for_good())
        (self - late)._move_to_phase(WORKING)
        follow_ups = self.browse().union(*(case._open_follow_up() for case in late))
        if len(follow_ups) == 1:
            return follow_ups.action_open()
        return bool(follow_ups) and self._get_cases_action([("id", "in", follow_ups.ids)])

    def action_start(self):
        """Take new cases and begin to work on them."""
        self._check_not_merged()
        self.filtered(lambda case: not case.user_id).action_take()
        self._move_to_phase(WORKING)

    def action_assign(self):
        """Distribute cases that nobody has."""
        self.check_access("write")
        self._assign()

    def action_merge(self):
        """Open the dialogue that merges these cases."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_complaint_merge_action"
        )
        return {**action, "context": {"active_ids": self.ids}}

    def action_view_customer_cases(self):
        """Open all cases of the customer."""
        self.ensure_one()
        return self._get_cases_action([("partner_id", "=", self.partner_id.id)])

    @api.model
    def _get_cases_action(self, domain, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_complaint_action"
        )
        return {
            **action,
            "domain": domain,
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "context": context,
        }

    def action_open(self):
        """Open this case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

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
            tz=self._get_customer_tz(),
            dt_format="short",
            lang_code=self.lang,
        )

    @api.depends("category_id", "cause_id", "company_id")
    def _compute_similar_lesson_count(self):
        similar = self.env["logistics.case.lesson"]._get_similar(self)
        for case in self:
            case.similar_lesson_count = len(similar[case])

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
        case = self.sudo()
        customer, orders = case.partner_id, case.order_ids
        receivers = (case.picking_ids | orders.picking_ids).partner_id
        receivers |= orders.partner_shipping_id | orders.partner_invoice_id
        people = case.contact_id | customer.child_ids | receivers
        staff = (case.user_id | orders.user_id).partner_id
        firms = customer | people.filtered("is_company") | receivers.commercial_partner_id
        return {
            "customer": [*firms.mapped("name"), customer.commercial_company_name, customer.ref],
            "person": [*(people - firms).mapped("name"), self.contact_name, *staff.mapped("name")],
            "partner": [self.responsible_partner_id.name, self.carrier_id.name],
            "number": [
                self.number,
                *self.order_ids.mapped("name"),
                *self.order_ids.filtered("client_order_ref").mapped("client_order_ref"),
                *self.picking_ids.mapped("name"),
                *self.picking_ids.filtered("carrier_tracking_ref").mapped("carrier_tracking_ref"),
            ],
        }


def _leave_unassigned(case, error):
    _logger.warning("Case %s could not be given to anybody: %s", case.id, error)

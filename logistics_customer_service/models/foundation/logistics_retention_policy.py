from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .retention import Kind

SHOWN = 500


class LogisticsRetentionPolicy(models.Model):
    """How long something is kept of persons. Not in force until somebody puts it in force.

    A policy without company serves every company that has none of its own in force.
    """

    _name = "logistics.retention.policy"
    _description = "Retention Policy"
    _order = "kind, company_id, id"

    kind = fields.Selection(selection="_get_kind_options", required=True)
    months = fields.Integer(
        string="Kept Months",
        required=True,
        default=24,
        help="Whole months after the date that counts.",
    )
    active = fields.Boolean(
        string="In Force",
        default=False,
        help="Only what is in force is done. What is gone does not come back.",
    )
    company_id = fields.Many2one("res.company", index=True, ondelete="cascade")

    # --- what the kind says
    action = fields.Selection(
        [("empty", "Texts are emptied"), ("delete", "Rows are deleted")],
        string="What Is Done",
        compute="_compute_words",
    )
    covers = fields.Char(string="Covers", compute="_compute_words")
    dated = fields.Char(string="Counted From", compute="_compute_words")
    effect = fields.Char(string="What Goes, What Stays", compute="_compute_words")

    # --- preview: what would go if it were done now
    due_count = fields.Integer(
        string="Would Go Today",
        compute="_compute_due",
        help="In your companies, if the policy were in force and done now.",
    )
    oldest_at = fields.Datetime(string="Oldest", compute="_compute_due")
    held_count = fields.Integer(
        string="Held for Open Cases",
        compute="_compute_held_count",
        help="Old enough, but kept as long as a case or a claim about it is open.",
    )
    next_run_at = fields.Datetime(string="Next Run", compute="_compute_next_run_at")

    # --- what was done
    last_run_at = fields.Datetime(string="Last Done", readonly=True, copy=False)
    done_count = fields.Integer(string="Done So Far", readonly=True, copy=False)
    failed_count = fields.Integer(
        string="Left Out",
        readonly=True,
        copy=False,
        help="Rows on which the last run failed; the log says why. The next run tries again.",
    )

    _once_per_company = models.UniqueIndex(
        "(kind, COALESCE(company_id, 0))", "There is such a policy already."
    )
    _check_months = models.Constraint("CHECK (months > 0)", "Keep it for one month at least.")

    # === COMPUTE METHODS ===#

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = self._get_kinds()
        for policy in self:
            policy.display_name = kinds[policy.kind].label if policy.kind in kinds else False

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_words(self):
        kinds = self._get_kinds()
        for policy in self:
            kind = kinds.get(policy.kind)
            policy.action = kind and ("delete" if kind.deletes else "empty")
            for name in ("covers", "dated", "effect"):
                policy[name] = kind and getattr(kind, name)

    @api.depends("kind", "months", "company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_due(self):
        scopes = self._get_seen_scopes()
        for policy in self:
            policy.due_count, policy.oldest_at = policy._measure(scopes[policy])

    @api.depends("kind", "months", "company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_held_count(self):
        scopes = self._get_seen_scopes()
        for policy in self:
            policy.held_count = policy._measure(scopes[policy], held=True)[0]

    def _compute_next_run_at(self):
        # scheduled actions are the administrator's
        cron = self.env.ref(
            "logistics_customer_service.ir_cron_apply_retention", raise_if_not_found=False
        )
        self.next_run_at = cron.sudo().nextcall if cron and cron.sudo().active else False

    # === ACTION METHODS ===#

    def action_put_in_force(self):
        """Have the policies done from the next run on."""
        self.write({"active": True})

    def action_suspend(self):
        """Have the policies done no more."""
        self.write({"active": False})

    def action_view_due(self):
        """Open the rows that would go today, the first of them."""
        self.ensure_one()
        self.check_access("read")
        kind = self._get_kinds()[self.kind]
        domain = self._get_due_domain(self._get_seen_scopes()[self])
        rows = self._get_rows(kind).search(domain, order=f"{kind.date}, id", limit=SHOWN)
        return {
            "type": "ir.actions.act_window",
            "name": kind.label,
            "res_model": kind.model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", rows.ids)],
            "context": {"active_test": False, "create": False},
        }

    # === HOOKS ===#

    @api.model
    def _get_kinds(self):
        """Return the kinds of what can be covered, by code; rooms add theirs to the end."""
        return {
            "undeliverable_address": Kind(
                model="logistics.undeliverable.address",
                label=self.env._("Addresses That Do Not Work"),
                covers=self.env._("Mail addresses and numbers that a server said do not exist."),
                dated=self.env._("The last failure."),
                effect=self.env._("The row goes: the address is tried again, mailboxes come back."),
                date="failed_at",
                deletes=True,
            )
        }

    @api.model
    def _get_holds(self, kind, alias):
        """Return the SQL conditions under which a row of a kind is held back: rooms add theirs.

        :param alias: name of the table of the rows
        """
        return []

    # === BUSINESS METHODS ===#

    @api.model
    def _get_kind_options(self):
        return [(code, kind.label) for code, kind in self._get_kinds().items()]

    def _get_scopes(self):
        """Return policy → the companies for which it is the one that counts."""
        own = self.sudo().with_context(active_test=True).search([("company_id", "!=", False)])
        taken = own.grouped("kind")
        everybody = self.env["res.company"].sudo().search([])  # whoever does it does it for all
        return {
            policy: policy.company_id
            or everybody - taken.get(policy.kind, own.browse()).company_id
            for policy in self
        }

    def _get_seen_scopes(self):
        """As :meth:`_get_scopes`, of the companies the user works for."""
        mine = self.env.companies
        return {policy: companies & mine for policy, companies in self._get_scopes().items()}

    def _get_due_domain(self, companies, held=False):
        """Return the domain of what goes now in companies, or of what would but is held back."""
        kind = self._get_kinds()[self.kind]
        limit = fields.Datetime.subtract(fields.Datetime.now(), months=self.months)
        due = Domain("company_id", "in", companies.ids) & Domain(kind.date, "<", limit)

        def to_sql(_model, alias, _query):
            holds = SQL(" OR ").join(self._get_holds(kind, alias) or [SQL("FALSE")])
            return SQL("(%s)" if held else "NOT (%s)", holds)

        return due & kind.get_left() & Domain.custom(to_sql=to_sql)

    @api.model
    def _get_rows(self, kind):
        # a policy speaks of what its owner need not read, as of archived rows
        return self.env[kind.model].sudo().with_context(active_test=False)

    def _measure(self, companies, held=False):
        """Return how many rows are due in companies (or held back), and the oldest date: one query."""
        kind = self._get_kinds().get(self.kind)
        if not kind or self.months <= 0:
            return 0, False
        self.env.flush_all()  # holds are SQL
        domain = self._get_due_domain(companies, held)
        [(count, oldest)] = self._get_rows(kind)._read_group(domain, [], ["__count", f"{kind.date}:min"])
        return count, oldest

import logging
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...foundation.isolation import isolate

_logger = logging.getLogger(__name__)

RETRIES = 3
# the night works out the facts of customers, with tiers or without
PART = None


class LogisticsRun(models.Model):
    """A nightly run of one company: its phase and place are stored, so it resumes after a kill.

    Phases: profiles that are missing, who changed, facts, the cuts of ranked criteria, scores with
    tiers. It follows what changed since the last run; the first one, and one after a change of
    policy, goes through all customers.
    """

    _name = "logistics.run"
    _description = "Nightly Run"
    _order = "date desc, id desc"
    _rec_name = "date"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True, help="Today in the company's time zone.")
    scheme_id = fields.Many2one("logistics.tier.scheme", readonly=True, ondelete="set null")
    since = fields.Date(
        string="Changes Since",
        readonly=True,
        help="The night whose figures are taken further; empty: all customers are worked out anew.",
    )
    basis = fields.Json(readonly=True, help="What all figures rest on: windows, policies, the program.")
    phase = fields.Selection(
        [
            ("profiles", "Profiles"),
            ("changes", "Changes"),
            ("facts", "Facts"),
            ("cuts", "Ranks"),
            ("rates", "Scores and Tiers"),
        ],
        required=True,
        readonly=True,
        default="profiles",
    )
    state = fields.Selection(
        [
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("replaced", "Replaced"),
        ],
        required=True,
        readonly=True,
        default="running",
        index=True,
    )
    cursor_id = fields.Integer(readonly=True, help="The last profile of the phase that is done.")
    cuts = fields.Json(readonly=True)
    started_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    finished_at = fields.Datetime(readonly=True)
    profile_count = fields.Integer(string="Profiles Made", readonly=True)
    seen_count = fields.Integer(
        string="Customers Looked At", readonly=True, help="Whose figures were worked out."
    )
    changed_count = fields.Integer(
        string="Customers Changed", readonly=True, help="Whose figures came out otherwise than before."
    )
    rated_count = fields.Integer(
        string="Customers Scored", readonly=True, help="Whose score and tier were worked out."
    )
    fact_count = fields.Integer(string="Facts Changed", readonly=True)
    score_count = fields.Integer(string="Scores Changed", readonly=True)
    tier_count = fields.Integer(string="Tiers Changed", readonly=True)
    error_count = fields.Integer(string="Errors", readonly=True)
    error_log = fields.Text(string="Customers Left Out", readonly=True)

    _one_running = models.UniqueIndex("(company_id) WHERE state = 'running'")

    # === BUSINESS METHODS ===#

    @api.model
    def _start(self, companies, everything=False):
        """Start runs for companies that have none running.

        :param everything: whether all customers are worked out, not only those who changed
        :return: the runs of the companies that are running now
        """
        running = self.search([("company_id", "in", companies.ids), ("state", "=", "running")])
        return running + self.create(
            [self._prepare_run_vals(company, everything) for company in companies - running.company_id]
        )

    @api.model
    def _prepare_run_vals(self, company, everything=False):
        scheme = self.env["logistics.tier.scheme"]._get_in_force(company)
        basis = self._get_basis(company, scheme)
        return {
            "company_id": company.id,
            "date": company._get_logistics_today(),
            "scheme_id": scheme.id,
            "basis": basis,
            "since": not everything and self._get_since(company, basis),
        }

    @api.model
    def _start_due(self):
        """Start the runs of companies whose hour has come and that had none today."""
        companies = self.env["res.company"].search([])
        last = dict(self._read_group([], ["company_id"], ["date:max"]))
        self._start(
            companies.filtered(
                lambda company: company._is_logistics_job_due()
                and last.get(company) != company._get_logistics_today()
            )
        )

    @api.model
    def action_run_now(self):
        """Bring the customers of the user's companies up to date at once."""
        if not self.env.user.has_group("logistics_customer_service.group_manager"):
            raise AccessError(self.env._("Only a service manager starts a run."))
        return self._restart(self.env.companies)

    @api.model
    def _restart(self, companies):
        """Run companies anew after a change of policy; small ones at once, others by the cron.

        :return: a notification for the person who asked
        """
        runs = self.sudo()  # a manager changes the policy; the run writes what follows from it
        runs.search([("company_id", "in", companies.ids), ("state", "=", "running")]).write(
            {"state": "replaced"}
        )
        large = companies.filtered(
            lambda company: runs._get_profile_total(company) > runs._get_batch_size()
        )
        for company in companies - large:
            runs._run_at_once(company)
        if large:
            runs._start(large, everything=True)
            self.env["ir.cron"]._wake("logistics_customer_service.ir_cron_refresh_profiles")
        message = (
            self.env._("The customers' tiers are being worked out in the background.")
            if large
            else self.env._("The customers' tiers are up to date.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _run_at_once(self, company):
        """Do a run over all customers of a company in the current transaction."""
        self.search([("company_id", "=", company.id), ("state", "=", "running")]).write(
            {"state": "replaced"}
        )
        run = self._start(company, everything=True)
        while run._advance():
            continue
        return run

    @api.model
    def _cron_refresh_profiles(self):
        """Bring profiles, scores and tiers up to date: batch by batch, company by company."""
        self._start_due()
        cron = self.env["ir.cron"]
        runs = self.search([("state", "=", "running")], order="id")
        cron._commit_progress(remaining=runs._count_remaining())
        for run in runs:
            try:
                while run._advance_or_retry():
                    if not cron._commit_progress(1, remaining=runs._count_remaining()):
                        return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()  # the run stays where it is and goes on in the next hour
            except Exception as error:  # one company's trouble is not the others'
                self.env.cr.rollback()
                run._fail(error)
            cron._commit_progress(1, remaining=runs._count_remaining())

    def _fail(self, error):
        """Give a run up until tomorrow and keep why."""
        _logger.exception("Run %s of %s failed", self.id, self.company_id.name)
        self.write(
            {
                "state": "failed",
                "finished_at": fields.Datetime.now(),
                "error_log": "\n".join(filter(None, [self.error_log, repr(error)])),
            }
        )

    def _advance(self):
        """Process one batch of the run and store how far it came.

        :return: whether something remains
        """
        self.ensure_one()
        run = self.try_lock_for_update().filtered(lambda run: run.state == "running")
        if not run:
            return False
        run._tune_planner()
        return getattr(run.with_company(run.company_id), f"_run_{run.phase}")()

    def _tune_planner(self):
        """Set the planner up, until the end of the transaction.

        A batch reads a small part of large tables through their indexes: at the default costs
        each batch would scan the tables whole, and compile the plan longer than run it. Where all
        are worked out anew the tables are read whole, and what is read is kept at hand.
        """
        self.env.cr.execute("SET LOCAL jit = off")
        if self._is_whole_pass():
            self.env.cr.execute("SET LOCAL work_mem = '128MB'")
        else:
            self.env.cr.execute("SET LOCAL random_page_cost = 1.1")

    def _is_whole_pass(self):
        """Tell whether the next batch is a pass over the facts of all customers."""
        return self.phase == "facts" and not self.since

    def _advance_or_retry(self):
        """Process one batch; when somebody changed the same rows meanwhile, do it again."""
        for _attempt in range(RETRIES):
            try:
                remains = self._advance()
                self.env.flush_all()
                return remains
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.info("Run %s repeats a batch: %s", self.id, error)
                self.env.cr.rollback()
                failure = error
        raise failure

    def _run_profiles(self):
        # customers who came since the last run are among what changed
        made = 0 if self.since else self.env["logistics.profile"]._insert_missing(self.company_id)
        if made:
            # the planner knows nothing yet of rows that came by the thousand
            self.env.cr.execute("ANALYZE logistics_profile")
        self.write({"profile_count": made, "phase": "changes", "cursor_id": 0})
        return True

    def _run_facts(self):
        profiles, remains, causes = self._get_next_profiles("facts")
        if not remains:
            if not self.since:
                self.env.cr.execute("ANALYZE logistics_profile_fact")
            self.write({"phase": "cuts", "cursor_id": 0})
            return True
        results = isolate(profiles, partial(self._refresh_facts, causes=causes), self._log_error)
        self.fact_count += sum(rows for rows, _ids in results)
        self.seen_count += len(profiles)
        self.changed_count += sum(len(ids) for _rows, ids in results)
        return True

    def _run_cuts(self):
        if not self.scheme_id or not self.env["res.groups"]._has_logistics_part("tiers"):
            return self._finish()
        self.write({"cuts": self._get_cuts(), "phase": "rates", "cursor_id": 0})
        if self.since:
            self._mark_moved()
        return True

    def _run_rates(self):
        profiles, remains, _causes = self._get_next_profiles("rates")
        if not remains:
            return self._finish()
        results = isolate(profiles, self._rate, self._log_error)
        self.score_count += sum(scores for scores, _tiers in results)
        self.tier_count += sum(tiers for _scores, tiers in results)
        self.rated_count += len(profiles)
        return True

    def _finish(self):
        self.write({"state": "done", "finished_at": fields.Datetime.now()})
        return False

    def _refresh_facts(self, profiles, causes):
        """Bring facts up to date; who has another value of a criterion is to be scored."""
        before = self._get_values(profiles.ids)
        rows, changed = self.env["logistics.profile.fact"]._refresh_changed(
            self.company_id, profiles, self.date, whole=not self.since, causes=causes
        )
        after = self._get_values(changed)
        untiered = profiles.filtered(lambda profile: not profile.tier_id) if self.since else ()
        moved = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
        self._mark_own("rates", {*(moved & changed), *(profile.id for profile in untiered)})
        return rows, changed

    def _rate(self, profiles):
        return profiles._rate(self.company_id, self.scheme_id, self.cuts or {}, self.date)

    def _get_cuts(self):
        self.env.flush_all()
        query = self.scheme_id._get_values_query(self.company_id, SQL("TRUE"))
        return self.scheme_id._get_cuts(self.company_id, query)

    @api.model
    def _get_last_cuts(self, company, scheme):
        """Return the cuts of the scheme's last run in a company, else those of today."""
        run = self.sudo().search(  # anybody who may refresh a profile needs the ranks
            [
                ("company_id", "=", company.id),
                ("scheme_id", "=", scheme.id),
                ("cuts", "!=", False),
                ("basis", "!=", False),  # those of before were cut by ages, which are days now
            ],
            limit=1,
        )
        if run:
            return run.cuts
        query = scheme._get_values_query(company, SQL("TRUE"))
        return scheme._get_cuts(company, query)

    def _get_next_profiles(self, purpose):
        """Return the next batch of the company's active profiles.

        :param purpose: what is to follow from the marks that are taken, where changes are followed
        :return: the profiles, whether there was any, and their ids by the model of what changed, or
            None where everything is worked out
        """
        own = [("company_id", "=", self.company_id.id)]
        Profile = self.env["logistics.profile"]
        if self.since:
            causes = self._take_own(purpose)
            ids = set().union(*causes.values())
            return Profile.search([*own, ("id", "in", ids)], order="id"), bool(ids), causes
        profiles = Profile.search(
            [*own, ("id", ">", self.cursor_id)],
            order="id",
            limit=self._get_pass_size() if self._is_whole_pass() else self._get_batch_size(),
        )
        if profiles:
            self.cursor_id = profiles[-1].id
        return profiles, bool(profiles), None

    @api.model
    def _get_batch_size(self):
        """Return the number of profiles of a batch, a system parameter."""
        return self._get_size("batch_size") or 5000

    @api.model
    def _get_pass_size(self):
        """Return for how many profiles at once all sources are read, a system parameter."""
        return self._get_size("pass_size") or 50000

    @api.model
    def _get_size(self, name):
        size = self.env["ir.config_parameter"].sudo().get_param(  # parameters are admin-only
            f"logistics_customer_service.{name}"
        )
        return int(size or 0)

    @api.model
    def _get_profile_total(self, company):
        return self.env["logistics.profile"].search_count([("company_id", "=", company.id)])

    def _count_remaining(self):
        """Return the number of batches left, roughly; zero only when all runs are done."""
        running = self.filtered(lambda run: run.state == "running")
        return sum(map(self._count_batches, running))

    def _count_batches(self, run):
        if run.since:
            return run._count_own() // self._get_batch_size() + 2
        batches = self._get_profile_total(run.company_id) // self._get_batch_size() + 2
        return batches if run.phase == "rates" else 2 * batches

    def _log_error(self, profile, error):
        _logger.warning("Run %s leaves profile %s out: %s", self.id, profile.id, error)
        # what could not be worked out is tried again the night after
        self.env["logistics.mark"]._append(self.phase, profile._name, profile.ids)
        line = f"{profile.id}: {(str(error) or repr(error)).splitlines()[0]}"
        self.write(
            {
                "error_count": self.error_count + 1,
                "error_log": "\n".join(filter(None, [self.error_log, line])),
            }
        )

    @api.autovacuum
    def _gc_runs(self):
        """Drop runs older than three months, but the last of each company."""
        last = [run_id for _company, run_id in self._read_group([], ["company_id"], ["id:max"])]
        limit = fields.Date.subtract(fields.Date.today(), months=3)
        self.search([("date", "<", limit), ("id", "not in", last)]).unlink()

from datetime import timedelta

from odoo import Command

from ...common import LogisticsCommon

# metric, method and what it is measured by: each way in which time and others change points
CRITERIA = [
    ("net_amount", "rank", {}),
    ("recency", "rank", {"weight": 2}),
    ("recency", "linear", {"zero_at": 40, "full_at": 0}),
    ("recency", "steps", {"step_ids": [(0, 100), (20, 50), (90, 10)]}),
    ("relation", "steps", {"step_ids": [(1, 30), (6, 60), (12, 100)]}),
    ("relation", "rank", {}),
    ("order_count", "rank", {"window_kind": "own", "window_months": 1}),
    ("median_gap", "rank", {}),
    ("overdue", "steps", {"step_ids": [(0, 100), (1, 20)], "weight": 3}),
    ("payment_delay", "linear", {"zero_at": 60, "full_at": 0}),
    ("refund_share", "linear", {"zero_at": 1, "full_at": 0}),
    ("needs_complexity", "linear", {"zero_at": 0, "full_at": 9}),
]


class NightCommon(LogisticsCommon):
    """A company whose scheme measures everything, and nights that follow what changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_books()
        cls.general = cls.env["account.journal"].create(
            {"name": "Any", "type": "general", "code": "LCSG", "company_id": cls.company.id}
        )
        cls.cash = cls.env["account.account"].create(
            {
                "name": "Cash",
                "code": "LCS99",
                "account_type": "asset_current",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Freight", "type": "service", "invoice_policy": "order"}
        )
        cls.scheme = cls._measure()
        cls.Run = cls.env["logistics.run"]
        cls.customers = [cls._customer(f"C{number}") for number in range(7)]
        cls.contacts = [
            cls.env["res.partner"].create({"name": "Person", "parent_id": one.id})
            for one in cls.customers[:3]
        ]
        cls.today = cls.company._get_logistics_today()
        for number, customer in enumerate(cls.customers):
            for days in (395 - number, 40 + 3 * number, 5 * number):
                cls._order(customer, 100 + number, at=cls._days_ago(days))
        cls._bill_the_past()

    @classmethod
    def _bill_the_past(cls):
        """Invoices that fall due day by day, that were paid a year and a month ago, and credits then."""
        for number, customer in enumerate(cls.customers):
            for days in (30, 365):
                day = cls.today - timedelta(days=days - number)
                cls._invoice_for(customer, 10 + number, "out_refund", day=day)
                paid = cls._invoice_for(customer, 20 + number, day=day, due=day)
                cls._pay(paid, day + timedelta(days=number), paid.amount_total)
            cls._invoice_for(customer, 5 + number, due=cls.today + timedelta(days=number))

    @classmethod
    def _measure(cls):
        scheme = cls.env["logistics.tier.scheme"].create(
            {
                "name": "All",
                "company_id": cls.company.id,
                "downgrade_margin": 1,
                "minimum_stay_days": 4,
                "tier_ids": [
                    Command.create({"name": code, "code": code, "threshold": threshold})
                    for code, threshold in (("A", 60), ("B", 50), ("C", 40), ("D", 0))
                ],
                "criterion_ids": [
                    Command.create(
                        {"name": metric, "metric": metric, "method": method, **cls._prepare(vals)}
                    )
                    for metric, method, vals in CRITERIA
                ],
            }
        )
        scheme.state = "in_force"
        return scheme

    @classmethod
    def _prepare(cls, vals):
        steps = [
            Command.create({"value_from": start, "points": points})
            for start, points in vals.get("step_ids", ())
        ]
        return {**vals, "step_ids": steps}

    def _night(self, everything=False):
        """Do a night now, each batch as if it were committed."""
        run = self.Run._start(self.company, everything)
        self.assertEqual(not run.since, everything)
        while run._advance():
            self.env.cr.flush()
        self.env.cr.flush()
        self.env.invalidate_all()
        return run

    def _assert_nothing_left(self, what):
        """Working everybody out anew finds nothing that a night left undone."""
        with self.env.cr.savepoint() as savepoint:
            run = self.Run._run_at_once(self.company)
            found = (run.profile_count, run.fact_count, run.score_count, run.tier_count, run.error_count)
            errors = run.error_log
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertEqual(found, (0, 0, 0, 0, 0), f"{what} {errors or ''}")

    @classmethod
    def _invoice_for(cls, partner, amount, kind="out_invoice", due=None, day=None):
        day = day or cls.company._get_logistics_today()
        move = cls.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "invoice_date": day,
                "invoice_date_due": due or day,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Any", "price_unit": amount, "tax_ids": [Command.clear()]})
                ],
            }
        )
        move.action_post()
        return move

    @classmethod
    def _pay(cls, invoice, day, amount):
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        account, partner = receivable.account_id, receivable.partner_id
        credit = {"account_id": account.id, "partner_id": partner.id, "credit": amount}
        entry = cls.env["account.move"].create(
            {
                "company_id": cls.company.id,
                "journal_id": cls.general.id,
                "date": day,
                "line_ids": [
                    Command.create(credit),
                    Command.create({"account_id": cls.cash.id, "debit": amount}),
                ],
            }
        )
        entry.action_post()
        (receivable + entry.line_ids.filtered("credit")).reconcile()

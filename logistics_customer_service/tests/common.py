from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.addons.logistics_customer_service.models.foundation.res_groups import PARTS
from odoo.tests import TransactionCase, new_test_user

MODULE = "logistics_customer_service"

# cases close without more ado; what closing needs has tests of its own
OPEN_GATE = dict.fromkeys(
    (
        "logistics_close_category",
        "logistics_close_cause",
        "logistics_close_party",
        "logistics_close_resolution",
        "logistics_close_told",
    ),
    False,
)

# shipped, and switched off until a company has decided
SENDING_RULES = {
    "logistics.notice.rule": [
        f"notice_rule_{occasion}"
        for occasion in (
            "order_confirmed",
            "goods_out",
            "out_for_delivery",
            "new_arrival",
            "delay_foreseen",
            "missed",
            "silent",
            "delivered",
            "refused",
            "problem",
        )
    ],
    "logistics.escalation.rule": [
        f"escalation_rule_{name}" for name in ("due_soon", "law", "overdue", "long_overdue", "law_broken")
    ],
}


class LogisticsCommon(TransactionCase):
    """A company with a product, people of each group, and helpers that make a customer's past."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        # a database without demo data has some parts switched off
        cls.env.ref("base.group_user").implied_ids |= cls._get_parts()
        # figures of the demo story would stand beside those of the tests
        cls.env["logistics.profile"].with_context(active_test=False).search([]).unlink()
        cls._switch_on_sending()
        sends = {"logistics_notify": True, "logistics_survey": True}
        cls.company = cls.env["res.company"].create({"name": "Test Logistics", **sends, **OPEN_GATE})
        cls.env.user.company_ids |= cls.company
        # most tests contact the same customer more often than a budget allows
        cls.env["logistics.contact.budget"].search([]).active = False
        # tests run on weekends and at night, too
        cls.env["ir.default"].set("logistics.service.team", "working_hours_only", False)
        cls.env["logistics.service.team"].search([]).working_hours_only = False
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": [cls.company.id]}
        )
        cls.company = cls.company.with_env(cls.env)
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.Profile = cls.env["logistics.profile"]
        cls.Fact = cls.env["logistics.profile.fact"]
        cls.scheme = cls.env.ref(f"{MODULE}.tier_scheme_vip")
        cls.vip = cls.env.ref(f"{MODULE}.tier_vip")
        cls.key = cls.env.ref(f"{MODULE}.tier_key")
        cls.standard = cls.env.ref(f"{MODULE}.tier_standard")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Carton", "type": "consu", "is_storable": True, "list_price": 10.0}
        )
        cls.agent = cls._new_user("agent", "group_agent")
        cls.supervisor = cls._new_user("supervisor", "group_supervisor")
        cls.manager = cls._new_user("manager", "group_manager")

    @classmethod
    def _switch_on_sending(cls):
        """Switch on what an installation leaves to the company: notices, escalation, acknowledgements."""
        for model, names in SENDING_RULES.items():
            rules = cls.env[model].union(*(cls.env.ref(f"{MODULE}.{name}") for name in names))
            rules.filtered(lambda rule: not rule.active).active = True
        thanks = cls.env.ref(f"{MODULE}.mail_template_acknowledgement")
        cls.env["ir.default"].set("logistics.service.team", "acknowledgement_template_id", thanks.id)
        teams = cls.env["logistics.service.team"].search([("acknowledgement_template_id", "=", False)])
        teams.acknowledgement_template_id = thanks

    @classmethod
    def _get_parts(cls, *names):
        """Return the groups of parts that can be switched off, all of them without names."""
        refs = [f"{MODULE}.group_part_{name}" for name in names or PARTS]
        return cls.env["res.groups"].union(*map(cls.env.ref, refs))

    @classmethod
    def _switch_off(cls, *names):
        """Switch parts of customer service off, as the settings do it."""
        employees = cls.env.ref("base.group_user")
        for part in cls._get_parts(*names):
            employees._remove_group(part)
        cls.env.invalidate_all()

    @classmethod
    def _apply_results(cls):
        """Do what the action does that notes what became of mails and SMS."""
        results = cls.env["logistics.sending.result"]
        while results._apply_or_rest():
            continue
        for name in cls.env.registry:
            if results._follows(name) and not cls.env[name]._abstract:
                cls.env[name]._find_lost()
        cls.env.invalidate_all()

    def _run_retention(self):
        """Do what retention policies in force say."""
        with self.enter_registry_test_mode():
            cron = self.env.ref(f"{MODULE}.ir_cron_apply_retention").sudo()
            cron.method_direct_trigger()
        self.env.invalidate_all()

    @classmethod
    def _retention(cls, kind, **vals):
        """Return the shipped policy of a kind, and nothing else of it: in force, for a month."""
        policy = cls.env.ref(f"{MODULE}.retention_{kind}")
        policy.write({"months": 1, "active": True, **vals})
        return policy

    @classmethod
    def _new_user(cls, name, *groups, company=None):
        company = company or cls.company
        names = [group if "." in group else f"{MODULE}.{group}" for group in groups]
        return new_test_user(
            cls.env,
            f"test_{name}",
            groups=",".join(names),
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _portal_user(cls, name, partner, company=None):
        """Return the login of a customer's person."""
        company = company or cls.company
        return new_test_user(
            cls.env,
            f"test_{name}",
            groups="base.group_portal",
            name=partner.name,
            email=partner.email or f"{name}@elsewhere.example.com",
            partner_id=partner.id,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _customer(cls, name="Customer", **vals):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **vals})

    @classmethod
    def _people(cls, number):
        """Return so many customers with an address and a phone each."""
        return cls.env["res.partner"].create(
            [
                {"name": f"C{n:03}", "email": f"c{n}@x.example", "phone": f"+86 138 0013 {n:04}"}
                for n in range(number)
            ]
        )

    @classmethod
    def _order(cls, partner, amount=100.0, at=None, qty=1.0, confirm=True, **vals):
        """Return an order of one line worth ``amount`` placed at a naive UTC instant."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": qty,
                            "price_unit": amount / qty,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
        order.date_order = at or fields.Datetime.now()
        return order

    @classmethod
    def _deliver(cls, order, at=None, qty=None, backorder=True):
        """Validate the open delivery of an order, in part when ``qty`` is less than ordered."""
        picking = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if qty is None else qty
            move.picked = True
        context = {"skip_sms": True, "skip_backorder": True}
        if not backorder:
            context["picking_ids_not_to_backorder"] = picking.ids
        picking.with_context(**context).button_validate()
        picking.date_done = at or fields.Datetime.now()
        return picking

    @classmethod
    def _transfer(cls, partner, kind=None, source=None, line=None, validate=True, **vals):
        """Return a transfer of one carton to a customer that somebody made by hand.

        :param kind: its operation type, that of deliveries if not given
        :param source: where it comes from, the stock if not given
        :param line: the order line it is for; none if not given
        """
        places = {
            "location_id": (source or cls.warehouse.lot_stock_id).id,
            "location_dest_id": cls.env.ref("stock.stock_location_customers").id,
        }
        move = {
            "product_id": cls.product.id,
            "product_uom_qty": 1,
            "sale_line_id": line and line.id,
            **places,
        }
        picking = cls.env["stock.picking"].create(
            {
                "partner_id": partner.id,
                "picking_type_id": (kind or cls.warehouse.out_type_id).id,
                "move_ids": [Command.create(move)],
                **places,
                **vals,
            }
        )
        picking.action_confirm()
        if validate:
            picking.move_ids.write({"quantity": 1, "picked": True})
            picking.with_context(skip_sms=True).button_validate()
        return picking

    @classmethod
    def _reason(cls, code):
        return cls.env.ref(f"{MODULE}.reason_{code}")

    @classmethod
    def _return(cls, picking, qty=None, reason=None, line_reason=None):
        """Bring a delivery back, whole or so much of each move, for a reason."""
        wizard = (
            cls.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create(
                {"picking_id": picking.id, "logistics_reason_id": reason and reason.id or False}
            )
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity if qty is None else qty
            line.logistics_reason_id = line_reason
        back = cls.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        for move in back.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        back.with_context(skip_sms=True).button_validate()
        return back

    @classmethod
    def _exchange(cls, picking, qty=None, validate=True):
        """Bring a delivery back for exchange, whole or in part; return what goes out instead."""
        wizard = (
            cls.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity if qty is None else qty
        before = picking.sale_id.picking_ids
        back = cls.env["stock.picking"].browse(wizard.action_create_exchanges()["res_id"])
        new = picking.sale_id.picking_ids - before - back
        for transfer in (back, *(new if validate else ())):
            for move in transfer.move_ids:
                move.quantity = move.product_uom_qty
                move.picked = True
            transfer.with_context(skip_sms=True).button_validate()
        return new

    @classmethod
    def _open_books(cls, company=None):
        """Give a company what it takes to invoice."""
        company = company or cls.company
        income, receivable = cls.env["account.account"].create(
            [
                {
                    "name": kind,
                    "code": f"LCS{number}",
                    "account_type": kind,
                    "reconcile": kind == "asset_receivable",
                    "company_ids": [Command.set(company.ids)],
                }
                for number, kind in enumerate(("income", "asset_receivable"), 71)
            ]
        )
        cls.env["account.journal"].create(
            {
                "name": "Invoices",
                "code": "LCSI",
                "type": "sale",
                "company_id": company.id,
                "default_account_id": income.id,
            }
        )
        cls.env["ir.default"].set(
            "res.partner", "property_account_receivable_id", receivable.id, company_id=company.id
        )

    @classmethod
    def _bill(cls, order):
        """Return the posted invoice of what is to be invoiced of an order."""
        invoice = order._create_invoices()
        invoice.invoice_date = fields.Date.today()
        invoice.action_post()
        return invoice

    @classmethod
    def _credit(cls, invoice, reason=None, post=True):
        """Credit a posted invoice by the dialogue, with what was wrong with it."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "logistics_reason_id": reason and reason.id})
        )
        refund = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if post:
            refund.action_post()
        return refund

    @classmethod
    def _profile(cls, partner, **vals):
        return cls.Profile.create(
            {"partner_id": partner.id, "company_id": cls.company.id, **vals}
        )

    @classmethod
    def _judge_outcomes(cls):
        """Judge what changed, as the job does within a minute, and what it was to judge anew."""
        cls.env["res.company"]._note_outcome_zones()
        cls.env["logistics.outcome.judge"]._judge_all_marked()
        rebuild = cls.env["logistics.outcome.rebuild"].search([("state", "=", "running")])
        while rebuild.state == "running":
            rebuild._advance()
        cls.env.invalidate_all()

    @classmethod
    def _judge_anew(cls):
        """Judge everything, what was written past Odoo included; return what differed."""
        rebuild = cls.env["logistics.outcome.rebuild"]._start("asked")
        cls._judge_outcomes()
        return rebuild.differing_count

    @classmethod
    def _refresh(cls, today=None):
        """Run the whole job of the company."""
        cls._judge_outcomes()
        cls.env["logistics.run"].search([]).unlink()
        run = cls.env["logistics.run"]._start(cls.company)
        if today:
            run.date = today
        while run._advance():
            continue
        return run

    @classmethod
    def _facts(cls, partner, months=0):
        profile = cls._profile_of(partner)
        return profile.fact_ids.filtered(lambda fact: fact.window_months == months)

    @classmethod
    def _profile_of(cls, partner):
        return cls.Profile.with_context(active_test=False).search(
            [
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", cls.company.id),
            ]
        )

    @classmethod
    def _days_ago(cls, days, hour=4):
        """Return a naive UTC instant so many days ago (4:00 UTC is noon in Shanghai), never to come."""
        day = cls.company._get_logistics_today() - timedelta(days=days)
        instant = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
        return min(instant, fields.Datetime.now()) if days >= 0 else instant

    def _count(self, work):
        """Return the queries that work and writing its results take, with nothing cached."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _few_and_many(self, records):
        """Return the queries of processing ten records and the many others; one more goes ahead."""
        records[:1]._process()
        return self._count(records[1:11]._process), self._count(records[11:]._process)

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ....tools.foundation.periods import local_date
from ....tools.shipment import cash, remittance, shipment

# handed over to a person: at a locker nobody pays
PAID = (shipment.DELIVERED, shipment.SIGNED_BY_OTHER)
NOT_DELIVERED = (shipment.REFUSED, shipment.RETURNED, shipment.LOST)
# what people write by hand; all else follows, or is written by methods alone
BY_HAND = {"amount", "confirmed_at", "confirmed_amount", "write_off_reason", "note"}
CONFIRMATION = {"confirmed_at", "confirmed_amount"}


class LogisticsCod(models.Model):
    """Money to be collected with a delivery, collected, and remitted by whoever collected it.

    Each delivery collects the value of the goods it brings. A delivery against payment only is
    handed over when it is paid: what the carrier or staff report as delivered counts as collected
    until somebody confirms another amount.
    """

    _name = "logistics.cod"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.course.mixin",
        "logistics.past.mixin",
    ]
    _description = "Cash on Delivery"
    _past_fields = ("confirmed_at", "remitted_on")
    _order = "id desc"
    _rec_name = "picking_id"
    _check_company_auto = True

    picking_id = fields.Many2one(
        "stock.picking", string="Delivery", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="order_id.partner_id", string="Customer", store=True, index=True
    )
    carrier_id = fields.Many2one(related="picking_id.carrier_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, readonly=True, ondelete="restrict"
    )
    rate = fields.Float(
        readonly=True, digits=0, help="Of the currency against the company's, as on the order."
    )
    rule_id = fields.Many2one("logistics.cod.rule", readonly=True, ondelete="set null")

    # --- to collect
    amount = fields.Monetary(string="To Collect", tracking=True)
    is_manual = fields.Boolean(
        string="Entered by Hand", help="The amount no longer follows the order."
    )
    prepaid_amount = fields.Monetary(
        string="Paid Before", readonly=True, help="Part of the goods' value paid in advance."
    )

    # --- collected
    confirmed_at = fields.Datetime(string="Collection Confirmed", tracking=True, copy=False)
    confirmed_amount = fields.Monetary(copy=False, tracking=True)
    confirmed_by = fields.Many2one("res.users", readonly=True, copy=False)
    collected_at = fields.Datetime(string="Collected", compute="_compute_state", store=True)
    collected_amount = fields.Monetary(compute="_compute_state", store=True)
    collected_by = fields.Selection(
        [("carrier", "Carrier"), ("driver", "Own driver")],
        compute="_compute_state",
        store=True,
    )
    state = fields.Selection(
        [
            ("to_collect", "To collect"),
            ("collected", "Collected"),
            ("remitted", "Remitted"),
            ("not_delivered", "Not delivered"),
            ("written_off", "Written off"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
    )
    fee_amount = fields.Monetary(
        string="Fee", compute="_compute_fee", store=True, help="Charged on delivered only."
    )

    # --- remitted
    due_date = fields.Date(
        string="Remittance Due", compute="_compute_due_date", store=True, index="btree_not_null"
    )
    expected_amount = fields.Monetary(
        string="To Remit",
        compute="_compute_fee",
        store=True,
        help="What was collected, less the fee where the carrier keeps it back.",
    )
    remitted_on = fields.Date(string="Remitted", copy=False, tracking=True)
    remitted_amount = fields.Monetary(copy=False, tracking=True)
    remittance_ref = fields.Char(string="Remittance Reference", copy=False, tracking=True)
    difference = fields.Monetary(
        compute="_compute_fee", store=True, help="Remitted less what was to be remitted."
    )
    note = fields.Text()
    written_off_at = fields.Datetime(readonly=True, copy=False)
    write_off_reason = fields.Char(tracking=True, copy=False)
    overdue = fields.Boolean(compute="_compute_lateness", search="_search_overdue")
    days_late = fields.Integer(compute="_compute_lateness")

    _picking_unique = models.UniqueIndex("(picking_id)", "The delivery already collects money.")
    _check_amounts = models.Constraint(
        "CHECK (amount >= 0 AND confirmed_amount >= 0 AND remitted_amount >= 0)",
        "Amounts are not negative.",
    )
    _open_idx = models.Index("(company_id, due_date) WHERE state = 'collected'")

    # === COMPUTE METHODS ===#

    @api.depends(
        "amount",
        "confirmed_at",
        "confirmed_amount",
        "remitted_on",
        "written_off_at",
        "picking_id.state",
        "picking_id.date_done",
        "picking_id.carrier_id",
        "picking_id.shipment_state",
        "picking_id.shipment_reported",
        "picking_id.carrier_delivered_at",
    )
    def _compute_state(self):
        # sudo: supervisors need no rights on the delivery to see what follows from it
        for cod in self.sudo():
            picking = cod.picking_id
            assumed = cod._get_assumed_collection()
            collected_at = cod.confirmed_at or assumed
            cod.collected_at = collected_at
            cod.collected_amount = (
                cod.confirmed_amount if cod.confirmed_at else cod.amount if assumed else 0.0
            )
            cod.collected_by = "carrier" if picking.carrier_id else "driver"
            if cod.written_off_at:
                cod.state = "written_off"
            elif cod.remitted_on:
                cod.state = "remitted"
            elif collected_at:
                cod.state = "collected"
            elif picking.state == "cancel" or picking.shipment_state in NOT_DELIVERED:
                cod.state = "not_delivered"
            else:
                cod.state = "to_collect"

    def _get_assumed_collection(self):
        """Return when the goods were handed over to somebody who paid, as far as anybody says."""
        picking = self.picking_id
        if picking.shipment_reported:
            return picking.shipment_state in PAID and picking.carrier_delivered_at
        # an own driver's transfer is validated on return; a carrier's when the goods leave
        return picking.state == "done" and not picking.carrier_id and picking.date_done

    @api.depends("state", "collected_amount", "remitted_amount", "rule_id", "rate")
    def _compute_fee(self):
        """What has been remitted keeps its fee, whatever becomes of the rule."""
        for cod in self:
            if cod.state == "remitted":
                cod.fee_amount, cod.expected_amount = cod.fee_amount, cod.expected_amount
                missing = cod.remitted_amount - cod.expected_amount
                cod.difference = cod.currency_id.round(missing)
            else:
                cod.difference = 0.0
                cod.fee_amount = cod._get_fee() if cod.state == "collected" else 0.0
                cod.expected_amount = cod._get_expected()

    def _get_fee(self):
        return self.rule_id._get_fee(self.collected_amount, self.currency_id, self.rate)

    def _get_expected(self):
        if self.state != "collected":
            return 0.0
        kept = self.fee_amount if self.rule_id.fee_withheld else 0.0
        return self.currency_id.round(self.collected_amount - kept)

    @api.depends("collected_at", "rule_id", "company_id")
    def _compute_due_date(self):
        """Calendars are read once per company, whatever the number of collections."""
        keys = {
            cod: (
                cod.company_id,
                cod.rule_id,
                local_date(cod.collected_at, cod.company_id._get_logistics_tz()),
            )
            for cod in self
            if cod.collected_at and not cod.remitted_on
        }
        due = self.env["logistics.cod.rule"].sudo()._get_due_days(set(keys.values()))
        for cod in self:
            # a remittance was late, or not, by the rule of its time
            cod.due_date = cod.due_date if cod.remitted_on else due.get(keys.get(cod))

    @api.depends("due_date", "state", "remitted_on")
    def _compute_lateness(self):
        today = {company: company._get_logistics_today() for company in self.company_id}
        for cod in self:
            owed = cod.state in ("collected", "remitted")
            cod.days_late = owed and remittance.days_late(
                cod.due_date, cod.remitted_on, today[cod.company_id]
            )
            cod.overdue = cod.state == "collected" and cod.days_late > 0

    @api.model
    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "collected")
            & Domain("due_date", "<", company._get_logistics_today())
            for company in self.env["res.company"].sudo().search([])  # each has its own today
        )
        return overdue if True in value else ~overdue

    # === CRUD METHODS ===#

    def write(self, vals):
        by_hand = not self._may_write_course()
        if by_hand:
            self.check_access("write")
            self._refuse_course(vals)
            self._ensure_open(vals)
            if CONFIRMATION & vals.keys():
                vals = {**vals, "confirmed_by": self.env.uid}
        if "amount" in vals and "is_manual" not in vals:
            vals = {**vals, "is_manual": True}
        result = super(LogisticsCod, self._by_method()).write(vals)
        if by_hand and {"amount", *CONFIRMATION} & vals.keys():
            cods = self.sudo()  # the others of an order make up for it, whoever reads the order
            cods.order_id._refresh_cod()
        return result

    def _ensure_open(self, vals):
        """What was collected or remitted keeps its amounts."""
        if CONFIRMATION & vals.keys() and "remitted" in self.mapped("state"):
            raise UserError(self.env._("What was remitted keeps the amount collected."))
        if "amount" in vals and any(not cod._follows_order() for cod in self):
            raise UserError(self.env._("What was collected keeps the amount to collect."))

    @api.model
    def _get_course_fields(self):
        """What is booked or follows; chatter, activities and others' fields are free."""
        own = {
            name
            for name, field in self._fields.items()
            if field._module == "logistics_customer_service"
        }
        return super()._get_course_fields() | (own - BY_HAND)

    @api.model
    def _get_course_error(self, labels):
        return AccessError(
            self.env._(
                "Collections are confirmed, remitted and written off by their buttons, not by "
                "writing: %s",
                labels,
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collected(self):
        if any(cod.state in ("collected", "remitted", "written_off") for cod in self):
            raise UserError(self.env._("What was collected stays on record."))

    # === BUSINESS METHODS ===#

    @api.model
    def _sync(self, orders, validated=()):
        """Make what the deliveries of orders collect, or bring it up to date.

        Each delivery collects the value of the goods it brings; what is no goods (freight,
        services, discounts) goes with the first, and what that takes off beyond it with the next.
        What was paid before is taken off the first ones. Together they come to what is owed.

        :param validated: deliveries whose goods are known only now, though they count as paid
        """
        # records that are filtered forget their neighbours: read for all orders at once
        lines = orders.order_line
        lines.move_ids.fetch(
            [*("sale_line_id", "product_id", "product_uom", "product_uom_qty", "quantity"),
             *("state", "picking_id")]
        )  # fmt: skip
        lines.fetch(["price_total", "product_id", "product_uom_qty", "product_uom_id"])
        (lines.product_id | lines.move_ids.product_id).fetch(["uom_id", "type"])
        held = self.search([("order_id", "in", orders.ids)]).grouped("order_id")
        rules = self.env["logistics.cod.rule"]._get_rules()
        vals_list = []
        for order in orders:
            cods = held.get(order, self.browse())
            by_picking = {cod.picking_id: cod for cod in cods}
            for picking, asked in cods._share(order, validated).items():
                vals = self._prepare_cod_vals(order, picking, *asked)
                rule = self.env["logistics.cod.rule"]._choose(
                    rules, picking.company_id, picking.carrier_id
                )
                vals["rule_id"] = rule.id
                if picking in by_picking:
                    by_picking[picking]._follow(vals)
                else:
                    vals_list.append(vals)
        self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True).create(vals_list)

    def _share(self, order, validated):
        """Return what each delivery of an order is to collect, and what of it was paid before.

        These are the collections there are. What was collected, or entered by hand, stands, and
        the others make up for it. What was refused asks for its own goods alone, should it be
        taken after all, as long as there are others.
        """
        deliveries = order.picking_ids.filtered(lambda picking: picking._is_customer_delivery())
        values, rest, owed = deliveries._get_cod_values(order)
        asked = {}
        fixed = self.browse()
        for cod in self:
            picking, follows = cod.picking_id, cod._follows_order(validated)
            if follows and picking not in values:
                asked[picking] = (0.0, 0.0)  # cancelled
            elif follows and not cod.is_manual:
                continue
            elif cod.state == "not_delivered":
                values.pop(picking, None)
                asked[picking] = (0.0, 0.0)  # an amount by hand stays
            else:
                fixed |= cod
                rest += values.pop(picking, 0.0) - cod._get_settled()
                if follows:
                    asked[picking] = (0.0, 0.0)
        refused = self.filtered(lambda cod: cod.state == "not_delivered").picking_id
        turns = [picking for picking in values if picking not in refused] or list(values)
        for picking in values.keys() - set(turns):
            asked[picking] = (max(values[picking], 0.0), 0.0)
        prepaid = order._get_cod_prepaid(fixed)
        left = owed - sum(cod._get_settled() for cod in fixed)
        brought = cash.capped([values[picking] for picking in turns], left - rest)
        shares = cash.spread(brought, rest, prepaid, order.currency_id.round)
        return asked | dict(zip(turns, shares, strict=True))

    def _get_settled(self):
        """Return what of the order this one settles, what was paid before included."""
        amount = self.collected_amount if self.collected_at else self.amount
        if self.written_off_at:
            amount = max(self.amount, self.collected_amount)
        return amount + self.prepaid_amount

    @api.model
    def _prepare_cod_vals(self, order, picking, amount, prepaid):
        return {
            "picking_id": picking.id,
            "order_id": order.id,
            "currency_id": order.currency_id.id,
            "rate": order.currency_rate,
            "amount": order.currency_id.round(amount),
            "prepaid_amount": order.currency_id.round(prepaid),
            "is_manual": False,
        }

    def _follows_order(self, validated=()):
        """Tell whether the amount may still change: nobody has collected anything yet."""
        if self.picking_id in validated and self.state == "collected":
            return not self.confirmed_at
        return self.state in ("to_collect", "not_delivered")

    def _follow(self, vals):
        """Write what changed; an amount entered by hand stays."""
        if self.is_manual:
            vals = {name: vals[name] for name in ("rule_id", "rate")}
        current = self.read(list(vals), load=False)[0]
        changes = {name: value for name, value in vals.items() if current[name] != value}
        if changes:
            self.write({**changes, "is_manual": self.is_manual})

    def action_confirm_collected(self):
        """Confirm that the amounts to collect were collected."""
        self.check_access("write")
        for cod in self.filtered(lambda cod: not cod.confirmed_at):
            if cod.state not in ("to_collect", "collected"):
                raise UserError(
                    self.env._("%s collects nothing any more.", cod.sudo().picking_id.name)
                )
            cod._note_course(
                {
                    "confirmed_at": cod.collected_at or fields.Datetime.now(),
                    "confirmed_amount": cod.amount,
                    "confirmed_by": self.env.uid,
                }
            )

    def action_remittance(self):
        """Open the form on which money received from a carrier is booked."""
        due = self.filtered(lambda cod: cod.state == "collected")
        if not due:
            raise UserError(self.env._("Choose deliveries whose money has been collected."))
        if len(due.carrier_id) > 1 or len({bool(cod.carrier_id) for cod in due}) > 1:
            raise UserError(self.env._("Choose deliveries of one carrier."))
        if len(due.company_id) > 1 or len(due.currency_id) > 1:
            raise UserError(self.env._("Choose deliveries of one company and one currency."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_cod_remittance_action"
        )
        return {**action, "context": {"default_cod_ids": due.ids}}

    def _remit(self, amounts, reference, day, notes):
        """Book money received: each once, though two people book it at the same time.

        :param amounts: mapping of record id to the amount received
        :param reference: of the transfer, as on the bank statement
        :param day: date of receipt
        :param notes: mapping of record id to a remark
        """
        self.check_access("write")
        self.flush_recordset()  # fee and due day are those of this moment
        self.lock_for_update()
        self.invalidate_recordset(["state", "remitted_on"])
        for cod in self:
            if cod.state != "collected":
                raise UserError(
                    self.env._("%s is not waiting for a remittance.", cod.sudo().picking_id.name)
                )
            cod._note_course(
                {
                    "remitted_on": day,
                    "remitted_amount": amounts[cod.id],
                    "remittance_ref": reference,
                    "note": "\n".join(filter(None, [cod.note, notes.get(cod.id)])),
                }
            )

    def action_undo_remittance(self):
        """Take back a remittance booked by mistake; what was booked stays in the history."""
        self.check_access("write")
        self.filtered(lambda cod: cod.state == "remitted")._note_course(
            {"remitted_on": False, "remitted_amount": 0, "remittance_ref": False}
        )

    def action_write_off(self):
        """Give up money that will not come, with the reason."""
        self.check_access("write")
        for cod in self:
            if not (cod.write_off_reason or "").strip():
                raise UserError(self.env._("Give the reason for writing off first."))
            if cod.state == "remitted":
                raise UserError(self.env._("What was remitted is not written off."))
        self._note_course({"written_off_at": fields.Datetime.now()})

    def action_update_amount(self):
        """Work the amounts out anew from the orders: after a payment, or a change of the order."""
        self.check_access("write")
        self.filtered("is_manual")._note_course({"is_manual": False})
        cods = self.sudo()  # reads orders, transfers and invoices
        cods._sync(cods.order_id)

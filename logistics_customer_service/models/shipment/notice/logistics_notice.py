
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date, format_datetime

from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_date
from ....tools.shipment import notices

PURPOSE = "service_notice"


class LogisticsNotice(models.Model):
    """What a customer was told, or is to be told, about a shipment; or why not.

    Made with the fact, as an intention; a scheduled action decides, writes the text and puts it
    into Odoo's queue of mails or SMS, and what becomes of it there is noted here.
    """

    _name = "logistics.notice"
    _inherit = ["logistics.sending.text.mixin", "logistics.secret.mixin"]
    _description = "Notice to a Customer"
    _order = "id desc"

    _refuse_path = "/n"
    _link_paths = (_refuse_path,)
    _refuse_purpose = PURPOSE
    _sending_cron = "logistics_customer_service.ir_cron_send_notices"
    _sending_layout = "logistics_customer_service.notice_mail_layout"
    _sending_batch_parameter = "logistics_customer_service.notice_batch_size"

    # notices are noted by the hundred in one query; whoever is told gets a token
    handle = fields.Char(required=False)

    occasion = fields.Selection(
        selection=lambda self: self.env["logistics.notice.rule"]._get_occasions(),
        required=True,
        readonly=True,
    )
    order_id = fields.Many2one("sale.order", index=True, readonly=True, ondelete="cascade")
    picking_id = fields.Many2one(
        "stock.picking", string="Delivery", index=True, readonly=True, ondelete="cascade"
    )
    event_id = fields.Many2one(
        "logistics.shipment.event",
        string="Shipment Event",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    expected_on = fields.Date(
        string="New Expected Day",
        readonly=True,
        help="A new expected arrival is told once for each day.",
    )
    happened_at = fields.Datetime(required=True, readonly=True)
    rule_id = fields.Many2one(
        "logistics.notice.rule", index="btree_not_null", readonly=True, ondelete="set null"
    )
    reason = fields.Selection(
        selection_add=[
            ("no_rule", "No rule for the customer"),
            ("refused", "Customer refused notices"),
            ("overtaken", "Overtaken by events"),
            ("told", "Told by another mail"),
        ]
    )
    sms_ids = fields.One2many(inverse_name="logistics_notice_id")

    # --- for the texts, in the customer's language and time zone
    number = fields.Char(compute="_compute_number")
    tracking_ref = fields.Char(related="picking_id.carrier_tracking_ref")
    expected_day = fields.Char(compute="_compute_texts")
    happened_day = fields.Char(string="Day It Happened", compute="_compute_texts")
    event_label = fields.Char(string="What Happened", compute="_compute_event_label")
    tracking_url = fields.Char(string="Tracking Link", compute="_compute_texts")

    _once_per_delivery = models.UniqueIndex(
        "(picking_id, occasion, COALESCE(expected_on, '-infinity'::date)) WHERE picking_id IS NOT NULL"
    )
    _once_per_order = models.UniqueIndex(
        "(order_id, occasion) WHERE picking_id IS NULL AND order_id IS NOT NULL"
    )
    _due_idx = models.Index("(due_at, id) WHERE due_at IS NOT NULL")
    _queued_idx = models.Index("(id) WHERE state = 'queued'")
    _failed_idx = models.Index("(company_id, id) WHERE state = 'failed'")

    # === COMPUTE METHODS ===#

    @api.depends("occasion", "order_id", "picking_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        occasions = dict(self._fields["occasion"]._description_selection(self.env))
        for notice in self:
            document = notice.picking_id.name or notice.order_id.name
            notice.display_name = " · ".join(filter(None, [document, occasions[notice.occasion]]))

    @api.depends("event_id")
    @api.depends_context("lang")
    def _compute_event_label(self):
        kinds = dict(self.env["logistics.shipment.event"]._get_kinds())
        for notice in self:
            event = notice.event_id
            what = kinds.get(event.kind)
            notice.event_label = (
                self.env._("%(what)s, %(where)s", what=what, where=event.place)
                if what and event.place
                else what or event.place
            )

    @api.depends("order_id", "picking_id")
    def _compute_number(self):
        for notice in self:
            notice.number = notice.order_id.name or notice.picking_id.name

    @api.depends("order_id", "picking_id", "happened_at", "lang", "tz")
    @api.depends_context("template_preview_lang")
    def _compute_texts(self):
        for notice in self:
            day = notice._get_expected_day()
            notice.expected_day = day and format_date(self.env, day, lang_code=notice.lang)
            notice.happened_day = notice.happened_at and format_datetime(
                self.env,
                notice.happened_at,
                tz=notice.tz,
                dt_format="short",
                lang_code=notice.lang,
            )
            notice.tracking_url = notice._get_tracking_url()

    def _get_expected_day(self):
        """Return the day on which the goods are expected, in the customer's time zone, or False."""
        if self.expected_on:
            return self.expected_on
        instant = self._get_expected_instant(self.order_id, self.picking_id)
        return instant and local_date(instant, self.tz)

    @api.model
    def _get_expected_instant(self, order, picking):
        """Return the naive UTC instant at which a delivery or an order is expected, or False."""
        return picking.expected_arrival or order.promised_date or picking.scheduled_date

    def _get_waited_for(self):
        """Return the deliveries that the customers wait for: those of an order have the same receiver."""
        receivers = self.partner_id.commercial_partner_id
        return self.picking_id | self.order_id.picking_ids.filtered(
            lambda picking: (
                picking.state != "cancel"
                and picking._has_tracking_page()
                and picking._get_recipient().commercial_partner_id in receivers
            )
        )

    def _get_tracking_url(self):
        """Return the address where the customer sees how the shipment stands, or False."""
        pages = [url for url in self._get_waited_for().mapped("tracking_page_url") if url]
        if pages:
            return pages[0]  # half as long as a link to the order: with it a message stays short
        order = self.order_id
        receiver = self.partner_id.commercial_partner_id
        if not order or order.partner_id.commercial_partner_id != receiver:
            return False  # what the goods cost is none of the business of whoever receives them
        return order.get_base_url() + order.get_portal_url()

    # === BUSINESS METHODS ===#

    @api.model
    def _note(self, vals_list):
        """Keep that customers are to be told of facts, each fact once.

        Of facts that no rule is about, and of companies that tell nobody, nothing is kept.

        :param vals_list: dicts of ``occasion``, ``company_id``, ``happened_at`` and of
            ``order_id``, ``picking_id``, ``event_id``, ``partner_id``, ``expected_on`` as far as
            known; facts may repeat
        """
        # a loader's word: whoever else sends it along keeps nothing from customers
        if self._is_logistics_loader() and self.env.context.get("skip_logistics_notices"):
            return
        told = [vals for vals in vals_list if self._is_told(vals)]
        if told and self._insert(told):
            self._wake_up(self._sending_cron)

    @api.model
    def _is_told(self, vals):
        company = self.env["res.company"].sudo().browse(vals["company_id"])
        return company._tells_of(vals["occasion"])

    @api.model
    def _insert(self, vals_list):
        """Insert what is new; whoever came first, maybe in another transaction, has told it.

        :return: whether something is to be sent
        """
        now = fields.Datetime.now()
        rows = [self._prepare_row(vals, now) for vals in vals_list]
        inserted = self._insert_new(rows)
        self.env["stock.picking"].invalidate_model(["notice_ids", "notice_count"], flush=False)
        self.env["sale.order"].invalidate_model(["notice_count"], flush=False)
        return any(due_at for _notice_id, due_at in inserted)

    @api.model
    def _prepare_row(self, vals, now):
        """Return the columns of a new notice; one of a fact long past is not for sending."""
        company = self.env["res.company"].sudo().browse(vals["company_id"])
        old = vals["happened_at"] < company._get_notice_limit(now)
        names = ("order_id", "picking_id", "event_id", "partner_id", "expected_on")
        return {
            **{name: vals.get(name) or None for name in names},
            "occasion": vals["occasion"],
            "company_id": vals["company_id"],
            "happened_at": vals["happened_at"],
            "state": "suppressed" if old else "waiting",
            "reason": "too_old" if old else None,
            "due_at": None if old else now,
            "attempts": 0,
        }

    # === CRON METHODS ===#

    @api.model
    @of_part("shipments")
    def _cron_send_notices(self):
        """Put the notices that are due into the queues of mails and SMS, batch by batch."""
        self._process_due()

    # === BUSINESS METHODS ===#

    def _is_open(self):
        """Tell whether the link lets somebody refuse notices now."""
        return self._is_refusable()

    def _get_rules(self, profiles):
        rules = self.env["logistics.notice.rule"].search([])
        return {
            notice: rules._choose(
                rules, notice.occasion, notice.company_id, profiles[notice].tier_id
            )
            for notice in self
        }

    def _get_reasons(self, profiles, rules):
        overtakers = self.filtered(rules.get)._get_overtakers()
        now = fields.Datetime.now()
        return {
            notice: notice._get_obstacle(profiles[notice], overtakers, now)
            if rules[notice]
            else "no_rule"
            for notice in self
        }

    def _get_retry_reasons(self):
        """What was written is given up for its age alone."""
        now = fields.Datetime.now()
        return {notice: "too_old" if notice._is_too_old(now) else None for notice in self}

    def _get_obstacle(self, profile, overtakers, now):
        """Return why the notice is not to be sent, or None."""
        if self._is_to_ourselves():
            return "not_customer"
        if self._is_too_old(now):
            return "too_old"
        if self._is_overtaken(overtakers):
            return "overtaken"
        if profile._refuses(PURPOSE, self.partner_id):
            return "refused"
        return None

    def _is_too_old(self, now):
        """Tell whether the fact lies too far back; loaders date orders and deliveries back."""
        dates = [self.happened_at, *self._get_fact_dates()]
        limit = self.company_id._get_notice_limit(self._get_age_moment(now))
        return not self.insisted and min(filter(None, dates)) < limit

    def _get_fact_dates(self):
        if self.occasion == notices.ORDER_CONFIRMED:
            return [self.order_id.date_order, self.order_id.promised_date]
        if self.occasion == notices.GOODS_OUT or (
            self.occasion == notices.DELIVERED and not self.event_id
        ):
            return [self.picking_id.date_done]
        return []

    def _get_overtakers(self):
        """Return the last notice that speaks of the same delivery, by delivery and occasion."""
        groups = self._read_group(
            [
                ("picking_id", "in", self.picking_id.ids),
                ("occasion", "in", (notices.NEW_ARRIVAL, notices.DELIVERED)),
                ("state", "!=", "suppressed"),
            ],
            ["picking_id", "occasion"],
            ["id:max"],
        )
        return {(picking.id, occasion): last for picking, occasion, last in groups}

    def _is_overtaken(self, overtakers):
        """Tell whether it is too late to tell, or another notice says more."""
        picking = self.picking_id
        if "cancel" in (picking.state, self.order_id.state):
            return True
        if self.occasion == notices.NEW_ARRIVAL:
            newer = overtakers.get((picking.id, notices.NEW_ARRIVAL), 0) > self.id
            return newer or notices.is_overtaken(self.occasion, picking.shipment_state)
        if self.occasion == notices.GOODS_OUT and (picking.id, notices.DELIVERED) in overtakers:
            return True
        return notices.is_overtaken(self.occasion, picking.shipment_state)

    def _postpone(self, rules, profiles):
        """As inherited; the rule that has put a notice off is kept."""
        ready = super()._postpone(rules, profiles)
        for notice in self - ready:
            notice.rule_id = rules[notice]
        ready._get_waited_for()._ensure_tracking_links()
        return ready

    @api.model
    def _may_contact(self, records):
        """What the contract demands is told however often."""
        return records

    def _queue(self, rule, channel):
        self.rule_id = rule
        return super()._queue(rule, channel)

    # === ACTION METHODS ===#

    def action_retry(self):
        """Send these notices again that failed or were held back, whatever their age.

        What stood against them otherwise still does: a refusal, a blacklist, a missing address.

        :raise AccessError: for people who are not customer service
        """
        if not self.env.user.has_group("logistics_customer_service.group_agent"):
            raise AccessError(self.env._("Only customer service sends notices again."))
        self.check_access("read")
        # agents ask; what is told is written by the program alone
        notices_sudo = self.sudo().filtered(
            lambda notice: notice.state in ("failed", "suppressed")
        )
        unreached = notices_sudo.filtered("due_at")
        (notices_sudo - unreached)._start_anew()
        unreached.write({"due_at": fields.Datetime.now(), "insisted": True})
        if notices_sudo:
            self._wake_up(self._sending_cron)

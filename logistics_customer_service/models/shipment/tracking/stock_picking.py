import base64
import io
from collections import defaultdict
from itertools import islice

import qrcode
from babel.dates import format_skeleton
from babel.numbers import format_decimal
from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_time, get_lang
from odoo.tools.misc import babel_locale_parse

from ....tools.foundation.periods import local_date, to_local, word_zone
from ....tools.foundation.text_language import tell_language
from ....tools.shipment import shipment, tracking
from ....tools.shipment.masking import mask_name, mask_place
from ....tools.shipment.tracking_numbers import joined

# carriers' remarks are for customers; what staff note for each other is not
TOLD_BY = ("carrier",)
MAX_MOVEMENTS = 40
MAX_GOODS = 200
MAX_REMARK = 1000


class StockPicking(models.Model):
    _inherit = "stock.picking"

    tracking_link_ids = fields.One2many(
        "logistics.tracking.link",
        "picking_id",
        string="Tracking Links",
        groups="logistics_customer_service.group_agent",
    )
    tracking_page_url = fields.Char(
        string="Tracking Page",
        compute="_compute_tracking_page_url",
        compute_sudo=True,
        groups="base.group_user",
        help="What the customer opens to see where the delivery is. Empty: there is no link, or "
        "it has expired.",
    )

    # === BUSINESS METHODS ===#

    @api.depends("tracking_link_ids.active", "tracking_link_ids.expires_on")
    def _compute_tracking_page_url(self):
        on = self.env["res.groups"]._has_logistics_part("shipments")
        links = self._get_tracking_links().filtered(lambda link: on and link._is_open())
        paths = {link.picking_id.id: link._get_path() for link in links}
        for picking in self:
            path = paths.get(picking.id)
            picking.tracking_page_url = path and picking.get_base_url() + path

    def _get_tracking_links(self):
        """Return the links of these deliveries, open or expired, but not the revoked ones."""
        # warehouse and salespeople see the address of the page, not the links
        return self.env["logistics.tracking.link"].sudo().search([("picking_id", "in", self.ids)])

    def _ensure_tracking_links(self):
        """Give every delivery to a customer a link, and open the expired ones under way again.

        :return: the links, open but for deliveries that ended long ago
        """
        wanted = self.filtered(lambda picking: picking._has_tracking_page())
        links = wanted._get_tracking_links()
        expired = links.filtered(lambda link: not link._is_open())
        expired.filtered(lambda link: link.picking_id._is_under_way()).action_renew()
        missing = wanted.filtered(lambda picking: picking.state != "cancel") - links.picking_id
        return links + links.create([{"picking_id": picking.id} for picking in missing])

    def _has_tracking_page(self):
        """Tell whether the transfer is something that a customer waits for."""
        return self.state != "draft" and self._is_customer_delivery()

    @api.model
    def _get_tracking_domain(self):
        """Return which deliveries have a page, as ``_has_tracking_page`` tells of one."""
        return self._get_delivery_domain() & Domain("state", "!=", "draft")

    def _get_tracking_qr(self):
        """Return the page's address as a picture that phones read, as a ``data:`` address.

        Not by Odoo's barcodes: they need a renderer that not every installation has, and a
        delivery slip must come out everywhere.
        """
        if not self.tracking_page_url:
            return False
        stream = io.BytesIO()
        qrcode.make(self.tracking_page_url, border=2).save(stream, "PNG")
        return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"

    def _is_under_way(self):
        """Tell whether the goods are still to come."""
        return (
            self.state != "cancel"
            and not self._get_tracking_delivered_at()
            and self.shipment_state not in shipment.FINAL
        )

    @api.model
    def _get_under_way_domain(self):
        """Return which deliveries are still to come, as ``_is_under_way`` tells of one."""
        return (
            Domain("state", "!=", "cancel")
            & Domain("shipment_state", "not in", shipment.FINAL)
            & Domain("carrier_delivered_at", "=", False)
            & (Domain("carrier_id", "!=", False) | Domain("state", "!=", "done"))
        )

    def _get_tracking_expected(self):
        """Return when the customer may expect the goods, a naive UTC instant or False.

        Deliveries from before the addon have the promise of their order lines alone.
        """
        # customers may not read the lines' promises; of their own delivery they are told
        lines = self.sudo().move_ids.sale_line_id
        promises = lines.filtered("promised_date").mapped("promised_date")
        return self.expected_arrival or max(promises, default=False)

    def _get_tracking_delivered_at(self):
        """Return when the goods came to the customer, or False.

        Goods that a carrier has are not there because they left the warehouse, so that unlike
        ``delivered_at`` this needs the carrier's or staff's word wherever there is a carrier.
        """
        return self.carrier_delivered_at or (not self.carrier_id and self.delivered_at)

    def _get_tracking_tz(self):
        return self._get_recipient()._get_logistics_address_tz(self.company_id)

    def _word_tracking_tz(self):
        return word_zone(self._get_tracking_tz(), babel_locale_parse(get_lang(self.env).code))

    def _get_tracking_kinds(self):
        """Return what can be wrong with a delivery: pairs of code and label."""
        return [
            (tracking.NOT_ARRIVED, self.env._("It has not arrived")),
            (tracking.DAMAGED, self.env._("Something is damaged")),
            (tracking.SHORT, self.env._("Something is missing")),
            (tracking.WRONG_GOODS, self.env._("These are the wrong goods")),
            (tracking.OTHER, self.env._("Something else")),
        ]

    def _prepare_tracking_lines(self):
        """Return what the customer's list shows of these deliveries, ready to be printed."""
        lines = []
        for picking in self:
            steps = picking._prepare_tracking_steps()
            expected = picking._prepare_tracking_expected(steps)
            lines.append(
                {
                    "id": picking.id,
                    "name": picking.name,
                    "order": picking.sale_id.name or picking.origin,
                    "numbers": ", ".join(sorted(picking._get_tracking_numbers())),
                    "expected": expected and expected["day"],
                    **picking._get_tracking_outcome(steps),
                }
            )
        return lines

    def _prepare_tracking_page(self):
        """Return all that the page shows of a delivery: texts, ready to be printed.

        No record leaves here, so that a template cannot show more. To be called as superuser,
        after it has been found out that the reader may see this delivery.
        """
        self.ensure_one()
        steps = self._prepare_tracking_steps()
        partner = self._get_recipient()
        return {
            "name": self.name,
            "order": self.sale_id.name or self.origin,
            "order_reference": self.sale_id.client_order_ref,
            "recipient": mask_name(partner.name or partner.commercial_partner_id.name),
            "place": mask_place(partner.city, partner.street),
            "company": self.company_id._prepare_logistics_contact(),
            "steps": steps,
            "outcome": self._get_tracking_outcome(steps),
            "expected": self._prepare_tracking_expected(steps),
            "carrier": self.carrier_id.name,
            "carrier_url": self._get_tracking_carrier_links().get(""),
            "goods": self._prepare_tracking_goods(),
            "parcels": self._prepare_tracking_parcels(),
            "movements": self._prepare_tracking_movements(),
            "proof": self._prepare_tracking_proof(),
            "tz": self._word_tracking_tz(),
            "kinds": self._get_tracking_kinds(),
            "max_remark": MAX_REMARK,
        }

    def _prepare_tracking_goods(self):
        """Return what the delivery brings, in the reader's language: name, and quantity with its unit."""
        locale = babel_locale_parse(get_lang(self.env).code)
        goods = defaultdict(float)
        for move in self.move_ids.filtered(lambda move: move.state != "cancel"):
            moved = move.quantity if move.state == "done" else move.product_uom_qty
            goods[move.product_id.with_context(display_default_code=False), move.product_uom] += moved
        return [
            {
                "name": product.display_name,
                "quantity": f"{format_decimal(quantity, locale=locale)} {unit.name}",
            }
            for (product, unit), quantity in islice(goods.items(), MAX_GOODS)
            if quantity
        ]

    def _prepare_tracking_steps(self):
        """Return the steps with their labels and local times."""
        labels = {
            **dict(self.env["logistics.shipment.event"]._get_kinds()),
            tracking.CONFIRMED: self.env._("Order confirmed"),
            tracking.GOODS_OUT: self.env._("Goods out of the warehouse"),
            shipment.PARTLY_DELIVERED: self.env._("Delivered in part"),
            tracking.CANCELLED: self.env._("Cancelled"),
        }
        steps = tracking.steps_of(
            self.sale_id.date_order or self.create_date,
            self.state == "done" and self.date_done,
            self.shipment_event_ids._to_pure(),
            self._get_tracking_delivered_at(),
            cancelled=self.state == "cancel",
            carried=bool(self.carrier_id),
            numbers=self._get_tracking_numbers(),
        )
        return [
            {
                "name": step.name,
                "label": labels[step.name],
                "time": self._format_tracking_time(step.at),
                "state": step.state,
            }
            for step in steps
        ]

    def _get_tracking_outcome(self, steps):
        """Return where the delivery stands, in a word: tone and label."""
        last = next((step for step in reversed(steps) if step["state"] != tracking.AHEAD), steps[0])
        if self.shipment_state in (shipment.ATTEMPTED, shipment.PROBLEM):
            kinds = dict(self.env["logistics.shipment.event"]._get_kinds())
            return {"tone": "warning", "label": kinds[self.shipment_state]}
        tone = {tracking.FAILED: "warning", tracking.CURRENT: "info"}.get(last["state"], "success")
        return {"tone": tone, "label": last["label"]}

    def _prepare_tracking_expected(self, steps):
        """Return the day on which the goods are expected, as long as they are, and what of it."""
        expected = self._get_tracking_expected()
        if not expected or steps[-1]["state"] != tracking.AHEAD:
            return False
        zone = self._get_tracking_tz()
        today = local_date(fields.Datetime.now(), zone)
        day = self._format_tracking_day(expected)
        if local_date(expected, zone) < today:
            text = self.env._("It was expected on %s and is late. We are sorry.", day)
        else:
            text = self.env._("Expected on %s", day)
        return {"day": day, "text": text}

    def _prepare_tracking_parcels(self):
        """Return the parcels with their state and their page at the carrier's."""
        links = self._get_tracking_carrier_links()
        numbers = self._get_tracking_numbers() | links.keys() - {""}
        kinds = dict(self.env["logistics.shipment.event"]._get_kinds())
        # that goods left the warehouse is said above, of all of them
        told = self.shipment_event_ids.filtered(lambda event: event.source != shipment.ODOO)
        states = shipment.parcel_states(told._to_pure(), numbers) if numbers else {}
        return [
            {
                "number": number,
                "url": links.get(number),
                "state": kinds.get(states[number].kind),
                "time": self._format_tracking_time(states[number].since),
            }
            for number in sorted(numbers)
        ]

    def _get_tracking_carrier_links(self):
        """Return the carrier's pages by tracking number; under the empty one that of them all."""
        url = self.carrier_tracking_url
        pairs = self.get_multiple_carrier_tracking() or [("", url)]
        try:
            links = {joined(str(number or "")) or "": str(link) for number, link in pairs}
        except (TypeError, ValueError):
            links = {"": str(url)}
        return {number: link for number, link in links.items() if _is_web_address(link)}

    def _get_tracking_events(self):
        """Return the events that mean something and have happened, the latest first."""
        told = self.shipment_event_ids.filtered(lambda event: event.kind and not event.is_held)
        return told.sorted(
            lambda event: (event.happened_at, event.id), reverse=True
        )

    def _prepare_tracking_movements(self):
        kinds = dict(self.env["logistics.shipment.event"]._get_kinds())
        events = self._get_tracking_events().filtered(lambda event: event.source != shipment.ODOO)
        several = len(self._get_tracking_numbers()) > 1
        return [
            {
                "time": self._format_tracking_time(event.happened_at),
                "label": kinds[event.kind],
                "parcel": several and event.tracking_ref,
                "place": event.place,
                "text": event.source in TOLD_BY and event.text,
                # the label is in the reader's language, a carrier's own words are in the carrier's
                "lang": tell_language(event.text),
            }
            for event in events[:MAX_MOVEMENTS]
        ]

    def _prepare_tracking_proof(self):
        """Return who took the goods, and which images of it there are."""
        event = self._get_tracking_proofs()[:1]
        if not event:
            return False
        told = {
            "signer": mask_name(event.signer_name),
            "images": [name for name in ("signature", "photo") if event[name]],
            "left": event.kind == shipment.LEFT_AT_LOCKER,
            "by_other": event.kind == shipment.SIGNED_BY_OTHER,
            "no_consent": self.consent_finding,
        }
        # that it was delivered stands above; a heading alone says nothing more
        return any(told.values()) and {**told, "event": event.id, "place": event.place}

    def _get_tracking_proofs(self):
        """Return the handovers of this delivery, the latest first: only their images are shown."""
        return self._get_tracking_events().filtered(lambda event: event.kind in shipment.HANDED_OVER)

    def _format_tracking_time(self, instant):
        if not instant:
            return False
        local = to_local(instant, self._get_tracking_tz())
        time = format_time(self.env, local.time(), time_format="short")
        return f"{self._format_tracking_day(instant)} {time}"

    def _format_tracking_day(self, instant):
        local = to_local(instant, self._get_tracking_tz())
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton("MMMEd", local, locale=locale)

    def _check_tracking_remark(self, kind, text):
        """Return what is wrong with what a customer writes, in a sentence, or None."""
        if kind not in dict(self._get_tracking_kinds()):
            return self.env._("Please choose what is wrong.")
        if not text:
            return self.env._("Please write what is wrong.")
        if len(text) > MAX_REMARK:
            return self.env._("Please write no more than %s characters.", MAX_REMARK)
        return None

    def _take_tracking_remark(self, kind, text, author=None):
        """Keep what a customer says is wrong, each thing once; return why not, or None.

        :param text: what the customer wrote; anybody may have written it
        :param author: the partner who was logged in; none for whoever holds the link
        """
        problem = self._check_tracking_remark(kind, text)
        if problem:
            return problem
        match self._ensure_tracking_links()._take_remark(kind, text):
            case "full":
                return self.env._(
                    "You have told us several things today, and we have them all. For more, please "
                    "call or write to us."
                )
            case "new":
                self._tell_tracking_remark(kind, text, author)
        return None

    def _tell_tracking_remark(self, kind, text, author=None):
        """Post what a customer says is wrong, and have somebody look at it."""
        user = self._get_tracking_handler()
        # staff read it in their language, whatever that of the page was
        picking = self.with_context(lang=user.lang or self.env.lang)
        label = dict(picking._get_tracking_kinds())[kind]
        body = picking._get_tracking_remark_body(label, text, bool(author))
        writer = author or self.env.ref("base.partner_root")
        picking.message_post(body=body, author_id=writer.id, subtype_xmlid="mail.mt_note")
        picking.activity_schedule("mail.mail_activity_data_todo", summary=label, note=body, user_id=user.id)

    def _get_tracking_remark_body(self, label, text, known):
        if known:
            heading = self.env._("The customer tells on the portal: %s", label)
        else:
            heading = self.env._("Somebody with the tracking link tells: %s", label)
        lines = Markup("<br/>").join(text.splitlines())
        return Markup("<p><strong>%s</strong></p><p>%s</p>") % (heading, lines)

    def _get_tracking_handler(self):
        """Return who looks at what a customer tells.

        It is the customer's agent, else the salesperson, else the first supervisor of the company
        who may read the delivery.
        """
        supervisors = self.env.ref("logistics_customer_service.group_supervisor").all_user_ids
        candidates = self.logistics_agent_id | self.sale_id.user_id | supervisors.sorted("id")
        for user in candidates:
            allowed = user.active and self.company_id in user.company_ids
            if allowed and self.with_user(user).with_company(self.company_id).has_access("read"):
                return user
        return self.env["res.users"]

    # === ACTION METHODS ===#

    def action_copy_tracking_link(self):
        """Show the address of the customer's page, with a link made or renewed for it."""
        self.ensure_one()
        self.check_access("read")
        self.env["logistics.tracking.link"].check_access("read")
        # agents hand links out, but nobody makes one by hand
        link = self.sudo()._ensure_tracking_links()
        if not link._is_open():
            link.action_renew()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_tracking_link_action_share"
        )
        return {**action, "res_id": link.id}


def _is_web_address(url):
    return url.lower().startswith(("https://", "http://"))

import hashlib
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ....tools.foundation.periods import local_date

DAY = timedelta(days=1)
REMARKS_A_DAY = 5
KEPT = timedelta(days=365)
PURGED = 10_000


class LogisticsTrackingLink(models.Model):
    """The link that opens the page of one delivery to whoever holds it."""

    _name = "logistics.tracking.link"
    _inherit = "logistics.secret.mixin"
    _description = "Tracking Link"
    _order = "id desc"
    _rec_name = "picking_id"

    _link_paths = ("/t",)

    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="picking_id.recipient_id", string="Customer")
    shipment_state = fields.Selection(related="picking_id.shipment_state")
    renewed_on = fields.Date(readonly=True, required=True, default=fields.Date.today)
    expires_on = fields.Date(
        compute="_compute_expires_on",
        store=True,
        help="The last day on which the link opens the page. Whatever happens to the delivery moves it on.",
    )
    active = fields.Boolean(default=True, readonly=True, help="Revoked links open nothing.")
    url = fields.Char(
        string="Link", related="picking_id.tracking_page_url", help="Empty: expired or revoked."
    )
    remarks = fields.Json(readonly=True, copy=False, groups=NO_ACCESS)

    _picking_unique = models.UniqueIndex(
        "(picking_id) WHERE active", "This delivery has a tracking link already."
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "renewed_on",
        "picking_id.scheduled_date",
        "picking_id.date_done",
        "picking_id.shipment_since",
    )
    def _compute_expires_on(self):
        for link in self:
            zone = link.company_id._get_logistics_tz()
            picking = link.picking_id
            instants = (picking.scheduled_date, picking.date_done, picking.shipment_since)
            days = [link.renewed_on, *(local_date(at, zone) for at in instants if at)]
            last = max(filter(None, days), default=fields.Date.today())
            link.expires_on = last + timedelta(days=link.company_id.logistics_tracking_days or 60)

    def _is_open(self):
        """Tell whether the link opens its page today."""
        return (
            bool(self)
            and self.active
            and self.expires_on >= self.company_id._get_logistics_today()
            and self.picking_id._has_tracking_page()
        )

    def _get_path(self):
        """Return the path of the page: 30 characters."""
        return f"/t/{self._get_token()}"

    # === BUSINESS METHODS ===#

    def _take_remark(self, kind, text):
        """Note that a customer told something, and tell what to do with it.

        The note changes the row: of two requests at once the second is tried again and finds it.

        :return: ``new``, ``known`` (said before) or ``full`` (too much for one day)
        """
        self.ensure_one()
        now = fields.Datetime.now()
        known = dict(self.remarks or {})
        digest = hashlib.sha256(f"{kind} {text}".encode()).hexdigest()
        if digest in known:
            return "known"
        lately = [at for at in known.values() if datetime.fromisoformat(at) > now - DAY]
        if len(lately) >= REMARKS_A_DAY:
            return "full"
        self.remarks = {**known, digest: now.isoformat()}
        return "new"

    # === ACTION METHODS ===#

    def action_renew(self):
        """Open the page again, for as long as a new link would."""
        self.check_access("read")
        # agents renew links, but nobody writes a link by hand
        self.sudo().renewed_on = fields.Date.today()

    def action_revoke(self):
        """Close the page for whoever holds the link; the next link has another secret."""
        self.check_access("read")
        # agents revoke links, but nobody writes a link by hand
        self.sudo().active = False
        for link in self:
            link.picking_id.sudo()._message_log(
                body=self.env._("Tracking link revoked."), author_id=self.env.user.partner_id.id
            )
        return {"type": "ir.actions.act_window_close"}

    @api.autovacuum
    def _gc_expired(self):
        """Delete links that have opened nothing for a year."""
        limit = fields.Date.today() - KEPT
        self.with_context(active_test=False).search([("expires_on", "<", limit)], limit=PURGED).unlink()

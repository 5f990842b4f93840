from odoo.fields import Domain
from odoo.http import request, route

from ..foundation.portal_list import OWN_LOOKING, OWN_SENDING, PortalList
from .tracking import MAX_BODY, prepare_page, show_proof, tell_remark

ADDRESS = "/my/deliveries"


class PortalDeliveries(PortalList):
    """A customer's deliveries, for those who have a login."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not request.env["res.groups"]._has_logistics_part("shipments"):
            return values
        if "delivery_count" in counters:
            domain = self._get_deliveries_domain()
            values["delivery_count"] = self._count_portal_records("stock.picking", domain, limit=1)
        if "delivery_coming_count" in counters:
            domain = self._get_deliveries_domain() & self._get_deliveries_filters()["coming"]["domain"]
            values["delivery_coming_count"] = self._count_portal_records("stock.picking", domain, limit=100)
        return values

    def _get_deliveries_domain(self):
        """Return which deliveries are the customer's; staff with a login see none of others'."""
        customer = [request.env.user.partner_id.commercial_partner_id.id]
        mine = request.env["stock.picking"]._search_recipient_id("child_of", customer)
        ordered = Domain("sale_id", "any!", [("partner_id", "child_of", customer)])
        return request.env["stock.picking"]._get_tracking_domain() & (mine | ordered)

    def _get_deliveries_sortings(self):
        return {
            "date": {"label": request.env._("Newest"), "order": "scheduled_date desc, id desc"},
            "name": {"label": request.env._("Number"), "order": "name"},
            "state": {"label": request.env._("State"), "order": "shipment_state, id desc"},
        }

    def _get_deliveries_filters(self):
        coming = request.env["stock.picking"]._get_under_way_domain()
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "coming": {"label": request.env._("On the Way"), "domain": coming},
        }

    def _get_deliveries_inputs(self):
        return {
            "all": {"input": "all", "label": request.env._("Search in All")},
            "tracking": {"input": "tracking", "label": request.env._("Tracking Number")},
            "order": {"input": "order", "label": request.env._("Order")},
        }

    def _get_deliveries_search_domain(self, search_in, search):
        fields = {"tracking": ["carrier_tracking_ref"], "order": ["origin"]}
        names = fields.get(search_in, ["name", "origin", "carrier_tracking_ref"])
        found = Domain.OR([Domain(name, "ilike", search) for name in names])
        if "carrier_tracking_ref" in names:
            # as it is written in the field, or as the number is; of these the customer sees his own
            parcels = request.env["stock.picking"].sudo()._find_by_tracking_numbers(
                {search}, request.env["res.company"].sudo().search([]).ids
            )
            found |= Domain("id", "in", parcels.ids)
        return found

    @route([ADDRESS, f"{ADDRESS}/page/<int:page>"], **OWN_LOOKING)
    def portal_my_deliveries(self, **params):
        """List the customer's deliveries."""
        found, values = self._prepare_portal_list(
            ADDRESS,
            "stock.picking",
            self._get_deliveries_domain(),
            self._get_deliveries_sortings(),
            params,
            filters=self._get_deliveries_filters(),
            search=self._get_deliveries_search_domain,
        )
        values |= {
            # found with the customer's own rights; what a line shows is more than portal fields
            "deliveries": found.sudo()._prepare_tracking_lines(),
            "page_name": "delivery",
            "searchbar_inputs": self._get_deliveries_inputs(),
        }
        return self._render_portal("portal_my_deliveries", values)

    @route(f"{ADDRESS}/<int:picking_id>", **OWN_LOOKING)
    def portal_my_delivery(self, picking_id, told=None, **_params):
        """Show where a delivery of the customer is."""
        picking = self._get_delivery(picking_id)
        return self._show_delivery(picking, told=told == "1") if picking else _go_home()

    @route(f"{ADDRESS}/<int:picking_id>", **OWN_SENDING, max_content_length=MAX_BODY)
    def portal_tell_delivery(self, picking_id, kind=None, text="", **_params):
        """Keep what the customer says is wrong with the delivery."""
        picking = self._get_delivery(picking_id)
        if not picking:
            return _go_home()
        problem = tell_remark(picking, kind, text, request.env.user.partner_id)
        if problem:
            return self._show_delivery(picking, problem=problem, kind=kind, text=text)
        return request.redirect(f"{ADDRESS}/{picking_id}?told=1", code=303)

    @route(f"{ADDRESS}/<int:picking_id>/proof/<int:event_id>/<string:image>", **OWN_LOOKING)
    def portal_delivery_proof(self, picking_id, event_id, image, **_params):
        """Show an image of the handover."""
        picking = self._get_delivery(picking_id)
        return show_proof(picking, event_id, image) if picking else request.not_found()

    def _get_delivery(self, picking_id):
        """Return a delivery that the reader's own rights allow, as superuser, or None."""
        return self._get_portal_record("stock.picking", picking_id, self._get_deliveries_domain())

    def _show_delivery(self, picking, **options):
        address = f"{ADDRESS}/{picking.id}"
        values = {
            **prepare_page(picking, address, **options),
            "proof_base": f"{address}/proof",
            "page_name": "delivery",
            "delivery_name": picking.name,
            "slip_url": f"/my/picking/pdf/{picking.id}",
        }
        return self._render_portal("portal_my_delivery", values)


def _go_home():
    return request.redirect("/my")

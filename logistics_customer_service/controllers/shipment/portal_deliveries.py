from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request, route

from .tracking import MAX_BODY, prepare_page, show_proof, tell_remark

ADDRESS = "/my/deliveries"


class PortalDeliveries(CustomerPortal):
    """A customer's deliveries, for those who have a login."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "delivery_count" in counters:
            deliveries = request.env["stock.picking"]
            values["delivery_count"] = (
                deliveries.search_count(self._get_deliveries_domain(), limit=1)
                if deliveries.has_access("read")
                else 0
            )
        return values

    def _get_deliveries_domain(self):
        """Return which deliveries are the customer's; staff with a login see none of others'."""
        customer = [request.env.user.partner_id.commercial_partner_id.id]
        mine = Domain("partner_id", "child_of", customer)
        ordered = Domain("sale_id", "any!", [("partner_id", "child_of", customer)])
        return request.env["stock.picking"]._get_tracking_domain() & (mine | ordered)

    def _get_deliveries_sortings(self):
        return {
            "date": {"label": request.env._("Newest"), "order": "scheduled_date desc, id desc"},
            "name": {"label": request.env._("Number"), "order": "name"},
            "state": {"label": request.env._("State"), "order": "shipment_state, id desc"},
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
        return Domain.OR([Domain(name, "ilike", search) for name in names])

    @route(
        [ADDRESS, f"{ADDRESS}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
        methods=["GET"],
    )
    def portal_my_deliveries(self, page=1, sortby=None, search_in="all", search=None, **_params):
        """List the customer's deliveries."""
        sortings = self._get_deliveries_sortings()
        sortby = sortby if sortby in sortings else "date"
        domain = self._get_deliveries_domain()
        if search:
            domain &= self._get_deliveries_search_domain(search_in, search[:100])
        deliveries = request.env["stock.picking"]
        pages = pager(
            url=ADDRESS,
            total=deliveries.search_count(domain),
            page=page,
            step=self._items_per_page,
            url_args={"sortby": sortby, "search_in": search_in, "search": search},
        )
        found = deliveries.search(
            domain,
            order=sortings[sortby]["order"],
            limit=self._items_per_page,
            offset=pages["offset"],
        )
        values = {
            **self._prepare_portal_layout_values(),
            # found with the customer's own rights; what a line shows is more than portal fields
            "deliveries": found.sudo()._prepare_tracking_lines(),
            "page_name": "delivery",
            "pager": pages,
            "default_url": ADDRESS,
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "searchbar_inputs": self._get_deliveries_inputs(),
            "search_in": search_in,
            "search": search,
        }
        return request.render("logistics_customer_service.portal_my_deliveries", values)

    @route(
        f"{ADDRESS}/<int:picking_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
        methods=["GET"],
    )
    def portal_my_delivery(self, picking_id, told=None, **_params):
        """Show where a delivery of the customer is."""
        picking = self._get_delivery(picking_id)
        return self._show_delivery(picking, told=told == "1") if picking else _go_home()

    @route(
        f"{ADDRESS}/<int:picking_id>",
        type="http",
        auth="user",
        website=True,
        readonly=False,
        methods=["POST"],
        max_content_length=MAX_BODY,
    )
    def portal_tell_delivery(self, picking_id, kind=None, text="", **_params):
        """Keep what the customer says is wrong with the delivery."""
        picking = self._get_delivery(picking_id)
        if not picking:
            return _go_home()
        problem = tell_remark(picking, kind, text, request.env.user.partner_id)
        if problem:
            return self._show_delivery(picking, problem=problem, kind=kind, text=text)
        return request.redirect(f"{ADDRESS}/{picking_id}?told=1", code=303)

    @route(
        f"{ADDRESS}/<int:picking_id>/proof/<int:event_id>/<string:image>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
        methods=["GET"],
    )
    def portal_delivery_proof(self, picking_id, event_id, image, **_params):
        """Show an image of the handover."""
        picking = self._get_delivery(picking_id)
        return show_proof(picking, event_id, image) if picking else request.not_found()

    def _get_delivery(self, picking_id):
        """Return a delivery that the reader's own rights allow, as superuser, or None."""
        try:
            picking = self._document_check_access("stock.picking", picking_id)
        except (AccessError, MissingError):
            return None
        mine = request.env["stock.picking"].search_count(
            self._get_deliveries_domain() & Domain("id", "=", picking_id), limit=1
        )
        return picking.with_company(picking.company_id) if mine else None

    def _show_delivery(self, picking, **options):
        address = f"{ADDRESS}/{picking.id}"
        values = {
            **self._prepare_portal_layout_values(),
            **prepare_page(picking, address, **options),
            "proof_base": f"{address}/proof",
            "page_name": "delivery",
            "delivery_name": picking.name,
            "slip_url": f"/my/picking/pdf/{picking.id}",
        }
        status = 422 if options.get("problem") else 200
        return request.render("logistics_customer_service.portal_my_delivery", values, status=status)


def _go_home():
    return request.redirect("/my")

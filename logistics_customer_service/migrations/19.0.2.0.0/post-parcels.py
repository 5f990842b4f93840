from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

BATCH = 1000
# as in security/shipment/rules.xml
PORTAL_RULE = """[
            ('location_dest_id.usage', '=', 'customer'),
            ('location_id.usage', '!=', 'customer'),
            ('state', '!=', 'draft'),
            '|',
                ('partner_id', 'child_of', [user.commercial_partner_id.id]),
                ('sale_id.partner_id', 'child_of', [user.commercial_partner_id.id]),
        ]"""


def migrate(cr, version):
    """Bring what is kept of shipments to states per parcel and to times that have come."""
    if not version:
        return
    # as numbers are compared now, however they were written
    cr.execute(
        """UPDATE logistics_shipment_event
              SET tracking_ref = upper(regexp_replace(normalize(tracking_ref, NFKC), '\\s', '', 'g'))
            WHERE tracking_ref <> upper(regexp_replace(normalize(tracking_ref, NFKC), '\\s', '', 'g'))
              AND source = 'carrier'"""
    )
    # what goes out again after it came back is a delivery, too
    cr.execute(
        """UPDATE ir_rule rule SET domain_force = %s
             FROM ir_model_data data
            WHERE data.module = 'logistics_customer_service' AND data.model = 'ir.rule'
              AND data.name = 'stock_picking_rule_portal' AND data.res_id = rule.id
              AND rule.domain_force LIKE '%%return_id%%'""",
        [PORTAL_RULE],
    )
    # what is said of a time that has not come yet is not acted upon
    cr.execute(
        """UPDATE logistics_shipment_event event SET is_held = TRUE
             FROM res_company company
            WHERE company.id = event.company_id AND event.source = 'carrier'
              AND event.is_held IS NOT TRUE
              AND event.happened_at > (NOW() AT TIME ZONE 'UTC')
                  + company.logistics_clock_tolerance * INTERVAL '1 minute'"""
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    pickings = env["stock.picking"]
    rows = env.execute_query(
        SQL(
            """SELECT sp.id FROM stock_picking sp
                WHERE sp.shipment_event_count > 0
                  AND (sp.carrier_tracking_ref ~ '[^A-Za-z0-9 -]' OR EXISTS (
                       SELECT FROM logistics_shipment_event event
                        WHERE event.picking_id = sp.id AND event.is_held))
                ORDER BY sp.id"""
        )
    )
    ids = [picking_id for (picking_id,) in rows]
    for start in range(0, len(ids), BATCH):
        batch = pickings.browse(ids[start : start + BATCH])
        for name in (
            "shipment_state",
            "shipment_since",
            "shipment_reported",
            "carrier_delivered_at",
            "carrier_delivered_source",
        ):
            env.add_to_compute(pickings._fields[name], batch)
        env.flush_all()
        env.invalidate_all()
    # those that are under way again are looked at by the nightly review, which announces nothing
    cr.execute(
        """UPDATE stock_picking SET shipment_open = NULL
            WHERE id = ANY(%s) AND shipment_open IS FALSE AND carrier_delivered_at IS NULL""",
        [ids],
    )

# as in security/shipment/rules.xml, before and now
BEFORE = """[
            ('location_dest_id.usage', '=', 'customer'),
            ('location_id.usage', '!=', 'customer'),
            ('state', '!=', 'draft'),
            '|',
                ('partner_id', 'child_of', [user.commercial_partner_id.id]),
                ('sale_id.partner_id', 'child_of', [user.commercial_partner_id.id]),
        ]"""
NOW = """[
            ('location_dest_id.usage', '=', 'customer'),
            ('location_id.usage', '!=', 'customer'),
            ('state', '!=', 'draft'),
            '|', '|',
                ('sale_id.partner_id', 'child_of', [user.commercial_partner_id.id]),
                '&', ('location_id.usage', 'in', ('supplier', 'transit')),
                    ('sale_id.partner_shipping_id', 'child_of', [user.commercial_partner_id.id]),
                '&', ('partner_id', 'child_of', [user.commercial_partner_id.id]),
                    '|', ('location_id.usage', 'not in', ('supplier', 'transit')),
                        ('sale_id', '=', False),
        ]"""


def migrate(cr, version):
    """Mark the replacements there are, and show what vendors send to whom it is for."""
    if not version:
        return
    cr.execute(
        """UPDATE stock_picking picking SET owed_to_customer = TRUE
             FROM logistics_compensation_picking_rel made
             JOIN logistics_compensation compensation
               ON compensation.id = made.logistics_compensation_id
            WHERE made.stock_picking_id = picking.id AND compensation.kind = 'replacement'
              AND picking.owed_to_customer IS NOT TRUE"""
    )
    # a rule that somebody has changed stays
    cr.execute(
        """UPDATE ir_rule rule SET domain_force = %s
             FROM ir_model_data data
            WHERE data.module = 'logistics_customer_service' AND data.model = 'ir.rule'
              AND data.name = 'stock_picking_rule_portal' AND data.res_id = rule.id
              AND regexp_replace(rule.domain_force, '\\s', '', 'g')
                  = regexp_replace(%s, '\\s', '', 'g')""",
        [NOW, BEFORE],
    )

def migrate(cr, version):
    # what was given for an order counts, whatever becomes of the orders of its case
    cr.execute(
        """
        INSERT INTO logistics_compensation_order_rel (logistics_compensation_id, sale_order_id)
        SELECT compensation.id, concerned.order_id
          FROM logistics_compensation compensation
          JOIN (SELECT logistics_complaint_id AS case_id, sale_order_id AS order_id
                  FROM logistics_complaint_order_rel
                 UNION
                SELECT rel.logistics_complaint_id, picking.sale_id
                  FROM logistics_complaint_picking_rel rel
                  JOIN stock_picking picking ON picking.id = rel.stock_picking_id
               ) concerned ON concerned.case_id = compensation.complaint_id
          JOIN sale_order ON sale_order.id = concerned.order_id AND sale_order.state = 'sale'
         WHERE compensation.state IN ('proposed', 'approved', 'executed')
            ON CONFLICT DO NOTHING
        """
    )

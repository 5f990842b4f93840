"""What spoils a delivery or an order: steps of queries on pieces with a reason, and on wrong invoices."""

from odoo.tools import SQL


def get_fault_step(condition):
    """``fault``: damaged and short pieces of each delivered move, in the product's unit.

    What is noted on a delivery and then comes back are the same pieces: the greater counts, and
    never more than was delivered.

    :param condition: SQL of which transfers ``sp`` are looked at
    """
    return SQL(
        """fault AS MATERIALIZED (
            SELECT picking_id, order_id,
                   LEAST(GREATEST(returned, noted, 0), delivered) AS damaged,
                   LEAST(COALESCE(short, 0), delivered) AS short
              FROM (SELECT sp.id AS picking_id, sp.sale_id AS order_id,
                           sm.quantity * unit.factor / stock_unit.factor AS delivered,
                           back.returned / stock_unit.factor AS returned,
                           remark.damaged * unit.factor / stock_unit.factor AS noted,
                           remark.short * unit.factor / stock_unit.factor AS short
                      FROM stock_picking sp
                      JOIN stock_move sm ON sm.picking_id = sp.id AND sm.state = 'done'
                      JOIN uom_uom unit ON unit.id = sm.product_uom
                      JOIN product_product product ON product.id = sm.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                      JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
                 LEFT JOIN LATERAL (
                           SELECT SUM(home.quantity * home_unit.factor) AS returned
                             FROM stock_move home
                             JOIN stock_picking coming ON coming.id = home.picking_id
                             JOIN logistics_reason reason ON reason.id = COALESCE(
                                  home.logistics_reason_id, coming.logistics_reason_id)
                             JOIN uom_uom home_unit ON home_unit.id = home.product_uom
                            WHERE home.origin_returned_move_id = sm.id AND home.state = 'done'
                              AND reason.kind = 'damage') back ON TRUE
                 LEFT JOIN LATERAL (
                           SELECT SUM(noted.quantity) FILTER (
                                      WHERE reason.kind = 'damage') AS damaged,
                                  SUM(noted.quantity) FILTER (
                                      WHERE reason.kind = 'short_handling') AS short
                             FROM logistics_delivery_remark noted
                             JOIN logistics_reason reason ON reason.id = noted.reason_id
                            WHERE noted.move_id = sm.id) remark ON TRUE
                     WHERE %s) pieces
             WHERE returned > 0 OR noted > 0 OR short > 0
        )""",
        condition,
    )


def get_wrong_step(invoices=None):
    """``wrong``: posted invoices with an error, its reason and the credit note that says so.

    The error is noted on the invoice itself or on a posted credit note of it.

    :param invoices: query of the ids of the invoices that are looked at, by default all
    """
    among = SQL("AND invoice.id IN (%s)", invoices) if invoices else SQL()
    return SQL(
        """wrong AS MATERIALIZED (
            SELECT DISTINCT ON (noted.invoice_id)
                   noted.invoice_id, noted.reason_id, noted.credit_id
              FROM (SELECT move.id AS invoice_id, move.logistics_reason_id AS reason_id,
                           NULL::int AS credit_id
                      FROM account_move move
                     WHERE move.logistics_reason_id IS NOT NULL
                       AND move.move_type = 'out_invoice'
                 UNION ALL
                    SELECT credit.reversed_entry_id, credit.logistics_reason_id, credit.id
                      FROM account_move credit
                     WHERE credit.logistics_reason_id IS NOT NULL
                       AND credit.move_type = 'out_refund' AND credit.state = 'posted'
                       AND credit.reversed_entry_id IS NOT NULL) noted
              JOIN logistics_reason reason ON reason.id = noted.reason_id
              JOIN account_move invoice ON invoice.id = noted.invoice_id
             WHERE reason.kind = 'invoice_error' AND invoice.state = 'posted'
               AND invoice.move_type = 'out_invoice' %s
             ORDER BY noted.invoice_id, noted.credit_id
        )""",
        among,
    )

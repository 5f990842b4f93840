"""The indicators computed a second time, by walking through the records one by one.

Slow and obvious on purpose: nothing here shares code with the SQL of the reports.
"""

from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import fields

TOLERANCE = 1e-5


def _day(instant, company):
    zone = pytz.timezone(company.partner_id.tz)
    return instant and pytz.utc.localize(instant).astimezone(zone).date()


def _wall(instant, company):
    zone = pytz.timezone(company.partner_id.tz)
    return pytz.utc.localize(instant).astimezone(zone).replace(tzinfo=None)


def _in_stock_unit(quantity, unit, product):
    return unit._compute_quantity(quantity, product.uom_id, round=False)


def _moved(move):
    return _in_stock_unit(move.quantity, move.product_uom, move.product_id)


def _handed_over(picking):
    if picking.shipment_reported:
        return picking.carrier_delivered_at
    return picking.date_done if picking.state == "done" else False


def _customer_deliveries(pickings):
    return pickings.filtered(
        lambda p: p.picking_type_code == "outgoing"
        and p.location_dest_id.usage == "customer"
        and not p.return_id
        and p.state != "cancel"
    )


def damaged_pieces(move):
    """Return the damaged pieces of a delivered move: returned as such, or noted."""
    returned = sum(
        _moved(back)
        for back in move.returned_move_ids
        if back.state == "done"
        and (back.logistics_reason_id or back.picking_id.logistics_reason_id).kind == "damage"
    )
    return min(max(returned, _remarked(move, "damage")), _moved(move))


def short_pieces(move):
    """Return the pieces of a delivered move that were noted as short."""
    return min(_remarked(move, "short_handling"), _moved(move))


def _remarked(move, kind):
    remarks = move.env["logistics.delivery.remark"].search([("move_id", "=", move.id)])
    return sum(
        _in_stock_unit(remark.quantity, move.product_uom, move.product_id)
        for remark in remarks
        if remark.reason_id.kind == kind
    )


def order_lines(order):
    """Return the lines of goods that the customer ordered."""
    return order.order_line.filtered(
        lambda line: line.product_id.type == "consu"
        and not line.is_delivery
        and line.product_uom_qty > 0
        and not (line.substitute_for_id and line.substitute_for_id.product_uom_qty > 0)
    )


def is_substituted(line, complete=False):
    """Tell whether other goods than ordered were delivered on a line, or it is marked so."""
    other = not complete and line.move_ids.filtered(
        lambda move: move.state == "done"
        and move.product_id != line.product_id
        and move.picking_id in _customer_deliveries(move.picking_id)
    )
    stand_in = line.order_id.order_line.filtered(lambda sol: sol.substitute_for_id == line)
    marked = line.substitution_reason_id or line.substitute_for_id
    return bool(other or stand_in or marked)


def judge_order(order):
    """Return how an order went, with what each of its lines counts for."""
    company = order.company_id
    deliveries = _customer_deliveries(order.picking_ids)
    done = deliveries.filtered(lambda p: p.state == "done")
    first_done = min(done.mapped("date_done"), default=None)
    lines = {line: _judge_line(line, deliveries, first_done) for line in order_lines(order)}
    today = _day(fields.Datetime.now(), company)
    delivered = all(line["at"] for line in lines.values())
    waiting = [line["promised"] for line in lines.values() if not line["at"]]
    due = delivered or min(waiting) < today
    on_time = delivered and all(
        _day(line["at"], company) <= line["promised"] for line in lines.values()
    )
    in_full = delivered and all(line["in_full"] for line in lines.values())
    damaged = any(damaged_pieces(move) or short_pieces(move) for move in done.move_ids)
    misbilled = any(judge_invoice(invoice) for invoice in order.invoice_ids)
    cycle = None
    if delivered:
        cycle = _wall(max(line["at"] for line in lines.values()), company)
        cycle = (cycle - _wall(order.date_order, company)) / timedelta(days=1)
    return {
        "lines": lines,
        "shipped": bool(first_done),
        "due": due,
        "on_time": due and on_time,
        "in_full": due and in_full,
        "otif": due and on_time and in_full,
        "perfect": due and on_time and in_full and not damaged and not misbilled,
        "cycle": cycle,
    }


def _came(picking):
    """Return when the goods of a delivery came, sent out again if need be."""
    again = picking.return_ids.return_ids.filtered(lambda p: p.state != "cancel")
    return _handed_over(picking) or max(filter(None, map(_handed_over, again)), default=False)


def _judge_line(line, deliveries, first_done):
    """Lay the goods of a line one after another as they came: the first are the order's."""
    ordered = _in_stock_unit(line.product_uom_qty, line.product_uom_id, line.product_id)
    moves = line.move_ids.filtered(
        lambda move: move.picking_id in deliveries
        and move.state != "cancel"
        and not move.origin_returned_move_id
    )
    came = {move: _came(move.picking_id) for move in moves if move.state == "done"}
    came = {move: at for move, at in came.items() if at}
    items = [move for move in came if move.product_id == line.product_id]
    total, complete_at = 0, None
    for move in sorted(items, key=lambda move: (came[move], move.id)):
        total += _moved(move)
        if complete_at is None and total >= ordered - TOLERANCE:
            complete_at = came[move]
    first = sum(
        _moved(move)
        for move in moves
        if move.state == "done"
        and move.product_id == line.product_id
        and move.picking_id.date_done == first_done
    )
    at = complete_at
    if not at and moves and len(came) == len(moves):
        at = max(came.values())  # nothing more will come
    if not at and not moves and deliveries and all(map(_came, deliveries)):
        at = max(map(_came, deliveries))
    substituted = is_substituted(line, bool(complete_at))
    promised = line.promised_date or line.order_id.promised_date
    return {
        "at": at,
        "promised": _day(promised, line.company_id),
        "ordered": ordered,
        "first": min(first, ordered),
        "short": bool(first_done) and first < ordered - TOLERANCE,
        "substituted": bool(first_done) and substituted,
        "in_full": bool(complete_at) and not substituted,
    }


def judge_delivery(picking):
    """Return how a delivery to a customer went: the counts of its row."""
    company = picking.company_id
    moves = picking.move_ids.filtered(lambda move: move.state != "cancel")
    open_lines = [
        move.sale_line_id for move in moves if move.sale_line_id and not _is_served(move)
    ]
    promises = [line.promised_date for line in open_lines if line.promised_date]
    anew = [
        move.create_date + timedelta(days=move.sale_line_id.customer_lead)
        for move in moves
        if move.sale_line_id and not open_lines
    ]
    promised = (
        min(promises, default=None)
        or max(anew, default=None)
        or picking.sale_id.promised_date
        or picking.sale_id.commitment_date
        or picking.date_deadline
        or picking.scheduled_date
    )
    promised = _day(promised, company)
    handed = _day(_handed_over(picking), company)
    out = picking.state == "done" or bool(handed)
    today = _day(fields.Datetime.now(), company)
    returns = picking.return_ids.filtered(lambda back: back.state == "done")
    adjusted = picking.delivery_remark_ids.filtered(lambda r: r.kind == "return_adjust")
    counts = {
        "delivery_count": out,
        "judged_count": bool(handed),
        "delayed_count": bool(handed) and handed > promised,
        "due_count": bool(handed) or promised < today,
        "missed_count": (handed or today) > promised and (bool(handed) or promised < today),
        "rerouted_count": out and bool(picking.reroute_reason_id),
        "returned_count": out
        and bool(returns or adjusted or picking.shipment_state == "returned"),
        "silent_count": out and "silent" in picking.shipment_event_ids.mapped("raw_code"),
        "no_consent_count": out and picking.consent_finding,
    }
    done = moves.filtered(lambda move: out and move.state == "done")
    return {
        **{name: int(value) for name, value in counts.items()},
        "piece_qty": sum(_moved(move) for move in done),
        "damaged_qty": sum(damaged_pieces(move) for move in done),
        "short_qty": sum(short_pieces(move) for move in done),
    }


def _is_served(move):
    """Tell whether the customer had all that the line ordered before a move of it was made."""
    line = move.sale_line_id
    before = line.move_ids.filtered(
        lambda other: other.id < move.id
        and other.state == "done"
        and other.product_id == line.product_id
        and not other.origin_returned_move_id
        and other.location_dest_id.usage == "customer"
    )
    ordered = _in_stock_unit(line.product_uom_qty, line.product_uom_id, line.product_id)
    return move.product_id == line.product_id and sum(map(_moved, before)) >= ordered - TOLERANCE


def judge_invoice(invoice):
    """Tell whether a posted invoice was wrong: it, or a posted credit note of it, says so."""
    if invoice.move_type != "out_invoice" or invoice.state != "posted":
        return False
    credits = invoice.reversal_move_ids.filtered(
        lambda move: move.state == "posted" and move.move_type == "out_refund"
    )
    return "invoice_error" in (invoice + credits).logistics_reason_id.mapped("kind")


def share(rows, numerator, denominator):
    """Return the sum of one key over the sum of another, or None where there is nothing."""
    total = sum(row[denominator] for row in rows)
    return sum(row[numerator] for row in rows) / total if total else None


def grouped(rows, key):
    """Return lists of rows by what a function says of each."""
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups

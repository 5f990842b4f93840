from odoo import models

# answers to it belong to it, not to the case
QUESTION = "logistics.investigation"


class MailMessage(models.Model):
    """What of ours a customer's mail answers, and what that was about."""

    _inherit = "mail.message"

    def _get_logistics_record(self, company_id=None):
        """Return what a message was written about, if it was about somebody's; else None.

        :param company_id: the company whose case it would become, if known
        """
        model = self.env.get(self.model or "")
        if model is None or not self.res_id or not {"partner_id", "company_id"} <= model._fields.keys():
            return None
        # the gateway reads on behalf of the company
        record = model.sudo().browse(self.res_id).exists()
        same = company_id is None or record.company_id.id == company_id
        return record if record.partner_id and same else None

    def _get_logistics_links(self, record):
        """Return the orders and deliveries that a record is about, and its case.

        :param record: as :meth:`_get_logistics_record` returned it
        """

        def read(name, model):
            # the gateway reads on behalf of the company
            own = record if record._name == model else self.env[model].sudo()
            return record[name] if name in record._fields else own

        pickings = read("picking_id", "stock.picking")
        orders = read("order_id", "sale.order") or pickings.sale_id
        customer = record.partner_id.commercial_partner_id
        # a delivery's receiver has no part in the order of somebody else
        owners = ("partner_id", "partner_shipping_id")
        own = orders.filtered(
            lambda order: customer in {order[name].commercial_partner_id for name in owners}
        )
        case = read("complaint_id", "logistics.complaint")
        return {"order_ids": own, "picking_ids": pickings, "complaint_id": case}

    def _get_logistics_route(self, case, values, user_id, alias):
        """Return the route of a mail to a team's address that answers this message, if any.

        :param case: the case it belongs to, or none
        :param values: those of a new case
        """
        if self.model == QUESTION and not case:
            return (QUESTION, self.res_id, None, user_id, alias)
        answered = self and self.model != "logistics.complaint" and not case
        if answered and self._get_logistics_record(values.get("company_id")):
            values = {**values, "answers_reference": self.message_id}
        return ("logistics.complaint", case.id, values, user_id, alias)

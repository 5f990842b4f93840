from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize_all, unfold_references

from .mail_message import QUESTION

# newer references are appended; core looks no further either
REFERENCES = 32


class LogisticsCaseReplyMixin(models.AbstractModel):
    """Who a message is for, and what a mail answers."""

    _name = "logistics.case.reply.mixin"
    _description = "Answered by Mail"

    # === BUSINESS METHODS ===#

    def _get_subscribers(self, message):
        """Return the followers who get a message that is being posted, its author left out."""
        # agents need not read who follows
        followers = self.sudo().message_follower_ids
        told = followers.filtered(lambda one: message.subtype_id in one.subtype_ids).partner_id
        return told - message.author_id

    def _is_told_by_us(self, message):
        """Tell whether one of us wrote this to somebody of the customer."""
        author = message.author_id
        return bool(author) and not author.partner_share and self._is_for_customer(message)

    def _is_for_customer(self, message, subscribers=None):
        """Tell whether a message goes, or has gone, to somebody of the customer's.

        :param subscribers: followers who get it, too, where it is just being posted; of what was
            posted before the notifications say it
        """
        told = message.partner_ids | message.notified_partner_ids | (subscribers or message.partner_ids)
        # whoever has a login reads it on the portal
        reachable = told.filtered(lambda one: one.email_normalized or one.sudo().user_ids)
        addresses = {*reachable.mapped("email_normalized")}
        # typed in, or named by the mail program of one of us
        for text in (message.outgoing_email_to, message.incoming_email_to, message.incoming_email_cc):
            addresses.update(email_normalize_all(text or ""))
        return bool(
            reachable.commercial_partner_id & self._get_owners()
            or addresses & (self._get_known_addresses() - {False})
        )

    @api.model
    def _get_original(self, message_dict):
        """Return our message that a mail answers, of whatever kind, or none."""
        named = message_dict.get("references") or message_dict.get("in_reply_to") or ""
        references = unfold_references(named)[-REFERENCES:]
        # the gateway reads on behalf of the company
        messages = self.env["mail.message"].sudo()
        if not references:
            return messages
        return messages.search([("message_id", "in", references)], order="id desc", limit=1)

    @api.model
    def _find_by_original(self, original, message_dict, values):
        """Return the case to which an answer to something else belongs: its own, or an open one.

        :param original: our message
        :param values: those of a new case by the alias
        """
        record = original._get_logistics_record(values.get("company_id"))
        if not record or original.model == QUESTION:
            return self.browse()
        # the gateway reads on behalf of the company
        cases = self.sudo()
        opened = cases.search([("answers_reference", "=", original.message_id)], limit=1)
        known = (opened or original._get_logistics_links(record)["complaint_id"])._get_kept()
        if known:
            return known.with_env(self.env)
        customer = record.partner_id.commercial_partner_id
        sender = self._find_customer(message_dict.get("email_from")).commercial_partner_id
        if sender and sender != customer:
            return self.browse()
        return cases._find_open_about(original._get_logistics_links(record), customer).with_env(self.env)

    @api.model
    def _find_open_about(self, links, customer):
        """Return the customer's latest open case about the same delivery or order, or none."""
        orders, pickings = links["order_ids"], links["picking_ids"]
        same = Domain("picking_ids", "in", pickings.ids) | Domain("order_ids", "in", orders.ids)
        own = Domain("partner_id", "=", customer.id) & Domain("is_open", "=", True)
        return self.search(own & same, order="id desc", limit=1) if orders or pickings else self

    @api.model
    def _complete_by_original(self, values):
        """Return the values of a case with what it answers: customer, order and delivery.

        Who answers from an address that nobody knows answers what the customer got; who is known
        as somebody else has no part in the customer's orders.
        """
        # as in _get_original
        messages = self.env["mail.message"].sudo()
        reference = values.get("answers_reference")
        original = reference and messages.search([("message_id", "=", reference)], limit=1)
        record = original and original._get_logistics_record(values.get("company_id"))
        if not record:
            return values
        customer = record.partner_id.commercial_partner_id
        values = {**values, "partner_id": values.get("partner_id") or customer.id}
        if values["partner_id"] != customer.id:
            return values
        links = original._get_logistics_links(record)
        orders, pickings = links["order_ids"], links["picking_ids"]
        if not orders and not pickings and getattr(record, "_answers_open_cases", False):
            values.setdefault("kind", "inquiry")  # nothing was delivered that it could be about
        return {
            **values,
            "order_ids": [fields.Command.set(orders.ids)],
            "picking_ids": [fields.Command.set(pickings.ids)],
        }

    def _note_original(self):
        """Let the case's history say what it answers."""
        for case in self.filtered("answers_reference"):
            # as in _get_original
            messages = self.env["mail.message"].sudo()
            original = messages.search([("message_id", "=", case.answers_reference)], limit=1)
            if record := original._get_logistics_record(case.company_id.id):
                title = f"{record._description}: {original.subject or record.display_name}"
                case._message_log(body=self.env._("This answers %s.", record._get_html_link(title=title)))

    @api.model
    def _route_answer(self, message, message_dict):
        """Return the routes of a mail that answers what we sent and names no alias, else None.

        :param message: the mail
        :param message_dict: what core has read of it
        """
        original = self._get_original(message_dict)
        model = self.env.get(original.model or "")
        if message_dict.get("is_bounce") or not getattr(model, "_answers_open_cases", False):
            return None
        record = original._get_logistics_record()
        company = record.company_id if record else self.env["res.company"]
        team = self.env["logistics.service.team"]._get_first(company).get(company)
        if not team or self._names_alias(message_dict):
            return None
        user = self.env["mail.thread"]._mail_find_user_for_gateway(message_dict["email_from"])
        route = (self._name, False, team._prepare_alias_defaults(), user.id or self.env.uid, None)
        route = self._routing_check_route(message, message_dict, route, raise_exception=False)
        return [route] if route else []

    @api.model
    def _names_alias(self, message_dict):
        named = message_dict.get("recipients") or message_dict.get("to") or ""
        addresses = email_normalize_all(named)
        local = Domain("alias_name", "in", [one.partition("@")[0] for one in addresses])
        domain = Domain("alias_full_name", "in", addresses)
        # the gateway need not read aliases
        aliases = self.env["mail.alias"].sudo()
        return bool(aliases.search_count(domain | local & Domain("alias_incoming_local", "=", True), limit=1))

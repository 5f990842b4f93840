from odoo import api, fields, models
from odoo.tools import SQL

from . import bulk


class LogisticsUndeliverableAddress(models.Model):
    """An address or number that a server said does not exist: what is sent goes another way.

    It is forgotten when somebody writes from it, when an agent has it tried again, and after the
    time that a retention policy says: mailboxes come back.
    """

    _name = "logistics.undeliverable.address"
    _description = "Undeliverable Address"
    _order = "failed_at desc, id desc"
    _rec_name = "address"

    address = fields.Char(required=True, readonly=True, help="Mail address or phone number.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    failed_at = fields.Datetime(string="Failed", required=True, readonly=True)
    failure_text = fields.Text(string="Failure", readonly=True)

    _once = models.UniqueIndex("(address, company_id)")

    @api.model
    def _keep(self, rows):
        """Keep that addresses do not work.

        :param rows: mapping of (address, company) to what the server said
        """
        now = fields.Datetime.now()
        bulk.insert(
            self,
            [
                {
                    "address": address,
                    "company_id": company.id,
                    "failed_at": now,
                    "failure_text": text or None,
                }
                for (address, company), text in sorted(rows.items(), key=lambda row: row[0][0])
            ],
            SQL("(address, company_id)"),
            update=("failed_at", "failure_text"),
        )

    @api.model
    def _forget(self, addresses):
        """Forget addresses that work again, or are to be tried again."""
        self.search([("address", "in", list(addresses))]).unlink()

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...foundation import bulk
from ...foundation.retention import Kind
from ..logistics_complaint_stage import CANCELLED, CLOSED
from .logistics_compensation_kinds import APPROVED, PROPOSED
from .logistics_investigation import ASKED
from .logistics_recovery import ACCEPTED, CLAIMED

# what lies in the queue of mails of a message that is emptied
MAIL_TEXTS = ("body_html", "email_to", "email_cc")
MESSAGE_TEXTS = ("subject", "body")


class LogisticsRetentionPolicy(models.Model):
    """How long mails of closed cases are kept, and what open cases and claims hold back."""

    _inherit = "logistics.retention.policy"

    # === HOOKS ===#

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "case_mail": Kind(
                model="logistics.complaint",
                label=self.env._("Mails of Closed Cases"),
                covers=self.env._(
                    "What was written about a case that is closed or cancelled, and to those asked "
                    "about it: mails, notes, log texts, their files, and what happened in the "
                    "customer's words."
                ),
                dated=self.env._("When the case was closed."),
                effect=self.env._(
                    "Texts and files go; who wrote when, times, decisions, amounts, evidence and "
                    "every figure stay."
                ),
                date="closed_at",
                rows=Domain("phase", "in", (CLOSED, CANCELLED)),
                texts=("description",),
                links={"logistics.complaint": "id"},
                left=Domain.custom(to_sql=_get_written_sql),
                empty=_empty_messages,
            ),
        }

    @api.model
    def _get_holds(self, kind, alias):
        """Whatever an open case or claim may need as evidence stays."""
        return [
            *super()._get_holds(kind, alias),
            *(
                SQL("COALESCE(%s IN (%s), FALSE)", SQL.identifier(alias, column), held)
                for model, held in self._get_held_sqls().items()
                for column in [kind.links.get(model)]
                if column
            ),
        ]

    @api.model
    def _get_held_sqls(self):
        """Return by model the SQL of the ids about which a case or a claim is open."""
        cases = SQL(
            """SELECT id FROM logistics_complaint WHERE phase NOT IN %s
             UNION SELECT complaint_id FROM logistics_recovery WHERE state IN %s
             UNION SELECT complaint_id FROM logistics_investigation WHERE state = %s
             UNION SELECT complaint_id FROM logistics_compensation WHERE state IN %s""",
            (CLOSED, CANCELLED),
            (CLAIMED, ACCEPTED),
            ASKED,
            (PROPOSED, APPROVED),
        )
        orders = SQL(
            """SELECT sale_order_id FROM logistics_complaint_order_rel
                WHERE logistics_complaint_id IN (%s)""",
            cases,
        )
        return {
            # an earlier case of the same matter is read with the one that is open
            "logistics.complaint": SQL(
                """%(cases)s
             UNION SELECT previous_id FROM logistics_complaint WHERE id IN (%(cases)s)
             UNION SELECT id FROM logistics_complaint WHERE merged_into_id IN (%(cases)s)""",
                cases=cases,
            ),
            "sale.order": orders,
            "stock.picking": SQL(
                """SELECT stock_picking_id FROM logistics_complaint_picking_rel
                    WHERE logistics_complaint_id IN (%s)
                    UNION SELECT id FROM stock_picking WHERE sale_id IN (%s)""",
                cases,
                orders,
            ),
        }


def _get_written_sql(_model, alias, _query):
    """Return the condition that something is written about a case or a question of it, or that
    there is a file.
    """
    case = SQL.identifier(alias, "id")
    asked = SQL("SELECT id FROM logistics_investigation WHERE complaint_id = %s", case)
    return SQL(
        """(EXISTS (SELECT FROM mail_message written
                     WHERE (written.subject IS NOT NULL OR COALESCE(written.body, '') <> '')
                       AND written.model = 'logistics.complaint' AND written.res_id = %(case)s)
         OR EXISTS (SELECT FROM mail_message written
                     WHERE (written.subject IS NOT NULL OR COALESCE(written.body, '') <> '')
                       AND written.model = 'logistics.investigation'
                       AND written.res_id IN (%(asked)s))
         OR EXISTS (SELECT FROM ir_attachment file
                     WHERE file.res_model = 'logistics.complaint' AND file.res_id = %(case)s
                       AND file.res_field IS NULL))""",
        case=case,
        asked=asked,
    )


def _empty_messages(cases):
    """Empty what was written about cases and questions of them; delete the files that lie there."""
    for records in (cases, cases.investigation_ids):
        _empty_threads(records)


def _empty_threads(records):
    env, ids = records.env, records.ids
    messages = env["mail.message"].search([("model", "=", records._name), ("res_id", "in", ids)])
    files = env["ir.attachment"].search(
        [("res_model", "=", records._name), ("res_id", "in", ids), ("res_field", "=", False)]
    )
    # what a message only passes on is another record's
    files |= messages.attachment_ids.filtered(lambda file: file.res_model in (False, records._name))
    files.unlink()
    bulk.write(messages, dict.fromkeys(messages.ids, dict.fromkeys(MESSAGE_TEXTS)))
    mails = env["mail.mail"].search([("mail_message_id", "in", messages.ids)])
    bulk.write(mails, dict.fromkeys(mails.ids, dict.fromkeys(MAIL_TEXTS)))
    messages.invalidate_recordset()

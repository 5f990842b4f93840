from odoo import api, models
from odoo.tools import SQL


class LogisticsTouchpoint(models.Model):
    """Visits are contacts, too: they count, and are held back by nothing but a refusal."""

    _inherit = "logistics.touchpoint"
    _depends = {
        "logistics.visit": [
            "partner_id",
            "customer_id",
            "company_id",
            "state",
            "planned_at",
            "checked_in_at",
            "cancelled_at",
        ]
    }

    @api.model
    def _get_parts(self):
        none = SQL("NULL::varchar")
        seen = SQL("v.state IN ('under_way', 'done') AND v.checked_in_at IS NOT NULL")
        noted = SQL("v.state = 'done' AND v.checked_in_at IS NULL")
        return [
            *super()._get_parts(),
            self._get_visit_part("made", SQL("v.checked_in_at"), none, seen),
            self._get_visit_part("made", SQL("v.planned_at"), none, noted),
            self._get_visit_part(
                "planned", SQL("v.planned_at"), none, SQL("v.state = 'planned'")
            ),
            self._get_visit_part(
                "suppressed",
                SQL("v.cancelled_at"),
                SQL("'cancelled'"),
                SQL("v.state = 'cancelled'"),
            ),
        ]

    @api.model
    def _get_visit_part(self, state, at, reason, condition):
        return SQL(
            """SELECT v.id, v.partner_id, v.customer_id, v.company_id,
                      (SELECT id FROM logistics_consent_purpose WHERE code = 'callback'),
                      'visit', 'visit', %(at)s, %(state)s, %(reason)s, FALSE,
                      'logistics.visit', v.id
                 FROM logistics_visit v
                WHERE %(condition)s""",
            state=state,
            at=at,
            reason=reason,
            condition=condition,
        )

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.complaint.assignment import to_language


class LogisticsCallback(models.Model):
    """Which calls are for whom, and for now: the language of the customer, and open cases."""

    _inherit = "logistics.callback"

    waiting_case_id = fields.Many2one(
        "logistics.complaint",
        string="Waits for Case",
        compute="_compute_waiting_case_id",
        search="_search_waiting_case_id",
        help="Nobody is called about a delivery while a case about it is open.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("origin", "picking_id")
    def _compute_waiting_case_id(self):
        """A call about the case itself, or about a bad answer, does not wait: it is part of it."""
        about = self.filtered(lambda callback: callback.origin == "delivery")
        cases = about.sudo().picking_id._get_open_cases()  # whoever calls need not see them
        for callback in self:
            callback.waiting_case_id = callback in about and cases.get(callback.picking_id)

    @api.model
    def _search_waiting_case_id(self, operator, value):
        """Find calls that wait, or that do not: ``("waiting_case_id", "=", False)``."""
        if operator != "in" or set(value) != {False}:
            return NotImplemented
        self.env["stock.picking"]._flush_cases()
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL("NOT %s", self._get_waiting_sql(alias))
        )

    # === BUSINESS METHODS ===#

    @api.model
    def _get_waiting_sql(self, alias):
        """Return in SQL whether a callback waits for the end of a case."""
        return SQL(
            """(%(callback)s.origin = 'delivery' AND %(case)s IS NOT NULL)""",
            callback=SQL.identifier(alias),
            case=self.env["stock.picking"]._get_open_case_sql(
                SQL.identifier(alias, "picking_id")
            ),
        )

    def _speak_several(self):
        """Tell whether it matters who speaks what: to ask the colleagues costs some queries."""
        # whose language it is, is no secret
        spoken = {to_language(lang) for lang in self.sudo().partner_id.mapped("lang")} - {""}
        user = self.env.user
        return len(spoken) > 1 or bool(spoken - self._get_spoken(user)[user])

    @api.model
    def _get_spoken(self, people):
        """Return person → languages that the person speaks, as noted in any of the companies."""
        skills = {}
        for company in self.env.companies:
            skills |= self.env["logistics.agent.skill"]._get_skills(people, company)
        return people._get_languages(skills)

    @api.model
    def _get_languages(self):
        """Return two lists of languages: those that the agent speaks and not every colleague
        does, and those that the agent does not speak and a colleague does.
        """
        # colleagues' groups and companies are not the agent's to read
        people = self.env.ref("logistics_customer_service.group_agent").sudo().all_user_ids
        mates = people.filtered(lambda user: user.company_ids & self.env.companies)
        mates -= self.env.user
        mates -= self._get_away(mates)
        others = self._get_spoken(mates).values()
        mine = self._get_spoken(self.env.user)[self.env.user]
        scarce = {lang for lang in mine if any(lang not in theirs for theirs in others)}
        return sorted(scarce), sorted(set().union(*others) - mine)

    @api.model
    def _get_known_sql(self, foreign):
        """Return in SQL that a call is the agent's own, or in none of these languages."""
        if not foreign:
            return SQL("TRUE")
        return SQL(
            """(callback.user_id = %s OR NOT EXISTS (
                    SELECT FROM res_partner person
                     WHERE person.id = callback.partner_id
                       AND split_part(COALESCE(person.lang, ''), '_', 1) = ANY(%s)))""",
            self.env.uid,
            list(foreign),
        )

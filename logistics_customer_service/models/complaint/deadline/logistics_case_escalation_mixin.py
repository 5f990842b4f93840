from odoo import models

from ..logistics_priority_rule import PRIORITIES
from .logistics_escalation_rule import AGENT, GENERAL, LEVELS, MANAGER, SUPERVISOR

# who a level is, follows from these
ESCALATED_BY = ("user_id", "team_id", "company_id")


class LogisticsCaseEscalationMixin(models.AbstractModel):
    """To whom an escalation goes, and what it does."""

    _name = "logistics.case.escalation.mixin"
    _description = "Escalation of a Case"

    # === BUSINESS METHODS ===#

    def _get_escalation_users(self, level):
        """Return by case who hears of it at a level: looked up once for cases that are alike."""
        # as in _get_escalation_user
        alike = self.grouped(lambda case: tuple(case.sudo()[n] for n in ESCALATED_BY))
        to = {}
        for cases in alike.values():
            to.update(dict.fromkeys(cases, cases[0]._get_escalation_user(level)))
        return to

    def _get_escalation_user(self, level):
        """Return who hears of a case at a level, or at the next above where nobody is named."""
        self.ensure_one()
        # persons and levels are the company's; the cron and an agent see the same
        case = self.sudo()
        company = case.company_id
        named = {
            AGENT: case.user_id,
            SUPERVISOR: case.team_id.user_id,
            MANAGER: company.logistics_manager_id,
            GENERAL: company.logistics_general_manager_id,
        }
        levels = [key for key, _label in LEVELS]
        for key in levels[levels.index(level) :]:
            if named[key].active:
                return named[key]
        # groups are the administrator's
        managers = self.env.ref("logistics_customer_service.group_manager").sudo().all_user_ids
        able = managers.filtered(lambda user: company in user.company_ids and user.active)
        return (able.filtered(lambda user: not user._is_superuser()) or able)[:1]

    def _raise_priority(self, reason):
        """Raise the priority by one step where there is one."""
        highest = PRIORITIES[-1][0]
        for priority, cases in self.grouped("priority").items():
            if priority != highest:
                cases.write(
                    {"priority_override": str(int(priority) + 1), "priority_reason": reason}
                )

    def _schedule_escalation(self, user, summary, note):
        """Give somebody an activity for today; who wants a mail of it has a rule that sends one."""
        for company, cases in self.grouped("company_id").items():
            cases.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_warning",
                date_deadline=company._get_logistics_today(),
                summary=summary,
                note=note,
                user_id=user.id,
            )

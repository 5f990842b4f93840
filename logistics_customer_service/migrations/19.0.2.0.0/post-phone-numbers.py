from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

AT_ONCE = 1000


def migrate(cr, version):
    """Bring telephone numbers to one spelling: those kept while there was no library are as typed."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    _spell_partners(env["res.partner"])
    _spell_refusals(env["phone.blacklist"])


def _spell_partners(partners):
    field = partners._fields["phone_sanitized"]
    for batch in split_every(AT_ONCE, partners.search([("phone", "!=", False)]).ids, partners.browse):
        # else what is worked out is held against the cache, not against what is stored
        batch.invalidate_recordset(["phone_sanitized"], flush=False)
        partners.env.add_to_compute(field, batch)
        batch.flush_recordset(["phone_sanitized"])
        partners.env.invalidate_all()


def _spell_refusals(refusals):
    """Whoever refused calls and SMS is known by the same spelling as the partner."""
    country = refusals.env.company.country_id
    partners = refusals.env["res.partner"]
    for refusal in refusals.search([]):
        number = partners._phone_format_number(refusal.number, country)
        if not number or number == refusal.number:
            continue
        same = refusals.search([("number", "=", number)], limit=1)
        if same:
            same.active = same.active or refusal.active
            refusal.unlink()
        else:
            refusal.number = number

from odoo import SUPERUSER_ID, api

# the system parameter that retention policies take the place of
DAYS = "logistics_customer_service.undeliverable_days"
DAYS_OF_A_MONTH = 30


def migrate(cr, version):
    """Keep addresses that do not work as long as the parameter said, in whole months."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    parameter = env["ir.config_parameter"].search([("key", "=", DAYS)])
    policy = env.ref(
        "logistics_customer_service.retention_undeliverable_address", raise_if_not_found=False
    )
    if policy and parameter.value and parameter.value.isdecimal():
        policy.months = max(1, -(-int(parameter.value) // DAYS_OF_A_MONTH))
    parameter.unlink()

"""Install, upgrade, uninstall: quietly, and without leftovers."""

import pytest

from scripts.dev.database import complaints
from scripts.dev.paths import ADDON

# What Odoo itself may complain about; nothing of ours may be added here.
ALLOWED = (r"pg_trgm",)

# Every place in the database where an addon leaves traces, as rows that can be compared. Odoo keeps
# the row of the module itself, its category and the dependencies on purpose.
SNAPSHOT = {
    "tables and views": """
        SELECT relkind, relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')""",
    "columns": """
        SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public'""",
    "indexes": "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": """
        SELECT conrelid::regclass::text, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "sequences": "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "triggers": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model, name FROM ir_model_fields",
    "selections": """
        SELECT f.model, f.name, s.value FROM ir_model_fields_selection s
        JOIN ir_model_fields f ON f.id = s.field_id""",
    "views": "SELECT model, name, type FROM ir_ui_view",
    "menus": "SELECT name->>'en_US', parent_path FROM ir_ui_menu",
    "actions": "SELECT type, name->>'en_US' FROM ir_actions",
    "scheduled actions": "SELECT cron_name FROM ir_cron",
    "parameters": "SELECT key FROM ir_config_parameter",
    "groups": "SELECT name->>'en_US' FROM res_groups",
    "privileges": "SELECT name->>'en_US' FROM res_groups_privilege",
    "rules": "SELECT name FROM ir_rule",
    "access rights": "SELECT name FROM ir_model_access",
    "mail templates": "SELECT name->>'en_US' FROM mail_template",
    "message subtypes": "SELECT name->>'en_US', res_model FROM mail_message_subtype",
    "activity types": "SELECT name->>'en_US' FROM mail_activity_type",
    "number sequences": "SELECT name, code FROM ir_sequence",
    "dashboards": "SELECT name->>'en_US' FROM spreadsheet_dashboard",
    "surveys": "SELECT title->>'en_US' FROM survey_survey",
    "assets": "SELECT name FROM ir_asset",
}
OURS = {
    "external ids": "SELECT name, model FROM ir_model_data WHERE module = %s",
    "properties of models": f"SELECT model FROM ir_model WHERE model LIKE 'logistics.%%' AND %s = '{ADDON}'",
    "attachments": """
        SELECT res_model, name FROM ir_attachment
        WHERE res_model LIKE 'logistics.%%' OR url LIKE '%%/' || %s || '/static/%%'""",
    "messages": "SELECT model, id FROM mail_message WHERE model LIKE 'logistics.%%' AND %s <> ''",
    "followers": "SELECT res_model, id FROM mail_followers WHERE res_model LIKE 'logistics.%%' AND %s <> ''",
    "activities": "SELECT res_model, id FROM mail_activity WHERE res_model LIKE 'logistics.%%' AND %s <> ''",
    "filters": "SELECT model_id, name FROM ir_filters WHERE model_id LIKE 'logistics.%%' AND %s <> ''",
}

# what a day of work leaves behind: numbers drawn from a year of their own, messages, a team's address
WORK = """
customer = env['res.partner'].create({'name': 'Customer', 'email': 'customer@example.com'})
case = env['logistics.complaint'].create({'partner_id': customer.id})
case.message_post(body='We are looking into it.')
case.activity_schedule('mail.mail_activity_data_todo', user_id=env.uid)
case.team_id.alias_name = 'service'
env.cr.commit()
"""


def snapshot(database):
    """Return all traces that addons leave."""
    return {what: set(database.sql(query)) for what, query in SNAPSHOT.items()}


def install(database):
    """Install the addon, with demo data where the database has some."""
    arguments = ["--with-demo"] if database.demo else []
    return database.odoo("-i", ADDON, *arguments)


def uninstall(database):
    """Uninstall the addon the way the Apps menu does."""
    return database.shell(
        f"env['ir.module.module'].search([('name', '=', '{ADDON}')]).button_immediate_uninstall()\n"
        "env.cr.commit()\n"
    )


def state(database):
    """Return the state of the addon."""
    return database.sql("SELECT state FROM ir_module_module WHERE name = %s", [ADDON])[0][0]


def quiet(log):
    """Assert that a log holds no warning or error."""
    assert complaints(log, ALLOWED) == []
    assert "Traceback (most recent call last)" not in log


def test_install_upgrade_uninstall(bare_database):
    """Once around: nothing is complained about, and nothing of ours is left."""
    before = snapshot(bare_database)

    installed = install(bare_database)
    assert state(bare_database) == "installed"
    quiet(installed.log)

    data = set(bare_database.sql("SELECT name, model, res_id FROM ir_model_data WHERE module = %s", [ADDON]))
    quiet(bare_database.odoo("-u", ADDON).log)
    again = set(bare_database.sql("SELECT name, model, res_id FROM ir_model_data WHERE module = %s", [ADDON]))
    assert again == data, "an upgrade must neither lose nor recreate records"

    bare_database.shell(WORK)
    quiet(uninstall(bare_database).log)
    assert state(bare_database) == "uninstalled"
    after = snapshot(bare_database)
    left = {what: after[what] - before[what] for what in SNAPSHOT if after[what] - before[what]}
    assert left == {}
    lost = {what: before[what] - after[what] for what in SNAPSHOT if before[what] - after[what]}
    assert lost == {}, "uninstalling must not take what was there before"
    for what, query in OURS.items():
        assert bare_database.sql(query, [ADDON]) == [], what

    quiet(install(bare_database).log)
    assert state(bare_database) == "installed"


@pytest.mark.parametrize("demo", [False, True], ids=["without-demo", "with-demo"])
def test_serves_its_pages(database_factory, demo):
    """A database just installed answers, and its assets build."""
    import re
    import urllib.request

    database = database_factory(demo=demo, hint="serve")
    with database.serve() as address:
        page = urllib.request.urlopen(f"{address}/web/login", timeout=60).read().decode()
        assets = re.findall(r'(?:src|href)="(/web/assets/[^"]+)"', page)
        assert assets
        for asset in assets:
            with urllib.request.urlopen(address + asset, timeout=120) as response:
                assert response.status == 200
                assert response.read()

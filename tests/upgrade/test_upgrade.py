"""Upgrade: a database with the demo data of an earlier version becomes one of today's, and loses nothing.

What the migration scripts rename is read from their lists. What else may differ stands here by name,
with the reason.
"""

import ast
import json
from collections import Counter
from types import SimpleNamespace

import pytest

from scripts.dev.config import read
from scripts.dev.database import Templates
from scripts.dev.paths import ADDON

from ..support.database import Database
from ..support.earlier import Renames, unpack
from ..system.test_lifecycle import SNAPSHOT, quiet

# version 19.0.1.0.0
EARLIER = "a18de516a773373f953e2e13d229343925ad4af3"

# model: why its rows need not be kept
ONE_DIALOGUE = "One dialogue gives work of every kind to agents."
REMOVED_MODELS = {"logistics.exception.assign": ONE_DIALOGUE}
# (model, field): why what it held need not be kept; names of today where renamed
DERIVED = "What opens a link is derived from a key outside the database; a digest of the old one is kept."
REMOVED_FIELDS = {
    **{
        (model, "secret"): DERIVED
        for model in (
            "logistics.tracking.link",
            "logistics.survey.counter",
            "logistics.survey.request",
            "logistics.greeting",
        )
    },
    ("logistics.result.letter", "token"): DERIVED,
    ("logistics.service.team", "form_token"): DERIVED,
    ("logistics.carrier.key", "secret"): "It is kept sealed.",
}
# external id: why it is gone
ONE_FORM = "There is one settings form, which holds what this one added."
REMOVED_XMLIDS = {
    f"res_config_settings_view_form_{name}": ONE_FORM
    for name in (
        "arrival",
        "care",
        "clock",
        "complaint",
        "insight",
        "notices",
        "resolution",
        "selfservice",
        "survey",
        "tracking",
        "visit",
        "visit_report",
    )
}
FIVE_REPORTS = "It stands beside one of five reports, which have a menu; headings hold their menus."
REMOVED_XMLIDS |= dict.fromkeys(
    (
        "logistics_cod_report_menu",
        "logistics_complaint_rate_report_menu",
        "logistics_feedback_score_report_menu",
        "logistics_invoice_report_menu",
        "logistics_shipment_report_menu",
        "logistics_survey_response_report_menu",
        "menu_callback_report",
        "menu_contact",
        "menu_greeting_report",
        "menu_lead_times",
        "menu_profile_analysis",
        "menu_tier_movements",
        "menu_visit_coverage",
        "menu_visit_report",
        "menu_visit_urgent_analysis",
    ),
    FIVE_REPORTS,
)
REMOVED_XMLIDS |= dict.fromkeys(
    (
        "logistics_complaint_action_my_day",
        "logistics_complaint_view_kanban_my_day",
        "logistics_feedback_action_todo",
        "menu_clocks",
        "menu_feedback_todo",
        "menu_my_day",
        "menu_next_call",
    ),
    "One list has all that waits.",
)
REMOVED_XMLIDS |= dict.fromkeys(
    (
        "access_logistics_exception_assign_supervisor",
        "logistics_exception_assign_action",
        "logistics_exception_assign_rule_own",
        "logistics_exception_assign_view_form",
    ),
    ONE_DIALOGUE,
)
REMOVED_XMLIDS["action_next_callback"] = "Next Call is a button of the callbacks."
REMOVED_XMLIDS["config_undeliverable_days"] = "A retention policy says it, in months."
# model: why the upgrade adds rows to it
GROWN_MODELS = {
    "logistics.sla.policy": "Appeals outside have a policy of their own, of one country.",
    "logistics.sla.target": "The company of the demo story has deadlines of its own.",
    "survey.question": "A delivery is asked about by two more aspects.",
    "logistics.indicator": "The fill rate has one of orders due beside that of orders shipped.",
}
# (kind of trace as in SNAPSHOT, "external ids", "indexes" or "constraints", row): why only a database
# that was upgraded, or only a fresh one, has it
DIFFERS_FROM_FRESH = {}

# what opened something when links were still kept: a link of each kind, one in a text, a carrier's key
OLD_LINKS = """
    UPDATE logistics_result_letter SET token = 'old-token_of_a_letter-as_long_as_they_were-' || id;
    INSERT INTO logistics_carrier_key (name, secret, carrier_id, company_id, active, rate_limit)
    SELECT 'lk_old', 'what the carrier signs with', id, 1, true, 100 FROM delivery_carrier LIMIT 1;
    UPDATE mail_message SET body = (
        SELECT '<p>https://x.example/t/' || handle || secret || '</p>' FROM logistics_tracking_link LIMIT 1)
     WHERE id = (SELECT min(id) FROM mail_message);
    SELECT 'logistics.tracking.link', id, handle || secret FROM logistics_tracking_link UNION ALL
    SELECT 'logistics.result.letter', id, token FROM logistics_result_letter UNION ALL
    SELECT 'logistics.service.team', id, form_token FROM logistics_service_team WHERE form_token IS NOT NULL
"""
OPEN_LINKS = """
import json
wrong = []
for model, record_id, token in json.loads({links!r}):
    record = env[model].with_context(active_test=False)._find_held(token)
    now = record.id == record_id and record._get_token()
    if not now or now == token or record._find_held(now) != record:
        wrong.append([model, record_id])
key = env['logistics.carrier.key'].search([('name', '=', 'lk_old')])
if key.secret != 'what the carrier signs with':
    wrong.append(key.name)
message = env['mail.message'].search([], order='id', limit=1)
[shown] = message._show_links(message.body)
if '***' not in message.body or '***' in shown:
    wrong.append([message.body, shown])
print('LINKS ' + json.dumps(wrong))
"""

# names and contents instead of names alone: Odoo would make twice what bears another name
TRACES = {
    **SNAPSHOT,
    "menus": """
        SELECT menu.name->>'en_US', parent.name->>'en_US'
          FROM ir_ui_menu menu LEFT JOIN ir_ui_menu parent ON parent.id = menu.parent_id""",
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
        WHERE table_schema = 'public'""",
    "indexes": """
        SELECT tablename, regexp_replace(indexdef, 'INDEX .* ON ', 'INDEX ON ') FROM pg_indexes
        WHERE schemaname = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "external ids": f"SELECT name, model FROM ir_model_data WHERE module = '{ADDON}'",
}
# external ids that Odoo makes itself
MADE = (
    "ir.model",
    "ir.model.constraint",
    "ir.model.fields",
    "ir.model.fields.selection",
    "ir.model.inherit",
    "ir.model.relation",
)
FIELDS = f"""
    SELECT field.model, field.name, field.ttype, field.relation_table FROM ir_model_fields field
    JOIN ir_model_data data ON data.model = 'ir.model.fields' AND data.res_id = field.id
    WHERE data.module = '{ADDON}' AND field.store AND field.ttype <> 'one2many'
    ORDER BY field.model, field.name"""
SELECTIONS = """
    SELECT field.model, field.name, line.value FROM ir_model_fields_selection line
    JOIN ir_model_fields field ON field.id = line.field_id"""
# as the web client does: every field of the form and the list, for a few records of each model
READ = f"""
import ast, json
env = env(user=env.ref('base.user_admin'), context={{'active_test': False}})
env = env(context=dict(env.context, allowed_company_ids=env.user.company_ids.ids))
failed, read = [], 0
def attempt(what, function):
    try:
        with env.cr.savepoint():
            return function()
    except Exception as error:
        failed.append(f'{{what}}: {{type(error).__name__}}: {{error}}')
def open_some(model):
    views = model.get_views([(False, 'form'), (False, 'list')])['models'][model._name]['fields']
    spec = {{name: {{'fields': {{'display_name': {{}}}}}} if model._fields[name].type == 'many2one' else {{}}
            for name in views}}
    return sum(len(record.web_read(spec)) for record in model.search([], limit=3))
env.cr.execute('''
    SELECT DISTINCT field.model FROM ir_model_fields field
    JOIN ir_model_data data ON data.model = 'ir.model.fields' AND data.res_id = field.id
    WHERE data.module = '{ADDON}' ORDER BY 1''')
for [name] in env.cr.fetchall():
    # of some tables the code alone reads
    if name in env and not env[name]._abstract and not env[name]._transient and env[name].has_access('read'):
        read += attempt(name, lambda: open_some(env[name])) or 0
env.cr.execute("SELECT model_id, domain, context, sort FROM ir_filters WHERE name = 'kept'")
for name, domain, context, sort in env.cr.fetchall():
    attempt((name, domain, sort), lambda: env[name].search(
        ast.literal_eval(domain), order=','.join(json.loads(sort)), limit=1))
    groups = ast.literal_eval(context)['group_by']
    attempt((name, context), lambda: env[name].formatted_read_group([], groups))
print('READ ' + json.dumps({{'read': read, 'failed': failed}}))
"""


def table_of(model):
    """Return the table of a model."""
    return model.replace(".", "_")


def tables(database):
    """Return the names of all tables."""
    return {name for [name] in database.sql("SELECT relname FROM pg_class WHERE relkind = 'r'")}


def columns(database):
    """Return the fields of the addon that have a column: ``(model, field, type)``."""
    sql = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    there, real = set(database.sql(sql)), tables(database)
    return [
        (model, field, kind)
        for model, field, kind, _relation in database.sql(FIELDS)
        if (table_of(model), field) in there and table_of(model) in real
    ]


def count(database, what):
    """Return the rows of many small queries as one: ``what`` is a list of ``(key, query)``."""
    numbered = enumerate(query for _key, query in what)
    queries = [f"SELECT {number}, counted.* FROM ({query}) counted" for number, query in numbered]
    rows = database.sql(" UNION ALL ".join(queries)) if queries else []
    return [(what[number][0], *row) for number, *row in rows]


def count_rows(database):
    """Return the number of rows of each model of the addon, and of each of its relations by field."""
    there, wanted = tables(database), {}
    for model, field, _kind, relation in database.sql(FIELDS):
        key, table = ((model, field), relation) if relation else ((model, None), table_of(model))
        if table in there and (relation or model.startswith("logistics.")):
            wanted[key] = f'SELECT count(*) FROM "{table}"'
    return dict(count(database, list(wanted.items())))


def count_values(database):
    """Return how many rows have a value, by model and field."""
    wanted = [
        ((model, field), f'SELECT count("{field}") FROM "{table_of(model)}"')
        for model, field, _kind in columns(database)
    ]
    return dict(count(database, wanted))


def count_selected(database):
    """Return how often each value of a selection is stored, by model, field and value."""
    wanted = [
        ((model, field), f'SELECT "{field}", count(*) FROM "{table_of(model)}" GROUP BY 1')
        for model, field, kind in columns(database)
        if kind == "selection"
    ]
    return Counter({(*key, value): n for key, value, n in count(database, wanted) if value is not None})


def external_ids(database):
    """Return the addon's own external ids with the record that each names."""
    sql = "SELECT name, model, res_id FROM ir_model_data WHERE module = %s AND model NOT IN %s"
    return {name: record for name, *record in database.sql(sql, [ADDON, MADE])}


def facts(database):
    """Return what an upgrade must keep."""
    return SimpleNamespace(
        rows=count_rows(database),
        values=count_values(database),
        selected=count_selected(database),
        xmlids=external_ids(database),
    )


def traces(database):
    """Return all traces of addons, each as often as it is there."""
    return {what: Counter(database.sql(query)) for what, query in TRACES.items()}


def keep_filters(database):
    """Save a favourite for each value of each selection of the addon."""
    known = {(model, field) for model, field, kind in columns(database) if kind == "selection"}
    known = [f"{model}.{field}" for model, field in known if model not in REMOVED_MODELS]
    database.sql(
        f"""
        INSERT INTO ir_filters (name, model_id, domain, context, sort, active)
        SELECT 'kept', model, format('[(''%%s'', ''in'', [''%%s''])]', name, value),
            format('{{''group_by'': [''%%s'']}}', name), format('["%%s desc"]', name), true
        FROM ({SELECTIONS}) line WHERE model || '.' || name = ANY(%s)
        """,
        [known],
    )


@pytest.fixture(scope="module")
def upgrade(databases, database_factory, tmp_path_factory):
    """An upgrade, with what was there before and after it, and a fresh database beside it."""
    templates = Templates(databases)

    def addons_path():
        folder = unpack(EARLIER, tmp_path_factory.mktemp("earlier"))
        others = read(databases.config.path)["addons_path"].split(",")[1:]
        return ",".join([str(folder), *others])

    name = f"{templates.prefix}_upgraded"
    databases.drop(name)
    databases.copy(templates.earlier(EARLIER, addons_path), name)
    database = Database(name, databases)
    keep_filters(database)
    links = database.sql(OLD_LINKS)
    before = facts(database)
    log = database.odoo("-u", ADDON).log
    yield SimpleNamespace(
        database=database,
        log=log,
        before=before,
        links=links,
        after=facts(database),
        fresh=database_factory(demo=True, hint="fresh"),
        renames=Renames(),
    )
    database.drop()


def test_starts_from_data(upgrade):
    """There is something to lose."""
    assert upgrade.before.rows["logistics.complaint", None]
    assert upgrade.before.selected["logistics.complaint", "state", "open"] >= 0
    assert len(upgrade.before.values) > 1000
    assert len(upgrade.before.xmlids) > 1000


def test_is_quiet(upgrade):
    """Nothing is complained about."""
    quiet(upgrade.log)


def test_keeps_rows(upgrade):
    """No model and no relation has other rows than before."""
    wrong = {}
    for (model, field), count in upgrade.before.rows.items():
        key = upgrade.renames.field(model, field)
        if key[0] in REMOVED_MODELS or key in REMOVED_FIELDS or key[0] in GROWN_MODELS:
            continue
        if upgrade.after.rows.get(key) != count:
            wrong[key] = (count, upgrade.after.rows.get(key))
    assert wrong == {}


def test_keeps_values(upgrade):
    """No field has fewer values than before."""
    wrong = {}
    for (model, field), count in upgrade.before.values.items():
        key = upgrade.renames.field(model, field)
        if key[0] not in REMOVED_MODELS and key not in REMOVED_FIELDS:
            now = upgrade.after.values.get(key)
            if now is None or now < count:
                wrong[key] = (count, now)
    assert wrong == {}


def test_keeps_selected(upgrade):
    """Each value of a selection is stored as often as before, by the name it has now."""
    wanted = Counter()
    for names, count in upgrade.before.selected.items():
        model, field, value = upgrade.renames.value(*names)
        if model not in REMOVED_MODELS | GROWN_MODELS and (model, field) not in REMOVED_FIELDS:
            wanted[model, field, value] += count
    now = upgrade.after.selected
    assert {key: (count, now[key]) for key, count in wanted.items() if now[key] != count} == {}


def test_stores_only_todays_values(upgrade):
    """A stored value of a selection is one that the field offers."""
    offered = set(upgrade.database.sql(SELECTIONS))
    listed = {key[:2] for key in offered}
    assert [key for key in upgrade.after.selected if key[:2] in listed and key not in offered] == []


def test_keeps_external_ids(upgrade):
    """An external id names the record that it named before."""
    wrong = {}
    for name, (model, res_id) in upgrade.before.xmlids.items():
        now = upgrade.after.xmlids.get(upgrade.renames.xmlid(name))
        if name not in REMOVED_XMLIDS and now != [upgrade.renames.model(model), res_id]:
            wrong[name] = ([model, res_id], now)
    assert wrong == {}


def test_is_like_a_fresh_one(upgrade):
    """Tables, external ids, views, rights: what was upgraded has what a fresh installation has."""
    upgraded, fresh = traces(upgrade.database), traces(upgrade.fresh)
    allowed = set(DIFFERS_FROM_FRESH)
    left = {(what, row) for what in TRACES for row in upgraded[what] - fresh[what]} - allowed
    assert left == set(), "only after the upgrade"
    missing = {(what, row) for what in TRACES for row in fresh[what] - upgraded[what]} - allowed
    assert missing == set(), "only in a fresh database"


def test_links_that_were_sent_open_what_they_did(upgrade):
    """Nothing in the database opens anything, and whoever has a link goes on."""
    assert {model for model, *_link in upgrade.links} > {"logistics.tracking.link"}
    done = upgrade.database.shell(OPEN_LINKS.format(links=json.dumps(upgrade.links)))
    assert [line for line in done.log.splitlines() if line.startswith("LINKS")] == ["LINKS []"]
    tokens = [token for _model, _id, token in upgrade.links]
    for table in ("mail_message", "mail_mail", "logistics_tracking_link", "logistics_result_letter"):
        query = f"SELECT 1 FROM {table} row WHERE row::text LIKE ANY(%s)"
        rows = upgrade.database.sql(query, [[f"%{token}%" for token in tokens]])
        assert rows == [], table


def test_opens_records_and_favourites(upgrade):
    """Records of each model can be read, and saved filters still find what they found."""
    done = upgrade.database.shell(READ)
    quiet(done.log)
    [line] = [line for line in done.log.splitlines() if "READ {" in line]
    found = json.loads(line[line.index("{") :])
    assert found["failed"] == []
    assert found["read"] > 200
    offered = set(upgrade.database.sql(SELECTIONS))
    filters = upgrade.database.sql("SELECT model_id, domain FROM ir_filters WHERE name = 'kept'")
    terms = [(model, *ast.literal_eval(domain)[0]) for model, domain in filters]
    assert len(terms) > 200
    assert [term for term in terms if (term[0], term[1], *term[3]) not in offered] == []


def test_second_upgrade_changes_nothing(upgrade):
    """Upgraded once more, everything stays, without a complaint."""
    before = traces(upgrade.database)
    quiet(upgrade.database.odoo("-u", ADDON).log)
    after = facts(upgrade.database)
    assert vars(after) == vars(upgrade.after)
    assert traces(upgrade.database) == before

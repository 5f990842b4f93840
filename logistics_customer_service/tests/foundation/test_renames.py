from odoo.tests import TransactionCase, tagged
from odoo.tools.sql import TableKind, column_exists, table_kind

from ... import renames

# what a rename there and back must leave as it was
STATE = {
    "objects": "SELECT relname, relkind FROM pg_class WHERE relname ~ '^logistics' OR relname ~ 'old_thing'",
    "columns": """
        SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema""",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint",
    "models": "SELECT id, model FROM ir_model",
    "fields": """
        SELECT id, model, name, relation, relation_field, relation_table, column1, column2
        FROM ir_model_fields""",
    "values": "SELECT id, field_id, value FROM ir_model_fields_selection",
    "constraints of models": "SELECT id, name, model FROM ir_model_constraint",
    "relations": "SELECT id, name, model FROM ir_model_relation",
    "external ids": "SELECT id, module, name, model, res_id FROM ir_model_data",
    "conditions": "SELECT id, model_id, domain, context, sort FROM ir_filters",
}


@tagged("post_install", "-at_install")
class TestRenames(TransactionCase):
    """Helpers of migration scripts: what was stored under the old name is there under the new one."""

    def state(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return {what: set(self.env.execute_query(renames.SQL(sql))) for what, sql in STATE.items()}

    def save_filter(self, model, domain="[]", context="{}", sort="[]"):
        """Save a favourite and return a function that reads it anew."""
        favourite = self.env["ir.filters"].create(
            {"name": "Mine", "model_id": model, "domain": domain, "context": context, "sort": sort}
        )
        self.env.flush_all()

        def read():
            self.env.invalidate_all()
            return favourite.read(["model_id", "domain", "context", "sort"])[0]

        return read

    def scalar(self, sql, *params):
        self.env.cr.execute(sql, params)
        return self.env.cr.fetchone()[0]

    # -- models

    def test_model_with_all_that_points_to_it(self):
        """A model with relations, constraints and files: no trace of the old name is left."""
        team = self.env["logistics.service.team"].create({"name": "Harbour"})
        attached = self.env["ir.attachment"].create(
            {"name": "map.txt", "res_model": team._name, "res_id": team.id}
        )
        export = self.env["ir.exports"].create({"name": "Teams", "resource": "logistics.service.team"})
        read = self.save_filter("logistics.service.team")
        before = self.state()
        for _time in range(2):
            renames.rename_model(self.env.cr, "logistics.service.team", "logistics.old.thing")
        self.assertIsNone(table_kind(self.env.cr, "logistics_service_team"))
        self.assertTrue(self.scalar("SELECT count(*) FROM logistics_old_thing WHERE id = %s", team.id))
        self.assertEqual(read()["model_id"], "logistics.old.thing")
        self.env.invalidate_all()
        self.assertEqual(export.resource, "logistics.old.thing")
        res_model = self.scalar("SELECT res_model FROM ir_attachment WHERE id = %s", attached.id)
        self.assertEqual(res_model, "logistics.old.thing")
        names = {"logistics.service.team", "logistics_service_team", "logistics_service_team_id"}
        state = self.state()
        for what in ("columns", "constraints", "models", "fields", "constraints of models", "relations"):
            self.assertEqual([row for row in state[what] if names.intersection(row)], [], what)
        self.assertEqual(
            self.scalar(
                "SELECT count(*) FROM ir_model_data WHERE name ~ %s",
                "^(model|field|constraint|selection_|model_inherit_)_logistics_service_team(_|$)",
            ),
            0,
        )
        # the sequence still numbers the rows
        self.env.cr.execute("SELECT nextval('logistics_old_thing_id_seq')")
        renames.rename_model(self.env.cr, "logistics.old.thing", "logistics.service.team")
        after = self.state()
        for what in STATE:
            self.assertEqual(after[what], before[what], what)

    def test_model_that_is_a_view(self):
        """The view of the old name goes: the model makes the new one."""
        self.env.cr.execute("CREATE VIEW logistics_old_thing AS SELECT 1 AS id")
        model = self.scalar(
            'INSERT INTO ir_model (model, name, "order")'
            " VALUES ('logistics.old.thing', '{}', 'id') RETURNING id"
        )
        for _time in range(2):
            renames.rename_model(self.env.cr, "logistics.old.thing", "logistics.new.thing")
        self.assertIsNone(table_kind(self.env.cr, "logistics_old_thing"))
        found = self.scalar("SELECT model FROM ir_model WHERE id = %s", model)
        self.assertEqual(found, "logistics.new.thing")

    def test_names_that_begin_alike(self):
        """A model keeps its name where another's is the beginning of it."""
        before = self.state()
        renames.rename_model(self.env.cr, "logistics.complaint", "logistics.old.thing")
        self.assertEqual(table_kind(self.env.cr, "logistics_complaint_line"), TableKind.Regular)
        fields = [
            {row[:3] for row in state["fields"] if row[1] == "logistics.complaint.line"}
            for state in (before, self.state())
        ]
        self.assertEqual(*fields)
        renames.rename_model(self.env.cr, "logistics.old.thing", "logistics.complaint")
        self.assertEqual(self.state(), before)

    def test_index_with_a_hashed_name(self):
        """What Odoo had to shorten goes; Odoo makes it anew under its right name."""
        name = "logistics_old_thing_" + "x" * 34 + "_0123abcd"
        self.env.cr.execute("CREATE TABLE logistics_old_thing (id serial PRIMARY KEY, name varchar)")
        self.env.cr.execute(f"CREATE INDEX {name} ON logistics_old_thing (name)")
        renames.rename_table(self.env.cr, "logistics_old_thing", "logistics_new_thing")
        self.assertIsNone(self.scalar("SELECT to_regclass(%s)", name))
        self.assertTrue(self.scalar("SELECT to_regclass('logistics_new_thing_pkey')"))

    # -- fields

    def test_field(self):
        """A field keeps its column, its record, and its place in conditions on this and other models."""
        read = self.save_filter(
            "logistics.complaint",
            "['&', ('team_id.active', '=', True), ('team_id', '=', 'team_id')]",
            "{'group_by': ['team_id', 'create_date:month', 'stage_id']}",
            '["team_id desc"]',
        )
        other = self.save_filter("logistics.complaint.line", "[('complaint_id.team_id', '=', uid)]")
        alike = self.save_filter("logistics.agent.skill", "[('team_id', '=', 1)]")
        untouched = self.save_filter("logistics.complaint", "[('stage_id',   '=',   1)]")
        export = self.env["ir.exports"].create({"name": "Teams", "resource": "logistics.complaint"})
        line = self.env["ir.exports.line"].create({"name": "team_id/name", "export_id": export.id})
        before = self.state()
        for _time in range(2):
            renames.rename_field(self.env.cr, "logistics.complaint", "team_id", "crew_id")
        self.assertTrue(column_exists(self.env.cr, "logistics_complaint", "crew_id"))
        self.assertFalse(column_exists(self.env.cr, "logistics_complaint", "team_id"))
        found = read()
        self.assertEqual(
            found["domain"], "['&', ('crew_id.active', '=', True), ('crew_id', '=', 'team_id')]"
        )
        self.assertEqual(found["context"], "{'group_by': ['crew_id', 'create_date:month', 'stage_id']}")
        self.assertEqual(found["sort"], '["crew_id desc"]')
        self.assertEqual(other()["domain"], "[('complaint_id.crew_id', '=', uid)]")
        self.assertEqual(alike()["domain"], "[('team_id', '=', 1)]")
        self.assertEqual(untouched()["domain"], "[('stage_id',   '=',   1)]")
        self.assertEqual(line.name, "crew_id/name")
        made = "SELECT count(*) FROM ir_model_data WHERE name = 'field_logistics_complaint__crew_id'"
        self.assertEqual(self.scalar(made), 1)
        renames.rename_field(self.env.cr, "logistics.complaint", "crew_id", "team_id")
        self.assertEqual(self.state(), before)

    # -- values

    def test_value(self):
        """Rows, the default and saved filters say the new word."""
        self.env.cr.execute("UPDATE logistics_notice SET state = 'suppressed' RETURNING id")
        count = len(self.env.cr.fetchall())
        read = self.save_filter(
            "logistics.notice", "[('state', 'in', ['suppressed', 'sent']), ('reason', '=', 'suppressed')]"
        )
        self.env["ir.default"].set("logistics.notice", "state", "suppressed")
        self.env.flush_all()
        for _time in range(2):
            renames.rename_value(self.env.cr, "logistics.notice", "state", "suppressed", "quiet")
        self.assertEqual(self.scalar("SELECT count(*) FROM logistics_notice WHERE state = 'quiet'"), count)
        self.assertEqual(
            read()["domain"], "[('state', 'in', ['quiet', 'sent']), ('reason', '=', 'suppressed')]"
        )
        self.assertTrue(self.scalar("SELECT count(*) FROM ir_default WHERE json_value = '\"quiet\"'"))
        name = "selection__logistics_notice__state__"
        names = [f"{name}suppressed", f"{name}quiet"]
        self.env.cr.execute("SELECT name FROM ir_model_data WHERE name = ANY(%s)", [names])
        self.assertEqual(self.env.cr.fetchall(), [(f"{name}quiet",)])

    def test_value_that_is_there_already(self):
        """Two words become one: the list of values holds it once."""
        values = (
            "SELECT count(*) FROM ir_model_fields_selection line JOIN ir_model_fields field"
            " ON field.id = field_id WHERE field.model = 'logistics.notice' AND field.name = 'state'"
        )
        before = self.scalar(values)
        for _time in range(2):
            renames.rename_value(self.env.cr, "logistics.notice", "state", "suppressed", "sent")
            self.assertEqual(self.scalar(values), before - 1)

    def test_value_that_a_check_names(self):
        """A check or an index with the old word does not stand in the way."""
        self.env.cr.execute(
            "CREATE TABLE logistics_old_thing"
            " (id serial PRIMARY KEY, state varchar CHECK (state IN ('a', 'b')));"
            "CREATE UNIQUE INDEX ON logistics_old_thing (state) WHERE state = 'a';"
            "INSERT INTO logistics_old_thing (state) VALUES ('a'), ('b')"
        )
        renames.rename_value(self.env.cr, "logistics.old.thing", "state", "a", "c")
        self.env.cr.execute("SELECT state FROM logistics_old_thing ORDER BY id")
        self.assertEqual(self.env.cr.fetchall(), [("c",), ("b",)])

    # -- external ids

    def test_external_id(self):
        """An external id is renamed once; one that is there already is kept."""
        Data = self.env["ir.model.data"]
        partner, other = self.env["res.partner"].create([{"name": "Old"}, {"name": "Other"}])
        for name, record in (("old_one", partner), ("old_two", partner), ("new_two", other)):
            Data.create(
                {"module": renames.MODULE, "name": name, "model": "res.partner", "res_id": record.id}
            )
        self.env.flush_all()
        for _time in range(2):
            renames.apply_renames(self.env.cr, xmlids=[("old_one", "new_one"), ("old_two", "new_two")])
        self.env.invalidate_all()
        found = Data.search([("module", "=", renames.MODULE), ("model", "=", "res.partner")])
        ids = {data.name: data.res_id for data in found}
        self.assertEqual(ids["new_one"], partner.id)
        self.assertEqual(ids["new_two"], other.id)
        self.assertNotIn("old_one", ids)

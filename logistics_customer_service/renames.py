"""Renames for migration scripts: set-based, and without effect where the old name is gone.

Names inside free text (bodies of mail templates, code of server actions, views that people changed,
spreadsheets) are left as they are.
"""

import ast
import json
import re

from odoo.orm.domains import CONDITION_OPERATORS
from odoo.tools import SQL
from odoo.tools.sql import TableKind, column_exists, make_identifier, rename_column, table_kind

MODULE = "logistics_customer_service"
# the columns in which Odoo and its apps keep a model's name
MODEL_COLUMNS = ("model", "model_id", "model_name", "parent_res_model", "relation", "res_model", "resource")
# who keeps conditions, groupings and orders: the table, how to learn the model, the columns
CONDITIONS = (
    ("ir_filters", "model_id", ("domain", "context", "sort")),
    ("ir_rule", "(SELECT model FROM ir_model WHERE id = model_id)", ("domain_force",)),
    ("ir_act_window", "res_model", ("domain", "context")),
)
HASHED = re.compile(r"_[0-9a-f]{8}\Z")


def apply_renames(cr, models=(), fields=(), values=(), xmlids=(), methods=()):
    """Carry out the renames that a migration script declares, in this order.

    :param models: ``(old, new)``
    :param fields: ``(model, old, new)``, the model by its new name
    :param values: ``(model, field, old, new)``, model and field by their new names
    :param xmlids: ``(old, new)`` of this module, without its name; those that Odoo makes itself for
        models, fields and values follow these
    :param methods: ``(old, new)``, of those that buttons in views call
    """
    empty_extensions(cr)
    for names in models:
        rename_model(cr, *names)
    for names in fields:
        rename_field(cr, *names)
    for names in values:
        rename_value(cr, *names)
    for names in xmlids:
        rename_xmlid(cr, *names)
    for names in methods:
        rename_in_views(cr, *names)


# -- models


def rename_model(cr, old, new):
    """Rename a model with its table, what Odoo knows of it, and all that points to it by name."""
    rename_table(cr, old.replace(".", "_"), new.replace(".", "_"))
    for table, column in _model_columns(cr):
        _replace(cr, table, column, old, new)
    _replace(cr, "ir_sequence", "code", old, new)
    cr.execute("SELECT model, name FROM ir_model_fields WHERE ttype = 'reference' AND store")
    for model, column in cr.fetchall():
        _rename_references(cr, model.replace(".", "_"), column, old, new)
    old, new = old.replace(".", "_"), new.replace(".", "_")
    _rename_made_xmlid(cr, "ir.model", f"model_{old}", f"model_{new}")
    for model, start in (
        ("ir.model.fields", "field_"),
        ("ir.model.fields.selection", "selection__"),
        ("ir.model.inherit", "model_inherit__"),
    ):
        _rename_made_xmlid(cr, model, f"{start}{old}__", f"{start}{new}__", more=True)


def _model_columns(cr):
    """Return the tables and columns that may hold a model's name."""
    cr.execute(
        """
        SELECT table_name, column_name FROM information_schema.columns
        JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = current_schema AND table_type = 'BASE TABLE'
          AND data_type IN ('character varying', 'text') AND column_name IN %s
        """,
        [MODEL_COLUMNS],
    )
    return cr.fetchall()


def _replace(cr, table, column, old, new):
    """Replace a value in a column."""
    table, column = SQL.identifier(table), SQL.identifier(column)
    cr.execute(SQL("UPDATE %s SET %s = %s WHERE %s = %s", table, column, new, column, old))


def _rename_references(cr, table, column, old, new):
    """Let the values of a reference field name the new model."""
    if table_kind(cr, table) != TableKind.Regular or not column_exists(cr, table, column):
        return
    cr.execute(
        SQL(
            "UPDATE %(table)s SET %(column)s = %(new)s || substr(%(column)s, %(start)s)"
            " WHERE starts_with(%(column)s, %(old)s)",
            table=SQL.identifier(table),
            column=SQL.identifier(column),
            new=new,
            start=len(old) + 1,
            old=f"{old},",
        )
    )


# -- tables


def rename_table(cr, old, new):
    """Rename a table, the names made from its own, and its part of the tables of relations.

    A view goes; its model makes it anew.
    """
    kind = table_kind(cr, old)
    if kind == TableKind.View:
        cr.execute(SQL("DROP VIEW %s CASCADE", SQL.identifier(old)))
    elif kind == TableKind.Regular:
        _rename_relations(cr, old, new)
        _rename_one_table(cr, old, new)


def _rename_one_table(cr, old, new):
    """Rename one table with its sequence, constraints and indexes."""
    cr.execute(SQL("ALTER TABLE %s RENAME TO %s", SQL.identifier(old), SQL.identifier(new)))
    sequences = SQL.identifier(f"{old}_id_seq"), SQL.identifier(f"{new}_id_seq")
    cr.execute(SQL("ALTER SEQUENCE IF EXISTS %s RENAME TO %s", *sequences))
    _rename_objects(cr, new, f"{old}_", f"{new}_")


def _rename_relations(cr, old, new):
    """Rename what Odoo called after the table in the tables of many2many fields."""
    cr.execute(
        """
        SELECT DISTINCT relation_table, least(column1, column2), greatest(column1, column2), model, relation
        FROM ir_model_fields WHERE ttype = 'many2many' AND %s IN (column1, column2)
        """,
        [f"{old}_id"],
    )
    for table, *columns, model, relation in cr.fetchall():
        if table_kind(cr, table) != TableKind.Regular:
            continue
        if f"{old}_id" in columns and column_exists(cr, table, f"{old}_id"):
            rename_column(cr, table, f"{old}_id", f"{new}_id")
        sides = [side.replace(".", "_") for side in (model, relation)]
        if table == "{}_{}_rel".format(*sorted(sides)):
            renamed = "{}_{}_rel".format(*sorted(new if side == old else side for side in sides))
            _rename_one_table(cr, table, renamed)
            _replace(cr, "ir_model_fields", "relation_table", table, renamed)
            _replace(cr, "ir_model_relation", "name", table, renamed)
    for column in ("column1", "column2"):
        _replace(cr, "ir_model_fields", column, f"{old}_id", f"{new}_id")


def _rename_objects(cr, table, old, new):
    """Rename the constraints and indexes of a table whose names start with ``old``.

    Those whose names were too long and end in a hash go; Odoo makes them anew.
    """
    for kind, name in _objects(cr, table):
        if not name.startswith(old):
            continue
        if len(name) == 63 and HASHED.search(name):
            _drop_object(cr, table, kind, name)
            continue
        renamed = make_identifier(new + name.removeprefix(old))
        names = SQL.identifier(name), SQL.identifier(renamed)
        if kind == "index":
            cr.execute(SQL("ALTER INDEX %s RENAME TO %s", *names))
        else:
            cr.execute(SQL("ALTER TABLE %s RENAME CONSTRAINT %s TO %s", SQL.identifier(table), *names))
        _replace(cr, "ir_model_constraint", "name", name, renamed)
        _rename_made_xmlid(cr, "ir.model.constraint", f"constraint_{name}", f"constraint_{renamed}")


def _objects(cr, table, naming=""):
    """Return kind and name of the constraints and the other indexes of a table.

    :param naming: only checks and indexes whose definition holds this text
    """
    cr.execute(
        """
        SELECT 'constraint', conname FROM pg_constraint
        WHERE conrelid = to_regclass(%(table)s)
          AND (%(naming)s = '' OR contype = 'c' AND strpos(pg_get_constraintdef(oid), %(naming)s) > 0)
        UNION ALL
        SELECT 'index', relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = to_regclass(%(table)s)
          AND NOT EXISTS (
            SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
          AND (%(naming)s = '' OR strpos(pg_get_indexdef(indexrelid), %(naming)s) > 0)
        """,
        {"table": table, "naming": naming},
    )
    return cr.fetchall()


def _drop_object(cr, table, kind, name):
    """Drop a constraint or an index that Odoo makes anew when it loads the model."""
    if kind == "index":
        cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    else:
        cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name)))


# -- fields


def rename_field(cr, model, old, new):
    """Rename a field with its column, what Odoo knows of it, and conditions that name it."""
    _rewrite_conditions(cr, lambda tree, of: _Fields(cr, of, model, old, new).visit(tree))
    _rename_exported(cr, model, old, new)
    table = model.replace(".", "_")
    if table_kind(cr, table) == TableKind.Regular and column_exists(cr, table, old):
        rename_column(cr, table, old, new)
        # Odoo's name of a field's index, PostgreSQL's of its other constraints
        for mark in ("__{}_index", "_{}_fkey", "_{}_not_null"):
            _rename_objects(cr, table, table + mark.format(old), table + mark.format(new))
    cr.execute("UPDATE ir_model_fields SET name = %s WHERE model = %s AND name = %s", [new, model, old])
    cr.execute(
        "UPDATE ir_model_fields SET relation_field = %s WHERE relation = %s AND relation_field = %s",
        [new, model, old],
    )
    field, selection = f"field_{table}__", f"selection__{table}__"
    _rename_made_xmlid(cr, "ir.model.fields", field + old, field + new)
    _rename_made_xmlid(
        cr, "ir.model.fields.selection", f"{selection}{old}__", f"{selection}{new}__", more=True
    )


def _rename_exported(cr, model, old, new):
    """Rename a field at the head of the lines of saved exports."""
    cr.execute(
        """
        UPDATE ir_exports_line line SET name = %(new)s || substr(line.name, %(start)s) FROM ir_exports export
        WHERE export.id = line.export_id AND export.resource = %(model)s
          AND split_part(line.name, '/', 1) = %(old)s
        """,
        {"model": model, "old": old, "new": new, "start": len(old) + 1},
    )


# -- values


def rename_value(cr, model, field, old, new):
    """Rename a value of a selection field, or let it become one that is there already.

    Checks and indexes that name the old value go; Odoo makes those of today's code.
    """
    table = model.replace(".", "_")
    if table_kind(cr, table) == TableKind.Regular and column_exists(cr, table, field):
        for kind, name in _objects(cr, table, naming=f"'{old}'"):
            _drop_object(cr, table, kind, name)
        _replace(cr, table, field, old, new)
    _rewrite_conditions(cr, lambda tree, of: _Values(cr, of, model, field, old, new).visit(tree))
    cr.execute(
        """
        UPDATE ir_default SET json_value = %s FROM ir_model_fields field
        WHERE field.id = field_id AND field.model = %s AND field.name = %s AND json_value = %s
        """,
        [json.dumps(new), model, field, json.dumps(old)],
    )
    _rename_selection(cr, model, field, old, new)


def _rename_selection(cr, model, field, old, new):
    """Rename a value in Odoo's list of them; one that is there twice then goes."""
    params = {"model": model, "field": field, "old": old, "new": new}
    ours = "field.id = field_id AND field.model = %(model)s AND field.name = %(field)s"
    row = "UPDATE ir_model_fields_selection line SET value = %(new)s FROM ir_model_fields field WHERE "
    twice = (
        " AND NOT EXISTS (SELECT FROM ir_model_fields_selection there"
        " WHERE there.field_id = line.field_id AND there.value = %(new)s)"
    )
    cr.execute(row + ours + " AND line.value = %(old)s" + twice, params)
    cr.execute(
        "DELETE FROM ir_model_fields_selection line USING ir_model_fields field WHERE "
        + ours
        + " AND line.value = %(old)s",
        params,
    )
    start = f"selection__{model.replace('.', '_')}__{field}__"
    made = [start + value.replace(".", "_").replace(" ", "_").lower() for value in (old, new)]
    _rename_made_xmlid(cr, "ir.model.fields.selection", *made)
    cr.execute(
        "DELETE FROM ir_model_data WHERE model = 'ir.model.fields.selection' AND name = %s", [made[0]]
    )


# -- external ids


def rename_xmlid(cr, old, new):
    """Rename an external id of this module, unless the new one is there already."""
    cr.execute(
        """
        UPDATE ir_model_data SET name = %(new)s WHERE module = %(module)s AND name = %(old)s
          AND NOT EXISTS (SELECT FROM ir_model_data WHERE module = %(module)s AND name = %(new)s)
        """,
        {"module": MODULE, "old": old, "new": new},
    )


def _rename_made_xmlid(cr, model, old, new, more=False):
    """Rename external ids that Odoo makes itself, in whatever module.

    :param more: all that start like that
    """
    cr.execute(
        """
        UPDATE ir_model_data data SET name = %(new)s || substr(name, %(start)s)
        WHERE model = %(model)s AND (name = %(old)s OR %(more)s AND starts_with(name, %(old)s))
          AND NOT EXISTS (
            SELECT FROM ir_model_data there WHERE there.module = data.module
            AND there.name = %(new)s || substr(data.name, %(start)s))
        """,
        {"model": model, "old": old, "new": new, "start": len(old) + 1, "more": more},
    )


# -- conditions


def _rewrite_conditions(cr, change):
    """Change all stored conditions: ``change(tree, model)`` returns the new syntax tree."""
    for table, model, columns in CONDITIONS:
        for column in columns:
            names = {"table": SQL.identifier(table), "column": SQL.identifier(column), "model": SQL(model)}
            cr.execute(SQL("SELECT id, %(model)s, %(column)s FROM %(table)s WHERE %(column)s <> ''", **names))
            for row_id, of, text in cr.fetchall():
                changed = _rewritten(text, of, change)
                if changed != text:
                    names.update(id=row_id, text=changed)
                    cr.execute(SQL("UPDATE %(table)s SET %(column)s = %(text)s WHERE id = %(id)s", **names))


def _rewritten(text, model, change):
    """Return a condition changed; as it was where nothing changes or it cannot be read."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return text
    before = ast.dump(tree)
    changed = change(tree, model)
    if ast.dump(changed) == before:
        return text
    try:
        # the order of a filter is JSON
        json.loads(text)
        return json.dumps(ast.literal_eval(changed))
    except ValueError:
        return ast.unparse(changed)


class _Condition(ast.NodeTransformer):
    """Walks through a condition on a model; paths are followed to other models."""

    def __init__(self, cr, model, changed_model):
        self.cr, self.model, self.changed_model = cr, model, changed_model

    def is_term(self, node):
        """Tell whether a tuple or list is a term of a domain."""
        parts = [part.value if isinstance(part, ast.Constant) else None for part in node.elts]
        return len(parts) == 3 and isinstance(parts[0], str) and parts[1] in CONDITION_OPERATORS

    def owner(self, path):
        """Return the model that holds the last field of a path of names."""
        model = self.model
        for name in path[:-1]:
            self.cr.execute(
                "SELECT relation FROM ir_model_fields WHERE model = %s AND name = %s", [model, name]
            )
            model = (self.cr.fetchone() or [None])[0]
        return model


class _Fields(_Condition):
    """Renames a field, wherever a string reads like a path that leads to it."""

    PATH = re.compile(r"\A([a-z_][a-z0-9_.]*)([: ].*)?\Z", re.DOTALL)

    def __init__(self, cr, model, changed_model, old, new):
        super().__init__(cr, model, changed_model)
        self.old, self.new = old, new

    def visit_Tuple(self, node):
        """Rename the field in one term; what it is compared with is no path."""
        if not self.is_term(node):
            return self.generic_visit(node)
        node.elts[0] = self.visit(node.elts[0])
        return node

    visit_List = visit_Tuple

    def visit_Constant(self, node):
        """Rename the field in one string."""
        found = self.PATH.match(node.value) if isinstance(node.value, str) else None
        path = found[1].split(".") if found else []
        for index, name in enumerate(path):
            if name == self.old and self.owner(path[: index + 1]) == self.changed_model:
                path[index] = self.new
                return ast.copy_location(ast.Constant(".".join(path) + (found[2] or "")), node)
        return node


class _Values(_Condition):
    """Renames a value in the terms of a domain that ask for its field."""

    def __init__(self, cr, model, changed_model, field, old, new):
        super().__init__(cr, model, changed_model)
        self.field, self.old, self.new = field, old, new

    def asks(self, node):
        """Tell whether this is a term that asks for the field."""
        if not self.is_term(node):
            return False
        path = node.elts[0].value.split(".")
        return path[-1] == self.field and self.owner(path) == self.changed_model

    def visit_Tuple(self, node):
        """Rename the value in one term."""
        if not self.asks(node):
            return self.generic_visit(node)
        for part in ast.walk(node.elts[2]):
            if isinstance(part, ast.Constant) and part.value == self.old:
                part.value = self.new
        return node

    visit_List = visit_Tuple


# -- views


def rename_in_views(cr, old, new):
    """Let views that people made call a method by its new name."""
    cr.execute(
        SQL(
            "UPDATE ir_ui_view SET arch_db = regexp_replace(arch_db::text, %(word)s, %(new)s, 'g')::jsonb"
            " WHERE arch_db::text ~ %(word)s",
            word=rf"\m{old}\M",
            new=new,
        )
    )


def empty_extensions(cr):
    """Empty our views that extend others: the upgrade writes them anew, with their translations.

    Until an extension's turn comes it might name what lies elsewhere now, and the view it extends
    could not be loaded.
    """
    cr.execute(
        """
        UPDATE ir_ui_view SET arch_db = '{"en_US": "<data/>"}'
          FROM ir_model_data data
         WHERE data.model = 'ir.ui.view' AND data.res_id = ir_ui_view.id AND data.module = %s
           AND data.noupdate IS NOT TRUE AND inherit_id IS NOT NULL AND mode = 'extension'
        """,
        [MODULE],
    )

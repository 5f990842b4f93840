from collections import defaultdict

from odoo.tools import SQL
from odoo.tools.sql import TableKind, table_kind

MODULE = "logistics_customer_service"


def post_init_hook(env):
    """Judge what the database holds already: the last month at once, the rest by the job."""
    env["logistics.outcome.rebuild"]._fill()


def uninstall_hook(env):
    """Take away what would stand in the way of removing the addon's records one by one.

    Profiles hold tiers and tiers hold changes; the rows go first, set-based. Models name what
    belongs to them in other apps (``_get_belongings``), which goes after them. Demo customers and
    products that documents refer to by now are left behind as the user's own data, demo people
    archived.
    """
    ours = [model for model in env.values() if model._original_module == MODULE]
    belongings = [model._get_belongings() for model in ours if hasattr(model, "_get_belongings")]
    belongings.append(_get_sequences(env, ours))
    _empty_queues(env, ours)
    _delete_rows(env.cr, {model._table for model in ours if _has_rows(env.cr, model)})
    env.invalidate_all(flush=False)
    for records in belongings:
        # through the ORM: what hangs on them goes with them
        records.unlink()
    _keep_demo_people(env)
    env.invalidate_all(flush=False)


def _get_sequences(env, ours):
    """Return the sequences our numbers are drawn from; companies may have some of their own."""
    codes = [model._name for model in ours]
    sequences = env["ir.sequence"].with_context(active_test=False).search([("code", "in", codes)])
    # PostgreSQL's own sequences of the years go with them
    sequences.date_range_ids.unlink()
    return sequences


def _has_rows(cr, model):
    return model._auto and not model._abstract and table_kind(cr, model._table) == TableKind.Regular


def _empty_queues(env, ours):
    """Take from Odoo's queues what speaks of records that will be gone."""
    env.cr.execute(
        "DELETE FROM mail_mail USING mail_message message"
        " WHERE message.id = mail_message_id AND message.model = ANY(%s)",
        [[model._name for model in ours if not model._abstract]],
    )
    env.cr.execute("DELETE FROM sms_tracker WHERE logistics_model IS NOT NULL")
    own_fields = [
        field.name
        for field in env["sms.sms"]._fields.values()
        if field.store and field._module == MODULE
    ]
    for name in own_fields:
        env.cr.execute(SQL("DELETE FROM sms_sms WHERE %s IS NOT NULL", SQL.identifier(name)))


def _delete_rows(cr, tables):
    """Delete all rows of tables, those that refer to others first; others forget them.

    :param tables: set of the names of our tables
    """
    referring = defaultdict(set)
    for source, column, required, target in _get_references(cr, tables):
        if not required and (source not in tables or source == target):
            _forget(cr, source, column)
        elif source != target and source in tables:
            referring[target].add((source, column, required))
    while tables:
        held = {table: [use for use in referring[table] if use[0] in tables] for table in tables}
        # where tables refer to each other, one that nobody needs is forgotten by the others
        table = min(held, key=lambda name: (sum(need for *_, need in held[name]), len(held[name]), name))
        for source, column, _required in held[table]:
            _forget(cr, source, column)
        cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
        tables = tables - {table}


def _get_references(cr, tables):
    """Return who refers to the tables: table, column, whether it must, table referred to."""
    cr.execute(
        """
        SELECT source.relname, attname, attnotnull, target.relname
          FROM pg_constraint
          JOIN pg_class source ON source.oid = conrelid
          JOIN pg_class target ON target.oid = confrelid
          JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f' AND target.relname = ANY(%s)
         ORDER BY 1, 2
        """,
        [list(tables)],
    )
    return cr.fetchall()


def _forget(cr, table, column):
    cr.execute(
        SQL(
            "UPDATE %(table)s SET %(column)s = NULL WHERE %(column)s IS NOT NULL",
            table=SQL.identifier(table),
            column=SQL.identifier(column),
        )
    )


def _keep_demo_people(env):
    """Leave demo people and goods to the user; the logins are free again."""
    kept = env["ir.model.data"].search(
        [
            ("module", "=", MODULE),
            ("model", "in", ("res.partner", "res.users", "product.template", "product.product")),
        ]
    )
    users = kept.filtered(lambda data: data.model == "res.users")
    for user in env["res.users"].browse(users.mapped("res_id")).exists():
        user.write({"active": False, "login": f"{user.login}-{user.id}"})
    kept.unlink()

"""Nothing in the database opens a link any more: of links that were sent only a digest is kept.

They work until they expire. Texts that bear such links get masks; what still waits goes out with links.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, split_every
from odoo.tools.sql import column_exists

# table: what its links bore, in SQL
TOKENS = {
    "logistics_tracking_link": "handle || secret",
    "logistics_survey_counter": "handle || secret",
    "logistics_survey_request": "handle || secret",
    "logistics_notice": "handle || secret",
    "logistics_greeting": "handle || secret",
    "logistics_result_letter": "token",
    "logistics_service_team": "form_token",
}
COLUMNS = ("secret", "token", "form_token")
KEYS = "logistics_carrier_key"
# core's texts by model; of ours every text is looked at
TEXTS = {"mail.message": ["body"], "mail.mail": ["body_html", "headers"], "sms.sms": ["body"]}
KINDS = ("char", "text", "html")
AT_ONCE = 1000


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    for table, token in TOKENS.items():
        _keep_digests(env, table, token)
    _seal_keys(env)
    env.invalidate_all()
    for model, names in _get_texts(env):
        for name in names:
            _mask_texts(env, model, name)


def _keep_digests(env, table, token):
    """As ``_get_digest`` of ``logistics.link.key`` works it out; what was drawn itself goes."""
    kept = [name for name in COLUMNS if column_exists(env.cr, table, name)]
    if not kept:
        return
    env.cr.execute(
        f"""
        UPDATE {table}
           SET old_link_digest = encode(sha256(convert_to(%s || {token}, 'UTF8')), 'hex')
         WHERE {token} IS NOT NULL
        """,
        [env["logistics.link.key"]._get_database()],
    )
    for name in kept:
        env.cr.execute(SQL("ALTER TABLE %s DROP COLUMN %s", SQL.identifier(table), SQL.identifier(name)))


def _seal_keys(env):
    """Carriers go on signing with what they have; to check it the text itself is needed, sealed."""
    if not column_exists(env.cr, KEYS, "secret"):
        return
    seal = env["logistics.link.key"]._seal
    env.cr.execute(f"SELECT id, secret FROM {KEYS} WHERE secret IS NOT NULL")
    for key_id, secret in env.cr.fetchall():
        sealed = seal("logistics.carrier.key", secret)
        env.cr.execute(f"UPDATE {KEYS} SET sealed_secret = %s WHERE id = %s", [sealed, key_id])
    env.cr.execute(f"ALTER TABLE {KEYS} DROP COLUMN secret")


def _get_texts(env):
    yield from TEXTS.items()
    for name, model in env.items():
        if name.startswith("logistics.") and model._auto and not model._abstract:
            texts = [
                field.name
                for field in model._fields.values()
                if field.store and field.column_type and field.type in KINDS and not field.translate
            ]
            yield name, texts


def _mask_texts(env, name, field):
    """Only what a link of ours may be in is read; what is none stays as it is."""
    model = env[name]
    texts, table, column = env["logistics.link.text"], SQL.identifier(model._table), SQL.identifier(field)
    pattern = texts._get_patterns()[0].pattern.replace("(?P<path>", "(").replace("(?P<slash>", "(")
    pattern = pattern.replace("(?P<token>", "(").replace(r"\-", "-")
    env.cr.execute(SQL("SELECT id FROM %s WHERE %s ~ %s", table, column, pattern))
    for ids in split_every(AT_ONCE, [found for [found] in env.cr.fetchall()]):
        env.cr.execute(SQL("SELECT id, %s FROM %s WHERE id = ANY(%s)", column, table, list(ids)))
        rows = env.cr.fetchall()
        found = texts._mask([text for _id, text in rows])
        for (row_id, _text), (masked, links) in zip(rows, found, strict=True):
            if links:
                env.cr.execute(SQL("UPDATE %s SET %s = %s WHERE id = %s", table, column, masked, row_id))
                if name in TEXTS:
                    model.browse(row_id)._note_links(links)
    env.invalidate_all()

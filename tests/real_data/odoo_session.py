"""Odoo inside this very process, for scripts that fill or read a database in bulk."""

import contextlib
import os

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

# Nobody follows bulk data, and nothing about it is worth a message.
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "skip_sms": True,
}


def configure(name, log_level="warn", addons=None):
    """Point Odoo at the database `name`, by the configuration of the launcher.

    :param addons: another folder of addons
    """
    options = ["-d", name, "--log-level", log_level, "--max-cron-threads", "0"]
    if os.environ.get("ODOO_RC"):
        options = ["-c", os.environ["ODOO_RC"], *options]
    config.parse_config(options, setup_logging=True)
    if addons:
        paths = [*config["addons_path"], str(addons)]
        config.parse_config([*options, "--addons-path", ",".join(paths)], setup_logging=True)


@contextlib.contextmanager
def environment(name, commit=False):
    """Yield the superuser's quiet environment; what is not committed is rolled back."""
    with Registry(name).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, dict(QUIET))
        if not commit:
            cr.rollback()


def judge(env):
    """Judge what became of all orders and deliveries: what came past Odoo is not marked."""
    rebuild = env["logistics.outcome.rebuild"]._start("asked")
    while rebuild.state == "running":
        rebuild._advance()
        env.cr.commit()


def close(name):
    """Let go of a database, so that it can be copied or dropped."""
    Registry.delete(name)
    sql_db.close_db(name)

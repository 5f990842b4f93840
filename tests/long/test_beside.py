"""The addon beside other apps and in companies that work otherwise: it is installed without a complaint.

Odoo leaves out the demo data of an addon that fail, with a warning; ours leave out the story that does
not fit, with one, too. Where nothing stands in their way there is none.
"""

import pytest

from scripts.dev.database import Templates, complaints
from scripts.dev.paths import ADDON

from ..support.database import Database

SHOP = "website_sale"
MANY = (
    "crm,event_sale,fleet,hr_holidays,maintenance,mass_mailing,mrp,point_of_sale,purchase_stock,repair,"
    "sale_loyalty,sale_mrp,sale_project,stock_dropshipping,stock_landed_costs,website_sale_loyalty"
)
# what other apps say of themselves
THEIRS = [r"Two fields \(.*\) of .* have the same label", r"Skip loading of disabled app"]


class Bench:
    """Makes databases, one from another, and installs apps in them."""

    def __init__(self, databases):
        self.databases = databases
        self.templates = Templates(databases)
        self.made = []

    def copy(self, source, hint):
        """Return a copy of a database."""
        return self._keep(f"{self.templates.prefix}_beside_{hint}", source)

    def create(self, hint):
        """Return a new database."""
        return self._keep(f"{self.templates.prefix}_beside_{hint}", None)

    def _keep(self, name, source):
        self.databases.drop(name)
        if source:
            self.databases.copy(source, name)
        else:
            self.databases.create_empty(name)
        self.made.append(Database(name, self.databases))
        return self.made[-1]

    def drop(self):
        for database in self.made:
            database.drop()


@pytest.fixture(scope="module")
def bench(databases):
    """What the databases are made with."""
    found = Bench(databases)
    yield found
    found.drop()


@pytest.fixture(scope="module")
def shop(bench):
    """A database with the shop and its demo data."""
    database = bench.copy(bench.templates.get(demo=True, addon=False), "shop")
    database.odoo("-i", SHOP, timeout=1200)
    return database


def is_installed(database):
    """Tell whether the addon is installed."""
    return database.sql("SELECT state FROM ir_module_module WHERE name = %s", [ADDON]) == [("installed",)]


def install(database, modules, told=True):
    """Install into a database without a word of warning, and see whether the demo data are there."""
    log = database.odoo("-i", modules, timeout=1800).log
    assert not complaints(log, THEIRS)
    assert is_installed(database)
    if told:
        assert database.sql("SELECT count(*) FROM logistics_callback")[0][0] > 3
        invoiced = "SELECT count(*) FROM sale_order WHERE invoice_status = 'invoiced'"
        return database.sql(invoiced)[0][0]
    return None


def test_after_the_shop(bench, shop):
    assert install(bench.copy(shop.name, "after"), ADDON) > 20


def test_before_the_shop(bench):
    database = bench.copy(bench.templates.get(demo=True), "before")
    assert install(database, SHOP) > 20


def test_after_a_dozen_other_apps(bench, shop):
    database = bench.copy(shop.name, "many")
    database.odoo("-i", MANY, timeout=1800)
    assert install(database, ADDON) > 20


def test_before_a_dozen_other_apps_without_demo_data(bench):
    database = bench.copy(bench.templates.get(demo=False), "plain")
    install(database, MANY, told=False)


@pytest.mark.parametrize("country", ["de", "cn"])
def test_in_a_country_with_another_chart_of_accounts(bench, country):
    database = bench.create(country)
    database.odoo("-i", "base", "--with-demo")
    database.sql(
        "UPDATE res_partner SET state_id = NULL, country_id = ("
        " SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = %s)"
        " WHERE id IN (SELECT partner_id FROM res_company)",
        [country],
    )
    assert install(database, ADDON) > 20


def test_in_a_company_without_accounts(bench):
    database = bench.copy(bench.templates.get(demo=True, addon=False), "unaccounted")
    database.shell("env['account.journal'].search([]).action_archive(); env.cr.commit()")
    install(database, ADDON)


def test_where_the_demo_logins_are_taken(bench):
    """Odoo leaves out all demo data then; the installation goes through."""
    database = bench.copy(bench.templates.get(demo=True, addon=False), "taken")
    database.shell("env['res.users'].create({'name': 'A', 'login': 'agent'}); env.cr.commit()")
    log = database.odoo("-i", ADDON).log
    assert "installed without demo data" in log
    assert is_installed(database)

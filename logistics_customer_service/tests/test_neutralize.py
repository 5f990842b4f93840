from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import TransactionCase, tagged

from .common import MODULE

SWITCHES = ("logistics_notify", "logistics_survey", "logistics_care")


@tagged("post_install", "-at_install")
class TestNeutralize(TransactionCase):
    """A copy of a database honours no link of the original, and sends nothing."""

    def _neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries([MODULE]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_cache("stable")

    def _get_secrets(self):
        """Return what opens something, by model and row: of all models of ours, also of tomorrow's."""
        held = {}
        for name, model in self.env.items():
            if issubclass(self.env.registry[name], self.env.registry["logistics.secret.mixin"]):
                rows = [] if model._abstract else model.sudo().with_context(active_test=False).search([])
                held.update({(name, row.id): row._get_token() for row in rows})
        for key in self.env["logistics.carrier.key"].sudo().search([]):
            held[key._name, key.id] = key.secret
        for case in self.env["logistics.complaint"].search([("access_token", "!=", False)]):
            held[case._name, case.id] = case.access_token
        return held

    def test_no_secret_of_the_original_is_left(self):
        delivery = self.env["stock.picking"].search([("tracking_link_ids", "!=", False)], limit=1)
        self.assertTrue(delivery, "the demo data have shared deliveries")
        link = delivery.tracking_link_ids[:1]
        token = link._get_token()
        carrier = self.env["delivery.carrier"].search([], limit=1)
        self.env["logistics.carrier.key"].create(
            {"carrier_id": carrier.id, "company_id": self.env.company.id}
        )
        self.env["logistics.complaint"].search([], limit=1)._portal_ensure_token()
        before = self._get_secrets()
        self.assertGreater(len({model for model, _id in before}), 3)
        self._neutralize()
        after = self._get_secrets()
        self.assertFalse([key for key, secret in before.items() if after.get(key) == secret])
        self.assertFalse(self.env["logistics.tracking.link"].sudo()._find(token))
        self.assertFalse(self.env["logistics.carrier.key"].search([])[:1].sudo().secret)
        # the copy's own links work
        self.assertTrue(self.env["logistics.tracking.link"].sudo()._find(link._get_token()))

    def test_nothing_is_sent(self):
        companies = self.env["res.company"].search([])
        companies.write(dict.fromkeys(SWITCHES, True))
        self._neutralize()
        for name in SWITCHES:
            self.assertFalse(companies.filtered(name), name)

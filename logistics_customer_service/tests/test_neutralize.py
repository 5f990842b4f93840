from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import TransactionCase, tagged

from .common import MODULE

# what a field is called that opens something to whoever knows it
SECRETS = ("secret", "token", "access_token", "form_token")
SWITCHES = ("logistics_notify", "logistics_survey", "logistics_care")


@tagged("post_install", "-at_install")
class TestNeutralize(TransactionCase):
    """A copy of a database honours no link of the original, and sends nothing."""

    def _neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries([MODULE]):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def _get_secrets(self):
        """Return what opens something, by model, field and row: of all models of ours, also of tomorrow's."""
        held = {}
        for model_name, model in self.env.items():
            if model_name.startswith("logistics.") and model._auto and not model._abstract:
                for name in SECRETS:
                    if name in model._fields and model._fields[name].store:
                        rows = model.sudo().with_context(active_test=False).search([(name, "!=", False)])
                        held.update({(model_name, name, row.id): row[name] for row in rows})
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
        self.assertGreater(len({model for model, _name, _id in before}), 3)
        self._neutralize()
        after = self._get_secrets()
        self.assertFalse([key for key, secret in before.items() if after.get(key) == secret])
        self.assertFalse(self.env["logistics.tracking.link"].sudo()._find(token))
        # the copy's own links work
        self.assertTrue(self.env["logistics.tracking.link"].sudo()._find(link._get_token()))

    def test_nothing_is_sent(self):
        companies = self.env["res.company"].search([])
        companies.write(dict.fromkeys(SWITCHES, True))
        self._neutralize()
        for name in SWITCHES:
            self.assertFalse(companies.filtered(name), name)

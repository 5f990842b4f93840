import json
import time
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.foundation.logistics_database import ORIGINAL
from ..models.shipment import delivery_carrier
from ..tools.foundation.identity import read_identity
from .common import MODULE


class CopyCase:
    """A database that was copied with all it holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.env["logistics.database"]

    def _copy(self):
        self.env["ir.config_parameter"].set_param(ORIGINAL, "7000000000000000000/16384")


@tagged("post_install", "-at_install")
class TestCopies(CopyCase, TransactionCase):
    """A copy of a database sends nothing and calls nobody, neutralised or not."""

    def test_a_database_tells_itself_from_its_copies(self):
        own = self.database._get_identity()
        self.assertEqual(own, read_identity(self.env.cr))
        with db_connect("postgres").cursor() as cr:
            self.assertNotEqual(own, read_identity(cr))
        self.assertTrue(self.database._is_original())
        self._copy()
        self.assertFalse(self.database._is_original())
        # an upgrade makes no original of a copy
        self.database._become_original_once()
        self.assertFalse(self.database._is_original())

    def test_a_neutralised_one_is_no_original(self):
        self.env.flush_all()
        for query in get_neutralization_queries([MODULE]):
            self.env.cr.execute(query)
        self.env.registry.clear_cache()
        self.database._become_original_once()
        self.assertFalse(self.database._is_original())

    def test_an_administrator_says_that_it_was_moved(self):
        self._copy()
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.logistics_is_copy)
        manager = new_test_user(self.env, "copy_manager", f"base.group_user,{MODULE}.group_manager")
        with self.assertRaises(AccessError):
            settings.with_user(manager).action_logistics_become_original()
        settings.action_logistics_become_original()
        self.assertTrue(self.database._is_original())

    def test_what_is_due_waits(self):
        """Of all that is sent by a scheduled action, also of tomorrow's."""
        self._copy()
        mixin = self.registry["logistics.sending.mixin"]
        kinds = [self.env[name] for name, model in self.registry.items() if issubclass(model, mixin)]
        kinds = [kind for kind in kinds if not kind._abstract and kind._sending_cron]
        self.assertGreaterEqual(len(kinds), 3)
        for kind in kinds:
            with patch.object(type(kind), "_advance_or_rest", side_effect=AssertionError(kind._name)):
                kind._process_due()
        case = self.env["logistics.complaint"].search([], limit=1)
        case.acknowledgement = "to_send"
        self.env["logistics.complaint"]._cron_acknowledge()
        self.assertEqual(case.acknowledgement, "to_send")

    def test_who_wants_it_sent_is_told(self):
        self._copy()
        with self.assertRaisesRegex(UserError, "copy"):
            self.env["logistics.notice"].search([], limit=1)._start_anew()

    def test_no_mail_of_ours_leaves(self):
        """Whoever wrote it, and whoever sends it."""
        case = self.env["logistics.complaint"].search([], limit=1)
        self.env["mail.mail"].search([("state", "=", "outgoing")]).cancel()
        to_send = {"body_html": "A", "email_to": "a@example.com"}
        ours, others = self.env["mail.mail"].create(
            [
                {**to_send, "model": case._name, "res_id": case.id},
                {**to_send, "model": "res.partner", "res_id": case.partner_id.id},
            ]
        )
        taken = []
        with (
            patch.object(IrMail_Server, "_connect__"),
            patch.object(type(ours), "_send", lambda mails, **_options: taken.extend(mails.ids)),
        ):
            self._copy()
            ours.send()
            self.env["mail.mail"].process_email_queue()
            self.assertEqual(taken, others.ids)
            self.database._become_original()
            self.env["mail.mail"].process_email_queue()
        self.assertIn(ours.id, taken, "it waited")

    def test_no_sms_of_ours_leaves(self):
        self._copy()
        notice = self.env["logistics.notice"].search([], limit=1)
        messages = self.env["sms.sms"].create(
            [
                {"number": "+4915112345678", "body": "A", "logistics_notice_id": notice.id},
                {"number": "+4915112345679", "body": "B"},
            ]
        )
        taken = []

        def take(sms, *args, **kwargs):
            taken.extend(sms.ids)

        with patch.object(type(messages), "_send_with_api", take):
            messages.send()
            self.env["sms.sms"]._process_queue()
            self.assertNotIn(messages[0].id, taken)
            self.assertIn(messages[1].id, taken)
            self.database._become_original()
            messages[0].send()
        self.assertIn(messages[0].id, taken)

    def test_no_carrier_is_called(self):
        carrier = self.env["delivery.carrier"].search([("delivery_type", "=", "fixed")], limit=1)
        order = self.env["sale.order"].search([], limit=1)
        transfer = self.env["stock.picking"].search([], limit=1)
        self._copy()
        self.assertTrue(carrier.rate_shipment(order)["success"], "nobody is called for that")
        with patch.object(delivery_carrier, "NOBODY_IS_CALLED", ()):
            self.assertFalse(carrier.rate_shipment(order)["success"])
            for call in (carrier.send_shipping, carrier.cancel_shipment, carrier.get_return_label):
                with self.assertRaisesRegex(UserError, "copy"):
                    call(transfer)


@tagged("post_install", "-at_install")
class TestLinksOfCopies(CopyCase, HttpCase):
    """A copy honours nothing that opens the original from outside."""

    def test_no_page_opens_without_login(self):
        delivery = self.env["stock.picking"].search([("to_customer", "=", True)], limit=1)
        path = delivery._ensure_tracking_links()._get_path()
        self.assertEqual(self.url_open(path).status_code, 200)
        self._copy()
        with mute_logger("odoo.http"):
            answer = self.url_open(path)
        self.assertEqual(answer.status_code, 404)
        self.assertIn("try again later", answer.text)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def test_every_page_without_login_is_meant(self):
        http = self.env["ir.http"]
        pages = {
            url: endpoint
            for url, endpoint in http._generate_routing_rules([MODULE], {})
            if endpoint.routing["auth"] in ("public", "none")
            and f".{MODULE}.controllers" in endpoint.func.__module__
        }
        self.assertGreater(len(pages), 10)
        left = {url for url, endpoint in pages.items() if not http._opens_without_login(endpoint)}
        self.assertEqual(left, {"/logistics/v1/carrier/events"}, "it refuses in words of its own")

    def test_carriers_tell_nothing(self):
        key = self.env["logistics.carrier.key"].create(
            {
                "carrier_id": self.env["delivery.carrier"].search([], limit=1).id,
                "company_id": self.env.company.id,
            }
        )
        moment, body = str(int(time.time())), json.dumps({"events": []}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Logistics-Key": key.name,
            "X-Logistics-Timestamp": moment,
            "X-Logistics-Signature": key.sudo()._sign(moment, body),
        }
        self.assertLess(self._tell(body, headers), 500)
        self._copy()
        self.assertEqual(self._tell(body, headers), 503)

    def _tell(self, body, headers):
        self.env.flush_all()
        return self.url_open("/logistics/v1/carrier/events", data=body, headers=headers).status_code

    def test_staff_see_it(self):
        self.authenticate("admin", "admin")
        self.assertNotIn("logistics_copy_banner", self.url_open("/odoo").text)
        self._copy()
        self.assertIn("logistics_copy_banner", self.url_open("/odoo").text)

import json

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.foundation import logistics_privacy_protocol_run
from ..models.foundation.logistics_personal import TEXTS
from .common import MODULE
from .common_privacy import MAIL, NAME, PHONE, SAID, SIGNS, STREET, PrivacyCommon


@tagged("post_install", "-at_install")
class TestErasure(PrivacyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.begun = fields.Datetime.now().timestamp() - 86400

    def _live(self):
        """Give the person a past by the ways that people use."""
        order = self._order(self.person, partner_shipping_id=self.home.id, note=f"<p>{SAID}</p>")
        self._deliver(order)
        self._profile_of(self.person) or self._profile(self.person, delivery_notes=SAID)
        tracked = self.env(context={**self.env.context, "tracking_disable": False})
        cases = tracked["logistics.complaint"]
        case = cases.create(
            {
                "partner_id": self.person.id, "company_id": self.company.id, "name": SAID,
                "email_from": f'"{NAME}" <{MAIL}>', "phone": PHONE, "description": SAID,
            }
        )  # fmt: skip
        self.env.flush_all()
        case.message_post(
            body=f"{NAME}: {SAID}", subject=SAID, author_id=self.person.id, message_type="email",
            email_from=f'"{NAME}" <{MAIL}>', attachments=[("letter.txt", f"{NAME} {SAID}".encode())],
        )  # fmt: skip
        case.message_post(body=f"Dear {NAME}", partner_ids=self.person.ids, message_type="comment")
        case.activity_schedule("mail.mail_activity_data_todo", summary=NAME, note=SAID)
        tracked["res.partner"].browse(self.person.id).write({"phone": "+49 8856 7734 220"})
        self.env.flush_all()
        self.person.with_env(tracked).phone = PHONE
        mail = self.env["mail.mail"].create(
            {"email_to": MAIL, "body_html": SAID, "subject": NAME, "model": case._name, "res_id": case.id}
        )
        self.env["ir.logging"].create(
            {"name": "x", "type": "server", "path": "x", "func": "x", "line": "1", "message": f"to {MAIL}"}
        )
        self.env["logistics.undeliverable.address"].create(
            {"address": MAIL, "company_id": self.company.id, "failed_at": fields.Datetime.now()}
        )
        self.env["mail.blacklist"].create({"email": MAIL})
        self.env["sms.sms"].create({"number": PHONE, "body": SAID, "partner_id": self.person.id})
        other = self._customer("Other")
        other.message_post(body=f"Asked for {NAME}, who has {PHONE}")
        self.env["mail.compose.message"].create({"body": NAME, "subject": MAIL})
        return order, case, mail

    def test_nothing_of_a_person_is_left(self):
        order, case, _mail = self._live()
        self._portal_user("ottilie", self.person).login = MAIL
        planted = self._plant_all()
        unplanted = {
            name
            for name, spec in self.Personal._get_known().items()
            if name.startswith("logistics.") and spec.paths and spec.texts
            if not self.Personal._search_records(
                name, self.Personal._get_domain(name, spec, self._people()), limit=1
            )
        }
        self.assertFalse(unplanted)
        stays = self.env["logistics.feedback"].browse(planted["logistics.feedback"])
        before = case.number, case.company_id, stays.create_date
        self.env.flush_all()
        self.assertGreater(len(self._grep()), 60)
        self.assertTrue(self._grep_store())
        protocol = self._erase()
        self.assertEqual(self._grep(), {})
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
        self.assertEqual(self._grep_store(), [])
        self.assertEqual((case.number, case.company_id, stays.create_date), before)
        self.assertTrue((case | case).exists() and order.exists() and stays.exists())
        self.assertEqual(case.partner_id, self.person)
        self.assertFalse(self.person.active)
        self.assertEqual(protocol.state, "done")
        self.assertEqual(protocol.user_id, self.manager)
        self.assertIn("logistics.complaint", protocol.line_ids.mapped("model"))
        self.assertNotIn("left", protocol.line_ids.mapped("action"))

    def test_again_changes_nothing(self):
        self._walk_few()
        self._live()
        self._erase()
        self.env.flush_all()
        again = self._erase()
        done = again.line_ids.filtered(lambda line: line.model.startswith(("logistics.", "mail.message")))
        self.assertFalse(done.mapped("model"))

    def test_it_goes_on_where_it_was_left(self):
        self._walk_few()
        self._live()
        protocol = self.Protocol.sudo().create(
            {"kind": "erasure", "state": "running", "person_number": 1, "people": self._people().ids}
        )
        self.patch(logistics_privacy_protocol_run, "BATCH", 1)
        protocol._begin()
        rounds = 0
        while not protocol._advance(0):
            rounds += 1
        self.assertGreater(rounds, 60)
        self.env.flush_all()
        self.assertEqual(self._grep(), {})
        self.assertFalse(protocol.marks)

    def test_what_the_law_keeps_stays_and_is_told(self):
        self._walk_few()
        self._open_books()
        order, case, _mail = self._live()
        invoice = self._bill(order)
        invoice.message_post(body=f"{NAME} {SAID}")
        protocol = self._erase()
        until = fields.Date.add(fields.Date.today(), years=10)
        self.assertEqual((protocol.state, protocol.kept_until), ("kept", until))
        kept = protocol.line_ids.filtered(lambda line: line.action == "kept")
        self.assertEqual(
            set(kept.mapped("model")),
            {"account.move", "account.move.line", "res.partner", "sale.order", "sale.order.line"},
        )
        self.assertEqual((self.person.name, self.person.street), (NAME, STREET))
        self.assertFalse(self.person.email or self.person.phone or self.person.comment)
        left = {place.split(".")[0] for place in self._grep()}
        self.assertLessEqual(left, {"account_move", "account_move_line", "res_partner", "sale_order"})
        self.company.logistics_retention_years = 0
        protocol.kept_until = "2020-01-01"
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET invoice_date = '2019-01-01' WHERE id = %s", [invoice.id])
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_erase").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(protocol.state, "done")
        self.assertEqual(self._grep((NAME, STREET)), {})

    def test_a_contact_of_a_company(self):
        self._walk_few()
        company = self._customer("Wholesale Ltd", email="office@wholesale.example.net", street="Dock 1")
        self.person.parent_id = company
        case = self.env["logistics.complaint"].create(
            {"partner_id": company.id, "contact_id": self.person.id, "company_id": self.company.id,
             "description": SAID, "email_from": MAIL}
        )  # fmt: skip
        other = self.env["logistics.complaint"].create(
            {"partner_id": company.id, "company_id": self.company.id, "description": "Theirs"}
        )
        self._erase(company)
        self.assertTrue(company.active)
        self.assertEqual(company.name, "Wholesale Ltd")
        self.assertEqual(self.person.parent_id, company)
        self.assertFalse(case.email_from or case.description)
        self.assertIn("Theirs", other.description)
        self.assertEqual(self._grep(), {})

    def test_a_sole_trader_and_all_contacts(self):
        self._walk_few()
        trader = self._customer("Zwirbel Handel", email="zwirbel@handel.example.net")
        self.person.parent_id = trader
        self._erase(trader, with_company=True)
        signs = (*SIGNS, "Zwirbel Handel", "zwirbel@handel")
        self.assertEqual(self._grep(signs), {})

    def test_who_teaches_and_reports_does_not_quote(self):
        self._walk_few()
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.person.id, "company_id": self.company.id,
             "description": f"<p>It rained in. {SAID} in the box</p>"}
        )  # fmt: skip
        lesson = self.env["logistics.case.lesson"].sudo().create(
            {"complaint_id": case.id, "name": f"{NAME} waited", "company_id": self.company.id,
             "happened": f"It was so: {SAID} in the box. We learned.", "done": f"Called {PHONE}"}
        )  # fmt: skip
        self._erase()
        self.assertEqual(self._grep(), {})
        self.assertIn("We learned.", lesson.happened)
        self.assertIn("waited", lesson.name)

    def test_what_others_bear_stays_theirs(self):
        self._walk_few()
        twin = self._customer(NAME, is_company=False, phone=PHONE, email="twin@elsewhere.example.net")
        self._erase()
        self.assertEqual((twin.name, twin.phone), (NAME, PHONE))

    def test_what_is_ours_stays_however_the_person_wrote_it(self):
        self._walk_few()
        self.company.partner_id.write({"phone": "(089) 4455 6677", "country_id": self.env.ref("base.de").id})
        colleague = self._new_user("boss", "base.group_user")
        colleague.login = "boss@corp.example.net"
        colleague.partner_id.email = "chief@corp.example.net, office@corp.example.net"
        server = self.env["ir.mail_server"].create(
            {"name": "x", "smtp_host": "localhost", "smtp_user": "robot@corp.example.net"}
        )
        for address in (colleague.login, "office@corp.example.net", server.smtp_user):
            self.env["logistics.complaint"].create(
                {"partner_id": self.person.id, "company_id": self.company.id, "email_from": address,
                 "phone": "+49 89 44556677"}
            )  # fmt: skip
        other = self._customer("Other", comment="<p>boss@corp.example.net</p>")
        self._erase()
        self.env.invalidate_all()
        self.assertEqual(self.company.partner_id.phone, "(089) 4455 6677")
        self.assertEqual(colleague.login, "boss@corp.example.net")
        self.assertEqual(colleague.partner_id.email, "chief@corp.example.net, office@corp.example.net")
        self.assertEqual(server.smtp_user, "robot@corp.example.net")
        self.assertIn("boss@corp.example.net", other.comment)

    def test_a_name_is_found_however_it_is_written(self):
        self._walk_few()
        name = "Zo\u00eb D'Arc & Quittenzaun"
        self.person.name = name
        other = self._customer("Other")
        other.message_post(body=f"Asked for {name} today")
        other.message_post(body=Markup("<p>x&nbsp;%s</p>") % name.replace(" ", "\u00a0"))
        other.message_post(body=Markup("<p>+49&nbsp;8856&nbsp;7734&nbsp;221</p>"))
        other.message_post(body="Who?", attachments=[("Zo\u00eb_D'Arc_&_Quittenzaun.txt", b"x")])
        self.env["bus.bus"].sudo().create({"channel": '"x"', "message": json.dumps({"body": name})})
        self.env.flush_all()
        self._erase()
        self.assertEqual(self._grep(("Quittenzaun", "7734&nbsp;221")), {})

    def test_files_of_others_name_nobody(self):
        self._walk_few()
        other = self._customer("Other")
        text = f"Z\u00fcge;{NAME};{MAIL};{PHONE};bleibt".encode()
        files = self.env["ir.attachment"].create(
            [
                {"name": name, "mimetype": kind, "raw": text, "res_model": other._name, "res_id": other.id}
                for name, kind in (("list.csv", "text/csv"), ("mail.eml", "message/rfc822"))
            ]
        )
        drawing = self.env["ir.attachment"].create(
            {"name": "a.pdf", "mimetype": "application/pdf", "raw": b"%PDF", "res_model": "res.partner",
             "res_id": other.id}
        )  # fmt: skip
        drawing.index_content = f"Drawn for {NAME}"
        self.env["account.analytic.account"].create(
            {"name": NAME, "plan_id": self.env["account.analytic.plan"].create({"name": "Plan"}).id}
        )
        protocol = self._erase()
        self.env.invalidate_all()
        for file in files:
            self.assertIn("bleibt", file.raw.decode())
            for sign in SIGNS:
                self.assertNotIn(sign, file.raw.decode())
        left = protocol.line_ids.filtered(lambda line: line.action == "left")
        self.assertEqual([(line.model, line.rows) for line in left], [("ir.attachment", 1)])
        self.assertEqual(self._grep(), {})

    def test_a_short_name_is_forgotten_where_it_was_linked(self):
        self._walk_few()
        self.person.name = "Quitte"
        other = self._customer("Other")
        tracked = self.env(context={**self.env.context, "tracking_disable": False})
        visit = tracked["logistics.visit"].create(
            {"partner_id": self.person.id, "company_id": self.company.id, "user_id": self.agent.id}
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        visit.partner_id = other
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertIn("mail_tracking_value.old_value_char", self._grep(("Quitte",)))
        self._erase()
        self.assertNotIn("mail_tracking_value.old_value_char", self._grep(("Quitte",)))

    def test_whom_it_refuses(self):
        self._live()
        with self.assertRaisesRegex(UserError, "Open cases: 1"):
            self._wizard(anyway=False).action_erase()
        with self.assertRaises(UserError):
            self._wizard(sure=False).action_erase()
        with self.assertRaises(ValidationError):
            self._wizard(note=f"Asked by {NAME}").action_erase()
        with self.assertRaisesRegex(UserError, "works here"):
            self._wizard(self.agent.partner_id).action_erase()
        with self.assertRaisesRegex(UserError, "own companies"):
            self._wizard(self.company.partner_id, with_company=True).action_erase()
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.person.with_user(user).action_erase_person()
        foreign = self.env["res.company"].create({"name": "Foreign"})
        self.env["logistics.complaint"].sudo().create(
            {"partner_id": self.person.id, "company_id": foreign.id}
        )
        with self.assertRaisesRegex(UserError, "Companies that you do not work for"):
            self._wizard().action_erase()
        self.assertEqual(self.person.name, NAME)

    def test_deleting_tells_the_way(self):
        self.env["logistics.complaint"].create({"partner_id": self.person.id, "company_id": self.company.id})
        with self.assertRaisesRegex(UserError, "Erase Person"):
            self.person.unlink()

    def test_the_dialogue_shows_what_goes_and_what_stays(self):
        self._live()
        with Form(self.env["logistics.erasure"].with_user(self.manager).with_context(
            default_partner_id=self.person.id
        )) as form:  # fmt: skip
            self.assertIn("Case", str(form.preview))
            self.assertIn("Open cases", form.obstacles)
            form.sure = True

    @mute_logger("odoo.models.unlink")
    def test_the_look_up_of_core_finds_ours(self):
        self._live()
        self._plant_all()
        self.env.flush_all()
        lookup = self.env["privacy.lookup.wizard"].create({"name": NAME, "email": MAIL})
        lookup.action_lookup()
        found = set(lookup.line_ids.mapped("res_model"))
        self.assertLessEqual(
            {"logistics.callback", "logistics.notice", "logistics.feedback", "logistics.shipment.event",
             "logistics.undeliverable.address", "logistics.visit.finding"},
            found,
        )  # fmt: skip

    def test_the_protocol_is_for_managers_and_stays(self):
        self._walk_few()
        protocol = self._erase()
        self.assertTrue(protocol.with_user(self.manager).read(["note"]))
        with self.assertRaises(AccessError):
            protocol.with_user(self.supervisor).read(["note"])
        with self.assertRaises(UserError):
            protocol.sudo().unlink()


@tagged("post_install", "-at_install")
class TestDeclared(PrivacyCommon):
    """Whoever adds a text says whether it is a person's."""

    def _get_linked(self):
        """Return the models of ours that lead to a contact, by whatever way."""
        models = {
            name: self.env[name]
            for name in self.env.registry
            if self.Personal._is_kept(self.env[name]) and name != "res.company"
        }
        ours = {name for name, model in models.items() if model._original_module == MODULE}
        linked = {"res.partner", "sale.order", "stock.picking", "account.move", "survey.user_input"}
        grown = None
        while grown != len(linked):
            grown = len(linked)
            linked |= {
                name
                for name in ours
                for field in models[name]._fields.values()
                if field.store and field.type in ("many2one", "many2many") and field.comodel_name in linked
            }
        return {name: models[name] for name in linked & ours}

    def test_every_text_that_leads_to_a_person_is_declared(self):
        declared = self.Personal._get_declarations()
        unsaid = []
        for name, model in self._get_linked().items():
            spec = declared.get(name)
            said = spec and {*spec.texts, *spec.masked, *spec.facts, *spec.free}
            unsaid += [
                f"{name}.{field.name}"
                for field in model._fields.values()
                if field.store and field.type in TEXTS and field.name not in (said or ())
            ]
        self.assertFalse(unsaid)

    def test_texts_of_ours_on_core_models_are_declared(self):
        declared = self.Personal._get_declarations()
        protocol_texts = set(self.Protocol._get_partner_texts())
        unsaid = []
        for name in self.env.registry:
            model = self.env[name]
            links = {field.comodel_name for field in model._fields.values() if field.store}
            kept = self.Personal._is_kept(model) or name == "res.partner"
            if model._original_module == MODULE or not kept:
                continue
            for field in model._fields.values():
                if field._module == MODULE and field.store and field.type in TEXTS and "res.partner" in links:
                    spec = declared.get(name)
                    said = spec and {*spec.texts, *spec.masked, *spec.facts, *spec.free} or protocol_texts
                    if field.name not in said:
                        unsaid.append(f"{name}.{field.name}")
        self.assertFalse(unsaid)

    def test_what_is_declared_is_there(self):
        for name, spec in self.Personal._get_declarations().items():
            if name not in self.env:
                continue
            for one in (*spec.texts, *spec.masked, *spec.facts, *spec.addresses):
                self.assertIn(one, self.env[name]._fields, name)
            self.assertLessEqual(set(spec.addresses), set(spec.texts))
            for path in spec.paths:
                self.env[name].sudo().search([(path, "in", self.person.ids)], limit=1)

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MODULE, LogisticsCommon

NOBODYS = 2**31 - 2

# by which a client sends an id; each answers or keeps something of what the id stands for
WAYS = {
    "onchange": lambda records, name, value: records.onchange({name: value}, [name], {name: {}}),
    "onchange of a new one": lambda records, name, value: records.onchange(
        {name: value}, [], {name: {}}
    ),
    "default": lambda records, name, value: records.with_context(
        **{f"default_{name}": value}
    ).default_get([name]),
    "create": lambda records, name, value: records.create([{name: value}]),
    "write": lambda records, name, value: records.write({name: value}),
}


@tagged("post_install", "-at_install")
class TestForeignIds(LogisticsCommon):
    """An id that a client sends opens nothing that the user may not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Logistics"})
        cls.env.user.company_ids |= cls.other
        cls.stranger = cls._new_user("stranger", "group_manager", company=cls.other)
        cls.abroad = cls.env(user=cls.stranger, context={"allowed_company_ids": cls.other.ids})
        cls.customer = cls._customer("Foreign Customer", company_id=cls.company.id)
        cls.order = cls._order(cls.customer)
        cls.picking = cls.order.picking_ids
        cls._refresh()
        cls.profile = cls._profile_of(cls.customer)
        cls.case = cls.env["logistics.complaint"].create(
            {"partner_id": cls.customer.id, "company_id": cls.company.id, "name": "Broken"}
        )

    def _get_links(self):
        """Yield each relational field of ours that a client may send, with its model."""
        admin = self.env.ref("base.user_admin")
        for model in sorted(self.env.registry):
            records = self.env[model].with_user(admin)
            if records._abstract or not records._auto or not records.has_access("create"):
                continue
            for name, field in sorted(records._fields.items()):
                if field._module == MODULE and field.type in ("many2one", "many2many"):
                    yield records, name, field

    def test_every_link_is_looked_at_in_every_way(self):
        """Nobody may read anything for the time being: every link has to be refused."""
        links = list(self._get_links())
        self.assertGreater(len(links), 200)
        models = self.env["ir.model"].search(
            [("model", "in", list({field.comodel_name for _records, _name, field in links}))]
        )
        self.env["ir.rule"].create(
            [
                {
                    "name": "Nothing for anybody",
                    "model_id": model.id,
                    "domain_force": "[('id', '=', 0)]",
                    "perm_read": True,
                    "perm_write": False,
                    "perm_create": False,
                    "perm_unlink": False,
                }
                for model in models
                if model.model not in ("res.users", "res.company", "res.currency")
            ]
        )
        closed = set(models.mapped("model")) - {"res.users", "res.company", "res.currency"}
        taken = []
        for records, name, field in links:
            if field.comodel_name not in closed:
                continue
            value = NOBODYS if field.type == "many2one" else [Command.set([NOBODYS])]
            for way, send in WAYS.items():
                try:
                    with self.env.cr.savepoint(flush=False):
                        send(records, name, value)
                except (AccessError, UserError):
                    continue
                except ValueError:
                    if (records._name, way) != ("survey.user_input", "create"):  # wants a survey
                        raise
                except Exception as error:
                    taken.append((records._name, name, way, repr(error)[:200]))
                else:
                    taken.append((records._name, name, way))
        self.assertFalse(taken)

    def test_another_companys_records_are_told_by_no_form(self):
        Visit = self.abroad["logistics.visit"]
        Callback = self.abroad["logistics.callback"]
        Case = self.abroad["logistics.complaint"]
        Intake = self.abroad["logistics.complaint.intake"]
        for records, vals in (
            (Visit, {"profile_id": self.profile.id}),
            (Visit, {"complaint_id": self.case.id}),
            (Visit, {"partner_id": self.customer.id}),
            (Callback, {"complaint_id": self.case.id}),
            (Callback, {"picking_id": self.picking.id}),
            (Case, {"order_ids": [Command.link(self.order.id)]}),
            (Case, {"order_ids": [Command.set(self.order.ids)]}),
            (Intake, {"row_ids": [Command.create({"order_id": self.order.id})]}),
            (self.abroad["logistics.promise.agree"], {"order_id": self.order.id}),
            (self.abroad["logistics.shipment.reroute"], {"picking_id": self.picking.id}),
            (self.abroad["logistics.bereavement"], {"profile_id": self.profile.id}),
        ):
            sent = {name: value for name, value in vals.items() if name in records._fields}
            with self.subTest(model=records._name, vals=vals):
                self.assertTrue(sent)
                spec = {
                    name: {} for name, field in records._fields.items() if field.type != "binary"
                }
                with self.assertRaises(AccessError):
                    records.onchange(sent, list(sent), spec)

    def test_an_id_is_an_id_in_any_shape(self):
        visits, cases = self.abroad["logistics.visit"], self.abroad["logistics.complaint"]
        for records, vals in (
            (visits, {"profile_id": {"id": self.profile.id}}),
            (cases, {"order_ids": [float(self.order.id)]}),
            (cases, {"order_ids": [[4, float(self.order.id)]]}),
            (cases, {"order_ids": [[1, self.order.id, {}]]}),
            (cases, {"order_ids": [[6, 0, [self.order.id]]]}),
            (cases, {"order_ids": [{"id": self.order.id}]}),
            (cases, {"order_ids": [[6, 0, [str(self.order.id)]]]}),
            (cases, {"order_ids": [[4, f" {self.order.id}"]]}),
            (cases, {"order_ids": [[4, hex(self.order.id)]]}),
            (visits, {"profile_id": {"id": str(self.profile.id)}}),
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                records.onchange(vals, list(vals), {name: {} for name in vals})

    def test_an_id_in_words_links_to_nothing(self):
        intakes = self.abroad["logistics.complaint.intake"]
        with self.assertRaises(AccessError):
            intakes.create({"found_ids": [Command.link(str(self.customer.id))]})

    def test_what_was_chosen_in_a_list_is_looked_at(self):
        asking = self.abroad["logistics.survey.ask"].with_context(
            active_model="logistics.profile", active_ids=self.profile.ids
        )
        with self.assertRaises(AccessError):
            asking.default_get(["profile_ids"])
        merging = self.abroad["logistics.complaint.merge.confirm"]
        with self.assertRaises(AccessError):
            merging.with_context(active_ids=self.case.ids).default_get(list(merging._fields))

    def test_a_form_may_send_back_what_it_was_given(self):
        """What a record is linked to already tells nothing new to who may change the record."""
        clerk = self._new_user("clerk", "base.group_user")
        task = self.env["logistics.investigation"].create(
            {
                "complaint_id": self.case.id,
                "question": "Where is it?",
                "user_id": clerk.id,
            }
        ).with_user(clerk)
        self.assertFalse(task.complaint_id.has_access("read"))
        task.onchange({"complaint_id": self.case.id}, ["complaint_id"], {"question": {}})
        second = self.case.copy()
        with self.assertRaises(AccessError):
            task.onchange({"complaint_id": second.id}, ["complaint_id"], {"question": {}})

    def test_what_programs_say_nobody_else_can_say(self):
        """The words that hold back an acknowledgement or a reopening count from code alone."""
        self.env["logistics.service.team"].create(
            {"name": "Team", "company_id": self.company.id}
        )
        words = dict.fromkeys(
            ("mail_automatic", "mail_quiet", "opening", "no_acknowledgement"), True
        )
        words = {f"logistics_{name}": value for name, value in words.items()}
        agent = self.env(user=self.agent, context={"allowed_company_ids": self.company.ids, **words})
        case = self.env["logistics.complaint"].with_env(agent).create(
            {
                "partner_id": self._customer(email="someone@example.com").id,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(case.acknowledgement, "to_send")
        message = case.message_post(
            body="Answer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertTrue(case._is_correspondence(message))
        touched = self.env["logistics.touchpoint"].with_env(agent)
        narrowed = touched.with_context(**{"logistics.touchpoint ids": []})
        self.assertEqual(narrowed.search_count([]), touched.search_count([]))

    def test_every_transient_is_its_makers_alone(self):
        rules = self.env["ir.rule"].search([])
        own = {
            rule.model_id.model
            for rule in rules
            if not rule.groups
            and "create_uid" in (rule.domain_force or "")
            and rule.perm_read and rule.perm_write and rule.perm_create and rule.perm_unlink
        }
        ours = {
            name
            for name, model in self.env.registry.items()
            if model._transient and model._original_module == MODULE
        }
        self.assertTrue(ours)
        self.assertFalse(ours - own)

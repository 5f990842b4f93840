from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ...models.foundation import bulk

CODE_INDEX = SQL("(COALESCE(carrier_id, 0), code)")


@tagged("post_install", "-at_install")
class TestBulk(TransactionCase):
    """Many rows in one statement: what lies in the table, and what the ORM then shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.codes = cls.env["logistics.event.code"]
        cls.scores = cls.env["logistics.profile.score"]
        cls.company = cls.env.company
        cls.delivery_product = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "Swift",
                "product_id": cls.delivery_product.id,
                "company_id": cls.company.id,
            }
        )
        partners = cls.env["res.partner"].create([{"name": name} for name in ("Wu", "Li", "He")])
        cls.profiles = cls.env["logistics.profile"].create(
            [{"partner_id": partner.id} for partner in partners]
        )
        cls.scheme = cls.env["logistics.tier.scheme"].search([], limit=1) or cls.env[
            "logistics.tier.scheme"
        ].create({"name": "Tiers"})

    def row(self, code, **vals):
        return {"code": code, "active": True, **vals}

    def stored(self, records, *names):
        """Return what lies in the table, without flushing anything."""
        self.env.cr.execute(
            SQL(
                "SELECT %s FROM %s WHERE id = ANY(%s) ORDER BY id",
                SQL(", ").join(map(SQL.identifier, names)),
                SQL.identifier(records._table),
                records.ids,
            )
        )
        return self.env.cr.fetchall()

    def score_row(self, profile, total, **vals):
        return {
            "profile_id": profile.id,
            "company_id": self.company.id,
            "scheme_id": self.scheme.id,
            "score": total,
            "value_score": None,
            "explanation": [{"points": total}],
            **vals,
        }

    def test_insert_returns_ids_in_order(self):
        ids = bulk.insert(self.codes, [self.row("b"), self.row("a"), self.row("c")])
        self.assertEqual(self.codes.browse(ids).mapped("code"), ["b", "a", "c"])

    def test_insert_fills_in_who_and_when(self):
        """As the ORM does, in the same moment of the transaction."""
        user = self.env.ref("base.user_admin")
        [code_id] = bulk.insert(self.codes.with_user(user).sudo(), [self.row("x")])
        code = self.codes.browse(code_id)
        twin = self.codes.with_user(user).sudo().create({"code": "y"})
        self.assertEqual((code.create_uid, code.write_uid), (user, user))
        self.assertEqual(code.create_date, twin.create_date)
        self.assertEqual(code.write_date, twin.create_date)

    def test_insert_keeps_who_and_when_as_told(self):
        when = fields.Datetime.to_datetime("2024-05-06 07:08:09")
        [code_id] = bulk.insert(self.codes, [self.row("x", create_date=when)])
        self.assertEqual(self.codes.browse(code_id).create_date, when)

    def test_insert_without_audit(self):
        """A model that keeps neither who nor when has no columns for it."""
        self.assertFalse(self.scores._log_access)
        self.assertTrue(bulk.insert(self.scores, [self.score_row(self.profiles[0], 50.0)]))

    def test_insert_nothing(self):
        with self.assertQueryCount(0):
            self.assertEqual(bulk.insert(self.codes, []), [])
            self.assertEqual(bulk.insert(self.codes, [], bulk.ANY, returning=["code"]), [])

    def test_insert_in_parts(self):
        rows = [self.row(f"part-{number}") for number in range(7)]
        with patch.object(bulk, "INSERTED_AT_ONCE", 3), self.assertQueryCount(3):
            ids = bulk.insert(self.codes, rows)
        self.assertEqual(self.codes.browse(ids).mapped("code"), [row["code"] for row in rows])

    def test_insert_one_statement_for_many(self):
        rows = [self.row(f"many-{number}") for number in range(500)]
        with self.assertQueryCount(1):
            self.assertEqual(len(bulk.insert(self.codes, rows)), 500)

    def test_insert_refuses_rows_that_differ(self):
        for other in ({"code": "b"}, self.row("b", kind="delivered")):
            with self.subTest(other=other), self.assertRaises(ValueError):
                bulk.insert(self.codes, [self.row("a"), other])

    def test_insert_takes_columns_by_name(self):
        """In whatever order a row gives them."""
        ids = bulk.insert(self.codes, [{"code": "a", "kind": "delivered"}, {"kind": "refused", "code": "b"}])
        self.assertEqual(self.codes.browse(ids).mapped("kind"), ["delivered", "refused"])

    def test_insert_refuses_values_unknown(self):
        vals = {"partner_id": 1, "company_id": 1, "customer_kind": "no such kind"}
        with self.assertRaises(ValueError):
            bulk.insert(self.profiles, [vals])
        with self.assertRaises(ValueError):
            bulk.write(self.profiles, {self.profiles[0].id: vals})

    def test_insert_values(self):
        """As write takes them; None is NULL, False what Odoo makes of it."""
        ids = bulk.insert(
            self.codes,
            [
                self.row("a", carrier_id=self.carrier.id, to_map=True, kind="delivered"),
                self.row("b", carrier_id=False, to_map=False, kind=False),
                self.row("c", carrier_id=None, to_map=None, kind=None),
            ],
        )
        self.assertEqual(
            self.stored(self.codes.browse(ids), "carrier_id", "to_map", "kind"),
            [(self.carrier.id, True, "delivered"), (None, False, None), (None, None, None)],
        )

    def test_insert_numbers(self):
        """What is missing is not 0."""
        ids = bulk.insert(
            self.scores,
            [
                self.score_row(self.profiles[0], 12.5, value_score=None),
                self.score_row(self.profiles[1], 0.0, value_score=False),
            ],
        )
        found = self.stored(self.scores.browse(ids), "score", "value_score")
        self.assertEqual(found, [(12.5, None), (0.0, 0.0)])

    def test_insert_json(self):
        explanation = [{"points": 3.5, "text": "Čapek's “…”", "none": None}]
        rows = [
            self.score_row(self.profiles[0], 1.0, explanation=explanation),
            self.score_row(self.profiles[1], 1.0, explanation=None),
            self.score_row(self.profiles[2], 1.0, explanation=[]),
        ]
        scores = self.scores.browse(bulk.insert(self.scores, rows))
        self.assertEqual(scores[0].explanation, explanation)
        self.assertEqual(self.stored(scores, "explanation"), [(explanation,), (None,), ([],)])

    def test_insert_translated(self):
        """A text is the user's language's, and English's as long as nobody translates it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.codes.with_context(lang="fr_FR")
        ids = bulk.insert(french, [self.row("a", name="Livré"), self.row("b", name=None)])
        self.assertEqual(
            self.stored(self.codes.browse(ids), "name"),
            [({"en_US": "Livré", "fr_FR": "Livré"},), (None,)],
        )
        french.browse(ids[0]).name = "Remis"
        self.assertEqual(self.codes.browse(ids[0]).with_context(lang="en_US").name, "Livré")

    # --- who came first

    @mute_logger("odoo.sql_db")
    def test_conflict_is_an_error_by_default(self):
        bulk.insert(self.codes, [self.row("a")])
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            bulk.insert(self.codes, [self.row("a")])

    def test_conflict_passed_by(self):
        bulk.insert(self.codes, [self.row("a", kind="delivered")])
        for index in (bulk.ANY, CODE_INDEX):
            with self.subTest(index=index):
                found = bulk.insert(
                    self.codes,
                    [self.row("a", kind="refused"), self.row(f"new {index.code}", kind="refused")],
                    index,
                    returning=["code", "kind"],
                )
                self.assertEqual([row[1:] for row in found], [(f"new {index.code}", "refused")])
        self.assertEqual(self.codes.search([("code", "=", "a")]).kind, "delivered")

    @mute_logger("odoo.sql_db")
    def test_conflict_of_another_index_is_an_error(self):
        [code_id] = bulk.insert(self.codes, [self.row("a")])
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            bulk.insert(self.codes, [self.row("b", id=code_id)], CODE_INDEX)

    def test_conflict_of_what_is_not_flushed(self):
        """What stands in the way counts as the ORM shows it, not as it lies in the table."""
        code = self.codes.create({"code": "a"})
        self.env.flush_all()
        code.code = "b"
        self.assertFalse(bulk.insert(self.codes, [self.row("b")], bulk.ANY))
        self.assertTrue(bulk.insert(self.codes, [self.row("a")], bulk.ANY))

    def test_update_of_what_differs(self):
        index, update = SQL("(profile_id)"), ("score", "explanation")
        rows = [self.score_row(profile, 10.0) for profile in self.profiles]
        scores = self.scores.browse(bulk.insert(self.scores, rows, index, update))
        self.assertEqual(scores.mapped("score"), [10.0] * 3)
        rows[1]["score"] = 20.0
        self.assertEqual(bulk.insert(self.scores, rows, index, update), scores[1].ids)
        self.assertEqual(scores.mapped("score"), [10.0, 20.0, 10.0])
        rows[2]["explanation"] = None
        self.assertEqual(bulk.insert(self.scores, rows, index, update), scores[2].ids)

    def test_update_says_who(self):
        when = fields.Datetime.to_datetime("2024-05-06 07:08:09")
        by = {"write_uid": self.env.ref("base.user_admin").id, "write_date": when}
        ids = bulk.insert(self.codes, [self.row("a", **by), self.row("b", **by)])
        rows = [self.row("a", kind="delivered"), self.row("b", kind=None)]
        self.assertEqual(bulk.insert(self.codes, rows, CODE_INDEX, ["kind"]), ids[:1])
        changed, kept = self.codes.browse(ids)
        self.assertEqual(changed.write_uid, self.env.user)
        self.assertGreater(changed.write_date, when)
        self.assertEqual((kept.write_uid.id, kept.write_date), tuple(by.values()))

    # --- the cache

    def test_insert_is_seen_from_the_other_side(self):
        profile = self.profiles[0]
        self.assertFalse(profile.fact_ids)
        bulk.insert(
            self.env["logistics.profile.fact"],
            [{"profile_id": profile.id, "company_id": self.company.id, "window_months": 12}],
        )
        self.assertEqual(profile.fact_ids.window_months, 12)

    def test_insert_computes_where_asked(self):
        """A stored related field is filled in, one row's from another's."""
        rows = [self.row("a", carrier_id=self.carrier.id)]
        code = self.codes.browse(bulk.insert(self.codes, rows, modified=True))
        self.assertEqual(code.company_id, self.company)
        code.flush_recordset()
        self.assertEqual(self.stored(code, "company_id"), [(self.company.id,)])
        other = self.codes.browse(bulk.insert(self.codes, [dict(rows[0], code="b")]))
        self.assertFalse(other.company_id)

    def test_insert_leaves_others_changes_pending(self):
        """Nobody else's changes are flushed for it."""
        self.env.flush_all()
        self.profiles[0].packing_notes = "Dry"
        with self.assertQueryCount(1):
            bulk.insert(self.codes, [self.row("a")], bulk.ANY)

    def insert_codes_of_profiles(self, **kwargs):
        return bulk.insert_from(
            self.codes,
            {"code": SQL("'of-' || p.id"), "carrier_id": self.carrier.id, "name": None},
            SQL("FROM logistics_profile p WHERE p.id = ANY(%s) ORDER BY p.id", self.profiles.ids),
            **kwargs,
        )

    def test_insert_from(self):
        with self.assertQueryCount(1):
            ids = self.insert_codes_of_profiles()
        codes = self.codes.browse(ids)
        self.assertEqual(codes.mapped("code"), [f"of-{profile.id}" for profile in self.profiles])
        self.assertEqual(codes.carrier_id, self.carrier)
        self.assertEqual(codes.create_uid | codes.write_uid, self.env.user)
        self.assertEqual(codes.mapped("create_date"), [self.env.cr.now()] * 3)
        self.assertFalse(codes.company_id)

    def test_insert_from_computes_where_asked(self):
        codes = self.codes.browse(self.insert_codes_of_profiles(modified=True))
        self.assertEqual(codes.company_id, self.company)

    def test_insert_from_again(self):
        self.insert_codes_of_profiles()
        self.assertEqual(self.insert_codes_of_profiles(conflict=bulk.ANY), [])
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.insert_codes_of_profiles()

    def test_insert_from_updates(self):
        """A null comes to stand where a value stood, and the other way round."""
        held = self.codes.browse(self.insert_codes_of_profiles())
        held[0].name = "Held"
        held[1].name = "Held"
        self.env.flush_all()
        changed = self.insert_codes_of_profiles(conflict=CODE_INDEX, update=["name"])
        self.assertEqual(changed, held[:2].ids)
        self.assertEqual(held.mapped("name"), [False] * 3)

    def test_write(self):
        """One statement, each row its own values, and only those that differ."""
        values = {
            profile.id: {"packing_notes": f"Box {profile.id}", "contact_hour_from": 7.5, "sat": True}
            for profile in self.profiles
        }
        self.profiles[2].write(values[self.profiles[2].id])
        self.env.flush_all()
        self.assertEqual(self.profiles.mapped("sat"), [False, False, True])
        with self.assertQueryCount(1):
            changed = bulk.write(self.env["logistics.profile"], values)
        self.assertEqual(set(changed.ids), set(self.profiles[:2].ids))
        self.assertEqual(self.profiles.mapped("sat"), [True] * 3)
        self.assertEqual(self.profiles.mapped("packing_notes"), [f"Box {id_}" for id_ in self.profiles.ids])
        with self.assertQueryCount(1):
            self.assertFalse(bulk.write(self.profiles, values))

    def test_write_nothing(self):
        with self.assertQueryCount(0):
            self.assertFalse(bulk.write(self.profiles, {}))

    def test_write_values_of_every_kind(self):
        """Also where all of a column is null, which alone would tell PostgreSQL no type."""
        promises = {
            "explanation": [{"points": 1}],
            "score": 7.25,
            "scheme_id": self.scheme.id,
            "value_score": None,
        }
        scores = self.scores.browse(
            bulk.insert(self.scores, [self.score_row(profile, 1.0) for profile in self.profiles])
        )
        bulk.write(scores, {scores[0].id: promises, scores[1].id: dict(promises, explanation=None)})
        self.assertEqual(
            self.stored(scores, "explanation", "score", "value_score"),
            [(promises["explanation"], 7.25, None), (None, 7.25, None), ([{"points": 1.0}], 1, None)],
        )
        today, now = fields.Date.today(), fields.Datetime.now()
        codes = self.codes.browse(bulk.insert(self.codes, [self.row("a"), self.row("b")]))
        first, second = codes
        bulk.write(codes, {first.id: {"write_date": now}, second.id: {"write_date": False}})
        self.assertEqual(self.stored(codes, "write_date"), [(now,), (None,)])
        bulk.write(self.profiles, {self.profiles.ids[0]: {"tier_since": today, "tier_id": None}})
        self.assertEqual(self.stored(self.profiles[0], "tier_since", "tier_id"), [(today, None)])

    def test_write_by_columns_name(self):
        one, two, _three = self.profiles
        bulk.write(
            self.profiles,
            {one.id: {"mon": False, "tue": True}, two.id: {"tue": False, "mon": True}},
        )
        self.assertEqual((one.mon, one.tue, two.mon, two.tue), (False, True, True, False))
        with self.assertRaises(KeyError):
            bulk.write(self.profiles, {one.id: {"mon": True}, two.id: {"tue": True}})

    def test_write_refuses_what_holds_several_values(self):
        [code_id] = bulk.insert(self.codes, [self.row("a")])
        with self.assertRaises(ValueError):
            bulk.write(self.codes, {code_id: {"name": "Delivered"}})

    def test_write_overrides_what_is_pending(self):
        """What was written before is not written over what is written now."""
        profile = self.profiles[0]
        self.env.flush_all()
        profile.packing_notes = "Before"
        bulk.write(profile, {profile.id: {"packing_notes": "After"}})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(profile.packing_notes, "After")

    def test_write_leaves_other_columns_in_the_cache(self):
        profile = self.profiles[0]
        self.env.flush_all()
        profile.fetch(["packing_notes", "delivery_notes"])
        bulk.write(profile, {profile.id: {"packing_notes": "Dry"}})
        with self.assertQueryCount(0):
            self.assertFalse(profile.delivery_notes)
        self.assertEqual(profile.packing_notes, "Dry")

    def test_write_computes_where_asked(self):
        """A stored field that follows is worked out anew, where asked."""
        partners = self.profiles.partner_id
        country = self.env.ref("base.be")
        values = dict.fromkeys(partners.ids, {"country_id": country.id})
        bulk.write(partners[0], {partners[0].id: {"country_id": country.id}})
        self.assertEqual(partners[0].country_id, country)
        self.assertFalse(self.profiles[0].country_id)
        bulk.write(partners, values, modified=True)
        self.assertEqual(self.profiles.mapped("country_id"), country)
        self.profiles.flush_recordset()
        self.assertEqual(self.stored(self.profiles[1:], "country_id"), [(country.id,)] * 2)

    def test_write_is_seen_from_both_sides(self):
        """Who loses a record and who gets it."""
        one, two, _three = self.profiles
        [fact_id] = bulk.insert(
            self.env["logistics.profile.fact"],
            [{"profile_id": one.id, "company_id": self.company.id, "window_months": 12}],
        )
        self.assertEqual((one.fact_ids.ids, two.fact_ids.ids), ([fact_id], []))
        bulk.write(one.fact_ids, {fact_id: {"profile_id": two.id}}, modified=True)
        self.assertEqual((one.fact_ids.ids, two.fact_ids.ids), ([], [fact_id]))

    def test_write_from(self):
        self.profiles.partner_id.write({"ref": "R"})
        self.profiles[0].delivery_notes = "R"
        self.env.flush_all()
        seen = SQL(
            """SELECT p.id, rp.ref, rp.name FROM logistics_profile p
                 JOIN res_partner rp ON rp.id = p.partner_id WHERE p.id = ANY(%s)""",
            self.profiles.ids,
        )
        self.assertEqual(self.profiles.mapped("delivery_notes"), ["R", False, False])
        with self.assertQueryCount(1):
            changed = bulk.write_from(self.profiles, ["delivery_notes", "packing_notes"], seen)
        self.assertEqual(set(changed.ids), set(self.profiles.ids))
        self.assertEqual(self.profiles.mapped("delivery_notes"), ["R"] * 3)
        self.assertEqual(self.profiles.mapped("packing_notes"), ["Wu", "Li", "He"])
        self.assertFalse(bulk.write_from(self.profiles, ["delivery_notes", "packing_notes"], seen))

    def test_write_from_flushes_what_its_query_names(self):
        """The columns it writes, and those that the SQL says it reads; nothing else."""
        partner = self.profiles[0].partner_id
        self.env.flush_all()
        partner.ref = "New"
        self.profiles[0].delivery_notes = "Pending"
        bulk.write_from(
            self.profiles,
            ["delivery_notes"],
            SQL(
                "SELECT p.id, %s FROM logistics_profile p"
                " JOIN res_partner rp ON rp.id = p.partner_id WHERE p.id = %s",
                SQL.identifier("rp", "ref", to_flush=partner._fields["ref"]),
                self.profiles[0].id,
            ),
        )
        self.env.flush_all()
        self.assertEqual(self.stored(self.profiles[0], "delivery_notes"), [("New",)])

    def test_write_from_computes_where_asked(self):
        partners = self.profiles.partner_id
        country = self.env.ref("base.be")
        seen = SQL("SELECT id, %s FROM res_partner WHERE id = ANY(%s)", country.id, partners.ids)
        bulk.write_from(partners, ["country_id"], seen, modified=True)
        self.assertEqual(self.profiles.country_id, country)

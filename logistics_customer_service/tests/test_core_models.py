"""Fields of ours on models of others × everybody who works with these models × what Odoo does to all fields.

Walks the registry: a field that is added tomorrow is tried tomorrow. What fails without the fields of
ours, too, is core's own refusal.
"""

import contextlib
import traceback
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import MODULE

# enough of each model to meet what a loop over one record alone would not
SAMPLE = 3
OUR_GROUPS = [f"{MODULE}.group_{name}" for name in ("agent", "supervisor", "manager")]
OUTSIDE = ("base.group_portal", "base.group_public")


def is_ours(field):
    """Whether a field was defined by the addon, or is one that the addon added to."""
    return MODULE in field._modules and not field.inherited


@tagged("post_install", "-at_install")
class TestCoreModels(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.companies = cls.env["res.company"].search([])
        cls.fields = {
            name: names
            for name, model in cls.env.items()
            if not name.startswith("logistics.")
            and not model._abstract
            and (names := [field.name for field in model._fields.values() if is_ours(field)])
        }

        cls.groups = {name: cls._get_groups(name) for name in cls.fields}
        every_group = sorted({group for groups in cls.groups.values() for group in groups})
        cls.users = {group: cls._new_user(group) for group in every_group}

    @classmethod
    def _new_user(cls, group):
        """Return a user with a group of one app; who works inside may export, too."""
        inside = [] if group in OUTSIDE else ["base.group_user", "base.group_allow_export"]
        return new_test_user(
            cls.env,
            f"beside_{group}",
            groups=",".join(dict.fromkeys([*inside, group])),
            company_ids=[(6, 0, cls.companies.ids)],
        )

    @classmethod
    def _get_groups(cls, model_name):
        """Return the external ids of the groups that may read a model, ours and the plain user's too."""
        access = cls.env["ir.model.access"].search(
            [("model_id.model", "=", model_name), ("perm_read", "=", True), ("group_id", "!=", False)]
        )
        groups = set(access.group_id.get_external_id().values()) - {""}
        return sorted(groups | {"base.group_user", *OUR_GROUPS})

    def _each(self, operation="read"):
        """Yield a model in the name of everybody who may do something with it, with its fields of ours."""
        for model_name, names in self.fields.items():
            for group in self.groups[model_name]:
                model = self.env[model_name].with_user(self.users[group]).with_context(
                    allowed_company_ids=self.companies.ids
                )
                if model.has_access(operation):
                    yield group, model, names

    def _find(self, model, names):
        """Return some records that a user sees: any, and those that fill each field of ours."""
        records = model.search([], limit=SAMPLE)
        for name in names:
            if model._fields[name].store and model._has_field_access(model._fields[name], "read"):
                records |= model.search([(name, "!=", False)], limit=SAMPLE)
        return records

    def _try(self, problems, what, ours, without=None):
        """Note what fails, unless it fails without the fields of ours."""
        error = self._catch(ours)
        if error and not (without and self._catch(without)):
            problems.append(f"{what}: {type(error).__name__}: {str(error).splitlines()[0]}")

    def _try_each(self, problems, what, action, names):
        """Do something with all fields at once, and tell of each by itself only where that fails."""
        if names and self._catch(lambda: action(names)):
            for name in names:
                self._try(problems, f"{what} {name}", lambda name=name: action([name]))

    def _catch(self, action):
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False) as savepoint:
                action()
                self.env.flush_all()
                savepoint.rollback()
        except Exception as error:
            return error
        finally:
            # what was cut off half-way is not to be written by the next
            self.env.transaction.clear()
        return None

    def _get_readable(self, model, of_ours=True):
        return [
            name
            for name in model.fields_get(attributes=())
            if is_ours(model._fields[name]) == of_ours
        ]

    def _walk(self, check, operation="read"):
        problems = []
        for group, model, names in self._each(operation):
            check(problems, f"{group} on {model._name}", model, names)
        if problems:
            self.fail("\n".join(["", *problems]))

    def test_everybody_reads_without_a_list_of_fields(self):
        def check(problems, who, model, names):
            records = self._find(model, names)
            core = self._get_readable(model, of_ours=False)
            self._try(problems, f"{who}, read", records.read, lambda: records.read(core))
            self._try_each(problems, f"{who}, read", records.read, self._get_readable(model))

        self._walk(check)

    def test_everybody_exports_what_is_offered(self):
        def check(problems, who, model, names):
            if not model.env.user.has_group("base.group_allow_export"):
                return
            records = self._find(model, names)
            self._try_each(problems, f"{who}, export", records.export_data, self._get_readable(model))

        self._walk(check)

    def test_everybody_searches_and_groups_by_what_is_offered(self):
        def check(problems, who, model, names):
            offered = model.fields_get()
            ours = self._get_readable(model)
            searched = [name for name in ours if offered[name]["searchable"]]
            grouped = [
                f"{name}:month" if offered[name]["type"] in ("date", "datetime") else name
                for name in ours
                if offered[name].get("groupable")
            ]
            self._try_each(
                problems,
                f"{who}, search",
                lambda few: [model.search([(name, "!=", False)], limit=1) for name in few],
                searched,
            )
            self._try_each(
                problems,
                f"{who}, group by",
                lambda few: [model.formatted_read_group([], [name], ["__count"]) for name in few],
                grouped,
            )

        self._walk(check)

    def test_everybody_copies(self):
        def check(problems, who, model, names):
            for record in self._find(model, names):
                self._try(
                    problems,
                    f"{who}, copy {record.id}",
                    record.copy,
                    lambda record=record: self._copy_without_ours(record),
                )

        self._walk(check, "create")

    def _copy_without_ours(self, record):
        with contextlib.ExitStack() as stack:
            for model_name, names in self.fields.items():
                for name in names:
                    field = self.env[model_name]._fields[name]
                    stack.enter_context(patch.object(field, "copy", False))
            return record.copy()

    def test_everybody_imports_what_he_exported(self):
        def check(problems, who, model, names):
            given = [
                name
                for name, field in model.fields_get().items()
                if name in names and field["store"] and not field["readonly"]
                and field["type"] not in ("one2many", "many2many", "reference")
            ]
            records = self._find(model, names)[:SAMPLE]
            if given and records and model.env.user.has_group("base.group_allow_export"):
                rows = records.export_data([".id", *given])["datas"]
                self._try(problems, f"{who}, import", lambda: self._import(model, given, rows))

        self._walk(check, "write")

    def _import(self, model, names, rows):
        written = [["" if cell is False else str(cell) for cell in row] for row in rows]
        told = model.load([".id", *names], written)
        about_ours = [each["message"] for each in told["messages"] if each.get("field") in names]
        self.assertFalse(about_ours)

    def test_everybody_archives(self):
        def check(problems, who, model, names):
            if "active" in model._fields:
                for record in self._find(model, names)[:SAMPLE]:
                    error = self._catch(record.action_archive)
                    if error and self._went_through_ours(error):
                        problems.append(f"{who}, archive {record.id}: {error}")

        self._walk(check, "write")

    def _went_through_ours(self, error):
        """Whether an error is no refusal with a reason, and came up in code of ours."""
        if isinstance(error, UserError) and not isinstance(error, AccessError):
            return False
        frames = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        return any(f"/{MODULE}/" in name and "/tests/" not in name for name in frames)

    def test_administrators_of_contacts_merge(self):
        """Core's merge reads all fields; it takes the group of access rights for core's own."""
        manager = self.users["base.group_partner_manager"]
        manager.group_ids |= self.env.ref("base.group_erp_manager")
        partners = self._find(self.env["res.partner"], self.fields["res.partner"])
        for partner in partners.filtered(lambda partner: not partner.user_ids):
            other = self.env["res.partner"].create({"name": partner.name, "email": partner.email})
            error = self._catch(lambda source=partner, target=other: self._merge(source, target, manager))
            self.assertIsNone(error, partner.name)

    def _merge(self, source, target, user):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user)
        names = [name for name in self.fields["res.partner"] if source._fields[name].store]
        kept = source.read(names)[0]
        wizard.create({})._merge((source | target).ids, target.with_user(user))
        self.assertEqual(target.read(names)[0], {**kept, "id": target.id})

    def test_nobody_is_stopped_by_a_field_that_is_kept_from_him(self):
        """Core copies what is marked to be copied, whoever asks: such a field must be everybody's."""
        kept = [
            f"{model_name}.{name}"
            for model_name, names in self.fields.items()
            for name in names
            if (field := self.env[model_name]._fields[name]).copy
            and field.groups
            and not self._is_for_all(model_name, field.groups)
        ]
        self.assertFalse(kept, "copied, though not everybody who copies may read it")

    def _is_for_all(self, model_name, groups):
        return all(
            self.users[group].has_groups(groups)
            for group in self.groups[model_name]
            if self.env[model_name].with_user(self.users[group]).has_access("create")
        )

from collections import defaultdict

from odoo import SUPERUSER_ID, Command, api, models, tools
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain

from ...tools.foundation.parts import get_part
from ...tools.foundation.received import MAX_ID, read_id
from .res_groups import PARTS

MODULE = __name__.split(".")[2]
OURS = __name__.partition(".models.")[0] + "."
# what the web client asks of a field before it offers it for a filter, a group or an export
OFFERS = ("searchable", "groupable", "exportable")


class Base(models.AbstractModel):
    """What a client sends and asks for, held against the rights of the user it comes from.

    Fields of this addon only: what others' fields allow is their business.
    """

    _inherit = "base"

    # === WHAT IS SHOWN ===#

    # A node of a view that needs a group as well as a part of customer service says the part in an
    # attribute of its own, for groups are alternatives; others simply name the part's group.

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        has_part = self.env["res.groups"]._has_logistics_part
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, *(has_part(part) for part in PARTS))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        for node in arch.iter("page"):
            part = node.attrib.pop("needs_part", None)
            if part and not self.env["res.groups"]._has_logistics_part(part):
                node.set("groups", f"{MODULE}.group_part_{part}")
        return arch, view

    # A field is of the part whose room brings it. Where a part is off its fields are there, for
    # views and code that read them; nobody is offered them for a filter, a group or an export.

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """What is of a part that is switched off is not offered."""
        found = super().fields_get(allfields, attributes)
        asked = [name for name in OFFERS if not attributes or name in attributes]
        for name in self._find_logistics_off(found):
            found[name].update(dict.fromkeys(asked, False))
        return found

    @api.model
    def get_views(self, views, options=None):
        """What is of a part that is switched off is no measure, unless the view says so itself."""
        result = super().get_views(views, options)
        shown = result["models"].get(self._name, {}).get("fields", {})
        off = self._find_logistics_off(shown)
        if off:
            arch = " ".join(view["arch"] for view in result["views"].values())
            for name in off:
                if shown[name].get("aggregator") and f'name="{name}"' not in arch:
                    shown[name]["aggregator"] = False
        return result

    @api.model
    def _find_logistics_off(self, names):
        off = self.env["res.groups"]._get_logistics_parts_off()
        if not off:
            return []
        parts = self._get_logistics_field_parts()
        return [name for name in names if not off.isdisjoint(parts.get(name, ()))]

    @api.model
    @tools.ormcache("self._name")
    def _get_logistics_field_parts(self):
        """Return field → the parts of customer service that it needs, of our fields that need some."""
        ours = (name for name, field in self._fields.items() if field._module == MODULE)
        found = {name: frozenset(self._get_logistics_parts_of(name)) for name in ours}
        return {name: parts for name, parts in found.items() if parts}

    @api.model
    def _get_logistics_parts_of(self, name):
        """Return the parts that a field of ours needs: its room's, and that of what it leads to."""
        parts = {self._get_logistics_brought_by(lambda brought: name in brought)}
        if comodel := self._fields[name].comodel_name:
            parts.add(self.env[comodel]._get_logistics_part())
        return parts - {None}

    @api.model
    def _get_logistics_part(self):
        """Return the part of customer service that a model of ours is of, or None."""
        if self._original_module != MODULE:
            return None
        return self._get_logistics_brought_by(lambda brought: brought.get("_name") == self._name)

    @api.model
    def _get_logistics_brought_by(self, brings):
        for brought in reversed(type(self).mro()):
            if brought.__module__.startswith(OURS) and brings(vars(brought)):
                return get_part(brought.__module__)
        return None

    # === WHAT IS ASKED FOR ===#

    # Core asks for the groups of a field where it reads a column. Fields that follow links as the
    # superuser, search by a method or group by a table beside have none.

    def _traverse_related_sql(self, alias, field, query):
        """Refuse to order by and to total what may not be read."""
        self._check_logistics_asked(field.name)
        return super()._traverse_related_sql(alias, field, query)

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Refuse to group by what may not be read."""
        self._check_logistics_asked(groupby_spec)
        return super()._read_group_groupby(alias, groupby_spec, query)

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Refuse to search by what may not be read."""
        domain = Domain(domain)
        if not (self.env.su or bypass_access):
            self._check_logistics_domain(domain)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model
    def _check_logistics_domain(self, domain):
        """Raise where a domain asks for what may not be read, here or in records that are linked.

        Core asks the linked ones with fields that were replaced by what their methods search.
        """
        for condition in domain.iter_conditions():
            records, value = self, condition.value
            for name in condition.field_expr.split("."):
                records._check_logistics_asked(name)
                field = records._fields.get(name)
                if not (field and field.relational):
                    break
                records = records.env[field.comodel_name]
            else:
                if condition.operator in ("any", "not any") and isinstance(value, (list, tuple, Domain)):
                    records._check_logistics_domain(Domain(value))

    @api.model
    def _check_logistics_asked(self, expression):
        field = self._fields.get(expression.partition(":")[0].partition(".")[0])
        if field and field._module == MODULE:
            self._check_field_access(field, "read")

    # === WHAT SERVES EVERY COMPANY ===#

    def _check_access(self, operation):
        """A row of ours without a company serves all: who sees all of them changes it."""
        denied = super()._check_access(operation)
        if denied or operation == "read" or not self._may_be_logistics_shared() or not any(self._ids):
            return denied
        # whose a row is counts, whoever asks
        shared = self.sudo().filtered(lambda record: not record.company_id)
        if not shared or self.env.user._sees_all_companies():
            return None
        return self & shared.with_env(self.env), self._make_logistics_shared_error

    @api.model
    def _may_be_logistics_shared(self):
        return (
            self._original_module == MODULE
            and not self._transient
            and "company_id" in self._fields
        )

    @api.model
    def _is_logistics_own(self):
        """Tell whether what the user makes here cannot serve every company."""
        return (
            not self.env.su
            and self._may_be_logistics_shared()
            and not self._fields["company_id"].compute
            and not self.env.user._sees_all_companies()
        )

    @api.model
    def _make_logistics_shared_error(self):
        return AccessError(
            self.env._(
                "This serves every company (%s): who works for all of them changes it. "
                "Make one for your company instead.",
                self._description,
            )
        )

    # === WHAT IS SENT ===#

    @api.model
    def _is_logistics_loader(self):
        """Tell whether data is loaded: by the superuser, or before any client is served."""
        return self.env.uid == SUPERUSER_ID or not self.env.registry.ready

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse links to what the user may not read."""
        self._check_logistics_links(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse new links to what the user may not read."""
        self._check_logistics_links([vals])
        result = super().write(vals)
        if not vals.get("company_id", True) and self._may_be_logistics_shared():
            self.check_access("write")  # it serves every company from now on
        return result

    @api.model
    def default_get(self, fields):
        """Refuse links to what the user may not read.

        What may serve every company serves the company at work where somebody else decides for all.
        """
        values = super().default_get(fields)
        if "company_id" in fields and not values.get("company_id") and self._is_logistics_own():
            values["company_id"] = self.env.company.id
        self._check_logistics_links([values])
        return values

    def onchange(self, values, field_names, fields_spec):
        """Refuse new links to what the user may not read: the answer would tell of it."""
        self._check_logistics_links([values])
        return super().onchange(values, field_names, fields_spec)

    def _check_logistics_links(self, vals_list):
        """Raise where values link to a record that the user may not read, and did not before."""
        if self.env.su:
            return
        sent = defaultdict(set)
        for vals in vals_list:
            self._collect_logistics_links(vals, sent)
        for field, ids in sent.items():
            records = self.env[field.comodel_name].browse(ids)
            try:
                allowed = records._filtered_access("read")
            except MissingError:
                records = records.exists()
                allowed = records._filtered_access("read")
            denied = records - allowed
            if denied and field.model_name == self._name and self.ids:
                # a form sends back what it was given; that tells nothing new
                denied -= self.sudo()[field.name]
            if denied:
                denied.check_access("read")

    @api.model
    def _collect_logistics_links(self, vals, links):
        """Add to a mapping of fields the ids that values link to, those of lines included."""
        for name, value in vals.items():
            field = self._fields.get(name)
            if value and field and field.type in ("many2one", "one2many", "many2many"):
                items = value
                if field.type == "many2one":
                    items = value[:1] if isinstance(value, tuple) else [value]
                ids = self.env[field.comodel_name]._collect_logistics_linked(items, links)
                if field._module == MODULE:
                    links[field].update(ids)

    @api.model
    def _collect_logistics_linked(self, value, links):
        """Return the ids in what a relational field takes: ids, commands, values or records."""
        ids = set()
        for item in value:
            if isinstance(item, dict):  # a new record in a form, after an old one perhaps
                self._collect_logistics_links(item, links)
                ids.add(item.get("id"))
            elif not isinstance(item, (list, tuple)):
                ids.add(item.id if isinstance(item, models.BaseModel) else item)
            elif len(item) == 3 and isinstance(item[2], dict):
                self._collect_logistics_links(item[2], links)
                ids.add(item[0] == Command.UPDATE and item[1])
            elif item and item[0] == Command.SET:
                ids.update(item[2])
            elif item and item[0] == Command.LINK:
                ids.add(item[1])
        # no new ones, no booleans; JSON may send 5.0 or "5" for 5, and the database finds it
        numbers = (read_id(id_) if isinstance(id_, str) else id_ for id_ in ids)
        return {int(id_) for id_ in numbers if type(id_) in (int, float) and 0 < id_ <= MAX_ID}

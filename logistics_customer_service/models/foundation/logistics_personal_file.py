import io
import json
import re
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext, json_default

from .logistics_personal import PARTNER_KEPT

BATCH = 500
PLAIN = {"boolean", "date", "datetime", "float", "integer", "monetary", "selection"}
AUDIT = {"create_date", "create_uid", "write_date", "write_uid", "id", "company_id"}
# whose names are others' data
PEOPLE = {"res.partner", "res.users", "hr.employee"}


class LogisticsPersonal(models.AbstractModel):
    """One file with all that is held of a person: to read, and for a machine."""

    _inherit = "logistics.personal"

    @api.model
    def _make_file(self, partner, inner=True):
        """Return the file of a person, and note that it was handed over.

        :param partner: the contact
        :param inner: whether with what the house wrote for itself
        :return: bytes of a ZIP archive: page, data and the files that the person sent
        """
        # it is the person who reads it
        personal = self.with_context(lang=partner.lang or self.env.lang)
        people = personal._gather(partner)
        parts, attached = personal._collect(people, inner)
        parts += personal._collect_messages(people, inner, attached)
        self._note_handed(partner, people, parts)
        data = {
            "contact": partner.id,
            "company": self.env.company.name,
            "made_on": fields.Date.today(),
            "complete": inner,
            "parts": parts,
        }
        return personal._pack(data, attached)

    @api.model
    def _note_handed(self, partner, people, parts):
        # the program alone writes the protocol
        protocol = self.env["logistics.privacy.protocol"].sudo().create(
            {
                "kind": "file",
                "person_number": partner.id,
                "people": people.ids,
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "done_at": fields.Datetime.now(),
            }
        )
        for part in parts:
            protocol._note(part["model"], "handed", len(part["records"]))

    @api.model
    def _pack(self, data, attached):
        page = self.env["ir.qweb"]._render("logistics_customer_service.person_file", {"data": data})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("index.html", f"<!DOCTYPE html>\n{page}")
            archive.writestr(
                "data.json", json.dumps(data, default=json_default, ensure_ascii=False, indent=1)
            )
            for path, attachment in attached.items():
                archive.writestr(f"files/{path}", attachment.raw or b"")
        return packed.getvalue()

    # === RECORDS ===#

    @api.model
    def _collect(self, people, inner):
        """Return what the records of people hold, and the files that are theirs.

        :return: list of parts, and mapping of a file's name in the archive to the attachment
        """
        attached = {}
        parts = [self._prepare_part("res.partner", people, self._get_contact_names(), attached)]
        # customers say themselves which address is theirs: it opens nothing to them
        marks = self._get_marks(people) if self.env.user._is_internal() else {}
        for name, spec in self._get_known().items():
            if spec.inner == ("*",) and not inner:
                continue
            names = self._get_shown(name, spec, inner)
            domain = self._get_domain(name, spec, people, marks) & self._get_company_domain(name)
            records = self._search_records(name, domain, order="id")
            if records and names:
                parts.append(self._prepare_part(name, records, names, attached))
        return parts, attached

    @api.model
    def _get_company_domain(self, name):
        """Each company answers for itself."""
        field = self.env[name]._fields.get("company_id")
        if not field or not field.store:
            return Domain.TRUE
        return Domain("company_id", "in", [*self.env.user.company_ids.ids, False])

    @api.model
    def _get_contact_names(self):
        protocol = self.env["logistics.privacy.protocol"]
        told = ("name", "email", "phone", "image_1920", *sorted(PARTNER_KEPT))
        return [*dict.fromkeys((*told, *protocol._get_partner_texts()))]

    @api.model
    def _get_shown(self, name, spec, inner):
        """Return the fields of a model that a person is shown."""
        known = self.env[name]._fields
        plain = [
            field.name
            for field in known.values()
            if field.store
            and field.name not in AUDIT
            and (field.type in PLAIN or field.type == "many2one" and field.comodel_name not in PEOPLE)
        ]
        hidden = {*spec.free, *(() if inner else spec.inner)}
        wanted = dict.fromkeys((*spec.facts, *spec.texts, *plain))
        return [one for one in wanted if one in known and one not in hidden]

    @api.model
    def _prepare_part(self, name, records, names, attached):
        model = self.env[name]
        labels = model.sudo().fields_get(names, ["string"])  # words on the paper, no data
        names = [one for one in names if one in labels]
        rows = []
        for record in records:
            values = {one: self._show(record, one, attached) for one in names}
            rows.append({"id": record.id, **{one: value for one, value in values.items() if value}})
        return {
            "model": name,
            "title": self._get_title(name),
            "labels": {one: labels[one]["string"] for one in names},
            "records": rows,
        }

    @api.model
    def _show(self, record, name, attached):
        """Return a value in words, or the name of a file in the archive."""
        field, value = record._fields[name], record[name]
        if not value:
            return None
        if field.type == "many2one":
            return value.sudo().display_name
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "html":
            return html2plaintext(value)
        if field.type == "binary":
            return self._attach_field(record, name, attached)
        if field.type in ("json", "properties"):
            return json.loads(json.dumps(value, default=json_default))
        return fields.Datetime.to_string(value) if field.type == "datetime" else value

    @api.model
    def _attach_field(self, record, name, attached):
        where = [("res_model", "=", record._name), ("res_id", "=", record.id), ("res_field", "=", name)]
        found = self.env["ir.attachment"].sudo().search(where, limit=1)
        return self._attach(found, attached) if found else None

    @api.model
    def _attach(self, attachment, attached):
        safe = re.sub(r"[^\w.-]+", "_", attachment.name or "")[-80:].lstrip(".") or "file"
        path = f"{attachment.id}-{safe}"
        attached[path] = attachment
        return f"files/{path}"

    # === MAILS AND MESSAGES ===#

    @api.model
    def _collect_messages(self, people, inner, attached):
        """Return the messages that a person wrote, or that stand with the person's records."""
        messages = self._find_messages(people, inner)
        rows = []
        for message in messages:
            by_person = message.author_id in people
            text = html2plaintext(message.body or "")
            files = [self._attach(one, attached) for one in message.attachment_ids if by_person]
            if text or files:
                rows.append(
                    {
                        "id": message.id,
                        "date": fields.Datetime.to_string(message.date),
                        # who of the house or of others wrote it is their own data
                        "by": self.env._("You") if by_person else self.env._("Others"),
                        "subject": message.subject or "",
                        "text": text,
                        "files": ", ".join(files),
                    }
                )
        labels = {
            "date": self.env._("On"),
            "by": self.env._("Written by"),
            "subject": self.env._("Subject"),
            "text": self.env._("Text"),
            "files": self.env._("Files"),
        }
        part = {"model": "mail.message", "title": self.env._("Messages"), "labels": labels, "records": rows}
        return [part] if rows else []

    @api.model
    def _find_messages(self, people, inner):
        domain = Domain("author_id", "in", people.ids)
        domain |= Domain("model", "=", "res.partner") & Domain("res_id", "in", people.ids)
        for name, spec in self._get_known().items():
            if spec.paths and "message_ids" in self.env[name]._fields and (inner or spec.inner != ("*",)):
                mine = self._get_domain(name, spec, people) & self._get_company_domain(name)
                ids = self._search_records(name, mine).ids
                if ids:
                    domain |= Domain("model", "=", name) & Domain("res_id", "in", ids)
        if not inner:
            hidden = Domain("is_internal", "=", True) | Domain("subtype_id.internal", "=", True)
            domain &= ~hidden & Domain("subtype_id", "!=", False) | Domain("author_id", "in", people.ids)
        # the records were looked at; mail asks for rights on each once more
        return self.env["mail.message"].sudo().search(domain, order="date, id")

    # === WHO MAY ===#

    @api.model
    def _check_manager(self):
        """Raise unless the user answers for what is held of people.

        :raise AccessError: for everybody but managers
        """
        self.env["logistics.privacy.protocol"].check_access("read")

    @api.model
    def _check_asks_not_too_often(self, partner):
        """Raise where a person asked for the own file too often today; the limit is the company's.

        :raise UserError: with the number
        """
        limit = self.env.company.sudo().logistics_files_a_day  # it is no secret
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        asked = [
            ("kind", "=", "file"),
            ("person_number", "=", partner.id),
            ("user_id", "=", self.env.uid),
            ("asked_at", ">", since),
        ]
        if self.env["logistics.privacy.protocol"].sudo().search_count(asked) >= limit:
            raise UserError(self.env._("Your data was handed to you already. Please ask again tomorrow."))

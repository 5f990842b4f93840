import json
import os
import re

from odoo.tools import SQL, config

from .common import LogisticsCommon

NAME, MAIL, PHONE, STREET = (
    "Ottilie Wunderzaun", "ottilie.wunderzaun@post.example.net", "+49 8856 7734 221", "Kuckuckssteig 17b",
)  # fmt: skip
SAID = "Zwiebelkuchenwort"
SIGNS = (NAME, MAIL, "88567734221", "8856 7734 221", STREET, SAID, "Wunderzaun")
VALUES = {
    "boolean": False, "char": "x", "date": "2026-01-01", "datetime": "2026-01-01", "float": 1,
    "html": "x", "integer": 1, "json": "{}", "monetary": 1, "text": "x", "many2one_reference": 1,
}  # fmt: skip
# of what is held by address alone, or made by others
MADE = {"logistics.shipment.event": {"source": "carrier"}}
NOT_PLANTED = {"sms.sms", "rating.rating", "account.bank.statement.line", "account.payment"}


class PrivacyCommon(LogisticsCommon):
    """A person of whom every model holds something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls._customer(
            NAME, is_company=False, email=MAIL, phone=PHONE, street=STREET, city="Murnau",
            country_id=cls.env.ref("base.de").id, comment=f"<p>{SAID}</p>", vat="DE811569869",
        )  # fmt: skip
        cls.home = cls._customer(
            NAME, is_company=False, parent_id=cls.person.id, type="delivery", street=STREET
        )
        cls.Personal = cls.env["logistics.personal"]
        cls.Protocol = cls.env["logistics.privacy.protocol"]

    @classmethod
    def _people(cls):
        return cls.Personal._gather(cls.person)

    @classmethod
    def _wizard(cls, partner=None, **vals):
        wizards = cls.env["logistics.erasure"].with_user(cls.manager)
        values = {"partner_id": (partner or cls.person).id, "sure": True, "anyway": True, **vals}
        return wizards.create(values)

    @classmethod
    def _erase(cls, partner=None, **vals):
        action = cls._wizard(partner, **vals).action_erase()
        cls.env.flush_all()
        return cls.Protocol.browse(action["res_id"])

    def _walk_few(self):
        """Walk through so many tables alone as the test writes into; all are a matter of seconds."""
        written = (
            "account_analytic", "bus_bus", "ir_attachment", "ir_logging",
            "logistics_c", "mail_c", "mail_m", "mail_t", "res_partner",
        )  # fmt: skip
        few = [table for table in self.Protocol._get_tables() if table.startswith(written)]
        self.patch(type(self.Protocol), "_get_tables", lambda protocol: few)

    # === PLANTING ===#

    @classmethod
    def _plant_all(cls):
        """Write the person into every text that is declared, in a row of every model."""
        planted = {"res.partner": cls.person.id}
        for name, spec in cls.Personal._get_known().items():
            if spec.paths and spec.texts + spec.masked and name not in NOT_PLANTED:
                cls._plant(name, spec, planted)
        cls.env.invalidate_all()
        for name, spec in cls.Personal._get_known().items():
            mine = cls.Personal._get_domain(name, spec, cls._people())
            records = cls.Personal._search_records(name, mine)
            cls._write_texts(records, spec.texts, f"{SAID} {NAME}")
            cls._write_texts(records, spec.masked, f"{NAME}, {MAIL}, {PHONE}")
        cls.env.invalidate_all()
        return planted

    @classmethod
    def _plant(cls, name, spec, planted):
        if name in planted:
            return planted[name]
        path = spec.paths[0].split(".")
        first = cls.env[name]._fields[path[0]]
        if first.type == "one2many":  # made with its lines
            return cls._plant(first.comodel_name, cls._get_way(first.comodel_name), planted)
        target = cls.person.id
        if first.comodel_name != "res.partner":
            target = cls._plant(first.comodel_name, cls._get_way(first.comodel_name), planted)
        mine = cls.Personal._get_domain(name, spec, cls._people())
        found = cls.Personal._search_records(name, mine, limit=1)
        planted[name] = found.id or cls._insert(name, first, target)
        return planted[name]

    @classmethod
    def _get_way(cls, name):
        known = cls.Personal._get_known()
        return known.get(name) or known["logistics.notice"]._replace(paths=("complaint_id.partner_id",))

    @classmethod
    def _insert(cls, name, first=None, target=None):
        model = cls.env[name]
        values = {}
        for field in model._fields.values():
            if field.store and field.column_type and field.required and field.name != "id":
                values[field.name] = cls._get_filling(field)
        if first and first.type == "many2one":
            values[first.name] = target
        if "company_id" in model._fields and model._fields["company_id"].store:
            values["company_id"] = cls.company.id
        if "partner_id" in model._fields and model._fields["partner_id"].store:
            values["partner_id"] = cls.person.id
        values.update(MADE.get(name, {}))
        query = SQL(
            "INSERT INTO %s (%s) VALUES %s RETURNING id",
            SQL.identifier(model._table),
            SQL(", ").join(map(SQL.identifier, values)),
            tuple(values.values()),
        )
        ((id_,),) = cls.env.execute_query(query)
        if first and first.type == "many2many":
            relation = SQL(", ").join(map(SQL.identifier, (first.column1, first.column2)))
            table = SQL.identifier(first.relation)
            cls.env.cr.execute(SQL("INSERT INTO %s (%s) VALUES %s", table, relation, (id_, target)))
        return id_

    @classmethod
    def _get_filling(cls, field):
        if field.type == "many2one":
            rows = cls.env[field.comodel_name].sudo().with_context(active_test=False)
            if not field.comodel_name.startswith("logistics.") or "company_id" not in rows:
                return rows.search([], limit=1).id or None
            mine = rows.search([("company_id", "=", cls.company.id)], limit=1)
            return mine.id or cls._insert(field.comodel_name)
        if field.type == "selection":
            return field.get_values(cls.env)[0]
        value = VALUES.get(field.type, None)
        return json.dumps({"en_US": value}) if field.translate else value

    @classmethod
    def _write_texts(cls, records, names, text):
        for name in names if records else ():
            field = records._fields[name]
            if field.type == "binary" and field.attachment:
                cls.env["ir.attachment"].create(
                    [
                        {
                            "name": f"{NAME}.txt", "res_model": records._name, "res_id": record.id,
                            "res_field": name, "raw": f"{text} {record.id} {name}",
                        }
                        for record in records
                    ]
                )  # fmt: skip
            elif field.column_type[0] in ("varchar", "text", "jsonb"):
                value = json.dumps([text]) if field.column_type[0] == "jsonb" else text
                cls.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                        SQL.identifier(records._table), SQL.identifier(name), value, records.ids,
                    )
                )  # fmt: skip

    # === LOOKING ===#

    @classmethod
    def _grep(cls, signs=SIGNS):
        """Return the tables and columns in which something of the person stands, with the ids."""
        found = {}
        likely = [f"%{sign.lower()}%" for sign in signs]
        rows = cls.env.execute_query(
            SQL(
                """SELECT c.table_name::text, array_agg(c.column_name::text)
                     FROM information_schema.columns c
                     JOIN information_schema.tables t USING (table_schema, table_name)
                    WHERE c.table_schema = current_schema AND t.table_type = 'BASE TABLE'
                      AND c.data_type IN ('text', 'character varying', 'character', 'json', 'jsonb')
                 GROUP BY 1"""
            )
        )
        for table, columns in rows:
            for column in columns:
                name = SQL("CAST(%s AS text)", SQL.identifier(column))
                lines = cls.env.execute_query(
                    SQL(
                        "SELECT left(%s, 60) FROM %s WHERE lower(%s) LIKE ANY(%s) LIMIT 3",
                        name, SQL.identifier(table), name, likely,
                    )
                )  # fmt: skip
                if lines:
                    found[f"{table}.{column}"] = [line[0] for line in lines]
        return found

    @classmethod
    def _grep_store(cls):
        """Return the files of the store in which something of the person stands."""
        store, found = config.filestore(cls.env.cr.dbname), []
        wanted = re.compile("|".join(map(re.escape, SIGNS)).encode())
        for folder, _folders, names in os.walk(store):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.getmtime(path) >= cls.begun and wanted.search(open(path, "rb").read()):
                    found.append(path)
        return found

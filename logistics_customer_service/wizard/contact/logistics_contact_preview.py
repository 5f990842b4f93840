from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools import babel_locale_parse, format_date, get_lang

from ...models.contact.budget.foresight import Foresight
from ...tools.foundation.foresight import GOES, HELD_BACK, JOINED, PUT_OFF, WAITS

DAYS = 14
COLORS = {
    GOES: "text-bg-success",
    HELD_BACK: "text-bg-warning",
    PUT_OFF: "text-bg-light border",
    JOINED: "text-bg-info",
    WAITS: "text-bg-secondary",
}


class LogisticsContactPreview(models.TransientModel):
    """What a customer will hear of us in the next days, and what the budget will hold back."""

    _name = "logistics.contact.preview"
    _description = "Contacts of the Next Days"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        ondelete="cascade",
        help="A customer or one of its people.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("partner_id")
    def _compute_display_name(self):
        for preview in self:
            preview.display_name = preview.partner_id.display_name or self.env._("Next 14 Days")

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang", "uid")
    def _compute_preview(self):
        self.preview = False
        for preview in self.filtered("partner_id"):
            preview.preview = self.env["ir.qweb"]._render(
                "logistics_customer_service.contact_preview",
                {"people": preview._prepare_people(), "colors": COLORS},
            )

    def _get_planned(self):
        """Return the contacts that are planned with the customer's people, by the user's rights."""
        until = fields.Datetime.add(fields.Datetime.now(), days=DAYS + 1)
        return self.env["logistics.touchpoint"].search(
            [
                ("customer_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "planned"),
                ("at", "<=", until),
            ],
            order="at, id",
        )

    def _foresee(self):
        """Return the foresight and what it found, of the customer's planned contacts."""
        foresight = Foresight(self._get_planned(), DAYS, self)
        return foresight, foresight.run()

    def _prepare_people(self):
        """Return for each person what is planned and how much room there is, by day."""
        foresight, found = self._foresee()
        people = [person for person in foresight.pages if self._shows(person)]
        by_person = {person: [] for person in people}
        for one in found:
            by_person.get(one.planned.person, []).append(one)
        # those with whom something is planned come first
        people.sort(key=lambda person: not by_person[person])
        return [self._prepare_person(person, foresight, by_person[person]) for person in people]

    def _shows(self, person):
        asked = self.partner_id
        return asked in (person, person.commercial_partner_id)

    def _prepare_person(self, person, foresight, found):
        page = foresight.pages[person]
        return {
            "name": person.display_name,
            "zone": page.zone,
            "limits": self._prepare_limits(page, page.today),
            "days": [
                {
                    "name": self._format_day(day),
                    "items": [self._prepare_item(one) for one in found if one.day == day],
                    "full": [one for one in self._prepare_limits(page, day) if one["full"]],
                }
                for day in foresight.days[person]
                if found
            ],
        }

    def _prepare_item(self, foreseen):
        planned = foreseen.planned
        contacts = self.env["logistics.touchpoint"]
        return {
            "kind": dict(contacts._get_kinds())[planned.kind],
            "subject": self._get_subject(planned.record),
            "fate": foreseen.fate,
            "label": self._get_fates()[foreseen.fate],
            "why": foreseen.why,
            "later": foreseen.later and format_date(self.env, foreseen.later),
            "exempt": planned.is_exempt,
        }

    def _format_day(self, day):
        """Return day of the week and of the month, in the order of the user's language."""
        return format_skeleton("MMMEd", day, locale=babel_locale_parse(get_lang(self.env).code))

    def _get_subject(self, record):
        """Return in a few words what a contact is about; whom it is with is known."""
        if record._name == "logistics.callback":
            return record.reason or record.purpose_id.name
        if record._name == "logistics.survey.request":
            return " · ".join(filter(None, [record.policy_id.name, record.number]))
        return record.display_name

    def _prepare_limits(self, page, day):
        ledger = page.ledger
        return [self._prepare_limit(limit, ledger.count(limit, day)) for limit in ledger.limits]

    def _prepare_limit(self, limit, used):
        purpose = self.env["logistics.consent.purpose"].browse(limit.purpose or [])
        return {
            "name": purpose.name or self.env._("All contacts"),
            "used": used,
            "count": limit.count,
            "days": limit.days,
            "full": used >= limit.count,
        }

    def _get_fates(self):
        return {
            GOES: self.env._("Goes ahead"),
            HELD_BACK: self.env._("Held back"),
            PUT_OFF: self.env._("Put off"),
            JOINED: self.env._("In the same call"),
            WAITS: self.env._("Waits"),
        }

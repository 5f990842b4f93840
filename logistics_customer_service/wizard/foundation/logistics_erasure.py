from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from ...tools.foundation.personal import make_patterns


class LogisticsErasure(models.TransientModel):
    """Who is to be erased, what that takes away and what the law keeps; then it is done."""

    _name = "logistics.erasure"
    _description = "Erasure of a Person"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, readonly=True, ondelete="cascade"
    )
    is_company = fields.Boolean(related="partner_id.is_company", related_sudo=False)
    with_company = fields.Boolean(
        string="The Company Is a Person",
        help="A sole trader: the company itself is erased, too. Otherwise it is its contacts alone.",
    )
    contact_ids = fields.Many2many(
        "res.partner",
        string="Contacts to Erase",
        compute="_compute_contact_ids",
        store=True,
        readonly=False,
        precompute=True,
        context={"active_test": False},
        help="The person's addresses and archived doubles are proposed. Add doubles that you know of.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    obstacles = fields.Text(string="Still Going On", compute="_compute_preview")
    anyway = fields.Boolean(string="Erase All the Same")
    ground = fields.Selection(
        lambda self: self.env["logistics.privacy.protocol"]._fields["ground"].selection,
        required=True,
        default="person",
    )
    note = fields.Char(help="Without names and addresses: it stays in the protocol.")
    sure = fields.Boolean(string="I know that this cannot be taken back")

    # === COMPUTE METHODS ===#

    @api.depends("partner_id", "with_company")
    def _compute_contact_ids(self):
        for wizard in self:
            person = wizard.partner_id
            if person.is_company and not wizard.with_company:
                people = self.env["logistics.personal"]._gather(person)
                people = people.filtered(lambda one: not one.is_company and one.type == "contact")
            else:
                people = person
            wizard.contact_ids = people | self._find_doubles(people)

    @api.model
    def _find_doubles(self, people):
        """Return archived contacts of the same name and address."""
        doubles = self.env["res.partner"].with_context(active_test=False)
        return doubles.search(
            [
                ("active", "=", False),
                ("email_normalized", "in", [mail for mail in people.mapped("email_normalized") if mail]),
                ("name", "in", people.mapped("name")),
            ]
        )

    @api.depends("contact_ids")
    def _compute_preview(self):
        for wizard in self:
            people = wizard._get_people()
            obstacles = wizard._find_obstacles(people) if people else []
            wizard.obstacles = "\n".join(obstacles)
            wizard.preview = people and self.env["ir.qweb"]._render(
                "logistics_customer_service.erasure_preview", wizard._prepare_preview(people)
            )

    def _get_people(self):
        return self.env["logistics.personal"]._gather(self.contact_ids._origin)

    def _prepare_preview(self, people):
        """Return how many records of each kind are erased, and what is kept until when."""
        personal = self.env["logistics.personal"]
        kept = personal._get_kept(people)
        marks = personal._get_marks(people)
        rows = []
        for name, spec in personal._get_known().items():
            if spec.texts or spec.masked or spec.gone:
                domain = personal._get_domain(name, spec, people, marks)
                rows.append((personal._get_title(name), personal._count_records(name, domain)))
        return {
            "people": len(people),
            "rows": [row for row in rows if row[1]],
            "kept": [
                (personal._get_title(name), len(ids), format_date(self.env, until))
                for name, (ids, until) in kept.items()
            ],
        }

    def _find_obstacles(self, people):
        return self.env["logistics.personal"]._get_obstacles(people)

    # === ACTION METHODS ===#

    def action_erase(self):
        """Erase the person.

        :return: action that opens the protocol
        :raise AccessError: for everybody but managers
        :raise UserError: where it cannot be done, or something is still going on
        """
        self.ensure_one()
        personal = self.env["logistics.personal"]
        personal._check_manager()
        people = self._get_people()
        personal._check_erasable(people)
        obstacles = self._find_obstacles(people)
        if obstacles and not self.anyway:
            raise UserError(
                self.env._(
                    "This is still going on:\n%s\nSettle it, or tick “Erase All the Same”.",
                    "\n".join(obstacles),
                )
            )
        if not self.sure:
            raise UserError(self.env._("Tick at the bottom that you know that this cannot be taken back."))
        self._check_note(people)
        # a manager's decision; the records are of many kinds and of all who served the person
        protocols = self.env["logistics.privacy.protocol"].sudo()
        protocol = protocols._start(
            self.partner_id, people, {"ground": self.ground, "note": self.note, "user_id": self.env.uid}
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_privacy_protocol_action"
        )
        # the way back would still show the name
        return {**action, "res_id": protocol.id, "views": [(False, "form")], "target": "main"}

    def _check_note(self, people):
        """Raise where the note says who it was: the protocol never does.

        :raise ValidationError: for a name, an address or a number
        """
        marks = self.env["logistics.personal"]._get_marks(people)
        names = people.mapped("name")
        words = [*marks["words"], *filter(None, names)]
        patterns = make_patterns(marks["emails"], marks["phones"], words)
        if self.note and any(
            self.env.execute_query(SQL("SELECT %s ~* %s", self.note, pattern))[0][0] for pattern in patterns
        ):
            raise ValidationError(self.env._("The note stays: it must not say who it was."))

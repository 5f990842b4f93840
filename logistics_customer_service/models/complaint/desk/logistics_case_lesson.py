from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

PUBLISHED = "published"


class LogisticsCaseLesson(models.Model):
    """What a case taught, told without names and numbers: an example to follow, or to avoid.

    It is a copy: the case may change or go, the lesson stays.
    """

    _name = "logistics.case.lesson"
    _inherit = ["mail.thread", "logistics.course.mixin"]
    _description = "Lesson from a Case"
    _order = "published_at desc, id desc"
    _rec_names_search = ["name", "lesson", "happened"]
    _check_company_auto = True
    _course_refused_at_create = True

    # not tracked: an earlier title may have named somebody
    name = fields.Char(string="Title", required=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("excellent", "Excellent"), ("failed", "Failed")],
        string="Example",
        required=True,
        default="excellent",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    category_id = fields.Many2one(
        "logistics.complaint.category", index=True, ondelete="restrict", check_company=True
    )
    cause_id = fields.Many2one(
        "logistics.cause", index="btree_not_null", ondelete="restrict", check_company=True
    )
    happened = fields.Text(string="What Happened", required=True)
    done = fields.Text(string="What Was Done")
    lesson = fields.Text(string="What We Learn", help="What to do the next time.")
    tag_ids = fields.Many2many("logistics.case.lesson.tag", string="Tags")
    complaint_id = fields.Many2one(
        "logistics.complaint",
        string="From the Case",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        groups="logistics_customer_service.group_supervisor",
        help="Seen by supervisors alone: the lesson itself names nobody.",
    )
    author_id = fields.Many2one("res.users", readonly=True, copy=False, default=lambda self: self.env.user)
    state = fields.Selection(
        [("draft", "Draft"), (PUBLISHED, "Published")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    published_by_id = fields.Many2one("res.users", string="Published By", readonly=True, copy=False)
    published_at = fields.Datetime(string="Published", readonly=True, copy=False)

    # one lesson of each kind a case: of two clicks the second finds the first's
    _case_unique = models.UniqueIndex("(complaint_id, kind) WHERE complaint_id IS NOT NULL")

    # === CRUD METHODS ===#

    @api.model
    def _get_course_fields(self):
        """What becomes of a lesson is a supervisor's act, whatever writes."""
        return super()._get_course_fields() | {"state", "published_by_id", "published_at"}

    @api.model
    def _get_course_error(self, labels):
        return UserError(self.env._("A lesson is published and withdrawn by its buttons."))

    # === BUSINESS METHODS ===#

    @api.model
    def _get_similar(self, cases):
        """Return case → published lessons that may help with it, those of its cause first.

        A lesson fits where it has the case's cause, or a category above, below or equal to the
        case's: one search for all cases.
        """
        categories = cases.category_id.sudo()  # lessons are found whoever may read categories
        paths = {category.id: category.parent_path or "" for category in categories}
        above = [int(part) for path in paths.values() for part in path.split("/") if part]
        domain = Domain("cause_id", "in", cases.cause_id.ids) | Domain(
            "category_id", "child_of", categories.ids
        )
        lessons = self.search(
            Domain("state", "=", PUBLISHED)
            & Domain("company_id", "in", cases.company_id.ids)
            & (domain | Domain("category_id", "in", above))
        )
        return {case: lessons._fit(case, paths.get(case.category_id.id, "")) for case in cases}

    def _fit(self, case, path):
        """Return the lessons among these that fit a case whose category has this path."""
        same_cause = self.filtered(
            lambda lesson: (
                case.cause_id and lesson.cause_id == case.cause_id and lesson.company_id == case.company_id
            )
        )
        near = (self - same_cause).filtered(
            lambda lesson: lesson.company_id == case.company_id and lesson._is_near(path)
        )
        return same_cause + near

    def _is_near(self, path):
        own = self.category_id.sudo().parent_path or ""  # as in _get_similar
        return bool(path and own) and (own.startswith(path) or path.startswith(own))

    # === ACTION METHODS ===#

    def action_publish(self):
        """Put lessons into the library, for everybody of the company to find."""
        self._ensure_supervisor()
        for lesson in self:
            if not lesson.lesson:
                raise UserError(self.env._("Say what “%s” teaches first.", lesson.name))
        self._note_course(
            {
                "state": PUBLISHED,
                "published_by_id": self.env.uid,
                "published_at": fields.Datetime.now(),
            }
        )

    def action_withdraw(self):
        """Take lessons out of the library again."""
        self._ensure_supervisor()
        self._note_course({"state": "draft", "published_by_id": False, "published_at": False})

    def _ensure_supervisor(self):
        if not self.env.user.has_group("logistics_customer_service.group_supervisor"):
            raise AccessError(self.env._("Only a supervisor publishes lessons."))

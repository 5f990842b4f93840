from odoo import fields, models


class LogisticsCaseLessonTag(models.Model):
    """A word under which lessons are found."""

    _name = "logistics.case.lesson.tag"
    _description = "Lesson Tag"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_unique = models.UniqueIndex("(name)", "There is such a tag already.")

from collections import defaultdict

from odoo import api, models

from ...tools.foundation.said import SAID, is_said

KEY = "logistics_by_method"
# by model, an object: none can come in by RPC, and what one model's method writes opens no other
_BY_METHOD = defaultdict(object)


class LogisticsCourseMixin(models.AbstractModel):
    """Records with a course: fields that the model's own methods write, and nobody else.

    A method writes them through :meth:`_note_course`, or does more through :meth:`_by_method`.
    Whoever may is for the method to check.
    """

    _name = "logistics.course.mixin"
    _description = "Goes Its Course"

    # the superuser writes the course, too: data files, and methods that had to check more
    _course_open_to_su = True
    # what a new record brings along is refused, or left out without a word as in an import
    _course_refused_at_create = False

    # === HOOKS ===#

    @api.model
    def _get_course_fields(self):
        """Return the names of the fields that methods alone write."""
        return set()

    @api.model
    def _get_course_error(self, labels):
        """Return the exception that says how the course is noted instead.

        :param labels: text, the names of the fields on the screen
        """
        raise NotImplementedError

    # === BUSINESS METHODS ===#

    def _by_method(self):
        """Return these records for a method of theirs to write the course."""
        return self.with_context(**{KEY: _BY_METHOD[self._name]})

    def _is_by_method(self):
        return self.env.context.get(KEY) is _BY_METHOD[self._name]

    def _note_course(self, vals):
        """Write the course of these records."""
        return self._by_method().with_context(logistics_noted=SAID).write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        """A record begins at the beginning, whatever values say."""
        return super().create(self._without_course(vals_list))

    def write(self, vals):
        self._refuse_course(vals.keys())
        return super().write(vals)

    @api.model
    def default_get(self, fields):
        """Neither the context nor a default that somebody has saved says anything of the course."""
        if self._course_open_to_su and self.env.su:
            return super().default_get(fields)
        course = self._get_course_fields() & set(fields)
        own = {
            name: self._fields[name].default(self)
            for name in course
            if self._fields[name].default
        }
        rest = super().default_get([name for name in fields if name not in course])
        return rest | self._convert_to_write(own)

    def _check_logistics_links(self, vals_list):
        """What the model's own methods note was not sent by anybody."""
        if is_said(self.env, "logistics_noted"):
            return None
        if self._is_by_method():
            course = self._get_course_fields()
            vals_list = [
                {name: value for name, value in vals.items() if name not in course} for vals in vals_list
            ]
        return super()._check_logistics_links(vals_list)

    def _may_write_course(self):
        return self._is_by_method() or (self._course_open_to_su and self.env.su)

    def _refuse_course(self, names):
        """Refuse fields that are nobody's to write."""
        refused = set() if self._may_write_course() else self._get_course_fields() & set(names)
        if refused:
            labels = sorted(self._fields[name]._description_string(self.env) for name in refused)
            raise self._get_course_error(", ".join(labels))

    @api.model
    def _without_course(self, vals_list):
        """Return the values of new records without those of the course."""
        if self._may_write_course():
            return vals_list
        course = self._get_course_fields()
        if self._course_refused_at_create:
            self._refuse_course(self._get_touched(course, vals_list))
        return [
            {name: value for name, value in vals.items() if name not in course}
            for vals in vals_list
        ]

    @api.model
    def _get_touched(self, course, vals_list):
        """Return the names of the course that values change; forms send all they show along."""
        sent = [(name, vals[name]) for vals in vals_list for name in course & vals.keys()]
        own = self.default_get([name for name, _value in sent])
        return {
            name
            for name, value in sent
            if (value or own.get(name)) and value != own.get(name)
        }

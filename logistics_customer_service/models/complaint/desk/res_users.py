from odoo import models

from ....tools.complaint import assignment


class ResUsers(models.Model):
    """Who of our people speaks a customer's language."""

    _inherit = "res.users"

    def _get_languages(self, skills):
        """Return person → the languages that the person speaks, without their countries.

        :param skills: mapping of person to :class:`assignment.Skill` records
        """
        return {user: assignment.get_languages(skills.get(user, ()), user.lang) for user in self}

    def _get_speakers(self, lang, skills):
        """Return those who speak a customer's language.

        :param lang: code of the language
        :param skills: as for :meth:`_get_languages`
        """
        wanted = assignment.to_language(lang)
        spoken = self._get_languages(skills)
        return self.filtered(lambda user: wanted in spoken[user])

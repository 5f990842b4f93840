import logging

from odoo import Command, api, fields, models

from ....tools.foundation.parts import of_part
from ....tools.satisfaction import themes
from ...foundation.isolation import isolate

_logger = logging.getLogger(__name__)

BATCH = 1000
# nobody says more of a delivery; a longer text is not a customer's
READ_CHARACTERS = 5000


class LogisticsFeedback(models.Model):
    """Comments that are found by their words, and what they seem to speak of."""

    _inherit = "logistics.feedback"

    comment = fields.Text(index="trigram")
    theme_ids = fields.Many2many(
        "logistics.aspect",
        "logistics_feedback_theme_rel",
        "feedback_id",
        "aspect_id",
        string="Suggested Themes",
        readonly=True,
        help="What the comment seems to speak of, by the words of the theme rules.",
    )
    theme_words = fields.Char(string="Words Found", readonly=True, help="Why these themes are suggested.")
    theme_version = fields.Integer(
        string="Read by the Rules",
        required=True,
        readonly=True,
        copy=False,
        default=0,
        aggregator=None,
        help="The number of the rules by which the comment was read last; 0: not read yet.",
    )

    _theme_version_idx = models.Index("(theme_version, id) WHERE comment IS NOT NULL")

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        if any(answers.mapped("comment")):
            self._trigger_themes()
        return answers

    def write(self, vals):
        if "comment" not in vals:
            return super().write(vals)
        result = super().write({**vals, "theme_version": 0})
        self._trigger_themes()
        return result

    # === BUSINESS METHODS ===#

    @api.model
    def _trigger_themes(self):
        """Have comments read soon, on their own: an answer never waits for a suggestion."""
        self.env["ir.cron"]._wake("logistics_customer_service.ir_cron_suggest_themes")

    @api.model
    @of_part("surveys")
    def _cron_suggest_themes(self):
        """Suggest themes of comments not read by the rules as they are now, a batch a call.

        New ones come first; after a change of the rules all come again, where the last run ended.
        """
        unread = [
            ("comment", "!=", False),
            ("theme_version", "<", self.env["logistics.theme.rule"]._get_version()),
        ]
        pending = self.search(unread, order="theme_version, id", limit=BATCH)
        isolate(pending, lambda answers: answers._suggest_themes(), self._leave_without_themes)
        # a full batch says that there may be more; to count them would read them all each time
        self.env["ir.cron"]._commit_progress(len(pending), remaining=int(len(pending) == BATCH))

    @api.model
    def _leave_without_themes(self, answer, error):
        _logger.error("Themes of answer %s: %s", answer.id, error)
        answer.theme_version = self.env["logistics.theme.rule"]._get_version()

    def _suggest_themes(self):
        """Set the themes of comments by the rules in force: one reading of the rules for all."""
        rules = self.env["logistics.theme.rule"]
        patterns, version = rules._get_patterns(), rules._get_version()
        read = {}
        for answer in self:
            read.setdefault(answer._find_themes(patterns), []).append(answer.id)
        for (aspect_ids, words), ids in read.items():
            self.browse(ids).write(
                {
                    "theme_ids": [Command.set(aspect_ids)],
                    "theme_words": ", ".join(words) or False,
                    "theme_version": version,
                }
            )
        self.flush_recordset()

    def _find_themes(self, patterns):
        """Return the ids of the aspects the comment seems to speak of, and the words that say so."""
        text = themes.normalise((self.comment or "")[:READ_CHARACTERS])
        found = {}
        for company_id, aspect, pattern in patterns:
            if company_id in (False, self.company_id.id):
                for word in themes.find_words(pattern, text):
                    found.setdefault(aspect.id, []).append(word)
        words = dict.fromkeys(word for words in found.values() for word in words)
        return tuple(sorted(found)), tuple(words)

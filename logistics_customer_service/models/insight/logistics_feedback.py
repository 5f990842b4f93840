import logging

from odoo import Command, api, fields, models

from ...tools.insight import themes
from ..core.isolation import isolate

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
    theme_pending = fields.Boolean(readonly=True, copy=False)

    _theme_pending_idx = models.Index("(id) WHERE theme_pending")

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create([{**vals, "theme_pending": bool(vals.get("comment"))} for vals in vals_list])
        if any(answers.mapped("theme_pending")):
            self._trigger_themes()
        return answers

    def write(self, vals):
        if "comment" not in vals:
            return super().write(vals)
        result = super().write({**vals, "theme_pending": True})
        self._trigger_themes()
        return result

    # === SUGGESTING THEMES ===#

    @api.model
    def _trigger_themes(self):
        """Have comments read soon, on their own: an answer never waits for a suggestion."""
        cron = self.env.ref("logistics_customer_service.ir_cron_suggest_themes", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()  # jobs are the system's

    @api.model
    def _cron_suggest_themes(self):
        """Suggest themes of comments not read yet, a batch a call."""
        pending = self.search([("theme_pending", "=", True)], order="id", limit=BATCH)
        isolate(pending, lambda answers: answers._suggest_themes(), self._leave_without_themes)
        remaining = self.search_count([("theme_pending", "=", True)])
        self.env["ir.cron"]._commit_progress(len(pending), remaining=remaining)

    @api.model
    def _leave_without_themes(self, answer, error):
        _logger.error("Themes of answer %s: %s", answer.id, error)
        answer.theme_pending = False

    def _suggest_themes(self):
        """Set the themes of comments by the rules in force: one reading of the rules for all."""
        patterns = self.env["logistics.theme.rule"]._get_patterns()
        read = {}
        for answer in self:
            read.setdefault(answer._find_themes(patterns), []).append(answer.id)
        for (aspect_ids, words), ids in read.items():
            self.browse(ids).write(
                {
                    "theme_ids": [Command.set(aspect_ids)],
                    "theme_words": ", ".join(words) or False,
                    "theme_pending": False,
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

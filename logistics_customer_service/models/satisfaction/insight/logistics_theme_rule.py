from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ....tools.satisfaction import themes

# the number of the rules as they are: another one after each change
VERSION = "logistics_customer_service.theme_version"


class LogisticsThemeRule(models.Model):
    """Words by which a comment is taken to speak of an aspect; a suggestion, no more."""

    _name = "logistics.theme.rule"
    _description = "Theme Rule"
    _order = "sequence, id"
    _rec_name = "aspect_id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    aspect_id = fields.Many2one(
        "logistics.aspect", string="Suggests", required=True, index=True, ondelete="cascade"
    )
    words = fields.Text(
        required=True,
        help="Words and phrases, one a line or between commas, of every language customers write. "
        "A word is found whole, capitals or not; with an asterisk at its end also as the beginning "
        "of a longer one (delay*). Chinese is found wherever it stands.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the rule of every company."
    )

    # === CONSTRAINT METHODS ===#

    @api.constrains("words")
    def _check_words(self):
        for rule in self:
            if not themes.split_words(rule.words):
                raise ValidationError(self.env._("A theme rule needs at least one word."))

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._read_comments_again()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"words", "aspect_id", "active", "company_id"}:
            self._read_comments_again()
        return result

    def unlink(self):
        result = super().unlink()
        self._read_comments_again()
        return result

    def _read_comments_again(self):
        """Have all comments looked through by the rules as they are now, in the background.

        Nothing is written to the answers here: there may be millions of them.
        """
        # parameters are the administrator's; rules are a manager's to edit
        self.env["ir.config_parameter"].sudo().set_param(VERSION, self._get_version() + 1)
        self.env["logistics.feedback"]._trigger_themes()

    @api.model
    def _get_version(self):
        """Return the number of the rules as they are now."""
        # as in _read_comments_again
        return int(self.env["ir.config_parameter"].sudo().get_param(VERSION, 1))

    # === BUSINESS METHODS ===#

    @api.model
    def _get_patterns(self):
        """Return the rules in force, ready to be used: (company's id or False, aspect, pattern)."""
        return [
            (
                rule.company_id.id,
                rule.aspect_id,
                themes.compile_words(themes.split_words(rule.words)),
            )
            for rule in self.search([("aspect_id.active", "=", True)])
        ]

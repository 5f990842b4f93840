from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html

from ..logistics_complaint_stage import CANCELLED
from .logistics_result_letter import ANSWERABLE, DRAFT, UNTOLD

ENDED = "ended"


class LogisticsResultLetter(models.Model):
    """When a letter can be answered no more, and to whom a customer turns after the last level."""

    _inherit = "logistics.result.letter"

    state = fields.Selection(selection_add=[(ENDED, "Ended")], ondelete={ENDED: "set default"})
    is_last = fields.Boolean(
        string="Last Level",
        compute="_compute_outside",
        store=True,
        help="Whoever refuses this letter is heard outside the house.",
    )
    outside_body = fields.Char(
        string="Outside Body",
        compute="_compute_outside",
        store=True,
        readonly=False,
        help="Where the customer can turn who does not agree to our last word.",
    )
    outside_how = fields.Text(
        string="How to Reach It", compute="_compute_outside", store=True, readonly=False
    )
    outside_until = fields.Date(string="Until", readonly=True, copy=False)

    # === COMPUTE METHODS ===#

    @api.depends("complaint_id.resolution_level", "complaint_id.external_body")
    def _compute_outside(self):
        """Of drafts alone: what was told stays."""
        for letter in self:
            draft = letter.state == DRAFT
            case = letter.complaint_id.with_context(lang=letter.lang)
            last = draft and case._is_past_first_level()
            body, how = case._get_outside() if last else (False, False)
            letter.is_last = last if draft else letter.is_last
            letter.outside_body = body if draft else letter.outside_body
            letter.outside_how = how if draft else letter.outside_how

    # === CRUD METHODS ===#

    @api.model
    def _get_text_fields(self):
        return super()._get_text_fields() | {"outside_body", "outside_how"}

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {"is_last", "outside_until"}

    # === BUSINESS METHODS ===#

    def _prepare_telling(self, states):
        result = super()._prepare_telling(states)
        self._check_may_be_told()
        self.filtered("is_last")._close_with_outside()
        return result

    def _note_told(self, at):
        """As inherited; one result counts: the one that was written last and told."""
        fresh = self.filtered(lambda letter: letter.state in UNTOLD)
        result = super()._note_told(at)
        for letter in fresh:
            others = letter.complaint_id.letter_ids - letter
            turn = letter._get_turn()
            later = others.filtered(lambda one, turn=turn: one._get_turn() > turn)
            (others - later)._end()
            if later.filtered("told_at"):
                letter._end()
        return result

    def _get_turn(self):
        """Return what letters of a case are ordered by: when they were written, or told otherwise."""
        at = self.written_at or self.told_at or self.create_date
        return at, self.id

    def _check_may_be_told(self):
        for case in self.complaint_id:
            if case.phase == CANCELLED:
                raise UserError(
                    self.env._("%s is cancelled: nobody is told a result of it.", case.display_name)
                )

    def _close_with_outside(self):
        """Let the letter name where the customer can turn, how, and until when."""
        for letter in self.filtered(lambda letter: letter.state == DRAFT):
            company = letter.company_id
            days = company.logistics_external_days
            until = days and company._get_logistics_today() + timedelta(days=days)
            letter._note_course({"outside_until": until})
            text = letter._get_outside_text()
            letter._note_course({"objection": Markup("%s%s") % (letter.objection or "", text)})

    def _get_outside_text(self, lang=None):
        """Return where the customer can turn, how, and until when.

        :param lang: code of the reader's language, by default that of the letter
        """
        letter = self.with_context(lang=lang or self.lang)
        if not letter.outside_body:
            return plaintext2html(
                letter.env._(
                    "You can now turn to the authority that supervises our trade, to a consumers' "
                    "association, or to a court."
                )
            )
        body = letter.env._("You can now turn to: %s", letter.outside_body)
        lines = [body, letter.outside_how]
        if letter.outside_until:
            day = format_date(letter.env, letter.outside_until)
            lines.append(letter.env._("You can do so until %s.", day))
        return plaintext2html("\n".join(filter(None, lines)))

    def _end(self):
        """Let nobody answer these letters any more; what was answered stays."""
        open_ones = self.filtered(lambda letter: letter.state in ANSWERABLE)
        if open_ones:
            open_ones._note_course({"state": ENDED, "expires_at": fields.Datetime.now()})

    def _note(self, accepted):
        if self.filtered(lambda letter: letter.state == ENDED):
            raise UserError(self.env._("The letter has ended: a newer one, or the end of the case, came."))
        return super()._note(accepted)

from datetime import timedelta

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools import get_lang
from odoo.tools.misc import babel_locale_parse

from ....tools.foundation.periods import to_local
from ....tools.satisfaction import answers

REVOKED = "revoked"


class LogisticsSurveyRequest(models.Model):
    """The link by which a customer answers a request, without login."""

    _name = "logistics.survey.request"
    _inherit = ["logistics.survey.request", "logistics.secret.mixin"]

    # requests are planned by the thousand in one query; whoever is asked gets a token
    handle = fields.Char(required=False)
    secret = fields.Char(required=False)

    # === THE LINK ===#

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_close_revoked", {"state"})]

    def _close_revoked(self):
        """What is revoked stays closed even if the request is renewed later."""
        revoked = self.filtered(lambda request: request.state == REVOKED)
        revoked.sudo()._draw_anew()  # nobody else writes secrets

    def _is_open(self):
        """Tell whether the link opens its page now."""
        return bool(self) and self.state != REVOKED and self._get_expiry() >= fields.Datetime.now()

    def _get_expiry(self):
        """Return until when the link is open, a naive UTC instant.

        Requests that were never sent are open for as long from their making on.
        """
        days = timedelta(days=max(self.policy_id.expiry_days, 1))
        return self.expires_at or self.create_date + days

    def _get_answer_path(self):
        """Return the path of the page on which the customer answers: 30 characters."""
        return f"/a/{self._get_token()}"

    def _get_answer_url(self):
        """Return the address of that page; whoever has it may answer."""
        return self.get_base_url() + self._get_answer_path()

    # === WHAT THE PAGE SAYS ===#

    def _get_answer_state(self):
        """Return how far the customer's answer is: ``open``, ``partial`` or ``answered``."""
        return self.state if self.state in ("partial", "answered") else "open"

    def _get_answer_about(self):
        """Return what the answer is about, in words that the customer knows."""
        about = []
        if self.complaint_id:
            about = [self.env._("Case %s", self.complaint_id.number)]
        elif self.picking_id:
            about = [self.env._("Delivery %s", self.picking_id.name)]
            about += [order for order in [self.order_id.client_order_ref or self.order_id.name] if order]
        return about and [*about, self._format_answer_day(self.occurred_at)]

    def _format_answer_day(self, instant):
        """Return the day of an instant as the customer's calendar and language have it, or False."""
        if not instant:
            return False
        local = to_local(instant, self.partner_id.tz or self.company_id._get_logistics_tz())
        return format_skeleton("yMMMd", local, locale=babel_locale_parse(get_lang(self.env).code))

    def _get_answer_mood(self, vals):
        """Return what the person who has just answered is told besides thanks, or None.

        It speaks of this answer alone: what others said by the same page is not theirs to know.

        :param vals: what was taken, as ``_take_answers`` takes it
        :return: ``quiet`` (we do not contact you), ``handled`` (one of us looks into it) or
            ``sorry`` (nobody does)
        """
        if vals["no_contact"]:
            return "quiet"
        questions = self.survey_id.question_ids._to_pure()
        checked = answers.check(questions, vals["answers"], vals["complete"])
        if not vals["complete"] or not self._is_low(checked.values):
            return None
        return "sorry" if self.policy_id.reaction == "none" else "handled"

    def _get_given_answers(self):
        """Return what was saved for later, as ``_take_answers`` takes it."""
        given = {}
        for line in self._get_partial_input().user_input_line_ids:
            question = line.question_id
            if line.answer_type == "suggestion":
                given.setdefault(question.id, []).append(line.suggested_answer_id.id)
            elif not line.skipped:
                given[question.id] = str(line[f"value_{line.answer_type}"])
        return given

    def _get_partial_input(self):
        return self.env["survey.user_input"].search(
            [("survey_request_id", "=", self.id), ("state", "=", "in_progress")],
            order="id desc",
            limit=1,
        )

    # === BY PHONE ===#

    def action_answer_by_phone(self):
        """Fill in the questionnaire with the customer on the telephone."""
        self.ensure_one()
        return self.env["logistics.survey.phone"]._start(
            self,
            self.partner_id,
            self.policy_id,
            request_id=self.id,
            picking_id=self.picking_id.id,
            complaint_id=self.complaint_id.id,
        )

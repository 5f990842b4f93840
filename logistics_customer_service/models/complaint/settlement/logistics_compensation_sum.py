from decimal import Decimal

from odoo import api, fields, models

from ....tools.complaint import compensation as rules
from .logistics_compensation_kinds import MOVES_GOODS


class LogisticsCompensation(models.Model):
    """How much by the standard: from what it is worked out, and in words how."""

    _inherit = "logistics.compensation"

    # === COMPUTE METHODS ===#

    @api.depends("complaint_id", "currency_id")
    def _compute_basis(self):
        for record in self:
            case = record.complaint_id
            company = case.company_id or self.env.company
            convert = record._get_converter(company.currency_id)
            record.basis_value = convert(case._get_value_held())
            record.basis_freight = convert(case._get_freight())
            record.basis_weight = case._get_weight_affected()

    @api.depends("standard_id", "basis_value", "basis_freight", "basis_weight", "currency_id")
    def _compute_amounts(self):
        for record in self:
            result = record._compute_by_standard()
            record.computed_amount = float(result.amount) if result else 0.0
            record.steps = (
                [
                    *(record._prepare_step(step.code, step.figures, step.amount) for step in result.steps),
                    *(record._prepare_step(*doubt) for doubt in record._get_doubts()),
                ]
                if result
                else False
            )

    @api.model
    def _prepare_step(self, code, figures, amount=0):
        return {
            "code": code,
            "amount": float(amount),
            "figures": {
                name: figure if isinstance(figure, str) else float(figure) for name, figure in figures.items()
            },
        }

    def _get_doubts(self):
        """Return what cannot be known of the case's goods, as far as the standard needs it."""
        # the standard is public; who may read its record is another matter
        standard = self.standard_id.sudo()
        weight = standard.method == rules.PER_KILOGRAM
        value = standard.method == rules.SHARE_OF_VALUE or standard.cap_value
        doubts = self.complaint_id._get_doubts(weight)
        return [doubt for doubt in doubts if value or doubt[0] != "no_value"]

    def _compute_by_standard(self):
        """Return what the standard comes to (None without one), in the compensation's currency."""
        standard = self.standard_id
        company = self.complaint_id.company_id or self.env.company
        if not standard or not self._knows_currency_of(standard):
            return None
        terms = standard._prepare_terms(self._get_converter(standard.currency_id or company.currency_id))
        left = self._get_left() if self.complaint_id else None
        basis = rules.Basis(
            *(
                Decimal(repr(figure)) if figure else None
                for figure in (self.basis_value, self.basis_freight, self.basis_weight)
            ),
            left=None if left is None else Decimal(repr(left)),
        )
        rounding = (self.currency_id or company.currency_id).rounding
        return rules.compute(terms, basis, Decimal(repr(rounding)))

    def _knows_currency_of(self, standard):
        company = self.complaint_id.company_id or self.env.company
        # the standard is public; who may read its record is another matter
        currency = standard.sudo().currency_id or company.currency_id
        return currency._has_logistics_rate(company, fields.Date.context_today(self))

    @api.depends("steps", "currency_id", "standard_id", "given_amount")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for record in self:
            lines = [record._word(step) for step in record.steps or []]
            if record.standard_id:
                # whoever may read the sum may read by what rule it came about
                standard = record.standard_id.sudo()
                rule = " – ".join(filter(None, (standard.name, standard.source)))
                lines.insert(0, self.env._("Standard: %s.", rule))
                if not record._knows_currency_of(standard):
                    lines.append(record._explain_currency(standard.currency_id))
            elif record.complaint_id and record.kind not in MOVES_GOODS:
                lines.append(self.env._("No standard says what is due: name the amount."))
            if record.given_amount:
                given = record._format(record.given_amount)
                lines.append(self.env._("Already given for these goods: %s.", given))
            record.explanation = "\n".join(lines)

    # === BUSINESS METHODS ===#

    def _word(self, step):
        """Return a step of the computation as a sentence in the reader's language."""
        figures = step["figures"]
        values = {
            "amount": self._format(step["amount"]),
            "measure": figures.get("measure", 0),
            "money": self._format(figures.get("measure", 0)),
            "rate": f"{figures.get('rate', 0):g}",
            "percent": f"{figures.get('rate', 0) * 100:g}",
            # as in the sum itself
            "unit": self.standard_id.sudo().unit_name or self.env._("units"),
            "unit_value": self._format(figures.get("unit_value", 1), digits=4),
        }
        if step["code"] in (rules.NOTHING_KNOWN, rules.CAP_UNKNOWN):
            return self._word_unknown(figures.get("method"))
        return self._get_wordings()[step["code"]] % {**figures, **values}

    def _get_wordings(self):
        """Return the sentence of each code of a step."""
        return {
            rules.SHARE_OF_VALUE: self.env._(
                "%(percent)s %% of the value of the goods of %(money)s: %(amount)s."
            ),
            rules.MULTIPLE_OF_FREIGHT: self.env._("%(rate)s times the freight of %(money)s: %(amount)s."),
            rules.PER_KILOGRAM: self.env._(
                "%(measure)g kg at %(rate)s %(unit)s of %(unit_value)s each: %(amount)s."
            ),
            rules.FIXED: self.env._("Fixed amount: %(amount)s."),
            rules.MINIMUM: self.env._("At least %(amount)s."),
            rules.CAP_VALUE: self.env._("At most the value of the goods: %(amount)s."),
            rules.CAP_FREIGHT: self.env._("At most %(rate)s times the freight of %(money)s: %(amount)s."),
            rules.CAP_AMOUNT: self.env._("At most %(amount)s."),
            rules.CAP_LEFT: self.env._("At most what was paid and not yet given: %(amount)s."),
            "not_named": self.env._(
                "The case names no goods: all of its delivery, or order, is counted. Lower the value "
                "of the goods where only a part is concerned."
            ),
            "too_many": self.env._(
                "%(product)s: %(claimed)g are claimed, %(delivered)g were delivered; more is not "
                "counted. Ask how many there are."
            ),
            "no_value": self.env._("%(product)s: the value is not known. Enter it in the case."),
            "no_weight": self.env._("%(product)s: the weight is not known. Enter it above."),
        }

    def _word_missing(self):
        """Return the sentences that say what is lacking for the standard."""
        # the standard is public; who may read its record is another matter
        standard = self.standard_id.sudo()
        if standard and not self._knows_currency_of(standard):
            return [self._explain_currency(standard.currency_id)]
        lacking = (rules.NOTHING_KNOWN, rules.CAP_UNKNOWN)
        return [self._word(step) for step in self.steps or [] if step["code"] in lacking]

    def _word_unknown(self, method):
        return {
            rules.SHARE_OF_VALUE: self.env._(
                "The value of the goods is not known. Name the goods in the case, or enter it here."
            ),
            rules.MULTIPLE_OF_FREIGHT: self.env._("The freight is not known. Enter it here."),
            rules.PER_KILOGRAM: self.env._("The weight of the goods is not known. Enter it here."),
        }[method]

    def _format(self, amount, digits=None):
        if digits:
            return f"{amount:.{digits}f} {self.currency_id.name or ''}".strip()
        return self.currency_id.format(amount) if self.currency_id else f"{amount:.2f}"

from odoo import api, fields, models


class LogisticsCompensation(models.Model):
    """What whoever decides has to know, on one card."""

    _inherit = "logistics.compensation"

    case_words = fields.Html(related="complaint_id.description", string="Customer's Words")
    photo_urls = fields.Json(string="Photos", compute="_compute_photo_urls")
    authority_text = fields.Char(string="My Authority", compute="_compute_authority_text")

    @api.depends("complaint_id.evidence_ids.kind")
    def _compute_photo_urls(self):
        """Pictures among the evidence and in what the customer sent: one query each for all."""
        cases = self.complaint_id
        shown = cases.evidence_ids.filtered(lambda evidence: evidence.kind == "photo")
        by_case = shown.grouped("complaint_id")
        sent = self.env["ir.attachment"].search(
            [
                ("res_model", "=", cases._name),
                ("res_id", "in", cases.ids),
                ("mimetype", "=like", "image/%"),
            ]
        )
        attached = sent.grouped("res_id")
        for record in self:
            case = record.complaint_id
            photos = by_case.get(case, shown.browse()).filtered("file_name")
            record.photo_urls = [
                *(f"/web/image/logistics.evidence/{photo.id}/file" for photo in photos),
                *(f"/web/image/{image.id}" for image in attached.get(case.id, sent.browse())),
            ]

    @api.depends("state", "amount", "category_id", "kind", "complaint_id")
    @api.depends_context("uid", "lang")
    def _compute_authority_text(self):
        """Why the reader may not decide, else up to what amount he may."""
        for record in self:
            record.authority_text = record.state == "proposed" and (
                record._get_obstacle(self.env.user) or record._word_authority()
            )

    def _word_authority(self):
        rule = self.env["logistics.authority"]._get_rules(self)._pick_for(self.env.user)
        if rule.is_unlimited:
            return self.env._("Your authority has no limit here.")
        limit = rule._get_limit(rule.amount_case, self.company_id)
        return self.env._(
            "Your authority covers it: up to %s per case.",
            self.company_id.currency_id.format(limit),
        )

from odoo import fields, models


class LogisticsSurveyOccasionMixin(models.AbstractModel):
    """What a request and its answer are about, as it was then: filled once, by the program."""

    _name = "logistics.survey.occasion.mixin"
    _description = "Occasion of a Survey"

    survey_id = fields.Many2one(
        "survey.survey",
        string="Questionnaire",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    profile_id = fields.Many2one(
        "logistics.profile", index="btree_not_null", readonly=True, ondelete="set null"
    )
    tier_id = fields.Many2one(
        "logistics.tier", string="Tier Then", readonly=True, ondelete="set null"
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    order_id = fields.Many2one(
        "sale.order", index="btree_not_null", readonly=True, ondelete="set null"
    )
    complaint_id = fields.Many2one(
        "logistics.complaint",
        string="Case",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_visit_place_days = fields.Integer(
        string="Days to Keep the Places of Visits",
        default=30,
        required=True,
        help="Where visitors checked in and out is forgotten after so many days; 0: it is never "
        "kept.",
    )
    logistics_map_service = fields.Selection(
        [
            ("amap", "Amap"),
            ("baidu", "Baidu Maps"),
            ("google", "Google Maps"),
            ("openstreetmap", "OpenStreetMap"),
        ],
        string="Map",
        default="openstreetmap",
        required=True,
        help="Opened by a tap on the address of a visit.",
    )

    _check_logistics_visit_place_days = models.Constraint(
        "CHECK (logistics_visit_place_days >= 0)", "Days cannot be negative."
    )

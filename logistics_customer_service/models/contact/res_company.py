from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_care = fields.Boolean(
        string="Greet Customers",
        help="Customers who agreed to it are greeted, as the active occasions of care say.",
    )
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
    logistics_urgent_hours = fields.Float(
        string="Remind of Urgent Reports Every (Hours)",
        default=2.0,
        help="An urgent report that nobody has acknowledged is told again after so many hours, "
        "and again. Zero: never.",
    )
    logistics_urgent_times = fields.Integer(
        string="Reminders at Most",
        default=10,
        help="How often an urgent report that nobody acknowledges is told again.",
    )
    logistics_daily_hour = fields.Float(
        string="Daily Report Due At",
        default=18.0,
        help="From this hour on, by the visitor's own clock, whoever made visits today and has "
        "sent no daily report finds a draft and is reminded, once.",
    )
    logistics_visit_month = fields.Date(
        string="Monthly Reports Drawn Until",
        readonly=True,
        help="The last month whose reports of visits the program has drawn.",
    )

    _check_logistics_visit_place_days = models.Constraint(
        "CHECK (logistics_visit_place_days >= 0)", "Days cannot be negative."
    )
    _check_logistics_urgent = models.Constraint(
        "CHECK (logistics_urgent_hours >= 0 AND logistics_urgent_times >= 0)",
        "Hours and reminders cannot be negative.",
    )
    _check_logistics_daily_hour = models.Constraint(
        "CHECK (logistics_daily_hour >= 0 AND logistics_daily_hour < 24)",
        "The daily report is due between 0:00 and 23:59.",
    )

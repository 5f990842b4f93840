"""Indicators say of what they are a share, where their names and words still are as they came."""

from odoo.tools import SQL

# by field: text as it came, text as it comes now
TEXTS = {
    "name": [
        ("On-Time Rate", "On-Time Rate of Orders Due"),
        ("In-Full Rate", "In-Full Rate of Orders Due"),
        ("Fill Rate", "Fill Rate of Orders Shipped"),
    ],
    "description": [
        (
            "Quantity shipped with the first delivery ÷ quantity ordered, of orders with a first delivery.",
            "Quantity shipped with the first delivery ÷ quantity ordered, of orders with a first delivery. "
            "Orders due that were never shipped are no part of it.",
        ),
    ],
}


def migrate(cr, version):
    """Put the new words in the place of the old; those of other languages come with the module's."""
    for field, texts in TEXTS.items():
        column = SQL.identifier(field)
        for old, new in texts:
            cr.execute(
                SQL(
                    """UPDATE logistics_indicator indicator SET %s = jsonb_build_object('en_US', %s)
                         FROM ir_model_data data
                        WHERE data.res_id = indicator.id AND data.model = 'logistics.indicator'
                          AND data.module = 'logistics_customer_service'
                          AND indicator.%s ->> 'en_US' = %s""",
                    column,
                    new,
                    column,
                    old,
                )
            )

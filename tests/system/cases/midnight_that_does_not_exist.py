# Where summer time begins at midnight, the day begins at 1:00 (Cairo, Beirut, Santiago, Havana, the Azores).
from datetime import date, datetime, timedelta
from itertools import islice

from odoo.addons.logistics_customer_service.tools.contact import planning
from odoo.addons.logistics_customer_service.tools.foundation.periods import (
    local_date,
    local_midnight,
)

wrong = []
day, zone = date(2026, 4, 24), "Africa/Cairo"
begins = local_midnight(day, zone)
if local_date(begins, zone) != day:
    wrong.append(f"{day} begins at {begins} UTC, which is still {local_date(begins, zone)} there")
pieces = list(
    islice(
        planning._split_by_day(begins - timedelta(hours=3), begins + timedelta(hours=9), zone), 50
    )
)
if len(pieces) == 50:
    wrong.append("cutting visits at midnight never ends")
print("WRONG:", "; ".join(wrong)) if wrong else print("ok")

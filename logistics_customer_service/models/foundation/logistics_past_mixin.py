from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.foundation.periods import local_date


class LogisticsPastMixin(models.AbstractModel):
    """What a person tells of the past: nobody knows yet what will have happened."""

    _name = "logistics.past.mixin"
    _description = "Told of the Past"

    # names of its dates and times that tell what happened
    _past_fields = ()

    @api.constrains(lambda self: self._past_fields)
    def _check_past(self):
        """Refuse what lies in the future.

        :raise ValidationError: naming the field
        """
        for record in self:
            for name in record._past_fields:
                if record[name] and record[name] > record._get_latest(record[name]):
                    label = record.fields_get([name], ["string"])[name]["string"]
                    raise ValidationError(self.env._("%s lies in the future.", label))

    def _get_latest(self, told):
        """Return the last day, or the last naive UTC instant, that can have been.

        Where whoever tells it lives, the day may have begun before the company's.
        """
        company = ("company_id" in self and self.company_id) or self.env.company
        latest = company._get_latest_instant()
        if isinstance(told, datetime):
            return latest
        return max(
            local_date(latest, company._get_logistics_tz()), fields.Date.context_today(self, latest)
        )

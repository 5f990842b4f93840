from odoo import models

from ..foundation.res_groups import MODULE


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Who has no role in customer service any more does not land in its workplace."""
        info = super().session_info()
        home = self.env.ref(f"{MODULE}.logistics_work_action_home", raise_if_not_found=False)
        if info.get("home_action_id") and home and info["home_action_id"] == home.id:
            if not self.env.user.has_group(f"{MODULE}.group_agent"):
                info["home_action_id"] = False
        return info

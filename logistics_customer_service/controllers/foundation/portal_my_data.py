from odoo.exceptions import UserError
from odoo.http import content_disposition, request, route

from .portal_list import OWN_LOOKING, OWN_SENDING, PortalList

ADDRESS = "/my/data"


class PortalMyData(PortalList):
    """What is held of a person, for those who have a login: their own and nobody else's."""

    @route(ADDRESS, **OWN_LOOKING)
    def portal_my_data(self, **_params):
        """Show what there is to be had."""
        return self._render_portal("portal_my_data", {"page_name": "my_data"})

    @route(ADDRESS, **OWN_SENDING)
    def portal_take_my_data(self, **_params):
        """Hand over the reader's file."""
        personal = request.env["logistics.personal"]
        person = request.env.user.partner_id
        try:
            personal._check_asks_not_too_often(person)
        except UserError as error:
            return self._render_portal(
                "portal_my_data", {"page_name": "my_data", "problem": str(error)}
            )
        return request.make_response(
            personal._make_file(person, inner=False),
            headers=[
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition("my-data.zip")),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

from odoo.exceptions import UserError
from odoo.http import content_disposition, request, route

from .portal_list import OWN_LOOKING, OWN_SENDING, PortalList

ADDRESS = "/my/data"


class PortalMyData(PortalList):
    """What is held of a person, for those who have a login: their own and nobody else's."""

    @route(ADDRESS, **OWN_LOOKING)
    def portal_my_data(self, saved=None, **_params):
        """Show what the reader may know and have, and say about it."""
        return self._show_data(saved=saved)

    @route(f"{ADDRESS}/file", **OWN_SENDING)
    def portal_take_my_data(self, **_params):
        """Hand over the reader's file."""
        personal = request.env["logistics.personal"]
        person = request.env.user.partner_id
        try:
            personal._check_asks_not_too_often(person)
        except UserError as error:
            return self._show_data(problem=str(error))
        return request.make_response(
            personal._make_file(person, inner=False),
            headers=[
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition("my-data.zip")),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

    def _show_data(self, saved=None, problem=None):
        values = {**self._prepare_data_values(), "saved": saved, "problem": problem}
        return self._render_portal("portal_my_data", values)

    def _prepare_data_values(self):
        """Return what the page shows; override to show more."""
        person = request.env.user.partner_id.sudo()  # the reader's own
        return {
            "page_name": "my_data",
            "address": ADDRESS,
            "person": person.name,
            "customer": person.commercial_partner_id.name,
        }

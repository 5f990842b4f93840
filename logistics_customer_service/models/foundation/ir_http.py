from werkzeug.exceptions import BadRequest, HTTPException, NotFound

from odoo import models
from odoo.http import request
from odoo.tools import get_lang

from ...tools.foundation.log_mask import mask_links
from ...tools.foundation.parts import get_part

OURS = __name__.partition(".models.")[0] + "."
# whoever else writes addresses that were asked for is the proxy before the server
LOGGERS = ("werkzeug", "odoo.http")

# a page that a link opens: nobody is told its address, nobody shows it within another, nobody keeps it
LINK_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
LINK_POLICY = "frame-ancestors 'none'"
# a customer's own page: whoever edits the website sees it within the editor
OWN_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
OWN_POLICY = "frame-ancestors 'self'"


class IrHttp(models.AbstractModel):
    """What all pages of ours have in common that somebody sees who is none of us."""

    _inherit = "ir.http"

    def _register_hook(self):
        super()._register_hook()
        mask_links(LOGGERS, self.env["logistics.link.text"]._get_doors())

    @classmethod
    def _match(cls, path_info):
        """An address with more digits than Python takes for a number is no page's.

        :raise BadRequest: for a NUL in what is no route: it is looked for in the database, which takes none
        """
        try:
            rule, args = super()._match(path_info)
        except ValueError as error:
            raise NotFound from error
        except NotFound as error:
            if "\0" in path_info:
                raise BadRequest from error
            raise
        # the first is that of the request; links on a page are looked up, too
        if request and not hasattr(request, "logistics_rule"):
            request.logistics_rule = rule
        return rule, args

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """A copy opens nothing to whoever has no login: the links are the original's.

        Of a part of customer service that is switched off there are no pages.
        """
        result = super()._pre_dispatch(rule, args)
        public = cls._opens_without_login(rule.endpoint)
        if public and not request.env["logistics.database"]._is_original():
            raise cls._make_closed(rule.endpoint, "link_page_of_copy")
        if cls._is_logistics_off(rule.endpoint):
            raise cls._make_closed(rule.endpoint, "link_page_of_off_part") if public else NotFound()
        return result

    @classmethod
    def _make_closed(cls, endpoint, template):
        page = endpoint.routing["type"] == "http"
        return NotFound(response=cls._render_closed(template) if page else None)

    @classmethod
    def _is_logistics_off(cls, endpoint):
        module = endpoint.func.__module__
        if not module.startswith(OURS) or endpoint.routing["auth"] == "none":
            return False
        part = get_part(module)
        return bool(part) and not request.env["res.groups"]._has_logistics_part(part)

    @classmethod
    def _render_closed(cls, template):
        lang = get_lang(request.env)
        values = {
            "html_lang": lang.code.replace("_", "-"),
            "direction": lang.direction,
            "languages": [],
            "contact": request.env.company._prepare_logistics_contact(),
        }
        qweb = request.env["ir.qweb"].with_context(lang=lang.code)
        page = qweb._render(f"logistics_customer_service.{template}", values)
        return request.make_response(page, status=404)

    @classmethod
    def _opens_without_login(cls, endpoint):
        return endpoint.routing["auth"] == "public" and endpoint.func.__module__.startswith(OURS)

    @classmethod
    def _post_dispatch(cls, response):
        result = super()._post_dispatch(response)
        cls._set_logistics_headers(response)
        return result

    @classmethod
    def _handle_error(cls, exception):
        return cls._set_logistics_headers(super()._handle_error(exception))

    @classmethod
    def _set_logistics_headers(cls, response):
        """Return the answer, with the headers of a page of ours where it is one."""
        rule = getattr(request, "logistics_rule", None)
        headers, policy = _get_headers(rule.endpoint) if rule else ({}, None)
        if not headers:
            return response
        if isinstance(response, HTTPException):
            response = response.get_response(request.httprequest.environ)
        response.headers.update(headers)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


def _get_headers(endpoint):
    """Return the headers of what one of our public or portal routes answers, and its policy."""
    routing = endpoint.routing
    if not getattr(endpoint.func, "__module__", "").startswith(OURS):
        return {}, None
    if routing["auth"] in ("public", "none"):
        return LINK_HEADERS, LINK_POLICY
    return (OWN_HEADERS, OWN_POLICY) if routing.get("website") else ({}, None)

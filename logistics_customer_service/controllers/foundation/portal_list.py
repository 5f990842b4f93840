"""A customer's own records in the portal: what the lists and pages of them share."""

from werkzeug.exceptions import BadRequest

from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from ...tools.foundation.received import MAX_ID, number_of

OWN = {"type": "http", "auth": "user", "website": True}
OWN_LOOKING = {**OWN, "readonly": True, "methods": ["GET"]}
OWN_SENDING = {**OWN, "readonly": False, "methods": ["POST"]}
MAX_SEARCH = 100


class PortalList(CustomerPortal):
    """Everything here is found with the reader's own rights.

    Odoo makes one class of all controllers of the portal: what a page is about comes by parameters.
    """

    def _count_portal_records(self, model, domain, limit):
        """Return how many records the reader has, as far as the home page wants to know."""
        records = request.env[model]
        return records.search_count(domain, limit=limit) if records.has_access("read") else 0

    def _prepare_portal_list(self, address, model, domain, sortings, params, filters=None, search=None):
        """Return the records of one page of a list, and the values that the portal's templates read.

        :param domain: which records are the reader's
        :param sortings: by key, a label and an order; the first is the usual one
        :param params: what the browser asked for: page, sortby, filterby, search_in, search
        :param filters: by key, a label and a domain; the first is the usual one
        :param search: makes a domain of where and for what is searched
        """
        sortby = _choose(params.get("sortby"), sortings)
        filterby = _choose(params.get("filterby"), filters or {})
        wanted, search_in = params.get("search"), params.get("search_in") or "all"
        if "\0" in (wanted or ""):
            raise BadRequest  # no text contains it, and no database takes it
        if filterby:
            domain &= filters[filterby]["domain"]
        if wanted:
            domain &= search(search_in, wanted[:MAX_SEARCH])
        records = request.env[model]
        asked = {"sortby": sortby, "filterby": filterby, "search_in": search_in, "search": wanted}
        pages = pager(
            url=address,
            total=records.search_count(domain),
            page=read_number(params.get("page")) or 1,
            step=self._items_per_page,
            url_args=asked,
        )
        found = records.search(
            domain,
            order=sortings[sortby]["order"],
            limit=self._items_per_page,
            offset=pages["offset"],
        )
        return found, {
            **asked,
            "pager": pages,
            "default_url": address,
            "searchbar_sortings": sortings,
            "searchbar_filters": filters,
            "searchbar_inputs": {"all": {"input": "all", "label": request.env._("Search in All")}},
        }

    def _get_portal_record(self, model, record_id, domain):
        """Return a record that the reader's own rights allow, as the portal's superuser, or None.

        :param record_id: id from the address, trusted in nothing
        :param domain: which records are the reader's
        """
        if record_id > MAX_ID:
            return None
        try:
            record = self._document_check_access(model, record_id)
        except (AccessError, MissingError):
            return None
        mine = request.env[model].search_count(domain & Domain("id", "=", record_id), limit=1)
        return record.with_company(record.company_id) if mine else None

    def _render_portal(self, template, values):
        """Answer with a page of the portal; where it tells a problem, nothing was taken."""
        values = {**self._prepare_portal_layout_values(), **values}
        status = 422 if values.get("problem") else 200
        return request.render(f"logistics_customer_service.{template}", values, status=status)


def read_number(value):
    """Return the number that the address names, or None where it names none.

    :raise BadRequest: for a number that nothing can have
    """
    try:
        return number_of(value)
    except ValueError as error:
        raise BadRequest from error


def _choose(wanted, offered):
    """Return the key that is wanted if it is offered, else the first."""
    return wanted if wanted in offered else next(iter(offered), None)

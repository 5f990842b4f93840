from odoo.fields import Command, Domain
from odoo.http import content_disposition, request, route

from ...models.complaint.logistics_complaint_stage import OPEN_PHASES
from ...tools.foundation.received import clean, clean_line
from ..foundation.limit import Limit
from ..foundation.portal_list import OWN_LOOKING, OWN_SENDING, PortalList, read_number
from .uploads import ACCEPT, MAX_FORM, MAX_TEXT, read_files

ADDRESS = "/my/cases"
OFFERED = 30

# what one login sends: ten within 200 seconds
SENDINGS = Limit("portal case", burst=10, interval=20)


class PortalCases(PortalList):
    """A customer's cases, for those who have a login."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not request.env["res.groups"]._has_logistics_part("cases"):
            return values
        if "case_count" in counters:
            domain = self._get_cases_domain()
            values["case_count"] = self._count_portal_records("logistics.complaint", domain, limit=100)
        if "case_waiting_count" in counters:
            domain = self._get_cases_domain() & self._get_cases_filters()["waiting"]["domain"]
            count = self._count_portal_records("logistics.complaint", domain, limit=100)
            values["case_waiting_count"] = count
        return values

    def _get_cases_domain(self):
        """Return which cases are the customer's; staff with a login see none of others'."""
        partner = request.env.user.partner_id
        return request.env["logistics.complaint"]._get_customer_domain(partner)

    def _get_cases_sortings(self):
        return {
            "date": {"label": request.env._("Newest"), "order": "received_at desc, id desc"},
            "number": {"label": request.env._("Number"), "order": "number"},
            "state": {"label": request.env._("State"), "order": "phase, id desc"},
        }

    def _get_cases_filters(self):
        is_open = Domain("phase", "in", OPEN_PHASES)
        waiting = request.env["logistics.complaint"]._get_customer_turn_domain()
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "waiting": {"label": request.env._("Waiting for You"), "domain": waiting},
            "open": {"label": request.env._("Open"), "domain": is_open},
            "settled": {"label": request.env._("Settled"), "domain": ~is_open},
        }

    def _get_cases_search_domain(self, _search_in, search):
        return Domain("number", "ilike", search) | Domain("name", "ilike", search)

    # === BUSINESS METHODS ===#

    @route([ADDRESS, f"{ADDRESS}/page/<int:page>"], **OWN_LOOKING)
    def portal_my_cases(self, **params):
        """List the customer's cases."""
        found, values = self._prepare_portal_list(
            ADDRESS,
            "logistics.complaint",
            self._get_cases_domain(),
            self._get_cases_sortings(),
            params,
            filters=self._get_cases_filters(),
            search=self._get_cases_search_domain,
        )
        # found with the customer's own rights; deadlines are more than customers read
        values |= {"cases": found.sudo()._prepare_customer_lines(), "page_name": "case"}
        return self._render_portal("portal_my_cases", values)

    @route(f"{ADDRESS}/<int:case_id>", **OWN_LOOKING)
    def portal_my_case(self, case_id, sent=None, **_params):
        """Show a case of the customer."""
        case = self._get_case(case_id)
        return self._show_case(case, sent=sent) if case else request.redirect(ADDRESS)

    @route(f"{ADDRESS}/<int:case_id>/file/<int:file_id>", **OWN_LOOKING)
    def portal_case_file(self, case_id, file_id, **_params):
        """Hand out a file that stands on the customer's page of the case, and no other."""
        case = self._get_case(case_id)
        files = case._get_customer_messages().attachment_ids if case else []
        file = next((file for file in files if file.id == file_id), None)
        if not file:
            return request.not_found()
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", content_disposition(file.name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(file.raw or b"", headers=headers)

    def _get_case(self, case_id):
        """Return a case that the reader's own rights allow, as superuser, or None."""
        case = self._get_portal_record("logistics.complaint", case_id, self._get_cases_domain())
        # as superuser, but in the name of the reader: who writes is the author
        return case and case.with_user(request.env.user).sudo()

    def _show_case(self, case, problem=None, text="", sent=None):
        values = {
            "page": case._prepare_customer_page(),
            "page_name": "case",
            "case_number": case.number,
            "address": f"{ADDRESS}/{case.id}",
            "problem": problem,
            "text": text,
            "sent": sent,
            "accept": ACCEPT,
            "max_text": MAX_TEXT,
        }
        return self._render_portal("portal_my_case", values)

    @route(f"{ADDRESS}/<int:case_id>", **OWN_SENDING, max_content_length=MAX_FORM)
    def portal_answer_case(self, case_id, text="", **_params):
        """Take what the customer writes about a case."""
        case = self._get_case(case_id)
        if not case:
            return request.redirect(ADDRESS)
        text = clean(text, MAX_TEXT + 1)
        files, problem = read_files()
        problem = problem or self._check_answer(case, text, files)
        if problem:
            return self._show_case(case, problem=problem, text=text)
        SENDINGS.take(self._get_sender())
        case._take_customer_message(text, files)
        return request.redirect(f"{ADDRESS}/{case_id}?sent=1", code=303)

    def _check_answer(self, case, text, files):
        if case._get_kept() != case:
            return request.env._("Please write in the case with which this one is dealt with.")
        if not text and not files:
            return request.env._("Please write something or choose a file.")
        return self._check_text(text)

    def _check_text(self, text):
        if len(text) > MAX_TEXT:
            return request.env._("Please write no more than %s characters.", MAX_TEXT)
        if not SENDINGS.is_open(self._get_sender()):
            return request.env._("You have sent a lot just now. Please try again in a minute.")
        return None

    def _get_sender(self):
        return f"user {request.env.uid}"

    @route(f"{ADDRESS}/new", **OWN_LOOKING)
    def portal_new_case(self, delivery=None, order=None, **_params):
        """Show the form by which a customer opens a case."""
        return self._show_form({"delivery": delivery, "order": order})

    @route(f"{ADDRESS}/new", **OWN_SENDING, max_content_length=MAX_FORM)
    def portal_open_case(self, text="", subject="", **values):
        """Open a case with what the customer wrote."""
        values.update(text=clean(text, MAX_TEXT + 1), subject=clean_line(subject))
        values["remedies"] = request.httprequest.form.getlist("remedy")
        offers = self._get_offers()
        files, problem = read_files()
        problem = problem or self._check_case(values)
        if problem:
            return self._show_form(values, offers, problem)
        SENDINGS.take(self._get_sender())
        case = request.env["logistics.complaint"]._open_by_customer(
            self._prepare_case_vals(values, offers), values["text"], files
        )
        return request.redirect(f"{ADDRESS}/{case.id}?sent=new", code=303)

    def _check_case(self, values):
        if not values["text"]:
            return request.env._("Please write what happened.")
        return self._check_text(values["text"])

    def _get_offers(self):
        """Return what the customer may choose: records by the name of the form's field.

        Orders and deliveries are found with the customer's own rights.
        """
        env, company = request.env, request.env.company
        ours = Domain("company_id", "=", company.id)
        partner = env.user.partner_id.commercial_partner_id
        own = Domain("partner_id", "child_of", partner.ids)
        ordered = Domain("sale_id", "any!", list(own))
        pickings = env["stock.picking"]
        orders = env["sale.order"]
        shared = Domain("company_id", "in", [company.id, False])
        return {
            "order": orders.search(ours & own & Domain("state", "=", "sale"), limit=OFFERED, order="id desc"),
            "delivery": pickings.search(
                ours & pickings._get_tracking_domain() & (own | ordered),
                limit=OFFERED,
                order="id desc",
            ),
            # the words of the company for what can be wrong and be done about it are no secret
            "category": env["logistics.complaint.category"].sudo().search(shared),
            "remedies": env["logistics.remedy"].sudo().search([]),
        }

    def _get_kinds(self):
        return {
            "complaint": request.env._("Something went wrong"),
            "inquiry": request.env._("I have a question"),
            "suggestion": request.env._("I have a suggestion"),
        }

    def _choose(self, offered, *values):
        """Return those of the offered records that the browser named."""
        named = {read_number(value) for value in values}
        return offered.filtered(lambda record: record.id in named)

    def _prepare_case_vals(self, values, offers):
        order = self._choose(offers["order"], values.get("order"))
        delivery = self._choose(offers["delivery"], values.get("delivery"))
        kind = values.get("kind")
        return {
            "company_id": request.env.company.id,
            "partner_id": request.env.user.partner_id.id,
            "channel": "portal",
            "kind": kind if kind in self._get_kinds() else "complaint",
            "name": values["subject"] or False,
            "category_id": self._choose(offers["category"], values.get("category")).id,
            "remedy_ids": [Command.set(self._choose(offers["remedies"], *values["remedies"]).ids)],
            # the delivery is one of those offered; its order may be in another contact's name
            "order_ids": [Command.set((order | delivery.sudo().sale_id).ids)],
            "picking_ids": [Command.set(delivery.ids)],
        }

    def _show_form(self, values, offers=None, problem=None):
        offers = offers or self._get_offers()
        values = {
            "page_name": "case",
            "case_number": request.env._("New Case"),
            "address": f"{ADDRESS}/new",
            "offers": {
                # names alone of what was offered; a display name may read what customers cannot
                name: [(record.id, record.display_name) for record in records.sudo()]
                for name, records in offers.items()
            },
            "chosen": {
                name: self._choose(offers[name], values.get(name)).id
                for name in ("order", "delivery", "category")
            },
            "remedies": self._choose(offers["remedies"], *values.get("remedies", ())).ids,
            "kinds": self._get_kinds(),
            "kind": values.get("kind"),
            "subject": values.get("subject", ""),
            "text": values.get("text", ""),
            "problem": problem,
            "accept": ACCEPT,
            "max_text": MAX_TEXT,
        }
        return self._render_portal("portal_new_case", values)

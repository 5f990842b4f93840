import re
import threading
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...controllers.foundation import link_page
from ...controllers.foundation.limit import Limit
from ..common import MODULE
from .common_pages import LinkPages
from .fuzz import draw_requests, find_wrong

SEED, REQUESTS = 20261130, 500
# who is no customer of any page
FOREIGN = ("Nobody Elses GmbH", "nobody@elses.example", "Elses broken vase")


@tagged("post_install", "-at_install")
class TestPublicRoutes(LinkPages):
    """All routes of ours that somebody reaches who is none of us, found in the map of routes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        foreigner = cls._customer(FOREIGN[0], email=FOREIGN[1])
        cls.env["logistics.complaint"].create(
            {"partner_id": foreigner.id, "company_id": cls.company.id, "name": FOREIGN[2]}
        )
        cls.buyer = cls._portal_user("buyer", cls.customer)
        counter = cls.env["logistics.survey.counter"].create(
            {"name": "Hall", "company_id": cls.company.id, "policy_id": cls._add_policy().id}
        )
        cls.pages |= {
            "counter": (counter._get_path(), None),
            "rating": (f"{cls.pages['tracking'][0]}/rate", None),
            "refusal": (f"/q/{cls.request._get_token()}", None),
        }
        cls.env.flush_all()

    @classmethod
    def _add_policy(cls):
        return cls.env["logistics.survey.policy"].create(
            {
                "name": "At the counter",
                "trigger": "manual",
                "survey_id": cls.survey.id,
                "company_id": cls.company.id,
            }
        )

    def _get_rules(self):
        """Return the routes of ours that are public, and those of the portal, each with its methods."""
        public, own = [], []
        # as in the thread of a request
        with patch.object(threading.current_thread(), "dbname", self.env.cr.dbname, create=True):
            rules = list(self.env["ir.http"].routing_map().iter_rules())
        for rule in rules:
            routing = rule.endpoint.routing
            if rule.endpoint.func.__module__.startswith(f"odoo.addons.{MODULE}."):
                if routing["auth"] in ("public", "none"):
                    public.append((rule.rule, *sorted(routing["methods"])))
                elif routing.get("website"):
                    own.append((rule.rule, *sorted(routing["methods"])))
        return sorted(set(public)), sorted(set(own))

    def _assert_headers(self, answer, path):
        headers = answer.headers
        self.assertEqual(headers.get("Cache-Control"), "no-store", path)
        self.assertIn(headers.get("Referrer-Policy"), ("no-referrer", "same-origin"), path)
        self.assertIn(headers.get("X-Frame-Options"), ("DENY", "SAMEORIGIN"), path)
        self.assertIn("frame-ancestors", headers.get("Content-Security-Policy", ""), path)

    @mute_logger("odoo.http", "odoo.addons.http_routing.models.ir_http")
    def test_headers_of_every_route(self):
        public, own = self._get_rules()
        self.assertGreater(len(public), 10)
        self.assertGreater(len(own), 5)
        for user, rules in ((None, public), (None, own), (self.buyer, own)):
            self.authenticate(*(user.login, user.login) if user else (None, None))
            for rule, method in rules:
                path = _fill(rule, self.picking.id)
                data = {"x": "1"} if method == "POST" else None
                self._assert_headers(self.url_open(path, data=data, allow_redirects=False), path)
        self.authenticate(None, None)
        for path, _close in self.pages.values():
            answer = self._get(path)
            self.assertEqual(answer.status_code, 200, path)
            self._assert_headers(answer, path)

    @mute_logger("odoo.http")
    def test_address_that_no_database_takes(self):
        for path in ("/n/a/b/%00", "/t/%00/proof/x/y", "/nowhere/%00"):
            self.assertEqual(self._get(path).status_code, 400, path)

    def test_pages_of_odoo_take_no_answer_of_a_customer(self):
        """Agents read the tokens of Odoo's own answers."""
        answers = self.survey._create_answer(partner=self.customer, check_attempts=False)
        page = f"/survey/start/{self.survey.access_token}?answer_token={answers.access_token}"
        self.env.flush_all()
        self.assertIn("o_survey_form", self.url_open(page).text, "one that is nobody's begins")
        answers.survey_request_id = self.request
        self.env.flush_all()
        self.assertNotIn("o_survey_form", self.url_open(page).text)

    @mute_logger("odoo.http", "odoo.addons.http_routing.models.ir_http", "odoo.addons.website.models.ir_http")
    def test_five_hundred_requests_that_nobody_means(self):
        self.startPatcher(patch.object(link_page, "GUESSES", Limit("fuzz", burst=30, interval=120)))
        tokens = [path.rpartition("/rate")[0] or path for path, _close in self.pages.values()]
        tokens = [path.rpartition("/")[2] for path in tokens]
        routes = sorted({rule for rules in self._get_rules() for rule, _method in rules})
        counted = set()
        for turn, request in enumerate(draw_requests(SEED, REQUESTS, routes, tokens)):
            if turn == REQUESTS // 2:
                self.authenticate(self.buyer.login, self.buyer.login)
            answer = self.opener.request(
                request.method,
                self.base_url() + request.path,
                data=request.data,
                headers=request.headers,
                allow_redirects=False,
                timeout=30,
            )
            counted.add(answer.status_code)
            self.assertIsNone(find_wrong(answer.status_code, answer.text, FOREIGN), repr(request)[:500])
        self.assertLessEqual({200, 400, 404, 429}, counted, "of each kind there was one")
        for path, _close in self.pages.values():
            self.assertEqual(self._get(path).status_code, 200, "no right link is locked out")
        self.assertEqual(self._get("/t/" + "A" * 27).status_code, 429)


def _fill(rule, number):
    """Return an address of a rule; what it names need not exist."""
    return re.sub(r"<int:\w+>", str(number), re.sub(r"<string:\w+>", "x", rule))

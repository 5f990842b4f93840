from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_page import AnsweringCommon


@tagged("post_install", "-at_install")
class TestAnswerToken(AnsweringCommon):
    def _token(self, request=None):
        return (request or self.request)._get_answer_path()[3:]

    def test_address_is_short_and_hard_to_guess(self):
        path = self.request._get_answer_path()
        self.assertRegex(path, r"^/a/[A-Za-z0-9]{27}$")
        self.assertEqual(self.request._get_answer_url(), self.request.get_base_url() + path)
        other = self._request(self._delivery("SF2"))
        self.assertNotEqual(self._token(other), self._token())
        self.assertEqual(self.Request._find(self._token(other)), other)

    def test_wrong_tokens_find_nothing_at_the_same_cost(self):
        token = self._token()
        other = self._request(self._delivery("SF2"))
        swapped = self.request.handle + other._get_secret()
        counts = set()
        for guess in ("", "\0" * 27, token[:-1], token + "A", token.swapcase(), swapped, "é" * 27,
                      token[:26] + ("A" if token[26] != "A" else "B"), "A" * 5000):  # fmt: skip
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertFalse(self.Request._find(guess), repr(guess))
            counts.add(self.env.cr.sql_log_count - before)
        self.assertEqual(len(counts), 1)

    def test_rows_made_by_a_query_get_their_token_when_asked_for(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_survey_request SET handle = NULL WHERE id = %s",
            (self.request.id,),
        )
        self.env.invalidate_all()
        for guess in ("", "-" * 27, "A" * 27):
            self.assertFalse(self.Request._find(guess), repr(guess))
        self.assertEqual(self.Request._find(self._token()), self.request)
        self.assertEqual(self._token(), self._token())

    def test_expired(self):
        token = self._token()
        self.request.expires_at = fields.Datetime.subtract(fields.Datetime.now(), seconds=1)
        self.assertFalse(self.Request._find(token))
        self.request.expires_at = False
        self.assertTrue(self.Request._find(token), "open for the policy's days from its making on")
        self.policy.expiry_days = 3
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_survey_request SET create_date = create_date - interval '73 hours'"
        )
        self.env.invalidate_all()
        self.assertFalse(self.Request._find(token))

    def test_revoked_for_ever(self):
        token = self._token()
        self.request.state = "revoked"
        self.assertFalse(self.Request._find(token))
        self.assertFalse(self.Request._find(self._token()), "the new one neither")
        self.request.state = "sent"
        self.assertFalse(self.Request._find(token), "renewed, with another address")
        self.assertTrue(self.Request._find(self._token()))

    def test_nobody_reads_secrets(self):
        for user in (self.agent, self.manager):
            mine = self.request.with_user(user)
            self.assertTrue(mine.handle)
            with self.assertRaises(AccessError):
                mine.read(["old_link_digest"])
            with self.assertRaises(AccessError):
                mine.search([("old_link_digest", "!=", False)])

import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import HttpCase

from ...controllers.foundation import link_page
from ...controllers.foundation.limit import Limit

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|CREATE|ALTER|SELECT nextval)", re.IGNORECASE)


class LinkPageHttp(HttpCase):
    """Pages that a link opens, looked at by somebody who has time to guess."""

    def setUp(self):
        super().setUp()
        self.throttle = Limit("first", 1000, 1)
        self.startPatcher(patch.object(link_page, "GUESSES", self.throttle))

    @contextmanager
    def _nothing_written(self):
        """Fail if a request within changes anything in the database."""
        written = []
        execute = Cursor.execute

        def watch(cursor, query, params=None, log_exceptions=True):
            text = str(getattr(query, "code", query))
            if WRITES.match(text):
                written.append(text)
            return execute(cursor, query, params, log_exceptions)

        self.env.cr.flush()  # what the test itself changed, its marks included
        with patch.object(Cursor, "execute", watch):
            yield
        self.assertFalse(written)

    def _get(self, path, **headers):
        return self.url_open(path, headers=headers, allow_redirects=False)

    def _get_language(self, path, **headers):
        """Return the language that a page says it speaks."""
        return re.search(r'<html lang="([\w-]+)"', self._get(path, **headers).text)[1]

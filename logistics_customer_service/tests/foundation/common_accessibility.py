import json
import os
from contextlib import contextmanager
from pathlib import Path

from odoo.tests.common import ChromeBrowser, HttpCase

# WCAG 2.2 AA; what stops somebody, or costs trouble
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
IMPACTS = ["serious", "critical"]
FOUND = """
    (async () => {
        const within = document.querySelectorAll(%(scope)s);
        if (!within.length) { return ["nothing of ours is there"]; }
        const options = {runOnly: {type: "tag", values: %(tags)s}, resultTypes: ["violations"]};
        // pictures of people are drawn by Odoo
        const exclude = [...document.querySelectorAll(".o_field_widget img")];
        const {violations} = await axe.run({include: [...within], exclude}, options);
        const stops = violations.filter((rule) => %(impacts)s.includes(rule.impact));
        return stops.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`));
    })()
"""
# a finger needs 44 px; links within a text, and what a label lies over, are no targets of their own
SMALL = """
    [...document.querySelectorAll(
        "button, .btn, select, textarea, nav a, footer a, .o_logistics_link, "
        + "input:not([type=hidden], [type=radio], [type=checkbox])"
    )].filter((target) => {
        const {width, height} = target.getBoundingClientRect();
        const shown = target.checkVisibility({visibilityProperty: true}) && width > 1 && height > 1;
        return shown && !target.closest("[aria-hidden=true]") && Math.min(width, height) < 43.5;
    }).map((target) => target.outerHTML.slice(0, 200))
"""


class AccessibilityHttp(HttpCase):
    """Pages checked by axe-core in a browser, which a policy against scripts does not keep out."""

    @contextmanager
    def _browser(self, login=None):
        """Yield a browser in which pages are opened one after the other."""
        browser = ChromeBrowser(self, headless=True, success_signal="")
        try:
            with self.allow_requests(browser=browser):
                self.authenticate(login, login, browser=browser)
                self.cr.flush()
                self.cr.clear()
                yield browser
                browser.navigate_to("about:blank", wait_stop=True)
        finally:
            browser.stop()
            self._wait_remaining_requests()

    def _evaluate(self, browser, code):
        asked = {"expression": code, "awaitPromise": True, "returnByValue": True}
        answer = browser._websocket_request("Runtime.evaluate", params=asked, timeout=60)
        self.assertNotIn("exceptionDetails", answer, code[:200])
        return answer["result"].get("value")

    def _get_faults(self, browser, scope="html"):
        """Return what axe-core finds in the page that is open, within what a selector finds."""
        self._evaluate(browser, Path(os.environ["AXE"]).read_text(encoding="utf-8") + ";0")
        values = {"scope": scope, "tags": TAGS, "impacts": IMPACTS}
        return self._evaluate(browser, FOUND % {name: json.dumps(value) for name, value in values.items()})

    def _get_small_targets(self, browser):
        return self._evaluate(browser, SMALL)

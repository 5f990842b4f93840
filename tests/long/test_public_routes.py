"""Ten thousand requests that nobody means, to a server of several workers over loopback."""

import importlib.util
import json
import sys
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from scripts.dev.paths import ADDON, ROOT

REQUESTS, AT_ONCE = 10_000, 4
SEED = 20261130
FOREIGN = "Nobody Elses GmbH"
PATIENCE = 60

PREPARE = f"""
import json, threading
threading.current_thread().dbname = env.cr.dbname
foreigner = env["res.partner"].create({{"name": {FOREIGN!r}}})
env["logistics.complaint"].create({{"partner_id": foreigner.id}})
rules = [rule for rule in env["ir.http"].routing_map().iter_rules()
         if rule.endpoint.func.__module__.startswith("odoo.addons.logistics_customer_service.")
         and (rule.endpoint.routing["auth"] in ("public", "none") or rule.endpoint.routing.get("website"))]
link = env["logistics.tracking.link"].search([]).filtered(lambda one: one._is_open())[:1]
team = env["logistics.service.team"].search([], limit=1)
team.form_open = True
request = env["logistics.survey.request"].search([]).filtered(lambda one: one._is_open())[:1]
paths = [f"/t/{{link._get_token()}}", f"/service/form/{{team._get_token()}}", f"/a/{{request._get_token()}}"]
env.cr.commit()
print("ROUTES " + json.dumps([sorted({{rule.rule for rule in rules}}), paths]))
"""


def load_fuzz():
    """Return the module that draws the requests: the addon's own tests send the first of them."""
    place = ROOT / ADDON / "tests" / "foundation" / "fuzz.py"
    spec = importlib.util.spec_from_file_location("logistics_fuzz", place)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Still(urllib.request.HTTPRedirectHandler):
    """A browser that goes nowhere else."""

    def redirect_request(self, *_args, **_kwargs):
        return None


def send(url, request):
    """Return status and text of what is answered."""
    sent = urllib.request.Request(url + request.path, request.data, request.headers, method=request.method)
    try:
        with urllib.request.build_opener(Still).open(sent, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def test_nothing_fails_nothing_is_told_and_nobody_is_locked_out(database_factory):
    fuzz = load_fuzz()
    database = database_factory(demo=True, hint="fuzz")
    log = database.shell(PREPARE).log
    [line] = [line for line in log.splitlines() if line.startswith("ROUTES ")]
    routes, paths = json.loads(line.removeprefix("ROUTES "))
    tokens = [path.rpartition("/")[2] for path in paths]
    requests = fuzz.draw_requests(SEED, REQUESTS, routes, tokens)
    with database.serve_by_workers(2) as url, ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = []
        for request, (status, text) in zip(requests, pool.map(partial(send, url), requests), strict=True):
            if found := fuzz.find_wrong(status, text, (FOREIGN,)):
                wrong.append((found, str(request)[:500]))
        assert wrong == []
        for path in paths:
            assert send(url, fuzz.Request("GET", path))[0] == 200, path
        guesses = [fuzz.Request("GET", "/t/" + f"{number:027}") for number in range(100)]
        answered = Counter(status for status, _text in pool.map(partial(send, url), guesses))
        # workers that look at the same moment may each let one pass
        assert answered[404] <= 30 + AT_ONCE, answered
        assert answered[429] >= 100 - 30 - AT_ONCE, answered

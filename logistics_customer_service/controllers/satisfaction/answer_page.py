"""The page on which somebody answers a questionnaire: what its several doors share."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from odoo.exceptions import ValidationError
from odoo.http import request

from ...tools.foundation.received import clean
from ..foundation import link_page
from ..foundation.limit import Limit
from ..foundation.link_page import get_address, is_signed, is_stamped, make_stamp, sign_words

PURPOSE = "logistics-answer"
# nobody answers faster, and a page that lay open longer is shown once more; a tablet's waits for days
FASTEST, SLOWEST = 1, 24 * 3600
MAX_BODY = 128 * 1024
MAX_WORDS = 5000

# answers of one address to one link: people may share it, a program may not go on
SENDINGS = Limit("answer", burst=60, interval=5)

# the page needs a script of ours for a step chosen in the mail; no other, and none inline
POLICY = "Content-Security-Policy"
HEADERS = {POLICY: link_page.HEADERS[POLICY] + "; script-src 'self'"}
STATIC = "/logistics_customer_service/static/src/satisfaction/answer"
FOLDER = Path(__file__).parents[2] / "static" / "src" / "satisfaction" / "answer"


def _version(name):
    """Return the address of a file of ours, another one when it changes: browsers keep it."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"{STATIC}/{name}?v={digest}"


STYLE, SCRIPT = _version("answer.css"), _version("answer.js")
CLOSED = "answer_closed"


@dataclass
class Sheet:
    """A questionnaire before somebody who may answer it.

    ``key`` is what a stamp is signed for; ``base`` the address without language; ``take`` takes
    what was answered, in the shape of ``_take_answers`` of requests, and the visit it belongs to, a
    word that no other showing of a form has. It is called by a POST alone, and then ``judge`` says
    with which words whoever sent it is thanked.
    """

    key: tuple
    survey: object
    company: object
    base: str
    channel: str
    take: Callable
    lang: str = None
    about: list = field(default_factory=list)
    state: str = "open"
    answered_on: str = None
    judge: Callable = None
    given: dict = field(default_factory=dict)
    back: str = None
    kiosk: bool = False

    @property
    def address(self):
        return get_address(self.base, self.lang)


class Answers:
    """What was sent: the fields of a form, read as the browser sent them."""

    def __init__(self, form):
        self._form = form

    def getlist(self, name):
        return [clean(text, MAX_WORDS) for text in self._form.getlist(name)]


def show(sheet, done=None, change=None):
    """Answer a GET: the form, the thanks, or that it was answered. Looking writes nothing."""
    if done and (sheet.kiosk or sheet.state == "answered"):
        return _render_sheet("answer_thanks", sheet, {"thanks": _get_thanks(sheet, done)})
    if sheet.state == "answered" and not change:
        return _render_sheet("answer_known", sheet, {})
    return _show_form(sheet, sheet.given, saved=done and sheet.state == "partial")


def send(sheet, params):
    """Answer a POST: take what a person answered."""
    if not SENDINGS.is_open(about=sheet.key):
        return render_answer(CLOSED, {"busy": True}, 429)
    form = request.httprequest.form
    answers = sheet.survey._read_answers(Answers(form))
    values = {"no_contact": bool(params.get("no_contact"))}
    problem = _find_machine(sheet, params)
    if problem:
        return _show_form(sheet, answers, problem=problem, **values)
    values["complete"] = not params.get("later")
    problems = sheet.survey._get_answer_problems(answers, values["complete"])
    if problems:
        return _show_form(sheet, answers, problems=problems, **values)
    SENDINGS.take(about=sheet.key)
    vals = {**values, "answers": answers, "channel": sheet.channel, "lang": request.env.lang}
    visit = params["stamp"].partition(".")[0]
    try:
        # what is refused half-way leaves nothing behind
        with request.env.cr.savepoint():
            sheet.take(vals, visit)
    except ValidationError as error:
        return _show_form(sheet, answers, problem=str(error), **values)
    mood = sheet.judge and sheet.judge(vals)
    signature = mood and sign_words(PURPOSE, *sheet.key, "done", mood, visit)
    done = f"{mood}.{visit}.{signature}" if mood else "1"
    return request.redirect(f"{sheet.address}?done={done}", code=303)


def _get_thanks(sheet, done):
    """Return what becomes of an answer, in a sentence, for the one who sent it; else None.

    Others have the same link, too: a tracking page's, or one that was passed on.
    """
    mood, _dot, rest = done.partition(".")
    visit, _dot, signature = rest.partition(".")
    if not is_signed(signature, PURPOSE, *sheet.key, "done", mood, visit):
        return None
    return {
        "quiet": request.env._("As you wish, we do not contact you about it."),
        "handled": request.env._("We are sorry that it did not go well. One of us looks into it."),
        "sorry": request.env._("We are sorry that it did not go well."),
    }.get(mood)


def _find_machine(sheet, params):
    """Return what speaks for a program, in words for a person: nothing is lost by it.

    Programs of mail services open every link and send every form to see what is behind. The script
    of the page sets ``touched`` when somebody touches or types, which a program's ``submit()``
    does not; without scripts a person ticks ``person``, which is not ticked by default.
    """
    stamp = str(params.get("stamp", ""))  # a file may come in its place
    slowest = math.inf if sheet.kiosk else SLOWEST
    right = is_stamped(stamp, PURPOSE, sheet.key, FASTEST, slowest)
    if not right or params.get("website") or params.get("terms"):
        return request.env._("That did not work. Please wait a moment and send it once more.")
    if params.get("touched") != stamp[::-1] and not params.get("person"):
        return request.env._("Please confirm that you send this yourself.")
    return None


def _show_form(sheet, given, problem=None, problems=None, saved=False, no_contact=False, **_values):
    values = {
        "form": sheet.survey._prepare_answer_form(given, problems),
        "stamp": make_stamp(PURPOSE, sheet.key),
        "problem": problem,
        "problems": problems,
        "saved": saved,
        "no_contact": no_contact,
        "words": {"sending": request.env._("Sending…"), "again": request.env._("Send Again")},
    }
    return _render_sheet("answer_page", sheet, values, 422 if problem or problems else 200)


def _render_sheet(template, sheet, values, status=200):
    values = {**values, "sheet": sheet, "company": sheet.company, "base": sheet.base}
    if sheet.kiosk:
        values["contact"] = None  # who stands at the counter asks there
    return render_answer(template, values, status)


def render_answer(template, values, status=200):
    """Answer with a page in the style of questionnaires."""
    return link_page.render_page(template, {**values, "style": STYLE, "script": SCRIPT}, status, HEADERS)


class AnswerPage(link_page.LinkPage):
    """A questionnaire that a link opens."""

    _closed_page = CLOSED

    def _render(self, template, values, status=200):
        return render_answer(template, values, status)

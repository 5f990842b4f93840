import re
from pathlib import Path

from logistics_customer_service.tools.foundation.said import SAID, Known

ADDON = Path(__file__).parents[3] / "logistics_customer_service"

# words of the context that anybody may send, and why they switch nothing off
OPEN = {
    "logistics_callback_id": "an id: it counts where the call is the same customer's",
    "logistics_rate_groupby": "names of fields: each is asked for its groups",
    "logistics_history": "moments of a class of our own",
    "logistics_mail_enclosed": "who wrote enclosed mails: the mail that is read says it just as well",
    "logistics_mail_wrappings": "kinds of files: the text about them is all that follows",
    "logistics_note_handled": "a function: JSON has none",
    "logistics_no_acknowledgement": "counts while data is loaded alone",
    "skip_logistics_notices": "counts while data is loaded alone",
}


def test_no_client_switches_anything_off():
    """What code says to code is an object: is_said() asks for it, not for something true."""
    word = re.compile(r"""context(?:\.get\(|\[)\s*["']((?:skip_)?logistics_\w+)""")
    found = {
        name
        for path in ADDON.rglob("*.py")
        if "tests" not in path.parts
        for name in word.findall(path.read_text())
    }
    assert found == set(OPEN)


def test_said_is_no_value():
    assert SAID not in (True, 1, "SAID", None)
    assert Known([1, 2]) == (1, 2)
    assert not isinstance((1, 2), Known)

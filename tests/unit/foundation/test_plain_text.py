"""What is read of a mail by whoever sees no HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.foundation.plain_text import to_plain_text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", ""),
        (None, ""),
        ("<p>Hello <b>Min</b>,</p><p>it  is\nhere<br>now</p>", "Hello Min,\n\nit is here\nnow"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<table><tr><td>Order</td><td>S1</td></tr><tr><td>Due</td></tr></table>", "Order S1\nDue"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc"),
        ('See <a href="https://x.example/1">the page</a>.', "See the page <https://x.example/1>."),
        ('<a href="https://x.example"><span></span></a>', "https://x.example"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
        ('<a href="tel:+86 21">+86 21</a>', "+86 21"),
        ('<a href="#top">Top</a>', "Top"),
        # five steps of a survey, each a link around two spans
        (
            '<table><tr><td><a href="u#1" style="display: block"><span style="display: block">1'
            '</span><span>★</span></a></td><td><a href="u#2" style="display: block">2</a></td></tr>'
            "</table>",
            "1 ★ <u#1>\n2 <u#2>",
        ),
        ('<p>a</p><div style="display:none">hidden</div><style>p {}</style><p>b</p>', "a\n\nb"),
        ("<html><head><title>t</title></head><body><p>a</p></body></html>", "a"),
        ("<p>尊敬的<b>王敏</b>：</p>", "尊敬的王敏："),
    ],
)
def test_text(body, text):
    assert to_plain_text(body) == text


@given(st.text(alphabet="<>/ apbrtd&;=\"'\n\xa0", max_size=200))
def test_whatever_comes_gives_text_without_gaps(body):
    text = to_plain_text(body)
    assert "\n\n\n" not in text
    assert text == text.strip()


def test_deep_and_long_mails_are_read_to_the_end():
    assert to_plain_text("<div>" * 200 + "end") == "end"
    assert to_plain_text("<div>" * 5000 + "end") in ("", "end")  # then core's text is sent
    assert to_plain_text("<p>a</p>" * 20000).endswith("a")

import re
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...foundation.common import LinkPageHttp
from ..test_carrier_api import image
from .test_tracking_link import TrackingCommon

SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


class TrackingHttp(TrackingCommon, LinkPageHttp):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.company.write({"phone": "+49 40 1234", "email": "help@logistics.example.com"})
        cls.clerk = cls._new_user("clerk", "group_supervisor", "stock.group_stock_user")
        cls.picking, cls.link = cls._shipped("SF1")
        cls.path = cls.link._get_path()
        cls.token = cls.path[3:]

    def _tell(self, path=None, csrf=None, **values):
        """Send the form as a browser does, with the CSRF token of the page."""
        path = path or self.path
        if csrf is None:
            csrf = re.search(r'name="csrf_token" value="(\w+)"', self._get(path).text)[1]
        return self.url_open(
            path,
            data={"csrf_token": csrf, "kind": "damaged", "text": "Broken", **values},
            allow_redirects=False,
        )

    def _told(self, picking=None):
        self.env.invalidate_all()
        picking = picking or self.picking
        return picking.message_ids.filtered(lambda message: " tells" in (message.body or ""))


@tagged("post_install", "-at_install")
class TestTrackingPage(TrackingHttp):
    def test_page(self):
        self._say(self.picking, "in_transit", place="Bremen")
        answer = self._get(self.path)
        self.assertEqual(answer.status_code, 200)
        for text in ("In transit", "Bremen", "Express", "SF1", "*** Foods", "Hamburg, ***Road"):
            self.assertIn(text, answer.text)
        for text in ("+49 40 1234", "help@logistics.example.com", self.picking.name):
            self.assertIn(text, answer.text)

    def test_goods_with_their_quantity(self):
        picking, link = self._shipped("SF9", qty=5)
        picking.move_ids.product_id.default_code = "SECRET-7"
        text = re.sub(r"\s+", " ", self._get(link._get_path()).text)
        self.assertIn(f'<span>{self.product.name}</span> <span class="text-nowrap">5 Units</span>', text)
        self.assertNotIn("SECRET-7", text, "our own number says nothing to the customer")

    def test_carriers_words_are_marked_with_their_language(self):
        self._say(self.picking, "in_transit", source="carrier", text="已到达汉堡分拨中心")
        self.assertIn('lang="zh">已到达汉堡分拨中心', self._get(self.path).text)

    def test_nothing_else_is_told(self):
        """No price, no other order, no other delivery, no whole name, address or phone."""
        self.customer.write({"phone": "0551 987654", "email": "cold@fresh.example.com"})
        order = self._order(self.customer, amount=4321.0, qty=3)
        other = self._deliver(order)
        picking, link = self._shipped("SF9", amount=8765.5, qty=5)
        text = self._get(link._get_path()).text
        self.assertIn(picking.sale_id.name, text)
        text = re.sub(r'value="\w{40,}"', "", text).replace(link._get_path(), "")  # random signs
        for secret in (
            "8765", "8,765", "1753.1", order.name, other.name, "SF1", self.picking.name,
            "Fresh Dock", "Harbour", "987654", "cold@fresh", self.customer.vat or "VAT",
            "/web/login", link._get_secret(),
        ):  # fmt: skip
            self.assertNotIn(secret, text, secret)

    def test_headers(self):
        for path, status in ((self.path, 200), ("/t/" + "A" * 27, 404)):
            answer = self._get(path)
            self.assertEqual(answer.status_code, status)
            headers = answer.headers
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertIn("noindex", headers["X-Robots-Tag"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["X-Frame-Options"], "DENY")
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertNotIn("script", headers["Content-Security-Policy"])
            self.assertNotIn("<script", answer.text)

    def test_language_is_the_customers_or_as_chosen(self):
        language = self._get_language
        self.customer.lang = "zh_CN"
        self.assertEqual(language(self.path), "zh-CN")
        self.assertEqual(language(f"{self.path}/en_US"), "en-US")
        for unknown in ("xx_XX", "zh_CN'", "fr_FR"):
            self.assertEqual(language(f"{self.path}/{unknown}"), "zh-CN", unknown)
        self.customer.lang = False
        self.assertEqual(language(self.path, **{"Accept-Language": "zh-CN,zh;q=0.9"}), "zh-CN")
        self.assertEqual(language(self.path, **{"Accept-Language": "fr-FR"}), "en-US")

    def test_looking_writes_nothing(self):
        self._say(self.picking, "delivered", signature=image())
        event = self.picking._get_tracking_proofs()
        paths = (
            self.path, f"{self.path}/zh_CN", f"{self.path}?told=1",
            f"{self.path}/proof/{event.id}/signature",
        )  # fmt: skip
        for path in paths:
            self._get(path)  # styles are bundled once
        before = self.picking.message_ids, self.link.write_date
        with self._nothing_written():
            for path in paths:
                self._get(path)
                self.opener.head(self.base_url() + path)
        self.env.invalidate_all()
        self.assertEqual((self.picking.message_ids, self.link.write_date), before)

    def test_the_watch_sees_writes(self):
        with self.assertRaises(AssertionError), self._nothing_written():
            self._tell()

    def test_whatever_is_wrong_the_answer_is_one(self):
        _other, link = self._shipped("SF2")
        _gone, expired = self._shipped("SF3")
        self._expire(expired)
        _hidden, revoked = self._shipped("SF4")
        revoked.active = False
        token = self.token
        wrong = [
            "A" * 27, token[:-1], token + "A", token[:-1] + ("A" if token[-1] != "A" else "B"),
            token.swapcase(), link.handle + self.link._get_secret(), self.link.handle + link._get_secret(),
            expired._get_path()[3:], revoked._get_path()[3:], "x", "%00" * 27, "%C3%A9" * 9,
            "A" * 3000, "%F0%9F%98%80",
        ]  # fmt: skip
        answers = {(self._get(f"/t/{bad}").status_code, self._get(f"/t/{bad}").text) for bad in wrong}
        self.assertEqual(len(answers), 1)
        status, text = answers.pop()
        self.assertEqual(status, 404)
        self.assertNotIn(self.picking.name, text)
        chinese = {self._get(f"/t/{bad}/zh_CN").text for bad in wrong}
        self.assertEqual(len(chinese), 1)
        self.assertIn('lang="zh-CN"', chinese.pop())

    def test_other_ways_in_are_closed_as_well(self):
        self._say(self.picking, "delivered", signature=image())
        event = self.picking._get_tracking_proofs()
        csrf = re.search(r'name="csrf_token" value="(\w+)"', self._get(self.path).text)[1]
        self.link.active = False
        self.assertEqual(self._tell(csrf=csrf).status_code, 404)
        proof = self._get(f"{self.path}/proof/{event.id}/signature")
        self.assertEqual((proof.status_code, proof.headers["Content-Type"][:9]), (404, "text/html"))
        self.assertFalse(self._told())

    def test_cancelled_delivery(self):
        picking = self._delivery(validate=False)
        link = picking._ensure_tracking_links()
        picking.action_cancel()
        self.assertIn("Cancelled", self._get(link._get_path()).text)

    def test_guessers_wait(self):
        # a slow machine may take longer for a page than a guess takes to be forgotten
        self.throttle.burst, self.throttle.interval = 3, 3600
        for _turn in range(3):
            self.assertEqual(self._get("/t/" + "A" * 27).status_code, 404)
        self.assertEqual(self._get("/t/" + "A" * 27).status_code, 429)
        self.assertEqual(self._get(self.path).status_code, 200, "whoever has a link is not asked")
        self.throttle.interval = 1e-6
        self.assertEqual(self._get("/t/" + "A" * 27).status_code, 404)

    def test_customers_who_look_often_do_not_wait(self):
        self.throttle.burst = 0
        for _turn in range(5):
            self.assertEqual(self._get(self.path).status_code, 200)

    def test_proof_is_shown(self):
        self._say(self.picking, "delivered", signer_name="王小明", signature=image(), photo=image("JPEG"))
        text = self._get(self.path).text
        self.assertIn("**明", text)
        self.assertNotIn("王小明", text)
        paths = re.findall(r'src="(/t/[^"]+/proof/[^"]+)"', text)
        self.assertEqual(len(paths), 2)
        kinds = [self._get(path).headers["Content-Type"] for path in paths]
        self.assertEqual(kinds, ["image/png", "image/jpeg"])

    def test_delivered_alone_is_no_proof(self):
        """A heading with nothing below it would be all there is."""
        self._say(self.picking, "delivered")
        self.assertNotIn("Handover", self._get(self.path).text)

    def test_handover_without_consent_is_told(self):
        self._say(self.picking, "left_at_locker", place="Locker 7")
        text = self._get(self.path).text
        self.assertIn("Locker 7", text)
        self.assertIn("You had not agreed to that", text)

    def test_images_of_others_are_not_shown(self):
        other, _link = self._shipped("SF2")
        self._say(other, "delivered", signature=image())
        self._say(self.picking, "problem", photo=image())
        mine = self._say(self.picking, "delivered", 5, signature=image())
        problem = self.picking.shipment_event_ids.filtered(lambda event: event.kind == "problem")
        wrong = [
            (other._get_tracking_proofs().id, "signature"), (problem.id, "photo"),
            (mine.id, "photo"), (mine.id, "text"), (mine.id, "secret"), (mine.id, "display_name"),
            (10**9, "signature"), (0, "signature"),
        ]  # fmt: skip
        for event_id, name in wrong:
            answer = self._get(f"{self.path}/proof/{event_id}/{name}")
            self.assertEqual((answer.status_code, answer.content), (404, b""), f"{event_id} {name}")
        self.assertEqual(self._get(f"{self.path}/proof/{mine.id}/signature").status_code, 200)

    def test_what_is_no_image_is_not_served(self):
        event = self._say(self.picking, "delivered")
        drawing = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg=="
        event.write({"signature": drawing})
        answer = self._get(f"{self.path}/proof/{event.id}/signature")
        self.assertEqual((answer.status_code, answer.content), (404, b""))

    def test_scripts_of_others_are_text(self):
        self.customer.write({"name": f"A {SCRIPT}", "street": f"Road {SCRIPT}", "city": SCRIPT})
        self.carrier.name = SCRIPT
        self.picking.sale_id.client_order_ref = SCRIPT
        self.picking.carrier_tracking_ref = "<script>alert('x')</script>"
        self._say(
            self.picking, "delivered", place=SCRIPT, text=SCRIPT, signer_name=SCRIPT,
            tracking_ref=SCRIPT, photo=image(),
        )  # fmt: skip
        text = self._get(self.path).text
        self.assertIn("&lt;script&gt;", text)
        self.assertNotIn("<script", text)
        self.assertNotRegex(text, r"<img[^>]+onerror")

    def test_telling(self):
        agent = self._new_user("own", "group_agent", "stock.group_stock_user")
        profile = self._profile_of(self.customer) or self._profile(self.customer)
        profile.agent_id = agent
        answer = self._tell(text="Two cartons are wet\nand one is torn")
        self.assertEqual(answer.status_code, 303)
        self.assertIn("Thank you", self._get(answer.headers["Location"]).text)
        message = self._told()
        self.assertIn("Somebody with the tracking link", message.body)
        self.assertIn("wet<br", message.body)
        self.assertTrue(message.subtype_id.internal, "nobody outside is mailed")
        activity = self.picking.activity_ids
        self.assertEqual((activity.user_id, activity.summary), (agent, "Something is damaged"))

    def test_told_twice_is_kept_once(self):
        for _turn in range(3):
            self.assertEqual(self._tell().status_code, 303)
        self.assertEqual(len(self._told()), 1)
        self.assertEqual(self.picking.activity_ids.user_id, self.supervisor)
        self._tell(kind="short")
        self.assertEqual(len(self._told()), 2)

    def test_told_where_nobody_is_in_charge(self):
        (self.clerk | self.supervisor | self.manager).active = False
        self._tell()
        self.assertTrue(self.picking.activity_ids, "somebody will find it")
        self.assertFalse(self.picking.activity_ids.user_id)

    def test_so_much_a_day(self):
        for number in range(5):
            self.assertEqual(self._tell(text=f"Wet {number}").status_code, 303)
        answer = self._tell(text="Wet again")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("call or write", answer.text)
        self.assertIn("Wet again", answer.text, "what was written is not lost")
        self.assertEqual(len(self._told()), 5)
        self.link.remarks = {
            digest: (self.link.write_date - timedelta(days=2)).isoformat() for digest in self.link.remarks
        }
        self.assertEqual(self._tell(text="Wet again").status_code, 303)
        self.assertEqual(self._tell(text="Wet 0").status_code, 303)
        self.assertEqual(len(self._told()), 6, "known for ever")

    def test_refused_without_csrf(self):
        self._get(self.path)
        for csrf in ("", "0" * 40 + "o0", "x"):
            with mute_logger("odoo.http"):
                self.assertEqual(self._tell(csrf=csrf).status_code, 400)
        self.assertFalse(self._told())

    def test_bad_input_is_told_and_kept(self):
        for values, message in (
            ({"kind": "bribe"}, "choose what is wrong"),
            ({"kind": ""}, "choose what is wrong"),
            ({"text": "  \n "}, "write what is wrong"),
            ({"text": "\0\x07"}, "write what is wrong"),
            ({"text": "Ü" * 1001}, "no more than"),
        ):
            answer = self._tell(**values)
            self.assertEqual(answer.status_code, 422, values)
            self.assertIn(message, answer.text)
        self.assertIn("Ü" * 1001, answer.text)
        self.assertEqual(self._tell(text="x" * 100_000).status_code, 413)
        self.assertFalse(self._told())

    def test_script_told_is_text(self):
        self._tell(text=SCRIPT)
        self.assertNotIn("<script", self._told().body)
        self.assertNotIn("<img", self._told().body)
        self.assertIn("&lt;script&gt;", self._told().body)
        self.assertNotIn("<script", self.picking.activity_ids.note)
        answer = self._tell(text=SCRIPT + "x" * 1000)
        self.assertNotIn("<script", answer.text)
        self.assertIn("&lt;script&gt;", answer.text)


@tagged("post_install", "-at_install")
class TestTrackingPhone(TrackingHttp):
    browser_size = "360x740"
    touch_enabled = True

    FITS = """
        const wide = [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1
                && !e.closest('.visually-hidden'));
        const problems = [];
        if (window.innerWidth !== 360) problems.push('window ' + window.innerWidth);
        if (document.documentElement.scrollWidth > 360) problems.push('scrolls sideways');
        if (wide.length) problems.push('too wide: ' + wide[0].outerHTML.slice(0, 200));
        if (getComputedStyle(document.querySelector('.o_logistics_steps li')).position !== 'relative')
            problems.push('no styles');
        for (const image of document.images)
            if (!image.alt) problems.push('no alt: ' + image.src);
        if (document.querySelectorAll('ol.o_logistics_steps > li').length < 4)
            problems.push('steps missing');
        if (document.querySelector('h1') === null) problems.push('no heading');
        for (const field of document.querySelectorAll('select, textarea'))
            if (!field.labels.length) problems.push('no label: ' + field.name);
        if (problems.length) console.error(problems.join('; '));
        else console.log('test successful');
    """

    def test_page_fits_a_phone_in_both_languages(self):
        self.picking.carrier_tracking_ref = "SF1," + "X" * 60
        self._say(
            self.picking, "delivered", 5, place="Wharf" * 30, text="w" * 300,
            signer_name="Maximilian " + "Q" * 80, signature=image(), photo=image(),
        )  # fmt: skip
        self._say(self.picking, "in_transit", place="上海青浦分拨中心" * 12)
        for lang in ("en_US", "zh_CN"):
            with self.subTest(lang=lang):
                self.browser_js(f"{self.path}/{lang}", self.FITS)

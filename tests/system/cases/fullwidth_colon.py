# Chinese mail programs put U+FF1A after 回复, 转发, 发件人, 写道.
from odoo.addons.logistics_customer_service.tools.complaint import mail_text

C = "\uff1a"
checks = {
    "reply prefix": mail_text.plain_subject(f"回复{C}少一箱") == "少一箱",
    "forward prefix": mail_text.is_forwarded(f"转发{C}少一箱"),
    "forwarded sender": mail_text.forwarded_sender(f"发件人{C}王芳 <wang@buyer.example.com>")
    == "wang@buyer.example.com",
    "out-of-office": mail_text.is_automatic(lambda name: None, f"回复{C}自动回复{C}少一箱"),
    "quote line": "data-o-mail-quote"
    in mail_text.mark_quotes(
        f"<div>新</div><div>在 2026年3月4日 10:00，客服 &lt;s@x.example&gt; 写道{C}</div><div>旧</div>"
    ),
}
wrong = [name for name, right in checks.items() if not right]
print("WRONG: U+FF1A is not known:", ", ".join(wrong)) if wrong else print("ok")

import uuid
from email.message import EmailMessage

Case = env["logistics.complaint"]
domain = env.company.alias_domain_id or env["mail.alias.domain"].create({"name": "lab.example.com"})
env.company.alias_domain_id = domain
team = env["logistics.service.team"].search([], limit=1)
team.write({"alias_name": "labservice", "alias_domain_id": domain.id})
OWN = f"labservice@{domain.name}"


def receive(subject="x", sender=None, body="hello", raw=None, **headers):
    mail = EmailMessage()
    mail["From"] = sender or f"c{uuid.uuid4().hex[:9]}@buyer.example.com"
    mail["To"] = OWN
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{uuid.uuid4()}@buyer.example.com>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    last = Case.search([], order="id desc", limit=1).id
    found = env["mail.thread"].message_process(
        "logistics.complaint", raw(mail) if raw else mail.as_bytes()
    )
    return Case.search([("id", ">", last)]), found

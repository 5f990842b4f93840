# needs: mails
# Chinese has no blanks around a number; a full stop or hyphen may follow it.
buyer = env["res.partner"].create({"name": "Buyer", "email": "buyer@buyer.example.com"})
case = Case.create(
    {"name": "One box short", "partner_id": buyer.id, "email_from": buyer.email, "team_id": team.id}
)
wrong = []
for pattern in ("关于%s的问题", "投诉%s还没解决", "Case %s.", "No.%s", "%s- photos"):
    opened, found = receive(pattern % case.number, buyer.email)
    if opened:
        wrong.append(pattern)
low, found = receive(case.number.lower(), buyer.email)
wrong += ["in small letters"] if low else []
print("WRONG: a second case was opened for:", wrong) if wrong else print("ok")

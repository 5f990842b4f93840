# needs: mails
# What customers of a carrier write about reads like a bounce.
subjects = [
    "未送达，请尽快处理",
    "不在办公室，请改时间派送",
    "退信封一件，收件人搬走",
    "Undeliverable parcel, please help",
    "Undelivered mail item, where is it",
    "Out of office on Friday, please redeliver Monday",
    "Returned mail piece: who pays?",
    "Auto: Kratzer nach der Lieferung",
    "Failure notice from your driver",
]
lost = [subject for subject in subjects if not receive(subject)[0]]
buyer = env["res.partner"].create({"name": "Buyer", "email": "talk@buyer.example.com"})
case = Case.create(
    {"name": "未送达", "partner_id": buyer.id, "email_from": buyer.email, "team_id": team.id}
)
sent = case.message_post(
    body="Which parcel?", message_type="comment", subtype_xmlid="mail.mt_comment"
)
receive("Re: 未送达", buyer.email, In_Reply_To=sent.message_id, References=sent.message_id)
if not case.customer_answered:
    lost.append("(the customer's own answer in a talk named 未送达 does not count as one)")
print(f"WRONG: {len(lost)} mails of people were dropped or set aside:", lost) if lost else print(
    "ok"
)

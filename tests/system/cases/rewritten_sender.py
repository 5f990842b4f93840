# needs: mails
# A mailing group puts its own address into From and the writer's into Reply-To.
opened, found = receive(
    "Carton crushed",
    f'"Ann via Service" <{OWN}>',
    Reply_To="ann@buyer.example.com",
    X_Original_From="Ann <ann@buyer.example.com>",
)
print(
    "ok"
    if opened.email_from == "ann@buyer.example.com"
    else f"WRONG: the case is of {opened.email_from!r}, acknowledgement {opened.acknowledgement}: it goes to ourselves"
)

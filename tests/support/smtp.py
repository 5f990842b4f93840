"""A mail server on loopback that takes mails, or does to them what a test wants."""

import contextlib
import socketserver
import threading

TAKE = "250 2.0.0 Taken"
LATER = "451 4.7.1 Try again later"
NOBODY = "550 5.1.1 No such user"
# closes the connection where the answer would be
HANG_UP = "hang up"


class MailServer:
    """What it was handed, and how it answers.

    :param answer: function of an address and of how often it was handed to us already; what it
        returns is said after the body, or after the address where it begins with 5
    """

    def __init__(self, answer):
        self.answer = answer
        self.handed = []
        self.taken = []

    @contextlib.contextmanager
    def listen(self):
        """Serve on a free port of 127.0.0.1, which is yielded."""
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                server.talk(self.rfile, self.wfile)

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
            listening.daemon_threads = True
            threading.Thread(target=listening.serve_forever, daemon=True).start()
            try:
                yield listening.server_address[1]
            finally:
                listening.shutdown()

    def talk(self, lines, out):
        """Speak as much SMTP as Python's client needs."""

        def say(text):
            out.write(f"{text}\r\n".encode())

        say("220 loopback")
        address = verdict = None
        while line := lines.readline().decode("latin-1").strip():
            match line[:4].upper():
                case "EHLO" | "HELO":
                    say("250 loopback")
                case "RCPT":
                    address = line.split("<", 1)[1].split(">", 1)[0]
                    verdict = self.answer(address, self.handed.count(address))
                    self.handed.append(address)
                    say(verdict if verdict.startswith("5") else "250 2.1.5 Go on")
                case "DATA":
                    say("354 End with a dot")
                    while lines.readline().strip() != b".":
                        continue
                    if verdict == HANG_UP:
                        return
                    if verdict == TAKE:
                        self.taken.append(address)
                    say(verdict)
                case "QUIT":
                    say("221 Bye")
                    return
                case _:  # MAIL, RSET, NOOP
                    say("250 2.0.0 Yes")

"""A mail server for tests that does wrong on purpose. It prints `listening PORT`, and lives until it is ended.

`manners.json` in its folder says how each connection is treated, from its begin: when TLS begins, which certificate is
shown, and what is answered at which step, where that is not what is right: a text, `stall` for nothing ever, or
`hang up`. Steps are verbs, and those of RIGHT.

It prints `NUMBER COVER WORD` for what it hears, of the connection of that number, `clear` or `tls`; and `taken ID` for
each mail that it takes. `ca.pem` is whom to trust.
"""
import json, pathlib, socket, ssl, subprocess, sys, threading

folder = pathlib.Path(sys.argv[1])
RIGHT = {
    "greeting": "220 mail.test\r\n", "EHLO": "250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
    "STARTTLS": "220 go on\r\n", "handshake": "", "AUTH": "334 \r\n", "credentials": "235 welcome\r\n",
    "MAIL": "250 fine\r\n", "RCPT": "250 fine\r\n", "DATA": "354 go on\r\n", "message": "", "end": "250 taken\r\n",
    "RSET": "250 fine\r\n", "QUIT": "221 bye\r\n",
}
# The unknown certificate says the same of itself as the right one; only its key is another's.
NAMES = {"right": "localhost", "misnamed": "other.example", "unknown": "localhost"}


def context(kind, name):
    certificate, key = folder / f"{kind}.pem", folder / f"{kind}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate, key)
    return made


class Over(Exception):
    """The connection is."""


class Conversation:
    def __init__(self, connection, number):
        manners = json.loads((folder / "manners.json").read_text())
        self.connection, self.number, self.bytes, self.cover = connection, number, b"", "clear"
        self.security, self.certificate = manners["security"], manners["certificate"]
        self.answers = RIGHT | manners["answers"]

    def converse(self):
        self.note("<open>")
        try:
            if self.security == "tls":
                self.secure()
            self.answer("greeting")
            while True:
                self.obey(self.line().split(" ")[0].upper())
        except (Over, OSError):
            self.connection.close()

    def obey(self, verb):
        self.note(verb)
        if verb not in RIGHT:
            return self.say("500 what?\r\n")
        self.answer(verb)
        if verb == "STARTTLS":
            self.secure()
        elif verb == "AUTH":
            self.line()
            self.note("credentials")
            self.answer("credentials")
        elif verb == "DATA":
            self.take()
        elif verb == "QUIT":
            raise Over

    def take(self):
        name = None
        while (line := self.line()) != ".":
            if line.startswith("Message-ID:"):
                name = line.split(" ")[1]
                self.note("message")
                self.answer("message")
        self.note("end")
        if self.answers["end"] == RIGHT["end"]:
            print("taken", name, flush=True)
        self.answer("end")

    def secure(self):
        self.answer("handshake")
        self.bytes = b""
        self.connection = contexts[self.certificate].wrap_socket(self.connection, server_side=True)
        self.cover = "tls"

    def answer(self, step):
        answer = self.answers[step]
        if answer == "stall":
            while self.connection.recv(65536):
                pass
        if answer in ("stall", "hang up"):
            raise Over
        self.say(answer)

    def say(self, text):
        self.connection.sendall(text.encode())

    def line(self):
        while b"\n" not in self.bytes:
            more = self.connection.recv(65536)
            if not more:
                raise Over
            self.bytes += more
        line, self.bytes = self.bytes.split(b"\n", 1)
        return line.decode(errors="replace").rstrip("\r")

    def note(self, word):
        # In one piece, for others print too.
        print(f"{self.number} {self.cover} {word}\n", end="", flush=True)


contexts = {kind: context(kind, name) for kind, name in NAMES.items()}
(folder / "ca.pem").write_text("".join((folder / f"{kind}.pem").read_text() for kind in ("right", "misnamed")))
listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
number = 0
while True:
    conversation = Conversation(listener.accept()[0], number)
    threading.Thread(target=conversation.converse, daemon=True).start()
    number += 1

"""A mail server for tests, by aiosmtpd. It prints `listening PORT`, and ends when its standard input does,
unless it is to stay.

Each mail that it takes becomes `NNN.eml` in the folder, and a line of `envelopes`: sender, recipient, whether TLS, who
logged in. Each command is a line of `commands`: `tls` or `clear`, and its verb. `ca.pem` is whom to trust.

What it does depends on the recipient: `rcpt-550`, `data-451` and so on are answered so, `once-451` so the first time,
`stall` never, and with `gone` the connection ends.
"""
import argparse, asyncio, os, pathlib, ssl, subprocess, sys

from aiosmtpd.smtp import SMTP, AuthResult

# What popen has inherited of the tests: sockets of theirs would stay open as long as this lives.
os.closerange(3, 65536)

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--security", choices=["starttls", "tls", "none"], default="starttls")
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--login", help="name:password, which has to be shown")
parser.add_argument("--mechanism", default="PLAIN")
parser.add_argument("--pipelining", action="store_true")
parser.add_argument("--stay", action="store_true")
parser.add_argument("--name", default="DNS:localhost,IP:127.0.0.1", help="whom the certificate is for")
options = parser.parse_args()
folder = options.folder
folder.mkdir(parents=True, exist_ok=True)


def context():
    certificate, key = folder / "ca.pem", folder / "key.pem"
    if not certificate.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=Tests", "-addext", "subjectAltName=" + options.name, "-keyout", key, "-out", certificate],
            check=True, stderr=subprocess.DEVNULL)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate, key)
    return made


def note(name, *words):
    with open(folder / name, "a") as file:
        file.write(" ".join(map(str, words)) + "\n")


class Server(SMTP):
    async def smtp_QUIT(self, arg):
        self._note("QUIT")
        await super().smtp_QUIT(arg)

    def _note(self, verb):
        note("commands", self.cover, verb)

    @property
    def cover(self):
        return "tls" if options.security == "tls" or self.session.ssl else "clear"


class Handler:
    seen = set()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        server._note("EHLO " + hostname)
        session.host_name = hostname
        if options.pipelining:
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        server._note("MAIL")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        server._note("RCPT")
        local = address.split("@")[0]
        if local.startswith("rcpt-"):
            return f"{local[5:8]} {local[5]}.1.1 <{address}> is refused"
        if local.startswith("once-") and local not in self.seen:
            self.seen.add(local)
            return f"{local[5:8]} {local[5]}.2.0 not now"
        if local == "stall":
            await asyncio.sleep(3600)
        if local == "gone":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        server._note("DATA")
        local = envelope.rcpt_tos[0].split("@")[0]
        if local.startswith("data-"):
            return f"{local[5:8]} {local[5]}.6.0 not this one"
        number = len(list(folder.glob("*.eml")))
        login = (session.auth_data or "nobody") if session.authenticated else "nobody"
        note("envelopes", envelope.mail_from, ",".join(envelope.rcpt_tos), server.cover, login)
        # Whoever counts the mails finds them whole, and all that is noted of them.
        draft = folder / f"{number:03}.draft"
        draft.write_bytes(envelope.content)
        draft.rename(folder / f"{number:03}.eml")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    server._note("AUTH " + mechanism)
    name, password = options.login.split(":")
    right = (data.login, data.password) == (name.encode(), password.encode())
    return AuthResult(success=right, handled=False, auth_data=name)


def make(tls):
    mechanisms = {"PLAIN", "LOGIN"} - {options.mechanism}
    return Server(
        handler, hostname="mail.test", tls_context=tls if options.security == "starttls" else None,
        require_starttls=options.security == "starttls", authenticator=authenticate if options.login else None,
        auth_required=bool(options.login), auth_require_tls=options.security == "starttls",
        auth_exclude_mechanism=mechanisms, timeout=3600)


async def main():
    tls = context() if options.security != "none" else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: make(tls), "127.0.0.1", options.port, ssl=tls if options.security == "tls" else None)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    if options.stay:
        await server.serve_forever()
    await loop.run_in_executor(None, sys.stdin.read)


handler = Handler()
asyncio.run(main())

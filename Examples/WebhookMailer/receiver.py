"""Takes the mails of acme.webhook-mailer: checks each signature, and adds the mail to received.jsonl."""
import base64, hashlib, hmac, http.server, os, time

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        mail_id, moment, signature = (self.headers[f"webhook-{name}"] or "" for name in ("id", "timestamp", "signature"))
        body = self.rfile.read(int(self.headers["content-length"]))
        mac = hmac.digest(KEY, f"{mail_id}.{moment}.".encode() + body, hashlib.sha256)
        right = hmac.compare_digest(signature.encode(), b"v1," + base64.b64encode(mac))
        if right and moment.isdigit() and abs(time.time() - int(moment)) < 300:
            with open("received.jsonl", "ab") as mails:
                mails.write(body + b"\n")
            self.send_response(204)
        else:
            self.send_response(401)
        self.end_headers()

    def log_message(self, *_):
        pass


with http.server.HTTPServer(("127.0.0.1", int(os.environ.get("RECEIVER_PORT", "8000"))), Receiver) as server:
    print(f"listening at 127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()

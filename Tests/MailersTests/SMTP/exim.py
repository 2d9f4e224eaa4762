"""A real mail server for tests: Exim, as whoever starts this, without a daemon and with all its files in one folder.

It prints `listening PORT`; the mails are in `mail/new`. Exim is compiled to want a user of its own: a wrapper of the
system's user list has one, so none has to be made. As root, which Exim does not deliver as, it is `nobody`.
"""
import os, pathlib, signal, socket, subprocess, sys

exim, folder, password = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
folder.mkdir(parents=True, exist_ok=True)
os.chmod(folder, 0o755)
for name in ["spool", "mail", "log"]:
    (folder / name).mkdir(exist_ok=True)
user = 65534 if os.getuid() == 0 else os.getuid()
group = 65534 if os.getuid() == 0 else os.getgid()
if os.getuid() == 0:
    for name in ["", "spool", "mail", "log"]:
        os.chown(folder / name, user, group)
(folder / "passwd").write_text(f"Debian-exim:x:{user}:{group}::/:/bin/false\nroot:x:0:0::/:/bin/false\n")
(folder / "group").write_text(f"Debian-exim:x:{group}:\nroot:x:0:\nmail:x:8:\n")
(folder / "conf").write_text(f"""
exim_path = {exim}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
primary_hostname = mail.test
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
deliver_drop_privilege = true
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = {folder}/ca.pem
tls_privatekey = {folder}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = check
begin acl
check:
  accept authenticated = *
  deny message = relaying is for those who log in
begin routers
all:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  user = {user}
  group = {group}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{gateway}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
""")
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
     "-subj", "/CN=Tests", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem",
     "-out", folder / "ca.pem"],
    check=True, stderr=subprocess.DEVNULL)
os.chmod(folder / "key.pem", 0o644)
listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
environment = dict(
    os.environ, LD_PRELOAD="libnss_wrapper.so", NSS_WRAPPER_PASSWD=str(folder / "passwd"),
    NSS_WRAPPER_GROUP=str(folder / "group"))
while True:
    connection, _ = listener.accept()
    with connection, open(folder / "errors", "a") as errors:
        # One process for each connection, which delivers before it answers.
        subprocess.Popen(
            [exim, "-C", str(folder / "conf"), "-odf", "-bs"], stdin=connection, stdout=connection, stderr=errors,
            env=environment)

"""Listens, and has a gateway answer there, started anew whenever it ends, as systemd does by a socket unit.

    keeper.py FILE COMMAND...

In the file, PORT stands for the port. Prints "gateway NUMBER is PID at PORT" for each start. SIGTERM ends both.
"""

import itertools
import os
import signal
import socket
import subprocess
import sys

FIRST = 3

file, *command = sys.argv[1:]
door = socket.create_server(("127.0.0.1", 0), backlog=4096)
port = door.getsockname()[1]
with open(file) as opened:
    text = opened.read()
with open(file, "w") as opened:
    opened.write(text.replace("PORT", str(port)))
if door.fileno() == FIRST:
    os.set_inheritable(FIRST, True)
else:
    os.dup2(door.fileno(), FIRST)
# The shell becomes the gateway, whose process id the variable has to state.
command = ["/bin/sh", "-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh", *command]
gateway = None
ends = False


def end(*_):
    global ends
    ends = True
    gateway.terminate()


signal.signal(signal.SIGTERM, end)
for number in itertools.count(1):
    gateway = subprocess.Popen(command, pass_fds=[FIRST])
    print(f"gateway {number} is {gateway.pid} at {port}", flush=True)
    gateway.wait()
    if ends:
        break

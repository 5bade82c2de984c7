"""Answers as servers really send them: each connection gets the next file, byte for byte.

    shapes.py FILE...    prints its port; the last file is for all that come later

@@WAIT@@ in a file is not sent: the rest waits until FILE.go is there. Each request adds a byte to
the first file's FILE.count, and its body as a line to FILE.asked.
"""

import os
import re
import socket
import sys
import threading
import time

PATIENCE_S = 120


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.I)
    while length and len(body) < int(length.group(1)):
        body += connection.recv(65536)
    return body


def wait_for(path):
    end = time.monotonic() + PATIENCE_S
    while not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.01)


def serve(connection, path, first):
    with connection:
        body = read_request(connection)
        with open(first + ".count", "ab") as f:
            f.write(b".")
        with open(first + ".asked", "ab") as f:
            f.write(body + b"\n")
        with open(path, "rb") as f:
            parts = f.read().split(b"@@WAIT@@")
        for i, part in enumerate(parts):
            if i:
                wait_for(path + ".go")
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)


def main():
    files, server = sys.argv[1:], socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)
    for n in range(1 << 30):
        connection, _ = server.accept()
        path = files[min(n, len(files) - 1)]
        threading.Thread(target=serve, args=(connection, path, files[0]),
                         daemon=True).start()


main()

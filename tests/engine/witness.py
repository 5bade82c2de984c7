#!/usr/bin/env python3
"""witness.py PORTFILE RECORD - a server that writes down every byte it gets, and answers as Claude.

A request whose path has "away" in it is redirected to the same server."""
import json
import socket
import sys

ANSWER = json.dumps({
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5",
    "content": [{"type": "text", "text": "hello from the other side"}],
    "stop_reason": "end_turn", "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 5}}).encode()


def read_request(connection, record):
    data = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            return None
        record.write(piece)
        record.flush()
        data += piece
        head, found, rest = data.partition(b"\r\n\r\n")
        if not found:
            continue
        lines = head.lower().split(b"\r\n")
        length = [int(l.split(b":")[1]) for l in lines if l.startswith(b"content-length:")]
        if len(rest) >= (length[0] if length else 0):
            return head


def main():
    server = socket.create_server(("127.0.0.1", 0))
    with open(sys.argv[1] + ".part", "w") as f:
        f.write(str(server.getsockname()[1]))
    import os
    os.rename(sys.argv[1] + ".part", sys.argv[1])
    with open(sys.argv[2], "wb") as record:
        while True:
            connection, _ = server.accept()
            with connection:
                head = read_request(connection, record)
                if head is None:
                    continue
                if b"away" in head.split(b"\r\n")[0]:
                    connection.sendall(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /v1/messages\r\n"
                                       b"Content-Length: 0\r\nConnection: close\r\n\r\n")
                else:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                       b"Set-Cookie: theirs=1\r\nX-Theirs: yes\r\nConnection: close\r\n"
                                       b"Content-Length: %d\r\n\r\n" % len(ANSWER) + ANSWER)


main()

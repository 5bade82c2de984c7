"""A server whose answers take their time: slow_stream.py PORT_FILE.

The path says how, in steps: /ping,wait,out,end is a comment, a pause, an event with output, and the
stream's end; "pings" and "blanks" go on until the client leaves. /json,... is JSON, in one piece.
A step may be for the first request of the path only: !wait.
"""
import http.server
import os
import sys
import time

WAIT = float(os.environ.get("SLOW_WAIT", "4"))
TYPES = {"json": "application/json"}
OUTPUT = b'data: {"choices":[{"index":0,"delta":{"content":"a word"}}]}\n\n'
PIECES = {
    "ping": b": keep-alive\n\n",
    "event-ping": b'event: ping\ndata: {"type": "ping"}\n\n',
    "out": OUTPUT,
    "end": b"data: [DONE]\n\n",
    "role": b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n',
    "blank": b"\n",
    "json": b'{"choices":[{"message":{"content":"a word"}}]}',
}
asked = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def piece(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def step(self, name):
        if name == "wait":
            time.sleep(WAIT)
        elif name.endswith("s") and name[:-1] in PIECES:
            while True:
                self.piece(PIECES[name[:-1]])
                time.sleep(0.2)
        else:
            self.piece(PIECES[name])

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked[self.path] = asked.get(self.path, 0) + 1
        steps = self.path.rsplit("/", 1)[1].split(",")
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(steps[-1], "text/event-stream"))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        try:
            for name in steps:
                if not name.startswith("!") or asked[self.path] == 1:
                    self.step(name.lstrip("!"))
            self.piece(b"")
        except OSError:
            pass

    def do_GET(self):
        body = str(sum(asked.values())).encode()
        asked.clear()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()

"""bridge.py FIRST PORTFILE: a server on loopback that hands each request to libcurl, for clients
that do not use it. What comes back goes on piece by piece; a transfer that fails is cut off."""
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pycurl

FIRST, PORTFILE = sys.argv[1:3]
TRAVELS = ("authorization", "content-type", "x-api-key", "x-goog-api-key", "anthropic-version")
COMES_BACK = (b"content-type", b"x-steadycurl", b"retry-after", b"x-should-retry")


class Bridge(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        easy, lines, self.begun = pycurl.Curl(), [], False
        easy.setopt(easy.URL, FIRST + self.path)
        easy.setopt(easy.POSTFIELDS, body)
        easy.setopt(easy.HTTPHEADER, ["%s: %s" % (name, self.headers[name]) for name in TRAVELS
                                      if name in self.headers])
        easy.setopt(easy.HEADERFUNCTION, lines.append)
        easy.setopt(easy.WRITEFUNCTION, lambda piece: self.pass_on(lines, piece))
        try:
            easy.perform()
            self.pass_on(lines, b"")
            self.wfile.write(b"0\r\n\r\n")
        except (pycurl.error, OSError): # OSError: the client has enough
            self.close_connection = True

    def pass_on(self, lines, piece):
        if not self.begun:
            self.begun = True
            self.send_response_only(int(lines[0].split()[1]))
            for line in lines:
                name, _, value = line.partition(b":")
                if name.lower() in COMES_BACK:
                    self.send_header(name.decode(), value.strip().decode())
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
        if piece:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
with open(PORTFILE + ".part", "w", encoding="ascii") as f:
    f.write(str(server.server_port))
os.rename(PORTFILE + ".part", PORTFILE)
server.serve_forever()

"""Makes calls whose credentials stand in options, to a server that says their very words.

For each option: a call with it, one of a duplicate of that handle, and one after the handle was
reset. Prints the option's name for each call.
"""
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pycurl

WORD = "insufficient"  # a password, and a word of errors
OPTIONS = {
    "USERPWD": "user:" + WORD,
    "USERNAME": WORD,
    "PASSWORD": WORD,
    "PROXY": "http://user:%s@127.0.0.1:1" % WORD,
    "PRE_PROXY": "socks5://user:%s@127.0.0.1:1" % WORD,
    "PROXYUSERPWD": "user:" + WORD,
    "PROXYUSERNAME": WORD,
    "PROXYPASSWORD": WORD,
    "PROXYHEADER": ["X-Key: " + WORD],
    "COOKIE": "session=" + WORD,
}


class Server(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"error":{"message":"The key %s is not allowed","type":"invalid_request_error"}}' % WORD.encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def call(handle, url, name):
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.POSTFIELDS, '{"model":"gpt-4o","messages":[]}')
    handle.setopt(pycurl.WRITEFUNCTION, lambda piece: None)
    handle.setopt(pycurl.NOPROXY, "*")
    handle.perform()
    print(name, flush=True)


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d/v1/chat/completions" % server.server_port
    for name, value in OPTIONS.items():
        handle = pycurl.Curl()
        handle.setopt(getattr(pycurl, name), value)
        call(handle, url, name)
        if hasattr(handle, "duphandle"):
            copy = handle.duphandle()
            call(copy, url, name + " copied")
            copy.close()
        handle.reset()
        call(handle, url, name + " reset")
        handle.close()


main()

"""Makes calls whose credentials stand in options, to a server that says their very words.

For each option: a call with it, one of a duplicate of that handle, and one after the handle was
reset. Prints the option's name for each call.
"""
import os
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


def written(name, text):
    with open(name, "w") as f:
        f.write(text)
    return name


def netrc(handle, path):
    handle.setopt(pycurl.NETRC, pycurl.NETRC_OPTIONAL)
    if path:
        handle.setopt(pycurl.NETRC_FILE, path)


def environment(_):
    os.environ["http_proxy"] = "http://user:%s@127.0.0.1:1" % WORD


def redirected(handle, location):
    handle.setopt(pycurl.FOLLOWLOCATION, 1)
    Server.location = location


# What libcurl has from elsewhere; a jar stays with its handle.
ELSEWHERE = {
    "jar, given": lambda h: h.setopt(pycurl.COOKIELIST, "Set-Cookie: session=%s; domain=127.0.0.1; path=/" % WORD),
    "jar, which cannot be read": lambda h: h.setopt(pycurl.COOKIELIST, "Set-Cookie: session=%s; path=/" % WORD),
    "jar, of a file": lambda h: h.setopt(pycurl.COOKIEFILE, written(
        "jar", "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tx%s\n" % WORD)),
    "netrc": lambda h: netrc(h, written("rc", "machine 127.0.0.1 login me password %s\n" % WORD)),
    "netrc at home": lambda h: netrc(h, written(".netrc", "default\n\tlogin %s\n\tpassword x\n" % WORD) and None),
    "netrc that cannot be read": lambda h: netrc(h, os.mkdir("folder") or "folder"),
    "environment": environment,
    "redirect, password": lambda h: redirected(h, "http://user:%s@{}/v1" % WORD),
    "redirect, user": lambda h: redirected(h, "http://%s@{}/v1" % WORD),
    "redirect, query": lambda h: redirected(h, "/v1?x=%s" % WORD),
}


class Server(BaseHTTPRequestHandler):
    location = None  # where the next request is sent on to

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if Server.location:
            self.send_response(307)
            self.send_header("Location", Server.location.format(self.headers["Host"]))
            self.send_header("Content-Length", "0")
            self.end_headers()
            Server.location = None
            return
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
    for name, prepare in ELSEWHERE.items():
        handle = pycurl.Curl()
        prepare(handle)
        call(handle, url, name)
        handle.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        os.environ.pop("http_proxy", None)
        call(handle, url, name + ("" if name.startswith("jar") else " reset"))
        handle.close()


main()

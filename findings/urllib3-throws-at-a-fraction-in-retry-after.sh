#!/bin/bash
# urllib3 1.26.12 (Debian 12), told to repeat 429s, does so after `Retry-After: 1`, and for
# `Retry-After: 1.5` throws InvalidHeader: the program sees neither an answer nor the 429.
. "$(dirname "$0")/lib/lab.sh"
debian_package python3-urllib3 1.26.12
debian_package python3-six 1.16.0
cat >seen.py <<'END'
import http.server, sys, threading
sys.path.insert(0, "usr/lib/python3/dist-packages")
import urllib3

class Busy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        first, self.server.asked = not self.server.asked, True
        self.send_response(429 if first else 200)
        if first:
            self.send_header("Retry-After", self.server.hint)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

for hint in ("1", "1.5"):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    server.hint, server.asked = hint, False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    retries = urllib3.util.Retry(3, status_forcelist=[429], allowed_methods=None)
    try:
        pool = urllib3.PoolManager(retries=retries)
        print(pool.request("POST", "http://127.0.0.1:%d/" % server.server_port, body=b"{}").status)
    except Exception as error:
        print(type(error).__name__)
END
/usr/bin/python3 seen.py >out
saw "429 with Retry-After: 1" 200 "$(sed -n 1p out)"
saw "429 with Retry-After: 1.5" InvalidHeader "$(sed -n 2p out)"

"""git_server.py FOLDER PORT_FILE FAILURES: serves repositories over smart HTTP by git http-backend.

The first FAILURES requests to each path get 503. With FAILURES "dumb", files are served as they
are, and each path fails twice.
"""
import http.server
import os
import subprocess
import sys

folder, port_file, failures = sys.argv[1:4]
dumb = failures == "dumb"
left = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def run(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        if self.headers.get("Transfer-Encoding") == "chunked":
            while (n := int(self.rfile.readline(), 16)) > 0:
                body += self.rfile.read(n)
                self.rfile.readline()
            self.rfile.readline()
        left.setdefault(self.path, 2 if dumb else int(failures))
        if left[self.path] > 0:
            left[self.path] -= 1
            self.answer(503, [("Content-Type", "text/plain")], b"not now")
            return
        path, _, query = self.path.partition("?")
        if dumb:
            self.serve_file(path)
            return
        env = dict(os.environ, GIT_PROJECT_ROOT=folder, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                   QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_USER="somebody",
                   CONTENT_TYPE=self.headers.get("Content-Type", ""),
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
                   HTTP_GIT_PROTOCOL=self.headers.get("Git-Protocol", ""),
                   CONTENT_LENGTH=str(len(body)))
        out = subprocess.run(["git", "http-backend"], input=body, env=env, check=False,
                             stdout=subprocess.PIPE).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        status, headers = 200, []
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "status":
                status = int(value.split()[0])
            else:
                headers.append((name, value))
        self.answer(status, headers, rest)

    def serve_file(self, path):
        try:
            with open(folder + path, "rb") as f:
                self.answer(200, [("Content-Type", "application/octet-stream")], f.read())
        except OSError:
            self.answer(404, [("Content-Type", "text/plain")], b"no such file")

    do_GET = do_POST = run


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w", encoding="ascii") as f:
    f.write(str(server.server_address[1]))
os.rename(port_file + ".new", port_file)
server.serve_forever()

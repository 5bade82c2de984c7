"""Serves error cases to real curl processes under the library, and compares what the log says.

    served.py WORK STEADYCURL TLS_URL CASES.json...
    served.py WORK STEADYCURL TLS_URL --echo TABLES.c...

Each case is served once, byte for byte; the request after it is answered with 200. A case passes
when the first attempt's class, decision and hint are as listed, a second request came if and only if
a retry is due, and a failure that is not retried reaches curl's output unchanged. The request is a
POST to /v1/chat/completions unless the case has a `method` and a `path`. A retry that would
wait long is believed from the log's `wait` line: that curl is stopped, not waited for. Prints a line
for each case that differs, and the number of cases that did not.

With --echo the cases are made up: answers, streams and refusals that repeat a prompt in which all
words of these tables stand. Nothing may be read out of it. CURL_OPTIONS are given to each curl.
"""

import base64
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

AGAIN = b'{"second":true}'
LONG_WAIT_MS = 1500
OPTIONS = os.environ.get("CURL_OPTIONS", "").split()
HOSTS = {
    "openai": "api.openai.com", "azure": "house.openai.azure.com",
    "anthropic": "api.anthropic.com", "gemini": "generativelanguage.googleapis.com",
    "vertex": "us-central1-aiplatform.googleapis.com", "mistral": "api.mistral.ai",
    "cohere": "api.cohere.com", "groq": "api.groq.com", "deepseek": "api.deepseek.com",
    "xai": "api.x.ai", "together": "api.together.xyz", "openrouter": "openrouter.ai",
    "bedrock": "bedrock-runtime.us-east-1.amazonaws.com", "ollama": "localhost:11434",
    "vllm": "localhost:8000", "llamacpp": "localhost:8080",
}
SSE_OUTPUT = b'data: {"choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}\n\n'


def words_of(tables):
    """Every alternative of every CODE, DETAIL and PHRASE, and what also looks like a hint."""
    words = ["429 503 529 rate limit", "try again in 5s", "Limit 5, Requested 9", "content_filter",
             "refusal", '{"error":{"type":"overloaded_error","code":"insufficient_quota"}}']
    for path in tables:
        with open(path, encoding="utf-8") as f:
            for call in re.findall(r'(?:CODE|DETAIL|PHRASE)\(((?:\s*"[^"]*")+)\s*\)', f.read()):
                words += "".join(re.findall(r'"([^"]*)"', call)).split("|")
    return " ".join(words)


def aws_frame(kind, value):
    def header(name, text):
        return b"%c%s\x07%s%s" % (len(name), name, struct.pack(">H", len(text)), text)

    headers = header(b":event-type", kind) + header(b":message-type", b"event")
    payload = json.dumps(value).encode()
    frame = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    frame += struct.pack(">I", zlib.crc32(frame))
    frame += headers + payload
    return frame + struct.pack(">I", zlib.crc32(frame))


def sse(*events):
    return "".join("data: %s\n\n" % json.dumps(e) for e in events)


def echo_bodies(echo):
    """Name, status, content type, body."""
    json_type, sse_type = "application/json", "text/event-stream"
    delta = {"choices": [{"index": 0, "delta": {"content": echo}, "finish_reason": None}]}
    block = {"type": "content_block_delta", "index": 0,
             "delta": {"type": "text_delta", "text": echo}}
    part = {"candidates": [{"content": {"parts": [{"text": echo}]}, "finishReason": "STOP"}]}
    quoted = "Invalid value: '%s'. Supported values are: 'a' and 'b'." % echo
    return [
        ("chat", 200, json_type, {"choices": [
            {"index": 0, "message": {"content": echo}, "finish_reason": "stop"}]}),
        ("message", 200, json_type, {"type": "message", "content": [
            {"type": "text", "text": echo}], "stop_reason": "end_turn"}),
        ("candidates", 200, json_type, part),
        ("converse", 200, json_type, {"output": {"message": {"content": [{"text": echo}]}},
                                      "stopReason": "end_turn"}),
        ("generate", 200, json_type, {"response": echo, "done": True}),
        ("text", 200, "text/plain", echo),
        ("chat-stream", 200, sse_type, sse(delta) + "data: [DONE]\n\n"),
        ("message-stream", 200, sse_type, sse(block, {"type": "message_stop"})),
        ("candidate-stream", 200, sse_type, sse(part)),
        ("generate-stream", 200, "application/x-ndjson",
         json.dumps({"model": "m", "response": echo, "done": False}) + "\n" +
         json.dumps({"model": "m", "response": "", "done": True}) + "\n"),
        ("converse-stream", 200, "application/vnd.amazon.eventstream",
         aws_frame(b"contentBlockDelta", {"delta": {"text": echo}, "contentBlockIndex": 0}) +
         aws_frame(b"messageStop", {"stopReason": "end_turn"})),
        ("refused-field", 400, json_type, {"error": {"message": "Bad.", "param": echo}}),
        ("refused-quoted", 400, json_type, {"error": {"message": quoted}}),
        ("refused-flat", 400, json_type, {"message": quoted}),
        ("refused-text", 400, "text/plain", echo),
        ("refused-detail", 422, json_type, {"detail": [{"loc": ["body"], "msg": "no", "input": echo}]}),
    ]


def echo_cases(tables):
    cases = []
    for name, status, content_type, body in echo_bodies(words_of(tables)):
        for provider in list(HOSTS) + ["any"]:
            case = {"name": "%s_%s" % (provider, name), "provider": provider, "status": status,
                    "headers": {"content-type": content_type}, "body": body, "should_retry": False,
                    "expected_class": "ok" if status == 200 else "bad_request"}
            if isinstance(body, bytes):
                case["body_b64"] = base64.b64encode(body)
            cases.append(case)
    return cases


def body_of(case):
    if "body_b64" in case:
        return base64.b64decode(case["body_b64"])
    body = case.get("body", "")
    return (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()


def response_of(case):
    """The bytes on the wire, and whether the connection is then reset."""
    code = case.get("curl_code", 0)
    body = body_of(case)
    headers = {k: v for k, v in case.get("headers", {}).items() if v}
    length = len(body)
    if code == 18:
        headers, body = {"content-type": "text/event-stream"}, SSE_OUTPUT
        length = len(body) + 100
    elif code == 23:
        headers, body, length = {"content-type": "text/plain"}, b"x" * 300000, 300000
    elif code:
        return b"", code == 56
    lines = ["HTTP/1.1 %d X" % (case["status"] or 200)]
    lines += ["%s: %s" % pair for pair in headers.items()]
    lines += ["content-length: %d" % length, "connection: close", "", ""]
    return "\r\n".join(lines).encode() + body, False


class Server:
    def __init__(self, cases):
        self.responses = {c["name"]: response_of(c) for c in cases}
        self.hanging = {c["name"] for c in cases if c.get("curl_code") == 28}
        self.seen = {}
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    @staticmethod
    def read_request(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += connection.recv(65536)
        return head.split(b"\r\n")[0].split(b" ")[1].split(b"/")[1].decode()

    def serve(self, connection):
        with connection:
            name = self.read_request(connection)
            if name is None:
                return
            with self.lock:
                self.seen[name] = self.seen.get(name, 0) + 1
                first = self.seen[name] == 1
            data, reset = self.responses[name]
            if not first:
                head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                data = (head + "content-length: %d\r\n\r\n" % len(AGAIN)).encode() + AGAIN
            elif name in self.hanging:
                connection.recv(1)  # until curl gives up
                return
            elif reset:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            connection.sendall(data)


class Runner:
    def __init__(self, work, steadycurl, tls_url, cases):
        self.work, self.steadycurl, self.tls_url = work, steadycurl, tls_url
        self.server = Server(cases)
        self.policy = os.path.join(work, "policy.json")
        with open(self.policy, "w", encoding="utf-8") as f:
            json.dump({
                "version": 1,
                "log": {"format": "json"},
                "rules": [{
                    "match": {"host": "*"}, "program_timeout": "per_attempt", "breaker": False,
                    "retry": {"max_attempts": 2, "total_timeout_ms": 0, "budget": False,
                              "backoff": {"base_ms": 1, "jitter": "none"},
                              "rate_limited": {"total_timeout_ms": 0,
                                               "backoff": {"base_ms": 1, "jitter": "none"}}},
                }],
            }, f)

    def command(self, case, folder):
        host = HOSTS.get(case["provider"], "llm.example")
        path = case.get("path", "/v1/chat/completions")
        url = "http://%s/%s%s" % (host, case["name"], path)
        code = case.get("curl_code", 0)
        out = "/dev/full" if code == 23 else os.path.join(folder, "out")
        if code == 60:
            url = self.tls_url + "/" + case["name"]
        command = [self.steadycurl, "run", "--policy", self.policy,
                   "--log", os.path.join(folder, "log"), "--state", os.path.join(folder, "state"),
                   "--", "curl", "-s", *OPTIONS, "--noproxy", "*", "-o", out,
                   "-X", case.get("method", "POST")]
        if case.get("method", "POST") == "POST":
            command += ["-H", "content-type: application/json", "-d", '{"model":"m"}']
        for header in case.get("request_headers", []):
            command += ["-H", header]
        if code != 60:
            command += ["--connect-to", "::127.0.0.1:%d" % self.server.port]
        if code == 28:
            command += ["-m", "2"]
        return command + [url]

    @staticmethod
    def events(folder):
        try:
            with open(os.path.join(folder, "log"), encoding="utf-8") as f:
                return [json.loads(line) for line in f if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def run(self, case):
        """The log's events, and the long wait that was announced, if one was."""
        folder = os.path.join(self.work, case["name"])
        os.mkdir(folder)
        process = subprocess.Popen(self.command(case, folder), stdin=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        for _ in range(6000):
            try:
                process.wait(0.01)
                return self.events(folder), None
            except subprocess.TimeoutExpired:
                pass
            for e in self.events(folder):
                if e["event"] == "wait" and e["ms"] > LONG_WAIT_MS:
                    process.kill()
                    process.wait()
                    return self.events(folder), e["ms"]
            time.sleep(0.01)
        process.kill()
        process.wait()
        return self.events(folder), None

    def differences(self, case):
        events, waiting = self.run(case)
        attempts = [e for e in events if e["event"] == "attempt"]
        calls = [e for e in events if e["event"] == "call"]
        # A call that went well at once has one line.
        first = attempts[0] if attempts else dict(calls[0], will_retry=False) if calls else {}
        hint, retried = case.get("retry_after_ms"), bool(case["should_retry"])
        requests = self.server.seen.get(case["name"], 0)
        found = [("class", first.get("class"), case["expected_class"]),
                 ("will_retry", first.get("will_retry"), retried),
                 ("retry_after_ms", first.get("retry_after_ms"), hint)]
        if case.get("curl_code") == 60:
            return found
        if waiting is None:
            found.append(("requests", requests, 2 if retried else 1))
        elif hint is not None:
            found.append(("waits the hint", waiting >= hint, True))
        if not case.get("curl_code") and waiting is None:
            with open(os.path.join(self.work, case["name"], "out"), "rb") as f:
                body = f.read()
            found.append(("output", body, AGAIN if retried else body_of(case)))
        return [(what, is_, want, first.get("row")) for what, is_, want in found if is_ != want]

    def check(self, case):
        bad = [d for d in self.differences(case) if d[1] != d[2]]
        for d in bad:
            print("%s: %s is %r instead of %r" % (case["name"], d[0], d[1], d[2]),
                  "(row %s)" % d[3] if len(d) > 3 else "")
        return not bad


def main():
    work, steadycurl, tls_url = sys.argv[1:4]
    cases = echo_cases(sys.argv[5:]) if sys.argv[4] == "--echo" else []
    for path in sys.argv[4:] if not cases else []:
        with open(path, encoding="utf-8") as f:
            cases += json.load(f)
    runner = Runner(work, steadycurl, tls_url, cases)
    with ThreadPoolExecutor(4) as pool:
        good = sum(pool.map(runner.check, cases))
    print("%d cases, %d differ" % (len(cases), len(cases) - good))
    return good != len(cases) or not cases


if __name__ == "__main__":
    sys.exit(main())

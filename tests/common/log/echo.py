"""A server that quotes what it was sent, and what of that comes out at the other end.

echo.py STEADYCURL FOLDER SEED: makes curl calls whose credentials travel in every way that curl
has, and whose answers (errors of a status, in a stream before and after its output, redirects,
broken connections) hold those credentials and the prompt in many dresses. Then looks for parts of
them in all that was written: logs in both formats, state files, status, metrics, explain.
Prints what it found and ends with 1, or the number of calls.
"""
import base64
import json
import os
import random
import subprocess
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PART = 6  # so much of a secret is too much
steadycurl, folder, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
rnd = random.Random(seed)
os.chdir(folder)

WORDINGS = [
    "Incorrect API key provided: {k}. You can find your API key at https://h/keys.",
    "key {k} is not allowed to use model {p}",
    "Authorization {k} was rejected",
    "invalid credentials ({k}) for prompt \"{p}\"",
    "prompt not accepted: {p}",
    "u:{k}@host failed",
    "{k}",
    "token={k}&x=1 expired; retry in 3 ms",
    "Rate limit reached for {k} on tokens: Limit 30000, Requested {p}",
    "upstream said: {{\"api_key\":\"{k}\",\"prompt\":\"{p}\"}}",
    "<html>{k}</html>",
    "{p}{k}{p}",
    "x" * 900 + " key {k}",
    "the key ending in {k}",
]

DRESSES = [
    lambda s: s,
    lambda s: s.upper(),
    lambda s: s.lower(),
    lambda s: urllib.parse.quote(s, safe=""),
    lambda s: "".join("%%%02x" % ord(c) for c in s),
    lambda s: base64.b64encode(s.encode()).decode(),
    lambda s: s[:8] + "****" + s[-6:],
    lambda s: s[3:-3],
    lambda s: "key" + s + "limit",
    lambda s: s.replace("-", "%2D"),
    lambda s: " ".join(s[i:i + 7] for i in range(0, len(s), 7)),
]

JSON_DRESSES = [lambda s: s, lambda s: "".join("\\u%04x" % ord(c) if c.isalnum() else c for c in s)]

KEYS = ["abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789", "0123456789abcdef",
        "0123456789", "abcdefghkmpqrsvwxz0123456789-_."]

answer = {}


def sse(event):
    return ("data: %s\n\n" % event).encode()


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        a = answer
        error = '{"error":{"type":"%s","code":"%s","message":"%s"}}' % (a["type"], a["code"], a["text"])
        late = a["how"] in ("late", "early")
        out = error.encode()
        if a["how"] == "late":
            out = sse('{"choices":[{"delta":{"content":"Hi"}}]}') + sse(error)
        elif a["how"] == "early":
            out = sse(error)
        elif a["how"] == "success":
            out = ('{"error":{"message":"%s"}}' % a["text"]).encode()
        self.send_response(200 if late or a["how"] == "success" else a["status"], a["reason"])
        self.send_header("Content-Type", "text/event-stream" if late else "application/json")
        self.send_header("Content-Length", str(len(out) + (9 if a["how"] == "cut" else 0)))
        self.send_header("x-request-id", a["header"])
        self.send_header("WWW-Authenticate", "Bearer realm=" + a["header"])
        if a["status"] == 302:
            self.send_header("Location", "http://u:%s@127.0.0.1:1/?key=%s" % (a["header"], a["header"]))
        self.end_headers()
        self.wfile.write(out)
        self.close_connection = a["how"] == "cut"

    do_GET = do_POST


def draw_key():
    alphabet = rnd.choice(KEYS)
    return "".join(rnd.choice(alphabet) for _ in range(rnd.randint(14, 50)))


def prompt():
    vowels, rest = "aeiou", "bcdfghjklmnpqrstvwxz"
    word = lambda: "".join(rnd.choice(rest) + rnd.choice(vowels) for _ in range(4))
    return " ".join(word() for _ in range(5))


def ways(key, port):
    url = "http://127.0.0.1:%d/v1/chat/completions" % port
    q = urllib.parse.quote(key, safe="")
    return [
        ["-H", "Authorization: Bearer " + key, url],
        ["-H", "x-api-key: " + key, url],
        ["-H", "api-key: " + key, url],
        ["-H", "x-goog-api-key: " + key, url],
        ["-H", "X-House-Pass: " + key, url],
        ["--oauth2-bearer", key, url],
        ["-u", "user:" + key, url],
        ["-b", "session=" + key, url],
        ["-H", "Cookie: session=" + key, url],
        ["--aws-sigv4", "aws:amz:eu-west-1:bedrock", "-u", "AKIAX:" + key, url],
        [url + "?key=" + q],
        [url.replace("//", "//user:%s@" % q)],
        ["-x", "http://user:%s@127.0.0.1:%d" % (q, port), url.replace("127.0.0.1", "llm.example")],
        ["-L", "-H", "Authorization: Bearer " + key, url],
        ["-f", "-H", "Authorization: Bearer " + key, url],
    ]


def parts(secret):
    return {secret[i:i + PART].lower() for i in range(len(secret) - PART + 1)}


def everything_written():
    for top, _, names in os.walk("."):
        for name in names:
            path = os.path.join(top, name)
            if not name.startswith("out") and not name.startswith("policy"):
                yield path, open(path, "rb").read().decode("latin-1")
    for args in (["status"], ["metrics"], ["status", "--json"], ["log", "log.json"], ["log", "log.text"]):
        done = subprocess.run([steadycurl, *args], capture_output=True, text=True, errors="replace")
        yield " ".join(args), done.stdout + done.stderr


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    kinds = [(f, l) for f in ("text", "json") for l in ("info", "debug")]
    secrets, calls, hows = {}, 0, ["late", "early", "status", "success", "cut"]
    for form, level in kinds:
        policy = {"version": 1, "log": {"path": os.getcwd() + "/log." + form, "format": form, "level": level},
                  "defaults": {"breaker": False, "retry": {"max_attempts": 2, "budget": False, "backoff": {
                      "base_ms": 1, "max_ms": 1}}},
                  "rules": [{"name": "all", "provider": "openai", "match": {"host": "*"}}]}
        with open("policy-%s-%s.json" % (form, level), "w") as f:
            json.dump(policy, f)
    for i in range(160):
        key, words = draw_key(), prompt()
        way = ways(key, port)
        secrets[key] = "key %r" % key
        for word in words.split():
            secrets[word] = "prompt %r" % words
        dressed = rnd.choice(DRESSES)(key)
        text = rnd.choice(WORDINGS).format(k=dressed, p=words)
        # What the server sends is JSON; quotes of the wording are escaped, or all of it is.
        text = rnd.choice(JSON_DRESSES)(json.dumps(text)[1:-1])
        safe = "".join(c for c in dressed if c.isalnum()) or "x"
        answer.update(how=hows[i % len(hows)], text=text, status=rnd.choice([400, 401, 403, 404, 422, 500, 503, 302]),
                      type=rnd.choice(["server_error", "overloaded_error", safe]),
                      code=rnd.choice(["", "rate_limit_exceeded", safe]), header=safe, reason="No " + safe)
        if not all(secrets_in_json(answer)):
            continue
        form, level = kinds[i // len(hows) % len(kinds)]
        for s in (dressed, safe):
            if len(s) >= 14 and " " not in s and not s.startswith("key"):
                secrets[s] = "%r of key %r" % (s, key)
        body = json.dumps({"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": words}]})
        subprocess.run([steadycurl, "run", "-p", "policy-%s-%s.json" % (form, level), "--", "curl", "-sS", "-m", "5",
                        "--noproxy", "", "-d", body, *way[i % len(way)]],
                       stdout=open("out", "wb"), stderr=subprocess.STDOUT, check=False)
        calls += 1
        if i % 12 == 0:  # the same answer, explained
            with open("out-response", "wb") as f:
                f.write(b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n\r\n" + ('{"error":{"type":"%s","code":"%s","message":"%s"}}' % (
                    answer["type"], answer["code"], text)).encode())
            for extra in ([], ["-j"]):
                done = subprocess.run([steadycurl, "explain", "-p", "policy-text-info.json", *extra, "--response",
                                       "out-response", "http://h/v1/chat/completions"], capture_output=True, text=True)
                with open("explained", "a") as f:
                    f.write(done.stdout + done.stderr)
    found = 0
    wanted = {}
    for secret, name in secrets.items():
        for part in parts(secret):
            wanted[part] = name
    for where, text in everything_written():
        text = text.lower()
        # Ids of calls and times are ours, and full of digits.
        text = drop_own(text)
        for i in range(len(text) - PART + 1):
            name = wanted.get(text[i:i + PART])
            if name and found < 10:
                print("%s: %r is of %s: %r" % (where, text[i:i + PART], name, text[max(0, i - 60):i + 60]))
            found += bool(name)
    assert os.path.getsize("log.json") > 1000 and os.path.getsize("log.text") > 1000
    assert "said" in open("log.json").read() and "said=" in open("log.text").read()
    print(calls)
    sys.exit(found > 0)


def secrets_in_json(a):
    try:
        json.loads('{"m":"%s"}' % a["text"])
        yield True
    except ValueError:
        yield False


def drop_own(text):
    import re
    for own in (r'call["=: ]+[0-9a-f]{16}', r'"time":"[^"]*"', r'\[\d{4}-[^\]]*\]', r'pid["=:]+\d+', r'\d+(\.\d+)? ms'):
        text = re.sub(own, "", text)
    return text


main()

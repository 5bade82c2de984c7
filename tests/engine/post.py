"""post.py WAY URL FILE: posts a file's bytes in one of libcurl's ways, and says what it can see."""
import io
import sys

import pycurl

way, url, name = sys.argv[1:4]
with open(name, "rb") as f:
    body = f.read()
source = io.BytesIO(body)
out = io.BytesIO()
easy = pycurl.Curl()
easy.setopt(easy.URL, url)
easy.setopt(easy.WRITEDATA, out)
calls = 0


def read(n):
    """Small pieces; in "pause" none at first, in "abort" an end in the middle."""
    global calls
    calls += 1
    if "pause" in way and calls == 2:
        return pycurl.READFUNC_PAUSE
    if "abort" in way and calls == 2:
        return pycurl.READFUNC_ABORT
    return source.read(min(n, 1000))


def progress(*_):
    if "pause" in way and calls >= 2:
        easy.pause(pycurl.PAUSE_CONT)


headers = ["Content-Type: application/json"]
if "length" in way:
    headers.append("content-length:  %d" % len(body))
if "encoded" in way:
    headers.append("Content-Encoding: identity")
if "signed" in way:
    headers.append("Authorization: AWS4-HMAC-SHA256 Credential=none")
if "put" in way:
    easy.setopt(easy.UPLOAD, 1)
    easy.setopt(easy.CUSTOMREQUEST, "POST")
    easy.setopt(easy.READFUNCTION, read)
    if "sized" in way:
        easy.setopt(easy.INFILESIZE, len(body))
elif "read" in way:
    easy.setopt(easy.POST, 1)
    easy.setopt(easy.READFUNCTION, read)
    if "sized" in way:
        easy.setopt(easy.POSTFIELDSIZE, len(body))
    else:
        headers.append("Transfer-Encoding: chunked")
else:
    easy.setopt(easy.POSTFIELDS, body)
if "pause" in way and "multi" not in way:
    easy.setopt(easy.NOPROGRESS, 0)
    easy.setopt(easy.XFERINFOFUNCTION, progress)
easy.setopt(easy.HTTPHEADER, headers)


def run(handle):
    if "multi" not in way:
        handle.perform()
        return
    multi = pycurl.CurlMulti()
    multi.add_handle(handle)
    running = 1
    while running:
        _, running = multi.perform()
        if running and "pause" in way and calls >= 2:
            handle.pause(pycurl.PAUSE_CONT)
        if running:
            multi.select(0.01 if "pause" in way else 1.0)
    _, _, failed = multi.info_read()
    multi.remove_handle(handle)
    if failed:
        raise pycurl.error(failed[0][1], failed[0][2])


try:
    for _ in range(2 if "twice" in way else 1):
        run(easy)
        print(easy.getinfo(easy.RESPONSE_CODE), int(easy.getinfo(easy.SIZE_UPLOAD)),
              int(easy.getinfo(easy.CONTENT_LENGTH_UPLOAD)))
    if "copied" in way:
        copy = easy.duphandle()
        run(copy)
        print(copy.getinfo(copy.RESPONSE_CODE), int(copy.getinfo(copy.SIZE_UPLOAD)))
except pycurl.error as e:
    print("failed", e.args[0])

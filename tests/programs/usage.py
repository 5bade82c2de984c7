"""usage.py WAY URL: reads a stream with pycurl, and prints what it got.

easy: piece by piece; pause: each third piece is refused with a pause at first; short: a piece is
refused for good; multi: with CurlMulti; read: the request comes from a callback.
"""
import io
import os
import sys

import pycurl

way, url = sys.argv[1:3]
ask = os.environ["ASK_STREAM"].encode()
got = []
calls = 0
paused = False


def write(data):
    global calls, paused
    calls += 1
    if way == "pause" and calls % 3 == 0:
        paused = True
        return pycurl.WRITEFUNC_PAUSE
    if way == "short" and calls == 4:
        return 0
    assert 0 < len(data) <= 16384
    got.append(data)
    return len(data)


def progress(*numbers):
    global paused
    if paused:
        paused = False
        c.pause(pycurl.PAUSE_CONT)
    return 0


c = pycurl.Curl()
c.setopt(c.URL, url)
c.setopt(c.WRITEFUNCTION, write)
c.setopt(c.XFERINFOFUNCTION, progress)
c.setopt(c.NOPROGRESS, 0)
if "MOCK" in os.environ:
    c.setopt(c.HTTPHEADER, ["X-Mock: " + os.environ["MOCK"]])
if way == "read":
    c.setopt(c.POST, 1)
    c.setopt(c.READFUNCTION, io.BytesIO(ask).read)
    c.setopt(c.POSTFIELDSIZE, len(ask))
else:
    c.setopt(c.POSTFIELDS, ask)
if way == "multi":
    multi = pycurl.CurlMulti()
    multi.add_handle(c)
    running = 1
    while running:
        running = multi.perform()[1]
        multi.select(1.0)
else:
    try:
        c.perform()
    except pycurl.error as e:
        print(e.args[0])
sys.stdout.buffer.write(b"".join(got))
print(c.getinfo(c.RESPONSE_CODE), int(c.getinfo(c.SIZE_UPLOAD)))

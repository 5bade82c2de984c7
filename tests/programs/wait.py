"""wait.py HOW URL: a pycurl program that is made to wait; prints the result and what it counted."""
import os
import signal
import sys
import time

import pycurl

how, url = sys.argv[1:3]
c = pycurl.Curl()
c.setopt(c.URL, url)
c.setopt(c.POSTFIELDS, os.environ['ASK'])
c.setopt(c.WRITEFUNCTION, lambda data: None)
start = time.monotonic()
calls = fell = 0
told = (0, 0, 0, 0)


def progress(*numbers):
    global calls, fell, told
    calls += 1
    fell += any(now < before for now, before in zip(numbers, told))
    told = numbers
    return 1 if how == 'abort' and time.monotonic() - start > 0.3 else 0


if how != 'plain':
    c.setopt(c.NOPROGRESS, 0)
    c.setopt(c.XFERINFOFUNCTION, progress)
if how == 'timeout':
    c.setopt(c.TIMEOUT_MS, 1000)


def perform():
    if how != 'multi':
        c.perform()
        return
    m = pycurl.CurlMulti()
    m.add_handle(c)
    while m.perform()[1]:
        m.select(0.1)
    m.remove_handle(c)


try:
    perform()
    print('result 0', c.getinfo(c.RESPONSE_CODE))
except pycurl.error as e:
    print('result', *e.args, repr(c.errstr()))
print('seconds', int(time.monotonic() - start), 'total', int(c.getinfo(c.TOTAL_TIME)))
print('called', 'often' if calls > 5 else calls)
print('fell', fell, 'told', 'all' if told[1] and told[1] == c.getinfo(c.SIZE_DOWNLOAD) else told)

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
calls = 0


def progress(*numbers):
    global calls
    calls += 1
    return 1 if how == 'abort' and time.monotonic() - start > 0.3 else 0


if how != 'plain':
    c.setopt(c.NOPROGRESS, 0)
    c.setopt(c.XFERINFOFUNCTION, progress)
if how == 'timeout':
    c.setopt(c.TIMEOUT_MS, 1000)
try:
    c.perform()
    print('result 0', c.getinfo(c.RESPONSE_CODE))
except pycurl.error as e:
    print('result', *e.args, repr(c.errstr()))
print('seconds', int(time.monotonic() - start), 'total', int(c.getinfo(c.TOTAL_TIME)))
print('called', 'often' if calls > 5 else calls)

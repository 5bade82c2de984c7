"""ask.py WAY URL: asks with one of pycurl's ways to use libcurl, and prints all it gets."""
import io
import os
import sys

import pycurl

way, url = sys.argv[1:3]
ask = os.environ['ASK'].encode()
out = io.BytesIO()
c = pycurl.Curl()
c.setopt(c.URL, url)
c.setopt(c.HTTPHEADER, ['Content-Type: application/json'])


class NoSeek:
    """A source that can only be read once."""

    def __init__(self, data):
        self.data = data

    def read(self, size):
        piece, self.data = self.data[:min(size, 5000)], self.data[min(size, 5000):]
        return piece


def body(data):
    print('body', len(data), data)


def header(line):
    print('header', line)


def seek(offset, origin):
    source.seek(offset, origin)
    return 0


if way == 'stream':
    ask = os.environ['ASK_STREAM'].encode()
if way not in ('readdata', 'read', 'read-seek', 'chunked', 'form', 'get'):
    c.setopt(c.POSTFIELDS, ask)
if way not in ('string', 'callbacks', 'raise', 'short', 'default'):
    c.setopt(c.WRITEDATA, out)
if way == 'callbacks':
    c.setopt(c.WRITEFUNCTION, body)
    c.setopt(c.HEADERFUNCTION, header)
elif way == 'raise':
    c.setopt(c.WRITEFUNCTION, lambda data: 1 // 0)
elif way == 'short':
    c.setopt(c.WRITEFUNCTION, lambda data: 1)
elif way == 'header':
    c.setopt(c.HEADER, 1)
elif way == 'fail':
    c.setopt(c.FAILONERROR, 1)
elif way == 'form':
    c.setopt(c.HTTPPOST, [('purpose', 'batch'),
                          ('file', (c.FORM_BUFFER, 'x.jsonl', c.FORM_BUFFERPTR, ask))])
elif way == 'readdata':
    with open('up', 'wb') as f:
        f.write(ask * 2000)
    c.setopt(c.POST, 1)
    c.setopt(c.POSTFIELDSIZE, len(ask) * 2000)
    c.setopt(c.READDATA, open('up', 'rb'))
elif way in ('read', 'chunked'):
    c.setopt(c.POST, 1)
    if way == 'read':
        c.setopt(c.POSTFIELDSIZE, len(ask) * 2000)
    else:
        c.setopt(c.HTTPHEADER, ['Transfer-Encoding: chunked', 'Expect:'])
    c.setopt(c.READFUNCTION, NoSeek(ask * 2000).read)
elif way == 'read-seek':
    source = io.BytesIO(ask * 100)
    c.setopt(c.UPLOAD, 1)
    c.setopt(c.INFILESIZE, len(ask) * 100)
    c.setopt(c.READFUNCTION, source.read)
    c.setopt(c.SEEKFUNCTION, seek)
elif way == 'progress':
    seen = set()
    c.setopt(c.NOPROGRESS, 0)
    c.setopt(c.XFERINFOFUNCTION, lambda *numbers: seen.add(numbers[:2]) and 0)

error = None
try:
    if way == 'string':
        print(c.perform_rs())
    else:
        c.perform()
except pycurl.error as e:
    error = e.args
sys.stdout.flush()
print(error, repr(c.errstr()), out.getvalue())
for name in ('RESPONSE_CODE', 'EFFECTIVE_URL', 'CONTENT_TYPE', 'SIZE_DOWNLOAD', 'SIZE_UPLOAD',
             'CONTENT_LENGTH_DOWNLOAD', 'CONTENT_LENGTH_UPLOAD', 'HEADER_SIZE', 'REQUEST_SIZE',
             'REDIRECT_COUNT', 'PRIMARY_IP', 'OS_ERRNO', 'HTTP_CONNECTCODE',
             'SSL_VERIFYRESULT', 'HTTPAUTH_AVAIL', 'INFO_COOKIELIST', 'CONDITION_UNMET'):
    # Count the chunks' own bytes, too, of which a body in larger pieces has fewer.
    if way != 'chunked' or name not in ('SIZE_UPLOAD', 'REQUEST_SIZE'):
        print(name, c.getinfo(getattr(c, name)))
c.close()
sys.exit(3 if error else 0)

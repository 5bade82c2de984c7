"""answer.py URL: what a pycurl program learns about an answer."""
import os
import sys

import pycurl

c = pycurl.Curl()
headers, body = [], []
c.setopt(c.URL, sys.argv[1])
c.setopt(c.POSTFIELDS, os.environ['ASK'])
c.setopt(c.PROXY, '')
c.setopt(c.HEADERFUNCTION, lambda line: headers.append(line.decode()))
c.setopt(c.WRITEFUNCTION, lambda data: body.append(data.decode()))
c.perform()
for line in headers:
    print('header', line.rstrip('\r\n'))
print('body in %d pieces: %s' % (len(body), ''.join(body)))
for name in ('RESPONSE_CODE', 'CONTENT_TYPE', 'SIZE_DOWNLOAD', 'SIZE_UPLOAD', 'HTTP_VERSION',
             'CONTENT_LENGTH_DOWNLOAD', 'REDIRECT_COUNT', 'EFFECTIVE_URL', 'OS_ERRNO'):
    print(name.lower(), c.getinfo(getattr(c, name)))
print('total', c.getinfo(c.TOTAL_TIME) > 0, repr(c.errstr()))

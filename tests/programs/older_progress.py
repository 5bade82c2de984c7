# A handle with the older of the two progress callbacks, and one URL after the other.
import io
import sys

import pycurl

told = []
c = pycurl.Curl()
c.setopt(pycurl.NOPROGRESS, 0)
c.setopt(pycurl.PROGRESSFUNCTION, lambda *numbers: told.append(numbers))
for url in sys.argv[1:]:
    del told[:]
    c.setopt(pycurl.URL, url)
    c.setopt(pycurl.WRITEDATA, io.BytesIO())
    c.perform()
    print(c.getinfo(pycurl.RESPONSE_CODE), len(told) > 0)

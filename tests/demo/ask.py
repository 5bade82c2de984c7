"""What a Python tool does: one question to Gemini's API by pycurl, no retry of its own."""
import io
import json
import sys

import pycurl

answer = io.BytesIO()
curl = pycurl.Curl()
curl.setopt(pycurl.URL, sys.argv[1] + "/v1beta/models/gemini-2.0-flash:generateContent")
curl.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json",
                                "x-goog-api-key: " + sys.argv[2]])
curl.setopt(pycurl.POSTFIELDS, json.dumps(
    {"contents": [{"role": "user", "parts": [{"text": "Hello from pycurl"}]}]}))
curl.setopt(pycurl.WRITEFUNCTION, answer.write)
try:
    curl.perform()
except pycurl.error as error:
    print("curl error %d: %s" % error.args)
    sys.exit(1)
status = curl.getinfo(pycurl.RESPONSE_CODE)
reply = json.loads(answer.getvalue())
if status != 200:
    print("HTTP %d: %s" % (status, reply["error"]["message"]))
    sys.exit(1)
print(reply["candidates"][0]["content"]["parts"][0]["text"])

"""A program that asks a few questions again and again: cache_storm.py URL SECONDS SEED.

Prints the longest call that a kept answer has ended, in ms; fails when an answer is another's."""
import json
import random
import sys
import time

import pycurl

url, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
random.seed(seed)
c = pycurl.Curl()
c.setopt(c.URL, url)
end, longest, hits = time.monotonic() + seconds, 0.0, 0
while time.monotonic() < end:
    question = "question %d" % random.randrange(40)
    got, heads = [], []
    c.setopt(c.POSTFIELDS, json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": question}]}))
    c.setopt(c.WRITEFUNCTION, got.append)
    c.setopt(c.HEADERFUNCTION, heads.append)
    began = time.monotonic()
    c.perform()
    took = (time.monotonic() - began) * 1000
    said = json.loads(b"".join(got))["choices"][0]["message"]["content"]
    assert said == "You asked: " + question, (said, question)
    if any(h.lower().startswith(b"cache-status:") for h in heads):
        hits += 1
        longest = max(longest, took)
print(hits, round(longest))

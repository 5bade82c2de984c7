#!/bin/bash
# Python's backoff 2.2.1 (Debian 12): with `backoff.runtime`, made to take the wait out of a response's
# `Retry-After`, its default of full jitter still applies: told to wait for a minute, it waits for anything
# between nothing and a minute, half of it on average, and a quarter of the calls come back within 15 seconds.
# Only `jitter=None` waits as long as was said.
. "$(dirname "$0")/lib/lab.sh"
debian_package python3-backoff 2.2.1
cat >seen.py <<'END'
import sys
from unittest import mock
sys.path.insert(0, "usr/lib/python3/dist-packages")
import backoff

def waits(**jitter):
    seen = []
    ask = backoff.on_predicate(
        backoff.runtime, predicate=lambda answer: answer["status"] == 429,
        value=lambda answer: int(answer["Retry-After"]), max_tries=1001,
        on_backoff=lambda details: seen.append(details["wait"]), **jitter)
    with mock.patch("time.sleep"):
        ask(lambda: {"status": 429, "Retry-After": "60"})()
    return seen

for seen in (waits(), waits(jitter=None)):
    print("%d of 1000 before the hint" % sum(wait < 59.9 for wait in seen) if min(seen) > 59 else
          "nearly all before the hint, half within %d s" % (10 * round(sorted(seen)[500] / 10)))
END
/usr/bin/python3 seen.py >out
saw "429 with Retry-After: 60" "nearly all before the hint, half within 30 s" "$(sed -n 1p out)"
saw "the same with jitter=None" "0 of 1000 before the hint" "$(sed -n 2p out)"

"""Processes that ask a few questions again and again, and a killer: cache_storm.py URL PROCESSES CALLS KILLS.

Each process makes so many calls; so many of them, drawn at random, are killed in the middle and made up for by
another. Prints, as JSON, what was done and how long calls took in ms; fails when an answer is another question's."""
import json
import os
import random
import signal
import sys
import time

import pycurl

url, processes, calls, kills = sys.argv[1], *map(int, sys.argv[2:5])


def ask(c, question):
    """The milliseconds that it took, and whether a kept answer has ended it."""
    got, heads = [], []
    c.setopt(c.URL, url)
    c.setopt(c.TIMEOUT, 120)
    c.setopt(c.POSTFIELDS, json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": question}]}))
    c.setopt(c.WRITEFUNCTION, got.append)
    c.setopt(c.HEADERFUNCTION, heads.append)
    began = time.monotonic()
    c.perform()
    took = (time.monotonic() - began) * 1000
    said = json.loads(b"".join(got))["choices"][0]["message"]["content"]
    assert said == "You asked: " + question, (said, question)
    return took, any(h.lower().startswith(b"cache-status:") for h in heads)


def work(out):
    random.seed()
    c = pycurl.Curl()
    for _ in range(calls):
        took, hit = ask(c, "question %d" % random.randrange(processes * 40))
        os.write(out, b"%d %.2f\n" % (hit, took))


def start(out):
    pid = os.fork()
    if pid == 0:
        try:
            work(out)
        except BaseException:  # said by the status, as nobody reads a child's words
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return pid


def main():
    name = os.environ["STORM_OUT"]
    out = os.open(name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_APPEND)
    running, chosen = {start(out) for _ in range(processes)}, set()
    done = killed = failed = 0
    while running:
        if len(chosen) < kills and running - chosen and lines(name) > calls * processes * (len(chosen) + 1) // (kills + 2):
            victim = random.choice(sorted(running - chosen))
            os.kill(victim, signal.SIGKILL)
            chosen.add(victim)
            running.add(start(out))
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            running.discard(pid)
            done += status == 0
            killed += os.WIFSIGNALED(status) and pid in chosen
            failed += status != 0 and pid not in chosen
        time.sleep(0.01)
    rows = [line.split() for line in open(name)]
    times = {kind: sorted(float(ms) for k, ms in rows if k == kind) for kind in ("0", "1")}
    print(json.dumps({"processes": done, "killed": killed, "failed": failed,
                      "asked": spread(times["0"]), "kept": spread(times["1"])}))
    sys.exit(failed > 0)


def lines(name):
    return open(name, "rb").read().count(b"\n")


def spread(ms):
    return {"calls": len(ms), **({"p50": ms[len(ms) // 2], "p99": ms[len(ms) * 99 // 100], "max": ms[-1]} if ms else {})}


main()

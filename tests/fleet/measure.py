#!/usr/bin/env python3
"""What several hosts do with one limit through a real Redis: the table of docs/fleet.md.

    make all programs && tests/fleet/measure.py [--hosts 8] [--processes 64] [--seconds 20] [NAME...]

Hosts are state folders; processes are build/tests/programs/fleet_load, which call `steadycurl mock` on
loopback without pause. Prints a line for each scenario: what part of the limit was used, by how much any
window was over it (in percent of the limit, after the burst), round trips a call, and the longest call.
Needs redis-server. Nothing leaves the machine.
"""
import argparse, asyncio, json, os, signal, socket, subprocess, sys, tempfile, threading, time
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build")
BURST = 0.01  # of the limit


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redis:
    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", self.folder], stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.ask("PING")
                return
            except OSError:
                time.sleep(0.02)
        sys.exit("redis-server does not come up")

    def ask(self, line):
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as s:
            s.sendall(line.encode() + b"\r\n")
            return s.recv(1 << 16).decode()

    def trips(self):
        for line in self.ask("INFO commandstats").splitlines():
            if line.startswith("cmdstat_evalsha:"):
                return int(line.split("calls=")[1].split(",")[0])
        return 0

    def kill(self):
        self.process.kill()
        self.process.wait()


class Slow:
    """A proxy to the Redis that keeps back each piece of an answer."""

    def __init__(self, to):
        self.to, self.port, self.delay = to, free_port(), 0.0
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()

    async def pump(self, source, sink, delayed):
        try:
            while data := await source.read(65536):
                if delayed and self.delay:
                    await asyncio.sleep(self.delay)
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        sink.close()

    async def meet(self, reader, writer):
        try:
            up, down = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self.pump(reader, down, False), self.pump(up, writer, True))

    async def serve(self):
        server = await asyncio.start_server(self.meet, "127.0.0.1", self.port)
        async with server:
            await server.serve_forever()


class Mock:
    def __init__(self, folder):
        path = os.path.join(folder, "port")
        self.process = subprocess.Popen([BUILD + "/steadycurl", "mock", "--quiet", "--latency", "5",
                                         "--idle-exit", "600", "--port-file", path])
        while not os.path.exists(path) or not open(path).read().strip():
            time.sleep(0.02)
        self.url = "http://127.0.0.1:" + open(path).read().strip()

    def tokens(self):
        """Of a call as fleet_load makes it."""
        body = {"model": "gpt-4o", "max_tokens": 1, "messages": [{"role": "user", "content": "aaaa " * 4}]}
        ask = urllib.request.Request(self.url + "/v1/chat/completions", json.dumps(body).encode(),
                                     {"content-type": "application/json"})
        with urllib.request.urlopen(ask) as r:
            n = json.load(r)["usage"]["total_tokens"]
        urllib.request.urlopen(urllib.request.Request(self.url + "/_mock/reset", b"")).close()
        return n


def places(hosts, processes, skewed):
    """How many processes each host has."""
    if not skewed:
        return [processes // hosts] * hosts
    rest = [max(1, processes // 10 // (hosts - 1))] * (hosts - 1)
    return [processes - sum(rest)] + rest


def most_over(arrivals, rate, burst):
    """By how many calls any window has more than it may: the fullest that a bucket of the whole
    limit would have been."""
    level = worst = 0.0
    last = arrivals[0]
    for t in arrivals:
        level = max(0.0, level - (t - last) * rate) + 1
        last = t
        worst = max(worst, level - burst)
    return worst


class Run:
    def __init__(self, args, name):
        self.args, self.name = args, name
        self.folder = tempfile.mkdtemp(prefix="sc-fleet-")
        self.redis = Redis(self.folder)
        self.proxy = Slow(self.redis.port) if name == "slow" else None
        self.mock = Mock(self.folder)
        self.programs = []

    def policy(self, limits, shared=True):
        port = self.proxy.port if self.proxy else self.redis.port
        path = os.path.join(self.folder, "policy.json")
        policy = {"version": 1, "defaults": {"retry": False, "breaker": False},
                  "log": {"path": os.path.join(self.folder, "log"), "format": "json"},
                  "rules": [{"name": "local", "match": {"host": "127.0.0.1"}, "limits": limits}]}
        if shared:
            policy["state"] = {"redis": "redis://127.0.0.1:%d" % port, "hosts": self.args.hosts}
        with open(path, "w") as f:
            json.dump(policy, f)
        return path

    def start(self, host, policy, seconds, more=()):
        env = {k: v for k, v in os.environ.items() if not k.startswith("STEADYCURL")}
        env["STEADYCURL_STATE"] = os.path.join(self.folder, "host%d" % host)
        out = open(os.path.join(self.folder, "out.%d.%d" % (host, len(self.programs))), "w")
        p = subprocess.Popen([BUILD + "/steadycurl", "run", "-p", policy, "--",
                              BUILD + "/tests/programs/fleet_load", self.mock.url + "/v1/chat/completions",
                              "-s", str(seconds), *more], env=env, stdout=out, stderr=subprocess.DEVNULL)
        self.programs.append((host, p))

    def wait(self):
        for _, p in self.programs:
            p.wait()

    def outputs(self):
        """Of each program its calls: begin and end in seconds, status."""
        for name in os.listdir(self.folder):
            if name.startswith("out."):
                rows = [line.split() for line in open(os.path.join(self.folder, name))]
                yield [(int(r[1]) / 1e6, int(r[2]) / 1e6, r[4]) for r in rows if len(r) >= 6]

    def calls(self):
        return [c for calls in self.outputs() for c in calls]

    def busy(self):
        """While all programs make calls, whatever it took to start them."""
        some = [calls for calls in self.outputs() if calls]
        return max(c[0][1] for c in some), min(c[-1][0] for c in some)

    def end(self):
        for _, p in self.programs:
            if p.poll() is None:
                p.kill()
        self.mock.process.kill()
        self.redis.process.send_signal(signal.SIGCONT)
        self.redis.kill()


# What happens to Redis: (at which part of the time, what)
def stopped(run, seconds):
    time.sleep(seconds / 4)
    run.redis.process.send_signal(signal.SIGSTOP)
    time.sleep(min(20, seconds / 2))
    run.redis.process.send_signal(signal.SIGCONT)


def killed(run, seconds):
    time.sleep(seconds / 4)
    run.redis.kill()
    time.sleep(seconds / 4)
    run.redis.start()  # empty


def slow(run, seconds):
    time.sleep(seconds / 4)
    run.proxy.delay = 0.2
    time.sleep(seconds / 2)
    run.proxy.delay = 0


def host_dies(run, seconds):
    time.sleep(seconds / 2)
    run.died = time.time()
    for host, p in run.programs:
        if host == 0:
            p.kill()


EVENTS = {"equal": None, "skewed": None, "tokens": None, "stopped": stopped, "killed": killed,
          "slow": slow, "host-dies": host_dies, "never-met": lambda run, seconds: None}


def measure(args, name):
    run = Run(args, name)
    skewed = name in ("skewed", "host-dies")
    rate = args.rpm / 60
    limits = {"rpm": args.rpm, "burst": BURST, "max_wait_ms": 60000}
    if name == "tokens":
        limits = {"tpm": args.rpm * run.mock.tokens(), "burst": BURST, "max_wait_ms": 60000}
    if name == "never-met":
        run.redis.kill()
    policy = run.policy(limits)
    for host, n in enumerate(places(args.hosts, args.processes, skewed)):
        for _ in range(n):
            run.start(host, policy, args.seconds)
    if EVENTS[name]:
        EVENTS[name](run, args.seconds)
    run.wait()
    calls = run.calls()
    arrivals = sorted(end for _, end, status in calls if status == "200")  # 5 ms later, all of them
    trips = run.redis.trips() if name in ("equal", "skewed", "tokens", "slow", "host-dies") else None
    first, last = run.busy()
    inside = [t for t in arrivals if first <= t <= last]
    result = {"scenario": name, "calls": len(arrivals),
              "used": len(inside) / ((last - first) * rate) * 100,
              "over": most_over(arrivals, rate, BURST * args.rpm) / args.rpm * 100,
              "trips": trips / len(arrivals) if trips is not None else None,
              "away": sum("Redis is away" in line for line in open(os.path.join(run.folder, "log")))
              if os.path.exists(os.path.join(run.folder, "log")) else 0,
              "failed": sum(status != "200" for _, _, status in calls)}
    if name == "host-dies":  # the first half second in which the others have nine tenths of it all
        after = sorted(end - run.died for _, end, _ in calls if end > run.died)
        result["back_after_s"] = next((t for t in after if sum(t <= u < t + 0.5 for u in after)
                                       >= 0.45 * rate), None)
    run.end()
    return result


def longest(args):
    """The longest call where nothing waits for a limit: with Redis stopped, and without any."""
    out = {}
    for name in ("alone", "stopped", "slow"):
        run = Run(args, name)
        policy = run.policy({"rpm": 6000000}, shared=name != "alone")
        for host in range(args.hosts):
            run.start(host, policy, args.seconds)
        if name != "alone":
            EVENTS[name](run, args.seconds)
        run.wait()
        spans = sorted(1000 * (b - a) for a, b, _ in run.calls())
        out[name] = {"calls": len(spans), "median_ms": spans[len(spans) // 2],
                     "p99_ms": spans[len(spans) * 99 // 100], "longest_ms": spans[-1]}
        run.end()
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--hosts", type=int, default=8)
    p.add_argument("--processes", type=int, default=64)
    p.add_argument("--seconds", type=float, default=20)
    p.add_argument("--rpm", type=int, default=6000)
    p.add_argument("names", nargs="*", help="of " + ", ".join(EVENTS) + ", longest; all if none")
    args = p.parse_args()
    for name in args.names or [*EVENTS, "longest"]:
        print(json.dumps(longest(args) if name == "longest" else measure(args, name)), flush=True)


main()

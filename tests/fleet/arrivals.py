"""arrivals.py RPM BURST WINDOW SECONDS LOG [OUT]: what the server saw, against what was allowed.

Reads the mock's requests from standard input. Prints how much of the allowance was used in the
first SECONDS, the fullest sliding window of WINDOW seconds and what it may hold, and with the
programs' lines (OUT) how far requests came out of the order in which the programs began them.
"""
import json
import sys

import lateness

rpm, burst, window, seconds = (float(x) for x in sys.argv[1:5])
requests = json.load(sys.stdin)
times = sorted(r['time_ms'] / 1000 for r in requests)
per_second = rpm / 60
start = times[0]

used = sum(1 for t in times if t - start <= seconds)
print('used %.1f' % (100 * used / (per_second * seconds + burst * rpm)))

fullest, first = 0, 0
for last, t in enumerate(times):
    while t - times[first] >= window:
        first += 1
    fullest = max(fullest, last - first + 1)
print('fullest %d' % fullest)
late = lateness.most(sys.argv[5])
print('may %d' % (per_second * (window + late) + burst * rpm + 1))

if len(sys.argv) > 6:
    began = {}
    for line in open(sys.argv[6]):
        fields = line.split()
        began[fields[0]] = int(fields[1])
    ids = [dict(r['headers'])['x-id'] for r in sorted(requests, key=lambda r: r['n'])]
    order = {i: n for n, i in enumerate(sorted(ids, key=began.get))}
    off = sorted(abs(order[i] - n) for n, i in enumerate(ids))
    print('median %d' % off[len(off) // 2])
    print('most %d' % off[int(len(off) * 0.99)])
    # Who is late is overtaken by those let go meanwhile.
    print('overtaken %d' % (10 + per_second * late))

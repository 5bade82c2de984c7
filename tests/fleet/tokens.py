"""tokens.py TPM BURST WINDOW SECONDS LOG: tokens that the server gave out, against what was allowed.

Reads the mock's requests from standard input; the mock counts four bytes of a prompt as a token.
"""
import json
import sys

import lateness

tpm, burst, window, seconds = (float(x) for x in sys.argv[1:5])


def tokens(request):
    body = json.loads(request['body'])
    prompt = sum(len(m['content']) for m in body['messages'])
    return (prompt + 3) // 4 + body['max_tokens']


seen = sorted((r['time_ms'] / 1000, tokens(r)) for r in json.load(sys.stdin))
start = seen[0][0]
largest = max(n for _, n in seen)
used = sum(n for t, n in seen if t - start <= seconds)
print('used %.1f' % (100 * used / (tpm / 60 * seconds + burst * tpm)))

fullest = total = first = 0
for t, n in seen:
    total += n
    while t - seen[first][0] >= window:
        total -= seen[first][1]
        first += 1
    fullest = max(fullest, total)
print('fullest %d' % fullest)
late = lateness.most(sys.argv[5])
print('may %d' % (tpm / 60 * (window + late) + max(burst * tpm, largest) + largest))
print('calls %d' % len(seen))

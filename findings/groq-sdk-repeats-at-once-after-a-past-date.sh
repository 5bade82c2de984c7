#!/bin/bash
# groq-sdk 1.6.0 and together-ai 0.52.0 compare a date in `Retry-After` with the client's own clock. If that
# one is ahead of the service's by as little as the wait, the date is past, and in place of their backoff
# they do not wait at all: all three requests are out within a fraction of a second. The answer's
# own `Date` would have told the true distance. openai 7.59.0 falls back to its backoff.
. "$(dirname "$0")/lib/lab.sh"
npm_packages groq-sdk@1.6.0 together-ai@0.52.0 openai@7.59.0
cat >seen.mjs <<'END'
import Groq from 'groq-sdk';
import OpenAI from 'openai';
import Together from 'together-ai';
import {ASK, outcome, serve, status} from './lab.mjs';

// A service whose clock is a minute behind says: in five seconds.
const later = seconds => new Date(Date.now() - 60000 + seconds * 1000).toUTCString();
const behind = response => status(429, {date: later(0), 'retry-after': later(5)})(response);
for (const Client of [Groq, Together, OpenAI]) {
    const server = await serve([behind]);
    await outcome(new Client({apiKey: 'k', baseURL: server.url}).chat.completions.create(ASK));
    const took = server.requests.at(-1).at - server.requests[0].at;
    console.log(`${server.requests.length}, ${took < 900 ? 'at once' : 'with waits'}`);
}
process.exit(0);
END
# On a slow machine requests may come late: the best of three counts.
for _ in 1 2 3; do
    node seen.mjs >out
    [ "$(grep -c 'at once' out)" -lt 2 ] || break
done
saw "groq-sdk" "3, at once" "$(sed -n 1p out)"
saw "together-ai" "3, at once" "$(sed -n 2p out)"
saw "openai" "3, with waits" "$(sed -n 3p out)"

#!/bin/bash
# replicate 1.4.0 documents that it waits for as long as `Retry-After` says, and backs off without one.
# It does neither: after 429s, whatever the header, its six requests for a prediction are out at once,
# where the seconds that it was told, or its backoff, would have taken ten and more.
. "$(dirname "$0")/lib/lab.sh"
npm_packages replicate@1.4.0
cat >seen.mjs <<'END'
import Replicate from 'replicate';
import {outcome, serve, status} from './lab.mjs';

for (const headers of [{'retry-after': '2'}, {}]) {
    const server = await serve([status(429, headers)]);
    const client = new Replicate({auth: 'k', baseUrl: server.url});
    const answer = await outcome(client.predictions.create({version: 'v', input: {prompt: 'x'}}));
    const took = server.requests.at(-1).at - server.requests[0].at;
    console.log(`${answer}, ${server.requests.length} requests, ${took < 5000 ? 'none waited' : 'they waited'}`);
}
process.exit(0);
END
node seen.mjs >out
saw "429 with Retry-After: 2" "threw ApiError, 6 requests, none waited" "$(sed -n 1p out)"
saw "429 without a hint" "threw ApiError, 6 requests, none waited" "$(sed -n 2p out)"

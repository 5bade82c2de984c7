#!/bin/bash
# ky 1.14.3 documents a timeout "including any retries", and that a hint is cut to it unless `maxRetryAfter` is
# set. Neither holds: with a timeout of one second it waits for the three that `Retry-After` says. Without that
# header it reads `X-RateLimit-Reset` as seconds; a time in milliseconds, which OpenRouter sends, is a wait
# of tens of thousands of years, cut to setTimeout's 24 days: the call does not come back. A time in seconds,
# and `maxRetryAfter`, work.
. "$(dirname "$0")/lib/lab.sh"
npm_packages ky@1.14.3
cat >seen.mjs <<'END'
import ky from 'ky';
import {ASK, CHAT, json, serve, status} from './lab.mjs';

const WAITS = 8000;
const ask = async (headers, more = {}) => {
    const server = await serve([status(429, headers()), json(CHAT)]);
    const answer = ky.post(server.url, {json: ASK, timeout: 1000, retry: {methods: ['post'], limit: 2, ...more}});
    const result = await Promise.race([
        answer.json().then(() => 'answered', error => `threw ${error.name}`),
        new Promise(done => setTimeout(done, WAITS, 'neither answer nor error')),
    ]);
    console.log(`${result}${server.requests.length > 1 && server.gap() > 2500 ? ' after the hint' : ''}`);
};
await ask(() => ({'retry-after': '3'}));
await ask(() => ({'x-ratelimit-reset': `${Date.now() + 3000}`}));
await ask(() => ({'x-ratelimit-reset': `${Math.ceil(Date.now() / 1000) + 3}`}));
await ask(() => ({'x-ratelimit-reset': `${Date.now() + 3000}`}), {maxRetryAfter: 500});
process.exit(0);
END
node seen.mjs >out
saw "told to wait for 3 s, timeout of 1 s" "answered after the hint" "$(sed -n 1p out)"
saw "a reset in milliseconds, 8 s later" "neither answer nor error" "$(sed -n 2p out)"
saw "the same reset in seconds" "answered after the hint" "$(sed -n 3p out)"
saw "in milliseconds, with maxRetryAfter" "answered" "$(sed -n 4p out)"

#!/bin/bash
# ky 1.14.3 documents a timeout "including any retries", and that a hint is cut to it unless `maxRetryAfter` is
# set. Neither holds: with a timeout of one second it waits for the three that `Retry-After` says, and for those
# of a reset. With `maxRetryAfter` it asks again in time. (A reset as one large router writes it was seen to keep
# a call waiting without an end.)
. "$(dirname "$0")/lib/lab.sh"
npm_packages ky@1.14.3
cat >seen.mjs <<'END'
import ky from 'ky';
import {ASK, CHAT, json, outcome, serve, status} from './lab.mjs';

const ask = async (headers, more = {}) => {
    const server = await serve([status(429, headers), json(CHAT)]);
    const result = await outcome(ky.post(server.url, {json: ASK, timeout: 1000, retry: {methods: ['post'], limit: 2, ...more}}).json()
        .then(() => 'it'));
    console.log(`${result}${server.requests.length > 1 && server.gap() > 2500 ? ' after the hint' : ''}`);
};
await ask({'retry-after': '3'});
await ask({'x-ratelimit-reset': `${Math.ceil(Date.now() / 1000) + 3}`});
await ask({'retry-after': '3'}, {maxRetryAfter: 500});
process.exit(0);
END
node seen.mjs >out
saw "told to wait for 3 s, timeout of 1 s" "answered it after the hint" "$(sed -n 1p out)"
saw "a reset in 3 s" "answered it after the hint" "$(sed -n 2p out)"
saw "with maxRetryAfter" "answered it" "$(sed -n 3p out)"

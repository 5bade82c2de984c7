#!/bin/bash
# undici 6.29.1's RetryAgent honours `Retry-After: 4` and does not honour the same time as an HTTP
# date: it asks again after its own half second. Services that answer with a date (RFC 9110 allows
# both) are asked early by every program behind it.
. "$(dirname "$0")/lib/lab.sh"
npm_packages undici@6.29.1
cat >seen.mjs <<'END'
import {Agent, RetryAgent, request} from 'undici';
import {CHAT, json, serve, status} from './lab.mjs';

const early = async header => {
    const server = await serve([r => status(429, {'retry-after': header()})(r), json(CHAT)]);
    const dispatcher = new RetryAgent(new Agent(), {methods: ['POST'], maxRetries: 2});
    await request(server.url, {method: 'POST', body: '{}', dispatcher});
    return server.gap() < 2900 ? 'early' : 'in time';
};
console.log(await early(() => '4'));
console.log(await early(() => new Date(Date.now() + 4000).toUTCString()));
process.exit(0);
END
node seen.mjs >out
saw "Retry-After in seconds" "in time" "$(sed -n 1p out)"
saw "Retry-After as a date" "early" "$(sed -n 2p out)"

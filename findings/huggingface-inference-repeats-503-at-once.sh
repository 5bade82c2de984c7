#!/bin/bash
# @huggingface/inference 4.13.30 asks again after a 503 as long as 503s come, without any wait: a
# server that says `Retry-After: 2` and is back after ten refusals gets eleven requests within a
# fraction of the time that it asked for. There is no bound on their number. A 429 with the same
# header is not repeated at all.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @huggingface/inference@4.13.30
cat >seen.mjs <<'END'
import {InferenceClient} from '@huggingface/inference';
import {ASK, CHAT, json, outcome, serve, status} from './lab.mjs';

const ask = async server => {
    const client = new InferenceClient('hf_key', {endpointUrl: server.url});
    return (await client.chatCompletion(ASK)).choices[0].message.content;
};
const refusals = Array(10).fill(status(503, {'retry-after': '2'}));
const busy = await serve([...refusals, json(CHAT)]);
const answer = await outcome(ask(busy));
const waited = busy.requests.at(-1).at - busy.requests[0].at;
console.log(`${answer}, ${busy.requests.length} requests, ${waited < 2000 ? "not a tenth of" : "more than a tenth of"} the waits`);
const limited = await serve([status(429, {'retry-after': '2'}), json(CHAT)]);
console.log(`${await outcome(ask(limited))}, ${limited.requests.length} request`);
process.exit(0);
END
node seen.mjs >out
saw "503 with Retry-After: 2, ten times" "answered hi, 11 requests, not a tenth of the waits" "$(sed -n 1p out)"
saw "429 with Retry-After: 2" "threw InferenceClientProviderApiError, 1 request" "$(sed -n 2p out)"

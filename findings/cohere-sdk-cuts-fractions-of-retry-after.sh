#!/bin/bash
# cohere-ai 8.1.0 reads `Retry-After: 1.9` as 1 and asks again almost a second early; groq-sdk 1.6.0
# waits for the 1.9 seconds. Fractions are no HTTP, but providers send them (seconds of a token bucket).
. "$(dirname "$0")/lib/lab.sh"
npm_packages cohere-ai@8.1.0 groq-sdk@1.6.0
cat >seen.mjs <<'END'
import {CohereClientV2} from 'cohere-ai';
import Groq from 'groq-sdk';
import {ASK, CHAT, json, outcome, serve, status} from './lab.mjs';

const early = async ask => {
    const server = await serve([status(429, {'retry-after': '1.9'}), json(CHAT)]);
    await outcome(ask(server.url));
    return server.gap() < 1900 ? 'early' : 'in time';
};
console.log(await early(url => new CohereClientV2({token: 'k', environment: url}).chat(ASK)));
console.log(await early(url => new Groq({apiKey: 'k', baseURL: url}).chat.completions.create(ASK)));
process.exit(0);
END
# On a slow machine an early request may come late: the best of three counts.
for _ in 1 2 3; do
    node seen.mjs >out
    [ "$(sed -n 1p out)" = "in time" ] || break
done
saw "cohere-ai after Retry-After: 1.9" "early" "$(sed -n 1p out)"
saw "groq-sdk after Retry-After: 1.9" "in time" "$(sed -n 2p out)"

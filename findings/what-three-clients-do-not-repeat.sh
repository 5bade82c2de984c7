#!/bin/bash
# Three clients whose retries leave out what others repeat first: together-ai 0.52.0 repeats a 501 and not a
# 500; @azure-rest/ai-inference 1.0.0-beta.6 repeats a 500 and not a 429, unless it has a `Retry-After`;
# @openrouter/sdk 1.3.19 repeats a 501, and a 500 with `x-should-retry: false`, and not a 429 even with a
# `Retry-After`. openai 7.59.0 repeats all but the 500 that says no.
. "$(dirname "$0")/lib/lab.sh"
npm_packages together-ai@0.52.0 @azure-rest/ai-inference@1.0.0-beta.6 @openrouter/sdk@1.3.19 openai@7.59.0
cat >seen.mjs <<'END'
import azure from '@azure-rest/ai-inference';
import {OpenRouter} from '@openrouter/sdk';
import OpenAI from 'openai';
import Together from 'together-ai';
import {ASK, CHAT, json, outcome, serve, status} from './lab.mjs';

const clients = {
    together: url => new Together({apiKey: 'k', baseURL: url}).chat.completions.create(ASK),
    azure: url => azure(url, {key: 'k'}, {allowInsecureConnection: true}).path('/chat/completions').post({body: ASK}),
    openrouter: url => new OpenRouter({apiKey: 'k', serverURL: url}).chat.send({chatRequest: ASK}),
    openai: url => new OpenAI({apiKey: 'k', baseURL: url}).chat.completions.create(ASK),
};
const refusals = [status(429), status(429, {'retry-after': '1'}), status(500), status(501),
                  status(500, {'x-should-retry': 'false'})];
for (const [name, client] of Object.entries(clients)) {
    const counts = [];
    for (const refusal of refusals) {
        const server = await serve([refusal, json(CHAT)]);
        await outcome(client(server.url));
        counts.push(server.requests.length);
    }
    console.log(name, counts.join(' '));
}
process.exit(0);
END
node seen.mjs 2>/dev/null >out
# Requests for a 429, a 429 with a hint, a 500, a 501, a 500 that says no.
saw "together-ai" "together 2 2 1 2 1" "$(sed -n 1p out)"
saw "@azure-rest/ai-inference" "azure 1 2 2 1 2" "$(sed -n 2p out)"
saw "@openrouter/sdk" "openrouter 1 1 2 2 2" "$(sed -n 3p out)"
saw "openai" "openai 2 2 2 2 1" "$(sed -n 4p out)"

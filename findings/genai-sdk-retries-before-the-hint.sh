#!/bin/bash
# @google/genai 2.32.0, with its retries switched on, reads neither `Retry-After` nor Google's own
# RetryInfo in the body: told to come back in 9 seconds by both, it asks again after one or two.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @google/genai@2.32.0
cat >seen.mjs <<'END'
import {GoogleGenAI} from '@google/genai';
import {json, outcome, serve, status} from './lab.mjs';

const refusal = {error: {code: 429, message: 'Please retry in 9s.', status: 'RESOURCE_EXHAUSTED', details: [
    {'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '9s'}]}};
const answer = {candidates: [{content: {role: 'model', parts: [{text: 'hi'}]}, finishReason: 'STOP', index: 0}]};
const server = await serve([status(429, {'retry-after': '9'}, refusal), json(answer)]);
const client = new GoogleGenAI({apiKey: 'k', httpOptions: {baseUrl: server.url, retryOptions: {attempts: 3}}});
const text = await outcome(client.models.generateContent({model: 'm', contents: 'x'}).then(r => r.text));
console.log(`${text}, ${server.gap() < 8000 ? 'asked before the time' : 'asked in time'}`);
process.exit(0);
END
node seen.mjs >out
saw "429 with a hint of 9 s, twice" "answered hi, asked before the time" "$(cat out)"

#!/bin/bash
# openai 7.59.0, @anthropic-ai/sdk 1.14.0 and groq-sdk 1.6.0 on node 20, with ten minutes as timeout (the default of
# the first two): a request whose answer begins later is dropped after five, at the longest wait for a header
# that node's fetch has of its own, and sent again: of an answer that takes six minutes nothing is read,
# and it is computed anew for each try. @mistralai/mistralai 2.7.0 and ollama 0.6.4, told of no timeout or of none
# shorter, fail there, too, after one request. openai's error names the setting of undici that helps; the
# READMEs tell of the ten minutes. This script takes five and a half.
. "$(dirname "$0")/lib/lab.sh"
npm_packages openai@7.59.0 @anthropic-ai/sdk@1.14.0 groq-sdk@1.6.0 @mistralai/mistralai@2.7.0 ollama@0.6.4
cat >seen.mjs <<'END'
import Anthropic from '@anthropic-ai/sdk';
import Groq from 'groq-sdk';
import {Mistral} from '@mistralai/mistralai';
import {Ollama} from 'ollama';
import OpenAI from 'openai';
import {ASK, serve} from './lab.mjs';

const TEN_MINUTES = 600000;
const clients = [
    url => new OpenAI({apiKey: 'k', baseURL: url}).chat.completions.create(ASK),
    url => new Anthropic({apiKey: 'k', baseURL: url}).messages.create({...ASK, max_tokens: 9}),
    url => new Groq({apiKey: 'k', baseURL: url, timeout: TEN_MINUTES}).chat.completions.create(ASK),
    url => new Mistral({apiKey: 'k', serverURL: url, timeoutMs: TEN_MINUTES}).chat.complete(ASK),
    url => new Ollama({host: url}).chat(ASK),
];
const calls = await Promise.all(clients.map(async ask => {
    const server = await serve([() => {}]);
    const call = {server, end: 'still asking'};
    ask(server.url).then(() => { call.end = 'answered'; }, () => { call.end = 'failed'; });
    return call;
}));
await new Promise(done => setTimeout(done, 335000));
for (const {server, end} of calls) {
    const gap = server.requests.length > 1 ? `, ${Math.floor(server.gap() / 60000)} minutes between them` : '';
    console.log(`${end}, requests ${server.requests.length}${gap}`);
}
process.exit(0);
END
node seen.mjs >out
saw "openai" "still asking, requests 2, 5 minutes between them" "$(sed -n 1p out)"
saw "@anthropic-ai/sdk" "still asking, requests 2, 5 minutes between them" "$(sed -n 2p out)"
saw "groq-sdk" "still asking, requests 2, 5 minutes between them" "$(sed -n 3p out)"
saw "@mistralai/mistralai" "failed, requests 1" "$(sed -n 4p out)"
saw "ollama" "failed, requests 1" "$(sed -n 5p out)"

#!/bin/bash
# openai 7.59.0 and ai 6.0.326 obey a `Retry-After` up to a minute. One above is dropped, not bounded: told
# to wait 61 seconds they use up their retries within a few. groq-sdk 1.6.0, of openai's own
# generator, waits as long as it is told, with no bound at all.
. "$(dirname "$0")/lib/lab.sh"
npm_packages openai@7.59.0 ai@6.0.326 @ai-sdk/openai@3.0.141 groq-sdk@1.6.0
cat >seen.mjs <<'END'
import OpenAI from 'openai';
import Groq from 'groq-sdk';
import {generateText} from 'ai';
import {createOpenAI} from '@ai-sdk/openai';
import {ASK, outcome, serve, status} from './lab.mjs';

const clients = {
    openai: url => new OpenAI({apiKey: 'k', baseURL: url}).chat.completions.create(ASK),
    ai: url => generateText({model: createOpenAI({apiKey: 'k', baseURL: url}).chat('m'), prompt: 'x'}),
    groq: url => new Groq({apiKey: 'k', baseURL: url}).chat.completions.create(ASK),
};
for (const seconds of [59, 61])
    await Promise.all(Object.entries(clients).map(async ([name, client]) => {
        const server = await serve([status(429, {'retry-after': `${seconds}`})]);
        const patience = new Promise(done => setTimeout(done, 20000, 'still waits'));
        const found = await Promise.race([outcome(client(server.url)), patience]);
        console.log(`${name} ${seconds} ${found}, ${server.requests.length}`);
    }));
process.exit(0);
END
node seen.mjs 2>/dev/null >out
saw "openai, 59 s" "openai 59 still waits, 1" "$(grep '^openai 59' out)"
saw "openai, 61 s" "openai 61 threw RateLimitError, 3" "$(grep '^openai 61' out)"
saw "ai, 59 s" "ai 59 still waits, 1" "$(grep '^ai 59' out)"
saw "ai, 61 s" "ai 61 threw RetryError, 3" "$(grep '^ai 61' out)"
saw "groq-sdk, 61 s" "groq 61 still waits, 1" "$(grep '^groq 61' out)"

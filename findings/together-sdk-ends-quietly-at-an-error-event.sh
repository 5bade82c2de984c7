#!/bin/bash
# together-ai 0.52.0 drops an event that has an `event: error` line: the loop over the stream ends as
# if the answer were complete, half of the text in hand. The same error without that line is thrown.
# groq-sdk 1.6.0, made by the same generator, throws for both.
. "$(dirname "$0")/lib/lab.sh"
npm_packages together-ai@0.52.0 groq-sdk@1.6.0
cat >seen.mjs <<'END'
import Together from 'together-ai';
import Groq from 'groq-sdk';
import {ASK, chunk, event, outcome, serve, stream} from './lab.mjs';

const error = event({error: {message: 'overloaded', type: 'server_error', code: 503}});
const text = async (Client, ...pieces) => {
    const server = await serve([stream(chunk({role: 'assistant', content: 'half'}), ...pieces)]);
    const client = new Client({apiKey: 'k', baseURL: server.url, maxRetries: 0});
    let all = '';
    for await (const part of await client.chat.completions.create({...ASK, stream: true}))
        all += part.choices?.[0]?.delta?.content ?? '';
    return all;
};
console.log(await outcome(text(Together, error)));
console.log(await outcome(text(Together, `event: error\n${error}`)));
console.log(await outcome(text(Groq, `event: error\n${error}`)));
process.exit(0);
END
node seen.mjs >out
saw "together-ai, error without an event line" "threw APIError" "$(sed -n 1p out)"
saw "together-ai, error with its event line" "answered half" "$(sed -n 2p out)"
saw "groq-sdk, error with its event line" "threw APIError" "$(sed -n 3p out)"

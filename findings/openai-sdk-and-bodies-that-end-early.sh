#!/bin/bash
# openai 7.59.0 retries until a status line is there, and not what comes after it: an answer whose body
# breaks off is not asked for again, and is thrown as a bare TypeError, "terminated", that no handler for
# APIError or APIConnectionError sees. A 200 with an empty body is undefined, without any error. ai 6.0.326
# asks again after the break.
. "$(dirname "$0")/lib/lab.sh"
npm_packages openai@7.59.0 ai@6.0.326 @ai-sdk/openai@3.0.141
cat >seen.mjs <<'END'
import OpenAI from 'openai';
import {generateText} from 'ai';
import {createOpenAI} from '@ai-sdk/openai';
import {ASK, CHAT, json, serve} from './lab.mjs';

const broken = response => {
    const body = JSON.stringify(CHAT);
    response.writeHead(200, {'content-type': 'application/json', 'content-length': body.length});
    response.write(body.slice(0, 60), () => response.socket.end());
};
const empty = response => response.writeHead(200, {'content-type': 'application/json', 'content-length': 0}).end();
const reset = response => response.socket.destroy();
const openai = url => new OpenAI({apiKey: 'k', baseURL: url}).chat.completions.create(ASK);
const ai = url => generateText({model: createOpenAI({apiKey: 'k', baseURL: url}).chat('m'), prompt: 'x'});
const ask = async (first, client, answer) => {
    const server = await serve([first, json(CHAT)]);
    const found = await client(server.url).then(answer, error =>
        `threw ${error.constructor.name}${error instanceof OpenAI.OpenAIError ? '' : ', none of its own'}`);
    console.log(`${found}, ${server.requests.length}`);
};
const content = answer => answer === undefined ? 'answered undefined' : `answered ${answer.choices[0].message.content}`;
await ask(reset, openai, content);
await ask(broken, openai, content);
await ask(empty, openai, content);
await ask(broken, ai, answer => `answered ${answer.text}`);
process.exit(0);
END
node seen.mjs 2>/dev/null >out
saw "a connection that breaks before the status line" "answered hi, 2" "$(sed -n 1p out)"
saw "a body that breaks off" "threw TypeError, none of its own, 1" "$(sed -n 2p out)"
saw "an empty body" "answered undefined, 1" "$(sed -n 3p out)"
saw "a body that breaks off, ai" "answered hi, 2" "$(sed -n 4p out)"

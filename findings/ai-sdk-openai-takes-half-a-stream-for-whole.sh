#!/bin/bash
# @ai-sdk/openai 3.0.141 with ai 6.0.326: a stream that ends before any `finish_reason`, and one whose last
# chunk carries an error beside its choices (how OpenRouter reports failures after the first token), end as
# answers: finish reason "other", and no call of onError. @ai-sdk/openai-compatible reports both.
# @ai-sdk/anthropic ends a stream without `message_delta` and `message_stop` like the first.
. "$(dirname "$0")/lib/lab.sh"
npm_packages ai@6.0.326 @ai-sdk/openai@3.0.141 @ai-sdk/openai-compatible@2.0.92 @ai-sdk/anthropic@3.0.140
cat >seen.mjs <<'END'
import {streamText} from 'ai';
import {createAnthropic} from '@ai-sdk/anthropic';
import {createOpenAI} from '@ai-sdk/openai';
import {createOpenAICompatible} from '@ai-sdk/openai-compatible';
import {chunk, event, serve, stream} from './lab.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;
const clients = {
    openai: url => createOpenAI({apiKey: 'k', baseURL: url}).chat('m'),
    compatible: url => createOpenAICompatible({name: 'x', apiKey: 'k', baseURL: url})('m'),
    anthropic: url => createAnthropic({apiKey: 'k', baseURL: url})('m'),
};
const read = async (client, ...pieces) => {
    const server = await serve([stream(...pieces)]);
    let all = '', errors = 0;
    const answer = streamText({model: clients[client](server.url), prompt: 'x', maxRetries: 0, onError() { errors++; }});
    for await (const text of answer.textStream) all += text;
    console.log(`${all}, ${await answer.finishReason}, ${errors} errors`);
};
const half = chunk({role: 'assistant', content: 'half'});
const failed = chunk({content: ''}, 'error', {error: {code: 502, message: 'provider disconnected'}});
const named = (type, rest) => `event: ${type}\n${event({type, ...rest})}`;
const message = {id: 'a', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null,
                 stop_sequence: null, usage: {input_tokens: 3, output_tokens: 1}};
for (const client of ['openai', 'compatible']) {
    await read(client, half, chunk({}, 'stop'), event('[DONE]'));
    await read(client, half);
    await read(client, half, failed, event('[DONE]'));
}
await read('anthropic', named('message_start', {message}),
           named('content_block_start', {index: 0, content_block: {type: 'text', text: ''}}),
           named('content_block_delta', {index: 0, delta: {type: 'text_delta', text: 'half'}}));
process.exit(0);
END
node seen.mjs 2>/dev/null >out
saw "openai, a whole stream" "half, stop, 0 errors" "$(sed -n 1p out)"
saw "openai, no end" "half, other, 0 errors" "$(sed -n 2p out)"
saw "openai, an error beside the choices" "half, other, 0 errors" "$(sed -n 3p out)"
saw "openai-compatible, a whole stream" "half, stop, 0 errors" "$(sed -n 4p out)"
saw "openai-compatible, no end" "half, error, 1 errors" "$(sed -n 5p out)"
saw "openai-compatible, an error beside the choices" "half, error, 1 errors" "$(sed -n 6p out)"
saw "anthropic, no end" "half, other, 0 errors" "$(sed -n 7p out)"

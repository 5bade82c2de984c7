#!/bin/bash
# @langchain/anthropic 1.5.11 adds the output tokens of `message_start` to those of `message_delta`,
# which are cumulative and contain them: a streamed answer of 5 tokens is booked as 6. Asked for without
# a stream, the same answer is booked right. @anthropic-ai/sdk 1.14.0 says 5 for the same stream.
# A stream that stops before `message_stop` is an answer like any other to it.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @langchain/anthropic@1.5.11 @langchain/core@1.4.0 @anthropic-ai/sdk@1.14.0
cat >seen.mjs <<'END'
import {ChatAnthropic} from '@langchain/anthropic';
import Anthropic from '@anthropic-ai/sdk';
import {event, json, outcome, serve, stream} from './lab.mjs';

const message = {id: 'a', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null,
                 stop_sequence: null, usage: {input_tokens: 3, output_tokens: 1}};
const whole = {...message, content: [{type: 'text', text: 'hi'}], stop_reason: 'end_turn',
               usage: {input_tokens: 3, output_tokens: 5}};
const named = (type, rest) => `event: ${type}\n${event({type, ...rest})}`;
const events = [
    named('message_start', {message}),
    named('content_block_start', {index: 0, content_block: {type: 'text', text: ''}}),
    named('content_block_delta', {index: 0, delta: {type: 'text_delta', text: 'hi'}}),
    named('content_block_stop', {index: 0}),
    named('message_delta', {delta: {stop_reason: 'end_turn', stop_sequence: null}, usage: {output_tokens: 5}}),
    named('message_stop', {})];

const model = server => new ChatAnthropic({model: 'm', apiKey: 'k', anthropicApiUrl: server.url, maxRetries: 0});
const streamed = async (...pieces) => {
    let all;
    for await (const part of await model(await serve([stream(...pieces)])).stream('x'))
        all = all ? all.concat(part) : part;
    return `${all.content} ${all.usage_metadata.output_tokens}`;
};
console.log(await outcome(streamed(...events)));
const plain = await model(await serve([json(whole)])).invoke('x');
console.log(plain.usage_metadata.output_tokens);
const client = new Anthropic({apiKey: 'k', baseURL: (await serve([stream(...events)])).url});
const ask = {model: 'm', max_tokens: 9, messages: [{role: 'user', content: 'x'}]};
console.log((await client.messages.stream(ask).finalMessage()).usage.output_tokens);
console.log(await outcome(streamed(...events.slice(0, 3))));
process.exit(0);
END
node seen.mjs >out
saw "streamed" "answered hi 6" "$(sed -n 1p out)"
saw "not streamed" 5 "$(sed -n 2p out)"
saw "streamed, Anthropic's own client" 5 "$(sed -n 3p out)"
saw "streamed, cut in the middle" "answered hi 1" "$(sed -n 4p out)"

#!/bin/bash
# @anthropic-ai/sdk 1.14.0 goes by the `event:` line alone, though each event's JSON has its type: a stream
# without those lines is an empty answer to a loop over it, and an error event without one ends the answer
# quietly in its middle. So does a stream that stops before `message_stop`. The helper
# `messages.stream()` throws in all three cases, but for the error without saying what it was.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @anthropic-ai/sdk@1.14.0
cat >seen.mjs <<'END'
import Anthropic from '@anthropic-ai/sdk';
import {event, outcome, serve, stream} from './lab.mjs';

const message = {id: 'a', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null,
                 stop_sequence: null, usage: {input_tokens: 3, output_tokens: 1}};
const bare = [
    event({type: 'message_start', message}),
    event({type: 'content_block_start', index: 0, content_block: {type: 'text', text: ''}}),
    event({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text: 'hi'}}),
    event({type: 'content_block_stop', index: 0}),
    event({type: 'message_delta', delta: {stop_reason: 'end_turn', stop_sequence: null}, usage: {output_tokens: 2}}),
    event({type: 'message_stop'})];
const named = bare.map(text => `event: ${JSON.parse(text.slice(6)).type}\n${text}`);
const error = event({type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}});
const ask = {model: 'm', max_tokens: 9, messages: [{role: 'user', content: 'x'}]};
const client = async pieces =>
    new Anthropic({apiKey: 'k', baseURL: (await serve([stream(...pieces)])).url, maxRetries: 0});
const loop = async pieces => {
    let all = '';
    for await (const part of await (await client(pieces)).messages.create({...ask, stream: true}))
        all += part.delta?.text ?? '';
    return `"${all}"`;
};
const helper = async pieces => {
    try {
        return (await (await client(pieces)).messages.stream(ask).finalMessage()).content[0].text;
    } catch (error) {
        return /Overloaded/.test(error.message) ? 'threw overloaded' : 'threw';
    }
};
for (const pieces of [named, bare, [...named.slice(0, 3), `event: error\n${error}`], [...named.slice(0, 3), error],
                      named.slice(0, 3)])
    console.log(`${await outcome(loop(pieces))}, helper ${await helper(pieces)}`);
process.exit(0);
END
node seen.mjs >out
saw "with event lines" 'answered "hi", helper hi' "$(sed -n 1p out)"
saw "without them" 'answered "", helper threw' "$(sed -n 2p out)"
saw "an error with its line" 'threw APIError, helper threw overloaded' "$(sed -n 3p out)"
saw "an error without it" 'answered "hi", helper threw' "$(sed -n 4p out)"
saw "no end" 'answered "hi", helper threw' "$(sed -n 5p out)"

#!/bin/bash
# ai-fallback 2.0.1 for the AI SDK: when a stream fails in its middle, the whole answer of the next model is
# appended to the half that the reader has already, as one answer that ended well; `retryAfterOutput`, which
# is true by default, is not in its README. Its `modelResetInterval` counts from the start of the
# process and not "of the first error": in a process that is older than it, one call more than
# should asks the failing model first, and pays for its wait.
. "$(dirname "$0")/lib/lab.sh"
npm_packages ai-fallback@2.0.1 ai@6.0.326 @ai-sdk/openai-compatible@2.0.92 @ai-sdk/provider@3.0.19 \
    @ai-sdk/provider-utils@4.0.65 zod@4.4.3
cat >seen.mjs <<'END'
import {createOpenAICompatible} from '@ai-sdk/openai-compatible';
import {generateText, streamText} from 'ai';
import {createFallback} from 'ai-fallback';
import {CHAT, chunk, CUT, event, json, serve, status, stream} from './lab.mjs';

const pause = ms => new Promise(done => setTimeout(done, ms));
const model = server => createOpenAICompatible({name: 'p', apiKey: 'k', baseURL: server.url})('m');
const said = async (first, settings = {}) => {
    const servers = [await serve([first]), await serve([stream(
        chunk({role: 'assistant', content: 'one '}), chunk({content: 'two'}), chunk({}, 'stop'), event('[DONE]'))])];
    const result = streamText({
        model: createFallback({models: servers.map(model), ...settings}), prompt: 'x', maxRetries: 0, onError() {}});
    let all = '';
    try {
        for await (const part of result.textStream) all += part;
    } catch {
        all += '(thrown)';
    }
    return `${all}, ${await result.finishReason.catch(() => 'no reason')}`;
};
const half = [chunk({role: 'assistant', content: 'one '}), CUT];
console.log(await said(status(429)));
console.log(await said(stream(...half)));
console.log(await said(stream(...half), {retryAfterOutput: false}));

// Three calls, whose first model is overloaded, in a process of some age.
const asked = async age => {
    const servers = [await serve([status(503)]), await serve([json(CHAT)])];
    const fallback = createFallback({models: servers.map(model), modelResetInterval: 2000});
    await pause(age);
    for (let call = 0; call < 3; call++) await generateText({model: fallback, prompt: 'x', maxRetries: 0});
    return servers[0].requests.length;
};
console.log(await asked(0));
console.log(await asked(2100));
process.exit(0);
END
node seen.mjs >out
saw "refused at first" "one two, stop" "$(sed -n 1p out)"
saw "broken in its middle" "one one two, stop" "$(sed -n 2p out)"
saw "the same with retryAfterOutput: false" "one (thrown), no reason" "$(sed -n 3p out)"
saw "requests of three calls to the failing model, fresh process" 1 "$(sed -n 4p out)"
saw "the same in an older process" 2 "$(sed -n 5p out)"

#!/bin/bash
# @portkey-ai/gateway 1.15.2 translates Gemini's error object inside a stream into a chunk without
# choices and without an error, then ends the stream in order: the client takes half an answer for
# whole. Thinking is counted apart: `completion_tokens` leaves out the `reasoning_tokens` that OpenAI's
# own counts include. And on node 20 each stream that it would pass on as it is (OpenAI's) becomes a
# 500 of its own ("immutable" in its log), while translated ones work.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @portkey-ai/gateway@1.15.2
cat >seen.mjs <<'END'
import {spawn} from 'node:child_process';
import net from 'node:net';
import {ASK, chunk, event, serve, stream} from './lab.mjs';

const port = await new Promise(done => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
        const {port} = probe.address();
        probe.close(() => done(port));
    });
});
const gateway = spawn('node', ['node_modules/@portkey-ai/gateway/build/start-server.js', '--headless', `--port=${port}`],
                      {stdio: 'ignore'});
for (let up = false; !up;)
    up = await fetch(`http://127.0.0.1:${port}`).then(() => true, () => new Promise(r => setTimeout(r, 100)));

const ask = async (provider, path, ...pieces) => {
    const server = await serve([stream(...pieces)]);
    const config = {provider, api_key: 'k', custom_host: server.url + path};
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST', body: JSON.stringify({...ASK, stream: true}),
        headers: {'content-type': 'application/json', 'x-portkey-config': JSON.stringify(config)}});
    return {code: answer.status, text: await answer.text()};
};
const gemini = (text, more = {}) =>
    event({candidates: [{content: {role: 'model', parts: [{text}]}, index: 0, ...more.candidate}], ...more.rest});
const failed = await ask('google', '', gemini('half'),
                         event({error: {code: 503, message: 'overloaded', status: 'UNAVAILABLE'}}));
console.log(`${failed.code}, ${/error|overloaded|UNAVAILABLE/.test(failed.text) ? 'an error' : 'no error'} in it`);
const counts = {promptTokenCount: 3, candidatesTokenCount: 2, thoughtsTokenCount: 7, totalTokenCount: 12};
const counted = await ask('google', '', gemini('whole', {candidate: {finishReason: 'STOP'}, rest: {usageMetadata: counts}}));
console.log(counted.text.match(/"completion_tokens":\d+/)[0], counted.text.match(/"reasoning_tokens":\d+/)[0]);
const passed = await ask('openai', '/v1', chunk({role: 'assistant', content: 'hi'}), chunk({}, 'stop'), event('[DONE]'));
console.log(passed.code);
gateway.kill();
process.exit(0);
END
node seen.mjs >out
saw "a Gemini stream with an error in its middle" "200, no error in it" "$(sed -n 1p out)"
saw "usage of 2 tokens of answer and 7 of thinking" '"completion_tokens":2 "reasoning_tokens":7' "$(sed -n 2p out)"
case $(node --version) in
v20.*) saw "an OpenAI stream, on node 20" 500 "$(sed -n 3p out)" ;;
esac

#!/bin/bash
# @langchain/openai 1.5.8's `maxConcurrency` bounds how many requests wait for their first byte. A stream
# leaves the count as soon as its status line is there: of six with a bound of two, all six are being
# generated at the same time. Six plain calls keep to two. A local server with two slots, or an account
# with a limit of two at a time, refuses the others.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @langchain/core@1.4.0 @langchain/openai@1.5.8
cat >seen.mjs <<'END'
import {ChatOpenAI} from '@langchain/openai';
import {CHAT, chunk, event, json, serve, stream} from './lab.mjs';

const usage = {usage: {prompt_tokens: 1, completion_tokens: 1, total_tokens: 2}};
const most = async (answer, ask) => {
    let open = 0, most = 0;
    const server = await serve([response => {
        most = Math.max(most, ++open);
        response.on('close', () => open--);
        answer(response);
    }]);
    const model = new ChatOpenAI({model: 'm', apiKey: 'k', maxConcurrency: 2, configuration: {baseURL: server.url}});
    await Promise.all(Array(6).fill().map(() => ask(model)));
    return most;
};
const slow = stream(...Array(60).fill(chunk({content: 'x'})), chunk({}, 'stop', usage), event('[DONE]'));
console.log(await most(response => setTimeout(() => json(CHAT)(response), 900), model => model.invoke('x')));
console.log(await most(slow, async model => { for await (const part of await model.stream('x')) void part; }));
process.exit(0);
END
node seen.mjs 2>/dev/null >out
saw "plain calls at a time" 2 "$(sed -n 1p out)"
saw "streams at a time" 6 "$(sed -n 2p out)"

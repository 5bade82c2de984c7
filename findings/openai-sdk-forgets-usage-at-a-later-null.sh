#!/bin/bash
# openai 6.49.0's stream helper keeps the usage of the last chunk that has the member at all: a chunk
# with `"usage": null` after the one with the numbers (a finish chunk sent last) wipes them.
. "$(dirname "$0")/lib/lab.sh"
npm_packages openai@6.49.0
cat >seen.mjs <<'END'
import OpenAI from 'openai';
import {ASK, chunk, event, outcome, serve, stream} from './lab.mjs';

const usage = {prompt_tokens: 3, completion_tokens: 1, total_tokens: 4};
const tokens = async last => {
    const server = await serve([stream(chunk({role: 'assistant', content: 'hi'}, null, {usage: null}),
                                       chunk({}, null, {usage}), chunk({}, 'stop', last), event('[DONE]'))]);
    const client = new OpenAI({apiKey: 'k', baseURL: server.url, maxRetries: 0});
    const answer = await client.chat.completions.stream(ASK).finalChatCompletion();
    return answer.usage ? answer.usage.total_tokens : 'without usage';
};
console.log(await outcome(tokens({})));
console.log(await outcome(tokens({usage: null})));
process.exit(0);
END
node seen.mjs >out
saw "the last chunk has no usage member" "answered 4" "$(sed -n 1p out)"
saw "the last chunk's usage is null" "answered without usage" "$(sed -n 2p out)"

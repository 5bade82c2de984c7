#!/bin/bash
# @aws-sdk/client-bedrock-runtime 3.1164.0 takes `Retry-After` for no more than five seconds beyond its own
# backoff: told by a 429 or 503 to come back in 60 seconds, it has used up its three requests within
# fifteen, and throws. Nothing in the exception or its README tells of the cut. A hint of three seconds is kept.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @aws-sdk/client-bedrock-runtime@3.1164.0 @smithy/node-http-handler@4.14.2
cat >seen.mjs <<'END'
import {BedrockRuntimeClient, ConverseCommand} from '@aws-sdk/client-bedrock-runtime';
import {NodeHttpHandler} from '@smithy/node-http-handler';
import {outcome, serve, status} from './lab.mjs';

const ask = async (code, seconds) => {
    const refusal = {'retry-after': `${seconds}`, 'x-amzn-errortype': 'ThrottlingException'};
    const server = await serve([status(code, refusal, {message: 'slow down'})]);
    const client = new BedrockRuntimeClient({
        region: 'us-east-1', endpoint: server.url, requestHandler: new NodeHttpHandler(),
        credentials: {accessKeyId: 'a', secretAccessKey: 'b'},
    });
    const messages = [{role: 'user', content: [{text: 'x'}]}];
    const result = await outcome(client.send(new ConverseCommand({modelId: 'm', messages})));
    const {length} = server.requests;
    const kept = server.gap() >= 1000 * seconds - 20;
    return `${result} after ${length}, ${kept ? 'hint kept' : 'asked before the hint'}`;
};
console.log((await Promise.all([ask(429, 60), ask(503, 60), ask(429, 3)])).join('\n'));
process.exit(0);
END
NODE_NO_WARNINGS=1 node seen.mjs >out
saw "429, 60 s" "threw ThrottlingException after 3, asked before the hint" "$(sed -n 1p out)"
saw "503, 60 s" "threw ThrottlingException after 3, asked before the hint" "$(sed -n 2p out)"
saw "429, 3 s" "threw ThrottlingException after 3, hint kept" "$(sed -n 3p out)"

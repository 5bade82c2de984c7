#!/bin/bash
# @google/generative-ai 0.24.1, below LangChain's package for Gemini to this day, fails a whole stream with
# "Failed to parse stream" at a keep-alive comment, and lets an error event pass as a chunk
# without text: half an answer ends in order. @google/genai 2.32.0 skips the comment and throws the error.
# @langchain/google-genai 2.3.2 hands both on.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @google/generative-ai@0.24.1 @google/genai@2.32.0 @langchain/google-genai@2.3.2 @langchain/core@1.4.0
cat >seen.mjs <<'END'
import {GoogleGenAI} from '@google/genai';
import {GoogleGenerativeAI} from '@google/generative-ai';
import {ChatGoogleGenerativeAI} from '@langchain/google-genai';
import {event, outcome, serve, stream} from './lab.mjs';

process.on('unhandledRejection', () => {});
const piece = text => event({candidates: [{content: {role: 'model', parts: [{text}]}, index: 0}]});
const error = event({error: {code: 503, message: 'overloaded', status: 'UNAVAILABLE'}});
const clients = {
    async old(url) {
        const model = new GoogleGenerativeAI('k').getGenerativeModel({model: 'm'}, {baseUrl: url});
        const {stream, response} = await model.generateContentStream('x');
        response.catch(() => {});
        return {parts: stream, text: part => part.text()};
    },
    async genai(url) {
        const client = new GoogleGenAI({apiKey: 'k', httpOptions: {baseUrl: url}});
        return {parts: await client.models.generateContentStream({model: 'm', contents: 'x'}), text: part => part.text};
    },
    async langchain(url) {
        const model = new ChatGoogleGenerativeAI({model: 'm', apiKey: 'k', baseUrl: url, maxRetries: 0});
        return {parts: await model.stream('x'), text: part => part.content};
    },
};
const read = async (client, pieces) => {
    const {parts, text} = await clients[client]((await serve([stream(...pieces)])).url);
    let all = '';
    for await (const part of parts) all += text(part) ?? '';
    return all;
};
for (const client of Object.keys(clients))
    for (const pieces of [[piece('one '), ': still here\n\n', piece('two')], [piece('half'), error]])
        console.log(client, await outcome(read(client, pieces)));
process.exit(0);
END
node seen.mjs 2>/dev/null >out
saw "generative-ai, a comment" "old threw GoogleGenerativeAIError" "$(sed -n 1p out)"
saw "generative-ai, an error event" "old answered half" "$(sed -n 2p out)"
saw "genai, a comment" "genai answered one two" "$(sed -n 3p out)"
saw "genai, an error event" "genai threw ApiError" "$(sed -n 4p out)"
saw "langchain, a comment" "langchain threw GoogleGenerativeAIError" "$(sed -n 5p out)"
saw "langchain, an error event" "langchain answered half" "$(sed -n 6p out)"

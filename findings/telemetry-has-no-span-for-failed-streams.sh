#!/bin/bash
# @opentelemetry/instrumentation-openai 0.21.0 and @traceloop/instrumentation-openai 0.27.0 end a stream's
# span when its last chunk was read, and never otherwise: a stream that brings an error, breaks, or is
# left by its reader is in no trace at all, so error rates come out at nought and costs too low. Traceloop's
# leaves out the usage of whole streams as well. And one span stands for a call with two failed attempts.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @opentelemetry/instrumentation-openai@0.21.0 @traceloop/instrumentation-openai@0.27.0 \
    @opentelemetry/instrumentation@0.223.0 @opentelemetry/sdk-trace-node@2.12.1 openai@6.49.0
cat >seen.cjs <<'END'
const {InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor} = require('@opentelemetry/sdk-trace-node');
const {registerInstrumentations} = require('@opentelemetry/instrumentation');
const {OpenAIInstrumentation} = require(process.argv[2]);

const exporter = new InMemorySpanExporter();
const tracerProvider = new NodeTracerProvider({spanProcessors: [new SimpleSpanProcessor(exporter)]});
tracerProvider.register();
registerInstrumentations({instrumentations: [new OpenAIInstrumentation()], tracerProvider});
const OpenAI = require('openai');

(async () => {
    const {ASK, CHAT, chunk, CUT, event, json, serve, status, stream} = await import('./lab.mjs');
    const one = chunk({role: 'assistant', content: 'one'});
    const usage = {prompt_tokens: 3, completion_tokens: 2, total_tokens: 5};
    const whole = [one, chunk({}, 'stop'), chunk({}, null, {choices: [], usage}), event('[DONE]')];
    const read = async (answers, reader) => {
        exporter.reset();
        const server = await serve(answers);
        await reader(new OpenAI({apiKey: 'k', baseURL: server.url})).catch(() => {});
        await new Promise(done => setTimeout(done, 200));
        const spans = exporter.getFinishedSpans();
        const counted = spans.filter(span => span.attributes['gen_ai.usage.output_tokens']);
        console.log(`${spans.length} span, ${counted.length} with usage, ${server.requests.length} request`);
    };
    const asked = {...ASK, stream: true, stream_options: {include_usage: true}};
    const through = async client => { for await (const part of await client.chat.completions.create(asked)) void part; };
    const first = async client => { for await (const part of await client.chat.completions.create(asked)) return part; };
    const plain = client => client.chat.completions.create(ASK);
    await read([stream(...whole)], through);
    await read([stream(one, event({error: {message: 'overloaded', code: 503}}))], through);
    await read([stream(one, CUT)], through);
    await read([stream(...whole)], first);
    await read([status(500), status(500), json(CHAT)], plain);
    process.exit(0);
})();
END
for package in @opentelemetry/instrumentation-openai @traceloop/instrumentation-openai; do
    node seen.cjs "$package" 2>/dev/null >out
    counted=1
    [ "$package" = @opentelemetry/instrumentation-openai ] || counted=0
    saw "$package, a whole stream" "1 span, $counted with usage, 1 request" "$(sed -n 1p out)"
    saw "$package, an error in the stream" "0 span, 0 with usage, 1 request" "$(sed -n 2p out)"
    saw "$package, a broken stream" "0 span, 0 with usage, 1 request" "$(sed -n 3p out)"
    saw "$package, a stream left by its reader" "0 span, 0 with usage, 1 request" "$(sed -n 4p out)"
    saw "$package, two failed attempts" "1 span, 1 with usage, 3 request" "$(sed -n 5p out)"
done

// clients.mjs CLIENTS FOLDER - the providers' own clients read what is translated for them.
//
// A loopback server gives out the golden files of FOLDER; each client asks it as it would its
// provider and has to read text, calls, usage and the end, or to throw where the file ends in an
// error. Prints one line a file, status 1 if one is not read so. CLIENTS: a folder with node_modules.
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [clients, folder] = process.argv.slice(2);
const load = (name) => import(createRequire(path.join(clients, 'x.js')).resolve(name));
const { OpenAI } = await load('openai');
const { Anthropic } = await load('@anthropic-ai/sdk');
const { GoogleGenAI } = await load('@google/genai');

const server = http.createServer((request, response) => {
    const [, kind, file] = request.url.split('/');
    const text = fs.readFileSync(path.join(folder, kind, decodeURIComponent(file)));
    request.resume();
    if (kind === 'errors') {
        const line = text.indexOf('\n');
        response.writeHead(Number(text.subarray(0, line)), { 'content-type': 'application/json' });
        response.end(text.subarray(line + 1));
    } else {
        response.writeHead(200, { 'content-type': kind === 'streams' ? 'text/event-stream' : 'application/json' });
        for (let i = 0; i < text.length; i += 7) response.write(text.subarray(i, i + 7));
        response.end();
    }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const base = (kind, file) => `http://127.0.0.1:${server.address().port}/${kind}/${encodeURIComponent(file)}`;

const ask = [{ role: 'user', content: 'Hi' }];
const openai = (url) => new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 });
const anthropic = (url) => new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0 });
const parse = (text) => JSON.parse(text === '' ? '{}' : text);

// What an answer says, in one form: {text, calls: [[name, arguments]], input, output, end}
const readers = {
    chat: {
        whole: async (url) => fromChat(await openai(url).chat.completions.create({ model: 'm', messages: ask })),
        raw: async (url) => {
            const stream = await openai(url).chat.completions.create({ model: 'm', messages: ask, stream: true });
            const answer = { text: '', calls: [] };
            for await (const chunk of stream) {
                if (chunk.usage) Object.assign(answer, { input: chunk.usage.prompt_tokens, output: chunk.usage.completion_tokens });
                const choice = chunk.choices[0];
                answer.text += choice?.delta.content ?? choice?.delta.refusal ?? '';
                for (const call of choice?.delta.tool_calls ?? []) {
                    answer.calls[call.index] ??= [call.function.name, ''];
                    answer.calls[call.index][1] += call.function.arguments ?? '';
                }
                answer.end = choice?.finish_reason ?? answer.end;
            }
            answer.calls = answer.calls.map(([name, text]) => [name, parse(text)]);
            return answer;
        },
        helper: async (url) => fromChat(await openai(url).chat.completions.stream({ model: 'm', messages: ask }).finalChatCompletion()),
    },
    responses: {
        whole: async (url) => fromResponse(await openai(url).responses.create({ model: 'm', input: 'Hi' })),
        raw: async (url) => {
            let last;
            for await (const event of await openai(url).responses.create({ model: 'm', input: 'Hi', stream: true })) last = event;
            return fromResponse(last.response);
        },
        helper: async (url) => fromResponse(await openai(url).responses.stream({ model: 'm', input: 'Hi' }).finalResponse()),
    },
    messages: {
        whole: async (url) => fromMessage(await anthropic(url).messages.create({ model: 'm', max_tokens: 9, messages: ask })),
        raw: async (url) => {
            const answer = { text: '', calls: [], blocks: [] };
            for await (const event of await anthropic(url).messages.create({ model: 'm', max_tokens: 9, messages: ask, stream: true })) {
                if (event.type === 'content_block_start' && event.content_block.type === 'tool_use')
                    answer.calls.push([event.content_block.name, '']);
                if (event.delta?.type === 'text_delta') answer.text += event.delta.text;
                if (event.delta?.type === 'input_json_delta') answer.calls.at(-1)[1] += event.delta.partial_json;
                if (event.type === 'message_delta') answer.end = event.delta.stop_reason;
                const usage = event.usage;
                if (usage) Object.assign(answer, { input: usage.input_tokens + usage.cache_read_input_tokens, output: usage.output_tokens });
            }
            answer.calls = answer.calls.map(([name, text]) => [name, parse(text)]);
            return answer;
        },
        helper: async (url) => fromMessage(await anthropic(url).messages.stream({ model: 'm', max_tokens: 9, messages: ask }).finalMessage()),
    },
    gemini: {
        whole: async (url) => fromGemini([await gemini(url).models.generateContent({ model: 'm', contents: 'Hi' })]),
        raw: async (url) => {
            const chunks = [];
            for await (const chunk of await gemini(url).models.generateContentStream({ model: 'm', contents: 'Hi' })) chunks.push(chunk);
            return fromGemini(chunks);
        },
        helper: async (url) => {
            const chat = gemini(url).chats.create({ model: 'm' });
            const chunks = [];
            for await (const chunk of await chat.sendMessageStream({ message: 'Hi' })) chunks.push(chunk);
            if (chat.getHistory(true).length < 2) throw new Error('the chat has lost its turn');
            return fromGemini(chunks);
        },
    },
};

function gemini(url) {
    return new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: url } });
}

function fromChat(answer) {
    const { message, finish_reason: end } = answer.choices[0];
    const calls = (message.tool_calls ?? []).map((call) => [call.function.name, parse(call.function.arguments)]);
    return { text: message.content ?? message.refusal ?? '', calls, end, input: answer.usage?.prompt_tokens, output: answer.usage?.completion_tokens };
}

function fromResponse(answer) {
    const calls = answer.output.filter((item) => item.type === 'function_call').map((call) => [call.name, parse(call.arguments)]);
    const refused = answer.output.flatMap((item) => item.content ?? []).map((part) => part.refusal ?? part.text ?? '').join('');
    return { text: refused, calls, end: answer.incomplete_details?.reason ?? answer.status, input: answer.usage?.input_tokens, output: answer.usage?.output_tokens };
}

function fromMessage(answer) {
    const text = answer.content.filter((block) => block.type === 'text').map((block) => block.text).join('');
    const calls = answer.content.filter((block) => block.type === 'tool_use').map((call) => [call.name, call.input]);
    const usage = answer.usage;
    return { text, calls, end: answer.stop_reason, input: usage.input_tokens + usage.cache_read_input_tokens, output: usage.output_tokens };
}

function fromGemini(chunks) {
    const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
    const text = parts.filter((part) => part.text && !part.thought).map((part) => part.text).join('');
    const calls = parts.filter((part) => part.functionCall).map((part) => [part.functionCall.name, part.functionCall.args]);
    const usage = chunks.at(-1)?.usageMetadata;
    return {
        text, calls, end: chunks.at(-1)?.candidates?.[0]?.finishReason,
        input: usage?.promptTokenCount, output: usage && usage.candidatesTokenCount + (usage.thoughtsTokenCount ?? 0),
    };
}

const ends = {
    stop: { chat: 'stop', responses: 'completed', messages: 'end_turn', gemini: 'STOP' },
    calls: { chat: 'tool_calls', responses: 'completed', messages: 'tool_use', gemini: 'STOP' },
    length: { chat: 'length', responses: 'max_output_tokens', messages: 'max_tokens', gemini: 'MAX_TOKENS' },
    filter: { chat: 'content_filter', responses: 'content_filter', messages: 'refusal', gemini: 'SAFETY' },
};

// What each file says: {text, calls, end} or the word error.
const plain = { text: 'Café "yes"\n', calls: [], end: 'stop', output: 9 };
const streams = {
    'plain.chat': { ...plain, input: 20 }, 'plain.messages': { ...plain, input: 15, sequence: 'END' },
    'plain.responses': { ...plain, input: 20 }, 'plain.gemini': { ...plain, input: 20 },
    'tools.chat': { text: 'I look.', calls: [['f', { a: [1, 2], b: '}"' }], ['g', {}]], end: 'calls', input: 20, output: 9 },
    'tools.messages': { text: 'I look.', calls: [['f', { a: [1, 2] }], ['g', {}]], end: 'calls', input: 15, output: 9 },
    'tools.responses': { text: '', calls: [['f', { a: 1 }], ['g', { b: 2 }]], end: 'calls', input: 20, output: 9 },
    'tools.gemini': { text: 'I look.', calls: [['f', { a: [1, 2], s: 'q"}' }], ['g', {}]], end: 'calls', input: 20, output: 9 },
    'interleaved.chat': { text: '', calls: [['f', { a: 1 }], ['g', { b: 2 }], ['h', {}]], end: 'calls' },
    'all_zero.chat': { text: '', calls: [['f', {}], ['g', { x: 1 }]], end: 'calls' },
    'limit.messages': { text: 'I lo', calls: [], end: 'length', input: 15, output: 9 },
    'incomplete.responses': { text: 'I lo', calls: [], end: 'length', input: 20, output: 9 },
    'safety.gemini': { text: 'I ', calls: [], end: 'filter' },
    'refusal.messages': { text: '', calls: [], end: 'filter', input: 15, output: 9 },
    'odd.chat': { text: 'a\uFFFD\uFFFDb', calls: [], end: 'stop' },
    'cut.chat': 'error', 'cut.messages': 'error', 'early_error.chat': 'error', 'early_error.messages': 'error',
    'late_error.chat': 'error', 'late_error.messages': 'error', 'bare_error.chat': 'error', 'error.gemini': 'error',
    'error.responses': 'error', 'failed.responses': 'error', 'malformed.gemini': 'error',
};
const answers = {
    'plain.chat': { text: 'Café "yes"', calls: [], end: 'stop', input: 18, output: 7 },
    'plain.messages': { text: 'Café "yes"', calls: [], end: 'stop', input: 18, output: 7, also: 3 },
    'tools.messages': { text: 'I look.', calls: [['f', { a: 12345678901234567890, b: 'x"\n' }], ['g', {}]], end: 'calls', input: 15, output: 7 },
    'tools.responses': { text: 'I look.', calls: [['f', { a: 1 }]], end: 'calls', input: 20, output: 9 },
    'tools.gemini': { text: 'I look.', calls: [['f', { a: 1 }], ['g', {}]], end: 'calls', input: 20, output: 9 },
    'cut.messages': { text: 'a', calls: [], end: 'length' }, 'plain.gemini': { text: 'Café "yes"', calls: [], end: 'length', input: 5, output: 2 },
    'blocked.gemini': { text: '', calls: [], end: 'filter' }, 'refusal.messages': { text: '', calls: [], end: 'filter' },
};

let failed = 0;
function say(name, wrong) {
    console.log(`${wrong ? 'WRONG' : 'good '} ${name}${wrong ? `: ${wrong}` : ''}`);
    failed ||= Boolean(wrong);
}

function difference(want, got, dialect) {
    const end = ends[want.end][dialect];
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    if (got.text !== want.text) return `text ${JSON.stringify(got.text)}`;
    if (!same(got.calls, want.calls)) return `calls ${JSON.stringify(got.calls)}`;
    if (got.end !== end) return `end ${got.end}, not ${end}`;
    for (const count of ['input', 'output'])
        if (want[count] !== undefined && got[count] !== want[count] && got[count] + (want.also ?? 0) !== want[count]) return `${count} ${got[count]}`;
    return '';
}

async function judge(kind, name, want, dialect, how) {
    const file = `${name}.${dialect}`;
    const label = `${kind}/${file} (${how})`;
    try {
        const got = await readers[dialect][how](base(kind, file));
        say(label, want === 'error' ? `no error: ${JSON.stringify(got)}` : difference(want, got, dialect));
    } catch (error) {
        const own = error instanceof OpenAI.OpenAIError || error instanceof Anthropic.AnthropicError || error.name === 'ApiError';
        say(label, want === 'error' && own ? '' : `threw ${error.stack}`);
    }
}

for (const dialect of Object.keys(readers)) {
    for (const [name, want] of Object.entries(streams)) {
        if (name.endsWith(`.${dialect}`)) continue;
        await judge('streams', name, want, dialect, 'raw');
        await judge('streams', name, want, dialect, 'helper');
    }
    for (const [name, want] of Object.entries(answers))
        if (!name.endsWith(`.${dialect}`)) await judge('answers', name, want, dialect, 'whole');
    for (const file of fs.readdirSync(path.join(folder, 'errors')).filter((f) => f.endsWith(`.${dialect}`))) {
        const status = Number(fs.readFileSync(path.join(folder, 'errors', file), 'utf8').split('\n')[0]);
        try {
            await readers[dialect].whole(base('errors', file));
            say(`errors/${file}`, 'no error');
        } catch (error) {
            say(`errors/${file}`, error.status === status ? '' : `status ${error.status}: ${error}`);
        }
    }
}
server.close();
process.exit(failed ? 1 : 0);

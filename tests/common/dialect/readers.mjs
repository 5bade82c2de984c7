// readers.mjs - the providers' own clients, and what each makes of an answer, in one form:
// {text, calls: [[name, arguments]], input, output, end}.
//
//     const { readers, isOwn } = await load(FOLDER WITH node_modules, 'openai');
//     await readers.chat.whole(BASE URL)
//
// whole: a plain answer; raw: the events of a stream; helper: the client's own way to put a
// stream's events together.
import path from 'node:path';
import { createRequire } from 'node:module';

const ask = [{ role: 'user', content: 'Hi' }];
const parameters = { type: 'object', properties: { a: { type: 'number' } } };
const tools = {
    chat: [{ type: 'function', function: { name: 'f', parameters } }],
    responses: [{ type: 'function', name: 'f', parameters, strict: false }],
    messages: [{ name: 'f', input_schema: parameters }],
    gemini: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: parameters }] }],
};
const parse = (text) => JSON.parse(text === '' ? '{}' : text);

// openai_: the package that OpenAI's client is in, of which several versions may be there.
export async function load(folder, openai_) {
    const get = (name) => import(createRequire(path.join(folder, 'x.js')).resolve(name));
    const { OpenAI } = await get(openai_);
    const { Anthropic } = await get('@anthropic-ai/sdk');
    const { GoogleGenAI } = await get('@google/genai');
    const openai = (url) => new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 });
    const anthropic = (url) => new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0 });
    const gemini = (url) => new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: url } });

    const readers = {
        chat: {
            whole: async (url) => fromChat(await openai(url).chat.completions.create({ model: 'm', messages: ask, tools: tools.chat })),
            raw: async (url) => {
                const stream = await openai(url).chat.completions.create({ model: 'm', messages: ask, tools: tools.chat, stream: true, stream_options: { include_usage: true } });
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
            helper: async (url) => fromChat(await openai(url).chat.completions.stream({ model: 'm', messages: ask, tools: tools.chat, stream_options: { include_usage: true } }).finalChatCompletion()),
        },
        responses: {
            whole: async (url) => fromResponse(await openai(url).responses.create({ model: 'm', input: 'Hi', tools: tools.responses })),
            raw: async (url) => {
                let last;
                for await (const event of await openai(url).responses.create({ model: 'm', input: 'Hi', tools: tools.responses, stream: true })) last = event;
                return fromResponse(last.response);
            },
            helper: async (url) => fromResponse(await openai(url).responses.stream({ model: 'm', input: 'Hi', tools: tools.responses }).finalResponse()),
        },
        messages: {
            whole: async (url) => fromMessage(await anthropic(url).messages.create({ model: 'm', max_tokens: 90, messages: ask, tools: tools.messages })),
            raw: async (url) => {
                const answer = { text: '', calls: [], blocks: [] };
                for await (const event of await anthropic(url).messages.create({ model: 'm', max_tokens: 90, messages: ask, tools: tools.messages, stream: true })) {
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
            helper: async (url) => fromMessage(await anthropic(url).messages.stream({ model: 'm', max_tokens: 90, messages: ask, tools: tools.messages }).finalMessage()),
        },
        gemini: {
            whole: async (url) => fromGemini([await gemini(url).models.generateContent({ model: 'm', contents: 'Hi', config: { tools: tools.gemini } })]),
            raw: async (url) => {
                const chunks = [];
                for await (const chunk of await gemini(url).models.generateContentStream({ model: 'm', contents: 'Hi', config: { tools: tools.gemini } })) chunks.push(chunk);
                return fromGemini(chunks);
            },
            helper: async (url) => {
                const chat = gemini(url).chats.create({ model: 'm', config: { tools: tools.gemini } });
                const chunks = [];
                for await (const chunk of await chat.sendMessageStream({ message: 'Hi' })) chunks.push(chunk);
                if (chat.getHistory(true).length < 2) throw new Error('the chat has lost its turn');
                return fromGemini(chunks);
            },
        },
    };

    // Whether an error is one of the client's own, and not of a program that failed in it.
    const isOwn = (error) => error instanceof OpenAI.OpenAIError || error instanceof Anthropic.AnthropicError || error.name === 'ApiError';
    return { readers, isOwn };
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

// Why an answer ended, in each dialect's words.
export const ends = {
    stop: { chat: 'stop', responses: 'completed', messages: 'end_turn', gemini: 'STOP' },
    calls: { chat: 'tool_calls', responses: 'completed', messages: 'tool_use', gemini: 'STOP' },
    length: { chat: 'length', responses: 'max_output_tokens', messages: 'max_tokens', gemini: 'MAX_TOKENS' },
    filter: { chat: 'content_filter', responses: 'content_filter', messages: 'refusal', gemini: 'SAFETY' },
};

// What of an answer is not as it is wanted, ''; input and output only where they are wanted, also:
// tokens that only some dialects count.
export function difference(want, got, dialect) {
    const end = ends[want.end][dialect];
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    if (got.text !== want.text) return `text ${JSON.stringify(got.text)}`;
    if (!same(got.calls, want.calls)) return `calls ${JSON.stringify(got.calls)}`;
    if (got.end !== end) return `end ${got.end}, not ${end}`;
    for (const count of ['input', 'output'])
        if (want[count] !== undefined && got[count] !== want[count] && got[count] + (want.also ?? 0) !== want[count]) return `${count} ${got[count]}`;
    return '';
}

// What each golden file says, in that form, or the word error.
const plain = { text: 'Café "yes"\n', calls: [], end: 'stop', output: 9 };
export const streams = {
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
export const answers = {
    'plain.chat': { text: 'Café "yes"', calls: [], end: 'stop', input: 18, output: 7 },
    'plain.messages': { text: 'Café "yes"', calls: [], end: 'stop', input: 18, output: 7, also: 3 },
    'tools.chat': { text: '', calls: [['f', { a: 12345678901234567890 }], ['g', {}]], end: 'calls', input: 20, output: 9 },
    'tools.messages': { text: 'I look.', calls: [['f', { a: 12345678901234567890, b: 'x"\n' }], ['g', {}]], end: 'calls', input: 15, output: 7 },
    'tools.responses': { text: 'I look.', calls: [['f', { a: 1 }]], end: 'calls', input: 20, output: 9 },
    'tools.gemini': { text: 'I look.', calls: [['f', { a: 1 }], ['g', {}]], end: 'calls', input: 20, output: 9 },
    'cut.messages': { text: 'a', calls: [], end: 'length' }, 'plain.gemini': { text: 'Café "yes"', calls: [], end: 'length', input: 5, output: 2 },
    'blocked.gemini': { text: '', calls: [], end: 'filter' }, 'refusal.messages': { text: '', calls: [], end: 'filter' },
};

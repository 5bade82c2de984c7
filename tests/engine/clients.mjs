// clients.mjs CLIENTS BRIDGE OPENAI - the providers' own clients, answered by other providers.
//
// Each client asks BRIDGE/TARGET/WHAT, which is libcurl under the library: its own host is down, and
// a target that speaks TARGET's dialect answers as WHAT says. The client has to read text, calls,
// usage and the end, or to throw an error of the right class. Prints one line a case, status 1 if
// one is not so.
import { load, difference, streams, answers } from '../common/dialect/readers.mjs';

const [clients, bridge, openai] = process.argv.slice(2);
const { readers, isOwn } = await load(clients, openai);
const dialects = Object.keys(readers);
const base = (dialect, target, what) => `${bridge}/${target}/${what}${['chat', 'responses'].includes(dialect) ? '/v1' : ''}`;

let failed = 0;
function say(name, wrong) {
    console.log(`${wrong ? 'WRONG' : 'good '} ${name}${wrong ? `: ${wrong}` : ''}`);
    failed ||= Boolean(wrong);
}

async function answer(dialect, target, what, how, want) {
    const label = `${dialect} <- ${target}/${what} (${how})`;
    try {
        say(label, difference(want, await readers[dialect][how](base(dialect, target, what)), dialect));
    } catch (error) {
        say(label, `threw ${error.stack}`);
    }
}

// Classes are by status; Google's client has one for all.
const classes = { 400: 'BadRequestError', 401: 'AuthenticationError', 404: 'NotFoundError', 429: 'RateLimitError', 500: 'InternalServerError' };

async function failure(dialect, target, what, how, status) {
    const label = `${dialect} <- ${target}/${what} (${how})`;
    try {
        say(label, `no error: ${JSON.stringify(await readers[dialect][how](base(dialect, target, what)))}`);
    } catch (error) {
        const name = dialect === 'gemini' ? 'ApiError' : classes[status];
        if (!isOwn(error)) say(label, `threw ${error.stack}`);
        else if (status && error.status !== status) say(label, `status ${error.status}: ${error}`);
        else if (status && name && error.constructor.name !== name) say(label, `a ${error.constructor.name}`);
        else say(label, error.message ? '' : 'no words');
    }
}

for (const dialect of dialects)
    for (const target of dialects) {
        const text = { text: 'You asked: Hi', calls: [], end: 'stop' };
        await answer(dialect, target, 'ok', 'whole', text);
        await answer(dialect, target, 'ok', 'raw', text);
        await answer(dialect, target, 'ok', 'helper', text);
        for (const [what, status] of [['missing', 404], ['bad', 400], ['busy', 429], ['down', 500], ['refused', 401]])
            await failure(dialect, target, what, 'whole', status);
        await failure(dialect, target, 'down', 'raw', 500);
        await failure(dialect, target, 'both', 'whole', 503);
        await failure(dialect, target, 'early', 'raw', 503);
        if (dialect === target) continue; // as the golden file is
        await answer(dialect, target, 'whole', 'whole', answers[`tools.${target}`]);
        await answer(dialect, target, 'stream', 'raw', streams[`tools.${target}`]);
        await answer(dialect, target, 'stream', 'helper', streams[`tools.${target}`]);
        for (const what of ['late', 'cut']) {
            await failure(dialect, target, what, 'raw');
            await failure(dialect, target, what, 'helper');
        }
    }
process.exit(failed ? 1 : 0);

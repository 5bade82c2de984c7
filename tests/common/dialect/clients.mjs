// clients.mjs CLIENTS FOLDER OPENAI - the providers' own clients read what is translated for them.
//
// A loopback server gives out the golden files of FOLDER; each client asks it as it would its
// provider and has to read text, calls, usage and the end, or to throw where the file ends in an
// error. Prints one line a file, status 1 if one is not read so. CLIENTS: a folder with
// node_modules; OPENAI: the package of OpenAI's client.
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { load, difference, streams, answers } from './readers.mjs';

const [clients, folder, openai] = process.argv.slice(2);
const { readers, isOwn } = await load(clients, openai);

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

let failed = 0;
function say(name, wrong) {
    console.log(`${wrong ? 'WRONG' : 'good '} ${name}${wrong ? `: ${wrong}` : ''}`);
    failed ||= Boolean(wrong);
}

async function judge(kind, name, want, dialect, how) {
    const file = `${name}.${dialect}`;
    const label = `${kind}/${file} (${how})`;
    try {
        const got = await readers[dialect][how](base(kind, file));
        say(label, want === 'error' ? `no error: ${JSON.stringify(got)}` : difference(want, got, dialect));
    } catch (error) {
        say(label, want === 'error' && isOwn(error) ? '' : `threw ${error.stack}`);
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

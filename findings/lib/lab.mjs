// lab.mjs - a server on 127.0.0.1 that answers by script, for the clients under observation.
//
//     const server = await serve([status(429, {'retry-after': '2'}), json(CHAT)]);
//     ... server.url, server.requests (method, url, at ms), server.close()
//
// The last answer of a script is given to all requests that follow.
import http from 'node:http';

export async function serve(script) {
    const requests = [];
    const server = http.createServer((request, response) => {
        request.resume();
        request.on('end', () => {
            const answer = script[Math.min(requests.length, script.length - 1)];
            requests.push({method: request.method, url: request.url, at: Date.now()});
            answer(response, request);
        });
    });
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    return {
        requests,
        url: `http://127.0.0.1:${server.address().port}`,
        // Milliseconds between the first two requests.
        gap: () => requests[1].at - requests[0].at,
        close: () => { server.closeAllConnections(); server.close(); },
    };
}

export const status = (code, headers = {}, body = {error: {message: 'slow down', code}}) => response => {
    response.writeHead(code, {'content-type': 'application/json', ...headers});
    response.end(JSON.stringify(body));
};

export const json = body => status(200, {}, body);

// Each piece is a write of its own. CUT, as the last one, breaks the connection in place of ending the answer.
export const CUT = Symbol('cut');
export const stream = (...pieces) => response => {
    response.writeHead(200, {'content-type': 'text/event-stream'});
    const left = [...pieces];
    const next = () => {
        if (left.length === 0) return response.end();
        if (left[0] === CUT) return response.socket.destroy();
        response.write(left.shift());
        setTimeout(next, 15);
    };
    next();
};

export const event = data => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

export const CHAT = {
    id: 'a', object: 'chat.completion', created: 1, model: 'm',
    choices: [{index: 0, message: {role: 'assistant', content: 'hi'}, finish_reason: 'stop'}],
    usage: {prompt_tokens: 1, completion_tokens: 1, total_tokens: 2},
};

export const chunk = (delta, finish_reason = null, more = {}) => event({
    id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm',
    choices: [{index: 0, delta, finish_reason}], ...more,
});

export const ASK = {model: 'm', messages: [{role: 'user', content: 'x'}]};

// The outcome as one word or two, for a shell to compare.
export async function outcome(promise) {
    try {
        return `answered ${await promise}`;
    } catch (error) {
        return `threw ${error.constructor.name}`;
    }
}

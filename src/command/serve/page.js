/* page.js - the page, live: what the server tells becomes lamps, bars, rows and pictures.
 * All that comes from outside is text; nothing of it is ever read as markup. */
'use strict';

const SHOWN = 200, KEPT = 1000, SPARK_S = 120;
const views = ['now', 'calls', 'money', 'policy'];
const calls = [];  /* the newest first */
const rates = [];  /* one a second */
const names = {};  /* of elements by id */
let paused = false, waiting = 0, chosen = null, drawing = false, offset = 0;

const el = id => names[id] || (names[id] = document.getElementById(id));

function make(tag, attributes, ...children) {
    const svg = ['svg', 'rect', 'polyline', 'title'].includes(tag) && attributes && attributes.svg !== undefined;
    const e = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {}))
        if (name !== 'svg' && value !== undefined && value !== null)
            e.setAttribute(name, value);
    e.append(...children.filter(c => c !== null && c !== undefined));
    return e;
}

/* ---- words ---- */

function time(ms) {
    if (ms === undefined || ms < 0)
        return '-';
    if (ms < 1000)
        return ms + ' ms';
    const s = ms / 1000;
    if (s < 60)
        return s.toFixed(1) + ' s';
    if (s < 3600)
        return Math.floor(s / 60) + ' min ' + Math.round(s % 60) + ' s';
    if (s < 86400)
        return Math.floor(s / 3600) + ' h ' + Math.round(s % 3600 / 60) + ' min';
    return Math.floor(s / 86400) + ' d ' + Math.round(s % 86400 / 3600) + ' h';
}

const two = n => String(n).padStart(2, '0');

function clock(ms) {
    const d = new Date(ms);
    return two(d.getHours()) + ':' + two(d.getMinutes()) + ':' + two(d.getSeconds());
}

function money(usd) {
    if (usd === undefined)
        return '-';
    return '$' + (usd === 0 ? '0' : usd >= 1 ? usd.toFixed(2) : Number(usd.toPrecision(2)).toFixed(9).replace(/0+$/, '').replace(/\.$/, ''));
}

const number = n => n.toLocaleString('en').replace(/,/g, '\u202f');

function outcome(c) {
    if (c.outcome === 'ok')
        return c.attempts > 1 ? 'ok, tried again' : 'ok';
    if (c.outcome === 'synthesized')
        return 'answered: ' + (c.reason || 'by steadycurl');
    return 'failed: ' + (c.class || '?');
}

const ok = c => !c.failed;

/* ---- now ---- */

function showHeadline(h) {
    const said = {good: 'calls go through', at_risk: 'calls go, but', waiting: 'calls wait:', refused: 'calls are refused:', unknown: 'nothing known yet'};
    el('headline').replaceChildren(make('span', {class: 'lamp ' + h.calls}, said[h.calls] || h.calls),
        h.text ? ' ' + h.text + (h.scope ? ' (' + h.scope + ')' : '') + (h.more ? ', and so in ' + h.more + ' more' : '') : '');
    document.title = (h.calls === 'good' || h.calls === 'unknown' ? '' : '(' + h.calls.replace('_', ' ') + ') ') + 'steadycurl';
}

const tile = (value, what) => make('div', {class: 'tile'}, make('b', {}, value), make('span', {}, what));

function showRates(r) {
    const per = r.calls * 1000 / r.over_ms, good = r.calls ? (r.calls - r.failed) * 100 / r.calls : 100;
    el('rates').hidden = false;
    el('rates').replaceChildren(
        tile(per.toFixed(1), 'calls a second'),
        tile(r.calls ? good.toFixed(1) + ' %' : '-', 'answered'),
        tile(r.calls ? (r.attempts / r.calls).toFixed(2) : '-', 'attempts a call'),
        tile(time(r.p50_ms), 'half take no longer'),
        tile(time(r.p95_ms), '95 of 100 no longer'));
    rates.push({calls: per, failed: r.failed * 1000 / r.over_ms});
    while (rates.length > SPARK_S)
        rates.shift();
    const most = Math.max(1, ...rates.map(x => x.calls));
    const points = key => rates.map((x, i) => (i * 600 / (SPARK_S - 1)).toFixed(1) + ',' + (48 - x[key] * 44 / most).toFixed(1)).join(' ');
    el('spark').hidden = false;
    el('spark').replaceChildren(make('svg', {svg: 1, viewBox: '0 0 600 50', preserveAspectRatio: 'none', height: 50, role: 'img',
        'aria-label': 'calls a second over two minutes, at most ' + most.toFixed(1)},
        make('polyline', {svg: 1, class: 'line', points: points('calls')}),
        make('polyline', {svg: 1, class: 'line bad', points: points('failed')})));
}

function bar(used, limit, label) {
    return make('meter', {min: 0, max: Math.max(1, limit), high: limit * 0.8, optimum: 0, value: Math.min(used, Math.max(1, limit)), 'aria-label': label});
}

/* Of each thing that a scope can have: its words, and a bar where it fills. */
const parts = {
    breaker: b => [b.state + (b.state === 'open' ? ' after ' + b.last_class + ', next probe in ' + time(b.next_probe_ms) : '') +
        (b.failures_in_a_row ? ', ' + b.failures_in_a_row + ' failures in a row' : '') + (b.openings ? ', opened ' + b.openings + ' times' : '')],
    requests: l => [bar(l.in_use, l.at_once, 'requests'), ' ' + l.in_use + ' in use of ' + l.at_once + ' at once, ' + number(l.per_minute) + ' a minute' + (l.wait_ms ? ', a new one waits ' + time(l.wait_ms) : '')],
    tokens: l => [bar(l.in_use, l.at_once, 'tokens'), ' ' + number(l.in_use) + ' in use of ' + number(l.at_once) + ' at once, ' + number(l.per_minute) + ' a minute' + (l.wait_ms ? ', a new call waits ' + time(l.wait_ms) : '')],
    learned_requests: l => [bar(l.in_use, l.at_once, 'learned requests'), ' ' + number(l.per_minute) + ' a minute, as the service says' + (l.believed ? '' : '; not confirmed lately')],
    learned_tokens: l => [bar(l.in_use, l.at_once, 'learned tokens'), ' ' + number(l.per_minute) + ' a minute, as the service says' + (l.believed ? '' : '; not confirmed lately')],
    learned_rate: l => [number(l.per_minute) + ' requests a minute, by refusals'],
    concurrent: c => [bar(c.in_use, c.limit, 'under way'), ' ' + c.in_use + ' of ' + c.limit + ' under way'],
    gate: g => g.opens_in_ms ? ['closed by the server\'s hint, opens in ' + time(g.opens_in_ms)] : null,
    latch: l => [l.reason + ', next probe in ' + time(l.next_probe_ms)],
    retry_budget: r => [bar(r.failed, r.allows, 'failures that may be tried again'), ' ' + r.failed + ' of ' + r.tried + ' attempts failed in two minutes, ' + r.allows + ' may'],
    money: m => [bar(m.spent_usd + m.reserved_usd, m.limit_usd, 'spent'), ' ' + money(m.spent_usd) + ' of ' + money(m.limit_usd) + ' spent' +
        (m.calls ? ', ' + money(m.reserved_usd) + ' reserved by ' + m.calls + ' calls' : '') + (m.until ? ', until ' + m.until : '') + (m.on_spent === 'warn' ? '; warns' : '') + forecast(m)]
};

const periods = {hour: 3600e3, day: 86400e3, week: 7 * 86400e3, month: 30 * 86400e3};

/* At the pace so far; nothing is foretold from the first hundredth of a period. */
function forecast(m) {
    const left = m.until ? Date.parse(m.until) - Date.now() - offset : 0, whole = periods[m.per];
    const gone = whole - left;
    if (!whole || left <= 0 || gone < whole / 100 || !m.spent_usd)
        return '';
    return '; about ' + money(m.spent_usd * whole / gone) + ' by then at this pace';
}

function showScopes(status) {
    const cards = [];
    for (const [name, how] of Object.entries(status.providers || {}))
        cards.push(make('p', {}, make('span', {class: 'lamp ' + (how === 'healthy' ? 'good' : how)}, name + ': ' + how)));
    for (const s of status.scopes) {
        const rows = [];
        for (const [name, say] of Object.entries(parts)) {
            const said = s[name] ? say(s[name]) : null;
            if (said)
                rows.push(make('dt', {}, name.replace('_', ' ')), make('dd', {}, ...said));
        }
        if (rows.length)
            cards.push(make('div', {class: 'scope'}, make('h3', {}, s.scope), make('dl', {}, ...rows)));
    }
    el('scopes').replaceChildren(...cards);
}

function takeNow(now) {
    offset = now.time_ms - Date.now();
    showHeadline(now.status.headline);
    showRates(now.rate);
    showScopes(now.status);
}

/* ---- calls ---- */

function waterfall(c, big) {
    const total = Math.max(c.time_ms - c.begin_ms, 1), height = big ? c.spans.length * 12 + 4 : 14;
    const svg = make('svg', {svg: 1, viewBox: '0 0 400 ' + height, preserveAspectRatio: 'none', class: big ? 'fall big' : 'fall', role: 'img',
        'aria-label': c.spans.map(say).join('; ') || outcome(c)});
    const spans = c.spans.length ? c.spans.slice() : [{kind: 'attempt', at_ms: 0, ms: total, status: c.status, what: c.class}];
    if (c.first_token_ms !== undefined && !big)
        spans.push({kind: 'event', at_ms: c.time_ms - c.ms - c.begin_ms + c.first_token_ms, ms: 0, what: 'first token'});
    spans.forEach((s, i) => {
        const x = s.at_ms * 400 / total, w = Math.max(s.ms * 400 / total, 1.5);
        const kind = s.kind === 'wait' ? 'gap-bar' : s.kind === 'event' ? 'mark-bar' : s.what === 'ok' ? 'ok-bar' : 'bad-bar';
        svg.append(make('rect', {svg: 1, class: kind, x: Math.min(x, 398).toFixed(1), y: big ? i * 12 + 2 : s.kind === 'wait' ? 5 : 2,
            width: w.toFixed(1), height: big ? 9 : s.kind === 'wait' ? 4 : 10}, make('title', {svg: 1}, say(s))));
    });
    return svg;
}

function say(s) {
    if (s.kind === 'attempt')
        return 'attempt: ' + (s.status > 0 ? 'HTTP ' + s.status : 'no answer') + (s.what ? ', ' + s.what : '') + ', ' + time(s.ms);
    if (s.kind === 'wait')
        return 'wait: ' + (s.what || '?') + ', ' + time(s.ms);
    return s.what + (s.text ? ': ' + s.text : '');
}

function row(c) {
    const r = make('tr', {tabindex: 0, 'aria-current': chosen === c.number ? 'true' : undefined, 'data-number': c.number},
        make('td', {}, clock(c.time_ms)), make('td', {}, c.program || '-'), make('td', {}, c.model || '-'),
        make('td', {class: ok(c) ? 'good' : 'failed'}, outcome(c)), make('td', {class: 'n'}, String(c.attempts ?? 0)),
        make('td', {class: 'n'}, c.waited_ms ? time(c.waited_ms) : '-'), make('td', {class: 'n'}, time(c.ms)),
        make('td', {class: 'n'}, money(c.cost_usd)), make('td', {class: 'wide'}, waterfall(c, false)));
    r.call = c;
    return r;
}

function fits(c) {
    const text = el('filter-text').value.toLowerCase();
    if (el('filter-failed').checked && ok(c) || el('filter-retried').checked && !(c.attempts > 1))
        return false;
    return !text || [c.program, c.model, c.rule, c.class, c.host, c.provider, c.call, outcome(c)].some(x => x && x.toLowerCase().includes(text));
}

function drawCalls() {
    drawing = false;
    if (paused)
        return;
    const active = document.activeElement, held = active && active.dataset ? active.dataset.number : undefined;
    const rows = [];
    for (const c of calls)
        if (fits(c) && rows.push(row(c)) >= SHOWN)
            break;
    el('calls-rows').replaceChildren(...rows);
    el('calls-none').hidden = rows.length > 0;
    const again = held === undefined ? null : rows.find(r => r.dataset.number === held);
    if (again)
        again.focus({preventScroll: true});
}

function soon() {
    if (!drawing && !paused && !document.hidden)
        requestAnimationFrame(drawCalls);
    drawing = drawing || !paused && !document.hidden;
}

function takeCalls(more) {
    const last = calls.length ? calls[0].number : -1;
    for (const c of more)
        if (c.number > last)
            calls.unshift(c);
    calls.length = Math.min(calls.length, KEPT);
    if (paused)
        el('pause').textContent = 'Go on (' + (waiting += more.length) + ' new)';
    soon();
}

function showCall(c) {
    chosen = c.number;
    const facts = [['call', c.call], ['program', c.program + (c.pid ? ' (pid ' + c.pid + ')' : '')], ['rule', c.rule], ['host', c.host], ['provider', c.provider],
        ['model', c.model], ['status', c.status > 0 ? 'HTTP ' + c.status : c.curl_code > 0 ? 'libcurl ' + c.curl_code : undefined],
        ['tokens', c.input_tokens !== undefined ? number(c.input_tokens) + ' in, ' + number(c.output_tokens || 0) + ' out' + (c.estimated ? ', estimated' : '') : undefined],
        ['first token', c.first_token_ms !== undefined ? 'after ' + time(c.first_token_ms) : undefined], ['target', c.target],
        ['cost', c.cost_usd !== undefined ? money(c.cost_usd) : undefined], ['reason', c.reason], ['answer', c.cached ? 'one that was kept' : undefined]];
    el('call').hidden = false;
    el('call').replaceChildren(make('h3', {}, outcome(c) + ', ' + new Date(c.time_ms).toLocaleString() + ', ' + time(c.ms)), waterfall(c, true),
        make('ol', {}, ...c.spans.map(s => make('li', {}, make('span', {class: 'dim'}, '+' + time(s.at_ms) + ' '), say(s)))),
        make('dl', {}, ...facts.filter(f => f[1]).flatMap(f => [make('dt', {class: 'dim'}, f[0]), make('dd', {}, f[1])])),
        c.coarse ? make('p', {class: 'dim'}, 'A text log: times are to the second.') : null);
    for (const r of el('calls-rows').children)
        r.toggleAttribute('aria-current', r.call === c);
}

async function loadCalls() {
    const got = await (await fetch('/api/v1/calls?limit=1000')).json();
    calls.length = 0;
    calls.push(...got.calls);
    soon();
}

/* ---- money and policy ---- */

async function loadMoney() {
    const by = el('money-by').value, since = el('money-since').value;
    el('money-rows').replaceChildren(make('p', {class: 'dim'}, 'adding up...'));
    const answer = await fetch('/api/v1/costs?by=' + by + '&since=' + encodeURIComponent(since));
    if (!answer.ok) {
        el('money-rows').replaceChildren(make('pre', {}, await answer.text()));
        return;
    }
    const got = await answer.json(), most = Math.max(1e-12, ...got.rows.map(r => r.cost_usd));
    const line = (name, r, width) => make('tr', {}, make('td', {}, name), make('td', {class: 'n'}, number(r.calls)), make('td', {class: 'n'}, number(r.failed)),
        make('td', {class: 'n'}, number(r.input_tokens)), make('td', {class: 'n'}, number(r.output_tokens)), make('td', {class: 'n'}, money(r.cost_usd)),
        make('td', {class: 'wide'}, width === null ? '' : make('svg', {svg: 1, viewBox: '0 0 400 14', preserveAspectRatio: 'none', class: 'fall', 'aria-hidden': 'true'},
            make('rect', {svg: 1, class: 'gap-bar', x: 0, y: 2, width: width.toFixed(1), height: 10}))));
    el('money-rows').replaceChildren(make('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'costs'}, make('table', {},
        make('thead', {}, make('tr', {}, ...[by, 'calls', 'failed', 'tokens in', 'tokens out', 'cost', ''].map((h, i) => make(h ? 'th' : 'td', {class: i > 0 && i < 6 ? 'n' : undefined}, h)))),
        make('tbody', {}, ...got.rows.map(r => line(r[by] ?? '(none)', r, r.cost_usd * 400 / most)), line('total', got.total, null)))),
        got.total.unpriced_calls ? make('p', {class: 'dim'}, number(got.total.unpriced_calls) + ' calls have no price.') : '',
        got.total.estimated_calls ? make('p', {class: 'dim'}, number(got.total.estimated_calls) + ' calls are estimated.') : '');
}

async function explain(event) {
    event.preventDefault();
    const answer = await fetch('/api/v1/policy?url=' + encodeURIComponent(el('why-url').value) + '&model=' + encodeURIComponent(el('why-model').value));
    el('why-answer').hidden = false;
    el('why-answer').textContent = await answer.text();
}

async function loadPolicy() {
    const answer = await fetch('/api/v1/policy');
    el('policy-check').hidden = false;
    el('policy-check').textContent = await answer.text();
}

/* ---- which view ---- */

function show() {
    const view = views.includes(location.hash.slice(1)) ? location.hash.slice(1) : 'now';
    for (const v of views) {
        el(v).classList.toggle('shown', v === view);
        if (v === view)
            el('go-' + v).setAttribute('aria-current', 'page');
        else
            el('go-' + v).removeAttribute('aria-current');
    }
    if (view === 'money')
        loadMoney();
    if (view === 'policy')
        loadPolicy();
}

function togglePause() {
    paused = !paused;
    waiting = 0;
    el('pause').setAttribute('aria-pressed', String(paused));
    el('pause').textContent = paused ? 'Go on' : 'Pause';
    soon();
}

function listen() {
    const events = new EventSource('/api/v1/events');
    events.addEventListener('open', () => {
        el('link').className = '';
        el('link').textContent = 'live';
        loadCalls();
    });
    events.addEventListener('error', () => {
        el('link').className = 'lost';
        el('link').textContent = 'not connected: what is shown is old';
    });
    events.addEventListener('now', e => takeNow(JSON.parse(e.data)));
    events.addEventListener('calls', e => takeCalls(JSON.parse(e.data)));
    events.addEventListener('again', loadCalls);
}

function begin() {
    document.body.classList.add('live');
    for (const id of ['filter', 'money-form'])
        el(id).hidden = false;
    for (const id of ['filter-text', 'filter-failed', 'filter-retried'])
        el(id).addEventListener('input', () => { paused ? drawAnyway() : soon(); });
    for (const id of ['filter', 'money-form'])
        el(id).addEventListener('submit', e => e.preventDefault());
    el('pause').addEventListener('click', togglePause);
    el('money-by').addEventListener('change', loadMoney);
    el('money-since').addEventListener('change', loadMoney);
    el('why').addEventListener('submit', explain);
    el('calls-rows').addEventListener('click', e => { const r = e.target.closest('tr'); if (r && r.call) showCall(r.call); });
    el('calls-rows').addEventListener('keydown', e => { if (e.key === 'Enter' && e.target.call) showCall(e.target.call); });
    document.addEventListener('visibilitychange', soon);
    document.addEventListener('keydown', e => {
        if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName))
            return;
        if (e.key >= '1' && e.key <= '4')
            location.hash = views[e.key - 1];
        if (e.key === '/') {
            e.preventDefault();
            location.hash = 'calls';
            el('filter-text').focus();
        }
    });
    addEventListener('hashchange', show);
    show();
    listen();
}

/* A filter works on what is held, too. */
function drawAnyway() {
    paused = false;
    drawCalls();
    paused = true;
}

begin();

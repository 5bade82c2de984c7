// page.mjs - drives the page as a person would: node page.mjs URL FOLDER NEXT, where FOLDER has
// playwright-core and axe-core, and each line that is written to standard output is an answer to
// what page.bats asks. NEXT is a command that makes one more call.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [url, folder, next] = process.argv.slice(2);
const require = createRequire(folder + '/');
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync'],
});

async function view(page, name) {
    await page.click('#go-' + name);
    await page.waitForSelector('#' + name + '.shown');
}

async function faults(page) {
    const found = [];
    for (const name of ['now', 'calls', 'money', 'policy']) {
        await view(page, name);
        const result = await page.evaluate(() => window.axe.run());
        found.push(...result.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => name + ':' + v.id));
    }
    return found.join(' ') || 'none';
}

for (const [name, options] of [['wide', {}], ['dark', { colorScheme: 'dark' }], ['phone', { viewport: { width: 360, height: 740 } }]]) {
    const context = await browser.newContext({ ...options, bypassCSP: true }); // for axe alone
    const page = await context.newPage();
    const odd = [];
    page.on('pageerror', e => odd.push(String(e)));
    page.on('request', r => r.url().startsWith(url) || r.url().startsWith('data:') || odd.push(r.url()));
    await page.goto(url);
    await page.waitForFunction(() => document.getElementById('link').textContent === 'live');
    await view(page, 'calls');
    await page.waitForSelector('#calls-rows tr[data-number] svg');
    if (name === 'wide') {
        const before = await page.locator('#calls-rows tr').count();
        execFileSync('sh', ['-c', next]);
        await page.waitForFunction(n => document.querySelectorAll('#calls-rows tr').length > n, before);
        console.log('a call that ends comes to the page');
        await page.check('#filter-retried');
        await page.waitForFunction(() => document.querySelectorAll('#calls-rows tr').length === 1);
        await page.focus('#calls-rows tr');
        await page.keyboard.press('Enter');
        console.log('spans: ' + (await page.locator('#call li').allInnerTexts()).map(t => t.replace(/^\S+ \S+ /, '').replace(/,.*/, '')).join('; '));
        await page.uncheck('#filter-retried');
        await page.fill('#filter-text', 'no such thing');
        await page.waitForSelector('#calls-none:not([hidden])');
        console.log('a filter that fits nothing says so');
        await page.keyboard.press('Escape');
        await view(page, 'money');
        await page.waitForSelector('#money-rows table');
        console.log('money: ' + (await page.locator('#money-rows tbody tr').first().innerText()).split(/\s+/)[0]);
        await view(page, 'policy');
        await page.fill('#why-url', 'https://api.openai.com/v1/chat/completions');
        await page.click('#why button');
        await page.waitForFunction(() => /rule +openai/.test(document.getElementById('why-answer').textContent));
        console.log('a URL is explained');
    }
    await page.evaluate(axe);
    console.log(name + ': faults ' + await faults(page));
    console.log(name + ': too wide ' + await page.evaluate(() => document.documentElement.scrollWidth > innerWidth));
    console.log(name + ': dark ' + await page.evaluate(() => {
        const c = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
        return c[0] + c[1] + c[2] < 382;
    }));
    console.log(name + ': odd ' + (odd.join(' ') || 'none'));
    await context.close();
}
await browser.close();

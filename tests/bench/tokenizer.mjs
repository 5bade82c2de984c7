// tokenizer.mjs TEXT|ESCAPED - nanoseconds that a real tokenizer (tiktoken: Rust, as WebAssembly) takes for the same
// megabyte as `policy measure`: NODE_PATH=.../node_modules with `npm install tiktoken@1.0.22`.
import { createRequire } from 'node:module'

const require = createRequire((process.env.NODE_PATH ?? ".") + "/x")
const { get_encoding } = require('tiktoken')
const unit = process.argv[2] === 'escaped' ? '\u4f60\u597d\uff0c\u4e16\u754c\u3002' : 'An ordinary sentence. '
const encoding = get_encoding('o200k_base')
const text = unit.repeat(Math.ceil((1 << 20) / (process.argv[2] === 'escaped' ? 36 : unit.length)))
encoding.encode(text.slice(0, 10000))
const start = process.hrtime.bigint()
encoding.encode(text)
console.log(String(process.hrtime.bigint() - start))

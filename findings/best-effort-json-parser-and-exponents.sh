#!/bin/bash
# best-effort-json-parser 1.5.1, made for tool arguments that are still coming in, stops a number at
# its exponent: of `{"amount":1e3,"unit":"EU` it makes an amount of 1, and a member whose name begins
# with "e3". Without the exponent, or once the text is complete, it is right. partial-json 0.1.7 reads
# the same text as it should.
. "$(dirname "$0")/lib/lab.sh"
npm_packages best-effort-json-parser@1.5.1 partial-json@0.1.7
cat >seen.mjs <<'END'
import * as best from 'best-effort-json-parser';
import * as partial from 'partial-json';

best.setErrorLogger?.(() => {});
const show = value => console.log(JSON.stringify(value));
show(best.parse('{"amount":1000,"unit":"EU'));
show(best.parse('{"amount":1e3,"unit":"EUR"}'));
const cut = best.parse('{"amount":1e3,"unit":"EU');
console.log(cut.amount, 'unit' in cut ? 'with its unit' : 'without its unit');
show(partial.parse('{"amount":1e3,"unit":"EU'));
END
node seen.mjs 2>/dev/null >out
saw "cut, no exponent" '{"amount":1000,"unit":"EU"}' "$(sed -n 1p out)"
saw "whole, with an exponent" '{"amount":1000,"unit":"EUR"}' "$(sed -n 2p out)"
saw "cut, with an exponent" '1 without its unit' "$(sed -n 3p out)"
saw "the same, partial-json" '{"amount":1000,"unit":"EU"}' "$(sed -n 4p out)"

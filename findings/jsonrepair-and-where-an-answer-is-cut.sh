#!/bin/bash
# jsonrepair 3.15.0 mends an answer that max_tokens cut, if it was cut in the right place. Cut inside a
# string just after "{", "[" or "/", as code and addresses have them, it throws; one character more, and it
# works. A cut `false` becomes the string "fal", which a program takes for true, and half a name a member that
# is null. partial-json 0.1.7 gives what is sure in each case, and throws in none.
. "$(dirname "$0")/lib/lab.sh"
npm_packages jsonrepair@3.15.0 partial-json@0.1.7
cat >seen.mjs <<'END'
import {jsonrepair} from 'jsonrepair';
import {parse} from 'partial-json';

const cuts = ['{"code":"if (x) {', '{"code":"if (x) {y', '{"at":"http:/', '{"at":"http://', '{"list":"x = [',
              '{"done":fal', '{"done":false,"rea'];
const show = read => {
    try {
        return JSON.stringify(read());
    } catch (error) {
        return error.constructor.name;
    }
};
for (const text of cuts)
    console.log(`${show(() => JSON.parse(jsonrepair(text)))} ${show(() => parse(text))}`);
END
node seen.mjs >out
saw "cut after a brace of code" 'JSONRepairError {"code":"if (x) {"}' "$(sed -n 1p out)"
saw "one character later" '{"code":"if (x) {y"} {"code":"if (x) {y"}' "$(sed -n 2p out)"
saw "cut in the slashes of an address" 'JSONRepairError {"at":"http:/"}' "$(sed -n 3p out)"
saw "one character later" '{"at":"http://"} {"at":"http://"}' "$(sed -n 4p out)"
saw "cut after a bracket of code" 'JSONRepairError {"list":"x = ["}' "$(sed -n 5p out)"
saw "cut in false" '{"done":"fal"} {"done":false}' "$(sed -n 6p out)"
saw "cut in a name" '{"done":false,"rea":null} {"done":false}' "$(sed -n 7p out)"

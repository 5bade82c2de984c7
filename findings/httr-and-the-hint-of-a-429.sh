#!/bin/bash
# R's httr 1.4.5 (Debian 12, on libcurl): RETRY waits as long as `Retry-After` says after a 429, so its
# manual. With `quiet = TRUE` it does not look at the header, and asks again after about a second. With
# the header as an HTTP date it stops with "invalid 'time' value" in place of the 429 or of another try.
# And unless `terminate_on` lists them, a 400 and a 401 are repeated like a 503.
. "$(dirname "$0")/lib/lab.sh"
needs Rscript
for package in httr/1.4.5 curl/5.0.0 jsonlite/1.8.4 mime/0.12 openssl/2.0.5 r6/2.5.1 askpass/1.1 sys/3.4.1; do
    debian_package "r-cran-${package%/*}" "${package#*/}"
done
start_server <<'END'
import {CHAT, json, serve, status} from './lab.mjs';
const seconds = status(429, {'retry-after': '4'});
const date = response => status(429, {'retry-after': new Date(Date.now() + 4000).toUTCString()})(response);
const script = {'/seconds': seconds, '/quiet': seconds, '/date': date, '/key': status(401)};
const seen = {};
const server = await serve([(response, {url}) => {
    if (url === '/seen')
        return json(Object.entries(seen).map(([path, times]) =>
            `${path} ${times.length} ${times.length > 1 && times[1] - times[0] < 3900 ? 'early' : 'in time'}`))(response);
    (seen[url] ??= []).push(Date.now());
    (seen[url].length === 1 || url === '/key' ? script[url] : json(CHAT))(response);
}]);
console.log(server.url);
END
cat >seen.R <<'END'
base <- readLines("server.url")
ask <- function(path, quiet) tryCatch(
    suppressWarnings(suppressMessages(
        httr::status_code(httr::RETRY("POST", paste0(base, path), body = "{}", times = 3, quiet = quiet)))),
    error = conditionMessage)
for (path in c("/seconds", "/quiet", "/date", "/key"))
    cat(path, ask(path, path == "/quiet"), "\n")
cat(unlist(jsonlite::fromJSON(httr::content(httr::GET(paste0(base, "/seen")), "text", encoding = "UTF-8"))), sep = "\n")
END
R_LIBS=$PWD/usr/lib/R/site-library no_proxy='*' Rscript --vanilla seen.R >out
saw "429 with Retry-After: 4" "/seconds 200 /seconds 2 in time" "$(grep '^/seconds' out | xargs)"
saw "the same, quiet" "/quiet 200 /quiet 2 early" "$(grep '^/quiet' out | xargs)"
saw "429 with a date" "/date invalid time value /date 1 in time" "$(grep '^/date' out | tr -d "'" | xargs)"
saw "401, three times" "/key 401 /key 3 early" "$(grep '^/key' out | xargs)"

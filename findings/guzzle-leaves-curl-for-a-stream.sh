#!/bin/bash
# Guzzle 7.4.5 (Debian 12) with `stream`, the way to read a model's answer as it comes, sends the request through
# PHP's own HTTP streams, although php-curl is there and used for all else. These take an answer that broke off
# for a whole one, with a Content-Length as without; `timeout` bounds each silence and no longer the whole
# call; and whatever is set or watched for curl does not concern such a call. Where `allow_url_fopen` is off,
# it stays with curl.
. "$(dirname "$0")/lib/lab.sh"
needs php
php -m | grep -qx curl || { echo "php-curl is missing"; exit 2; }
for package in guzzlehttp-guzzle/7.4.5 guzzlehttp-promises/1.5.2 guzzlehttp-psr7/2.4.5 psr-http-client/1.0.1 \
    psr-http-factory/1.0.1 psr-http-message/1.0.1 getallheaders/3.0.3 symfony-deprecation-contracts/2.5.5; do
    debian_package "php-${package%/*}" "${package#*/}"
done
start_server <<'END'
import {chunk, serve} from './lab.mjs';
const piece = chunk({content: 'one'});
const server = await serve([(response, {url}) => {
    const length = url === '/length' ? {'content-length': 3 * piece.length} : {};
    response.writeHead(200, {'content-type': 'text/event-stream', ...length});
    response.write(piece);
    if (url !== '/slow') return setTimeout(() => response.socket.destroy(), 50);
    for (const second of [1, 2, 3]) setTimeout(() => response.write(piece), 800 * second);
    setTimeout(() => response.end(), 2500);
}]);
console.log(server.url);
END
cat >seen.php <<'END'
<?php
spl_autoload_register(fn ($class) => @include 'usr/share/php/' . strtr($class, '\\', '/') . '.php');
foreach (['GuzzleHttp/functions_include', 'GuzzleHttp/Promise/functions_include', 'getallheaders/getallheaders'] as $file)
    include_once "usr/share/php/$file.php";
foreach ([false, true] as $stream)
    foreach (['/length', '/chunked', '/slow'] as $path)
        try {
            $body = (new GuzzleHttp\Client)->post($argv[1] . $path, ['body' => '{}', 'stream' => $stream, 'timeout' => 1.5])
                ->getBody();
            for ($all = ''; !$body->eof();)
                $all .= $body->read(512);
            echo substr_count($all, 'data: '), " events, no error\n";
        } catch (Throwable $error) {
            echo preg_match('/cURL error \d+/', $error->getMessage(), $code) ? $code[0] : get_class($error), "\n";
        }
END
no_proxy='*' php -d allow_url_fopen=1 seen.php "$url" >out 2>words
saw "in one piece, broken, Content-Length" "cURL error 18" "$(sed -n 1p out)"
saw "in one piece, broken, chunked" "cURL error 18" "$(sed -n 2p out)"
saw "in one piece, 2.5 s within a timeout of 1.5" "cURL error 28" "$(sed -n 3p out)"
saw "stream, broken, Content-Length" "1 events, no error" "$(sed -n 4p out)"
saw "stream, broken, chunked" "1 events, no error" "$(sed -n 5p out)"
saw "stream, 2.5 s within a timeout of 1.5" "4 events, no error" "$(sed -n 6p out)"
no_proxy='*' php -d allow_url_fopen=0 seen.php "$url" 2>words | tail -n 3 >out
saw "the three streams with allow_url_fopen off" "cURL error 18 cURL error 18 cURL error 28" "$(xargs <out)"

#!/bin/bash
# A model server that dies in the middle of its answer breaks the connection, and a client sees that: a
# chunked body without its last chunk. Behind nginx 1.22.1, Caddy 2.6.2 or h2o 2.2.5, all of Debian 12,
# it does not: the proxy adds the last chunk, and half an answer has come in full. nginx does so since it
# speaks HTTP/1.0 to the server, where the end of the connection is the end of the body; with
# `proxy_http_version 1.1` it passes the break on.
. "$(dirname "$0")/lib/lab.sh"
debian_package nginx 1.22.1
debian_package caddy 2.6.2
debian_package h2o 2.2.5
debian_package libyaml-0-2 0.2.5
LD_LIBRARY_PATH=$PWD/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH
mkdir logs

start_server <<'END'
import {chunk, CUT, serve, stream} from './lab.mjs';
const whole = [chunk({role: 'assistant', content: 'one '}), chunk({content: 'two'}), chunk({}, 'stop')];
const half = [...whole.slice(0, 2), CUT];
const server = await serve([
    (response, {url}) => stream(...url.endsWith('/half') ? half : whole)(response)]);
console.log(server.url);
END
model=$url

port10=$(free_port) port11=$(free_port) caddy=$(free_port) h2o=$(free_port)
cat >nginx.conf <<END
pid $PWD/nginx.pid; error_log $PWD/logs/nginx; daemon off; master_process off;
events {}
http {
    access_log off; proxy_buffering off;
    client_body_temp_path logs; proxy_temp_path logs; fastcgi_temp_path logs; uwsgi_temp_path logs; scgi_temp_path logs;
    server { listen 127.0.0.1:$port10; location / { proxy_pass $model; } }
    server { listen 127.0.0.1:$port11; location / { proxy_pass $model; proxy_http_version 1.1; } }
}
END
cat >Caddyfile <<END
{
    admin off
    auto_https off
}
http://127.0.0.1:$caddy {
    reverse_proxy ${model#http://}
}
END
cat >h2o.conf <<END
listen: {host: 127.0.0.1, port: $h2o}
user: $(id -un)
num-threads: 1
hosts: {default: {paths: {/: {proxy.reverse.url: "$model/"}}}}
END
behind usr/sbin/nginx -p "$PWD/" -c nginx.conf 2>logs/start
HOME=$PWD behind usr/bin/caddy run --config Caddyfile --adapter caddyfile 2>logs/caddy
behind usr/bin/h2o -c h2o.conf >logs/h2o 2>&1

ask() { # URL: how many events came, and curl's exit code
    events=$(env -u LD_LIBRARY_PATH curl -q -sN --noproxy '*' --max-time 20 -d '{}' "$1") && code=0 || code=$?
    echo "$(grep -c '^data' <<<"$events") events, exit code $code"
}
for front in "nginx $port10" "nginx by HTTP/1.1 $port11" "Caddy $caddy" "h2o $h2o"; do
    for _ in $(seq 100); do
        found=$(ask "http://127.0.0.1:${front##* }/whole")
        [ "$found" != "3 events, exit code 0" ] || break
        sleep 0.1
    done
    saw "whole, ${front% *}" "3 events, exit code 0" "$found"
done
saw "half, straight from the server" "2 events, exit code 18" "$(ask "$model/half")"
saw "half, nginx" "2 events, exit code 0" "$(ask "http://127.0.0.1:$port10/half")"
saw "half, nginx by HTTP/1.1" "2 events, exit code 18" "$(ask "http://127.0.0.1:$port11/half")"
saw "half, Caddy" "2 events, exit code 0" "$(ask "http://127.0.0.1:$caddy/half")"
saw "half, h2o" "2 events, exit code 0" "$(ask "http://127.0.0.1:$h2o/half")"

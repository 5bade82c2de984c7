# peers.bash - rows for hops that a program's calls could go through instead: sourced by run.
#
# Each is started on a free port of 127.0.0.1, kept alive on both sides, logs nothing, and is ended
# with the bench. One that is not installed has no row.
peers=

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

answers() { # URL: within ten seconds
    local i
    for ((i = 0; i < 100; i++)); do
        curl -s -o "$work/peer" -d '{}' "$1" && [ -s "$work/peer" ] && return 0
        sleep 0.1
    done
    echo "(a hop did not answer at $1)"
    return 1
}

back=${url#http://}
if command -v nginx >/dev/null; then
    port=$(free_port)
    mkdir -p "$work/nginx"
    cat >"$work/nginx/conf" <<END
daemon off; master_process off; worker_processes 1; pid $work/nginx/pid; error_log /dev/null;
events {}
http {
    access_log off; client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/f; uwsgi_temp_path $work/nginx/u; scgi_temp_path $work/nginx/s;
    upstream back { server $back; keepalive 8; }
    server {
        listen 127.0.0.1:$port; keepalive_requests 10000000;
        location / { proxy_pass http://back; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }
}
END
    nginx -c "$work/nginx/conf" -p "$work/nginx" 2>/dev/null &
    peers="$peers $!"
    answers "http://127.0.0.1:$port/plain" && hop "call, through nginx" call "$url/plain" "http://127.0.0.1:$port/plain" 4000
    kill "${peers##* }" 2>/dev/null || true
fi
if command -v haproxy >/dev/null; then
    port=$(free_port)
    cat >"$work/haproxy" <<END
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    option http-keep-alive
    http-reuse always
frontend front
    bind 127.0.0.1:$port
    default_backend back
backend back
    server one $back
END
    haproxy -db -f "$work/haproxy" 2>/dev/null >&2 &
    peers="$peers $!"
    answers "http://127.0.0.1:$port/plain" && hop "call, through HAProxy" call "$url/plain" "http://127.0.0.1:$port/plain" 4000
    kill "${peers##* }" 2>/dev/null || true
fi
# npm install -g @portkey-ai/gateway@1.15.2, or PORTKEY=its folder.
portkey=${PORTKEY:-$(npm root -g 2>/dev/null)/@portkey-ai/gateway}
if [ -e "$portkey/build/start-server.js" ]; then
    port=$(free_port)
    node "$portkey/build/start-server.js" --headless --port="$port" </dev/null >/dev/null 2>&1 &
    peers="$peers $!"
    export BENCH_HEADER="x-portkey-config: {\"provider\":\"openai\",\"api_key\":\"k\",\"custom_host\":\"$url/plain\"}"
    sleep 3
    hop "call, through Portkey's gateway" call "$url/plain" "http://127.0.0.1:$port/v1/chat/completions" 200
    unset BENCH_HEADER
    kill "${peers##* }" 2>/dev/null || true
fi

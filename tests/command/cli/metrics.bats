#!/usr/bin/env bats
# steadycurl metrics: histograms and money of real calls, OTLP to files and collectors, and what
# docs/grafana/ makes of the series.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cat >policy.json <<'P'
{"version": 1, "rules": [{"name": "all", "match": {"host": "*"}, "provider": "openai",
 "usage": {"include": true}, "retry": {"backoff": {"base_ms": 1, "max_ms": 2}}}],
 "budgets": [{"name": "day", "usd": 1, "per": "day"}]}
P
}

teardown() {
    mock_stop
}

ask() { # MODEL STREAM
    "$STEADYCURL" run -p policy.json -- curl -sS -N "$MOCK_URL/v1/chat/completions" -H 'Authorization: Bearer k' \
        -d '{"model":"'"$1"'","stream":'"$2"',"messages":[{"role":"user","content":"Hello"}]}' >>answers
}

# The value of a series: NAME LABELS-PATTERN.
series() {
    "$STEADYCURL" metrics | sed -n "s/^steadycurl_$1{$2} //p"
}

@test "calls, attempts, first tokens, tokens and money of real calls have series" {
    mock_start --script 500,200,200,400
    ask gpt-4o false
    ask gpt-4o true
    ask gpt-4o false
    [ "$(series call_duration_seconds_count '.*outcome="ok"')" -eq 2 ]
    [ "$(series call_duration_seconds_count '.*outcome="failed"')" -eq 1 ]
    [ "$(series calls_total '.*outcome="ok"')" -eq 2 ]
    [ "$(series attempt_duration_seconds_count '.*')" -eq 4 ]
    [ "$(series first_token_seconds_count '.*')" -eq 1 ] # a stream alone has one
    [ "$(series retries_total '.*class="retryable"')" -eq 1 ]
    # Whatever is never tried again, and the class of what went well, has no series of retries.
    run -1 series_exists 'retries_total{.*class="\(ok\|auth\|bad_request\)"'
    # Two answers with usage; sums are those of the log.
    [ "$(series attempt_input_tokens_count '.*')" -eq 2 ]
    [ "$(series tokens_total '.*direction="input"')" = "$(series attempt_input_tokens_sum '.*')" ]
    [ "$(series tokens_total '.*direction="output"')" = "$(series attempt_output_tokens_sum '.*')" ]
    [[ $(series cost_usd_total '.*') =~ ^0\.[0-9]{9}$ ]]
    [ "$(series cost_usd_total '.*')" != 0.000000000 ]
    [ "$(series build_info '.*')" = 1 ]
    command -v promtool >/dev/null || skip "promtool is not installed"
    "$STEADYCURL" metrics | promtool check metrics
}

series_exists() {
    "$STEADYCURL" metrics | grep -q "^steadycurl_$1"
}

@test "a bucket holds what is at most its bound, and the last holds all" {
    mock_start --script 200
    ask gpt-4o false
    "$STEADYCURL" metrics | sed -n 's/^steadycurl_call_duration_seconds_bucket{.*outcome="ok",le="\(.*\)"} /\1 /p' >buckets
    [ "$(wc -l <buckets)" -eq 15 ]
    [ "$(tail -n 1 buckets)" = "+Inf 1" ]
    awk '{ if ($2 < last) exit 1; last = $2 }' buckets
}

# Every message of an OTLP/JSON request has the members that its protocol buffer has, 64-bit
# integers as strings; as opentelemetry/proto/metrics/v1/metrics.proto says.
otlp_is_valid() { # FILE
    jq -e '
        def only(names): (keys_unsorted - names) == [];
        def int64: type == "string" and test("^[0-9]+$");
        def attributes: all(.[]; only(["key", "value"]) and (.key | type == "string")
            and (.value | keys == ["stringValue"]) and (.value.stringValue | type == "string"));
        def point: (.attributes | attributes) and (.timeUnixNano | int64)
            and ((has("startTimeUnixNano") | not) or (.startTimeUnixNano | int64));
        def number: only(["attributes", "startTimeUnixNano", "timeUnixNano", "asInt", "asDouble"]) and point
            and ((has("asInt") and (.asInt | int64)) != (has("asDouble") and (.asDouble | type == "number")));
        def histogram: only(["attributes", "startTimeUnixNano", "timeUnixNano", "count", "sum", "bucketCounts",
                "explicitBounds"]) and point
            and (.count | int64) and (.bucketCounts | all(.[]; int64)) and (.sum | type == "number")
            and (.explicitBounds | . == sort) and (.bucketCounts | length) == (.explicitBounds | length) + 1
            and ([.bucketCounts[] | tonumber] | add) == (.count | tonumber);
        def metric: only(["name", "description", "unit", "sum", "gauge", "histogram"])
            and (.name | test("^[A-Za-z][A-Za-z0-9_./-]{0,254}$"))
            and ((has("sum") and (.sum | only(["aggregationTemporality", "isMonotonic", "dataPoints"])
                    and .aggregationTemporality == 2 and .isMonotonic == true and all(.dataPoints[]; number)))
                or (has("gauge") and (.gauge | only(["dataPoints"]) and all(.dataPoints[]; number)))
                or (has("histogram") and (.histogram | only(["aggregationTemporality", "dataPoints"])
                    and .aggregationTemporality == 2 and all(.dataPoints[]; histogram))));
        only(["resourceMetrics"]) and (.resourceMetrics | length) == 1 and (.resourceMetrics[0]
            | only(["resource", "scopeMetrics"]) and (.resource.attributes | attributes)
            and (.scopeMetrics[0] | only(["scope", "metrics"]) and (.metrics | length > 20)
                and ([.metrics[].name] | length == (unique | length)) and all(.metrics[]; metric)))' "$1"
}

# The points of a metric as "ATTRIBUTE=VALUE..." each.
otlp_points() { # FILE NAME
    jq -r --arg n "$2" '.resourceMetrics[].scopeMetrics[].metrics[] | select(.name == $n)
        | (.sum // .gauge // .histogram).dataPoints[]
        | [.attributes[] | "\(.key)=\(.value.stringValue)"] | sort | join(" ")' "$1"
}

@test "OTLP has the names of the conventions that are asked for, and is valid" {
    mock_start --script 200,200,400
    ask gpt-4o false
    ask gpt-4o true
    ask gpt-4o false
    run -0 "$STEADYCURL" metrics --otlp now.json
    otlp_is_valid now.json
    run -0 otlp_points now.json gen_ai.client.inference.duration
    [[ $output == *"gen_ai.operation.name=_OTHER gen_ai.provider.name=openai gen_ai.request.model=gpt-4o server.address=127.0.0.1"* ]]
    [[ $output == *"error.type=failed "* ]]
    run -0 otlp_points now.json gen_ai.client.inference.usage.input_tokens
    [[ $output == *gen_ai.token.modality=unknown* ]]
    for name in inference.time_to_first_chunk inference.operation.input_tokens inference.operation.output_tokens \
        inference.usage.output_tokens; do
        [ -n "$(otlp_points now.json gen_ai.client.$name)" ]
    done
    [ -z "$(otlp_points now.json gen_ai.client.token.usage)" ]
    # What the conventions do not name keeps a name that leads back to Prometheus' one.
    [ -n "$(otlp_points now.json steadycurl.wait_duration)" ]
    [ -n "$(otlp_points now.json steadycurl.calls)" ]

    "$STEADYCURL" metrics --otlp - --semconv v1.36.0 >older.json
    otlp_is_valid older.json
    run -0 otlp_points older.json gen_ai.client.token.usage
    [[ ${#lines[@]} -eq 2 && $output == *gen_ai.token.type=input* && $output == *gen_ai.token.type=output* ]]
    run -0 otlp_points older.json gen_ai.client.operation.duration
    [[ $output == *gen_ai.system=openai* ]]
    run -1 grep -q 'inference\|gen_ai.provider.name' older.json
    [ -n "$(otlp_points older.json steadycurl.first_token)" ] # that set has no client's name for it
}

@test "a collector gets one request, and what it says is told" {
    mock_start --script 200
    ask gpt-4o false
    mkfifo port
    python3 -c '
import http.server, sys
class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        open("got", "ab").write(self.path.encode() + b" " + self.headers["Content-Type"].encode() + b"\n")
        open("body.json", "wb").write(body)
        self.send_response(503 if self.path == "/busy" else 200)
        self.end_headers()
        self.wfile.write(b"{}")
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
open("port", "w").write(str(server.server_port) + "\n")
server.serve_forever()' 3>&- 4>&- &
    collector=$!
    # shellcheck disable=SC2094 # a pipe with a name
    read -r port <port
    run -0 "$STEADYCURL" metrics --otlp "http://127.0.0.1:$port"
    [ -z "$output" ]
    run -0 "$STEADYCURL" metrics --otlp "http://127.0.0.1:$port/" --semconv 1.36.0
    run -0 "$STEADYCURL" metrics --otlp "http://127.0.0.1:$port/other"
    otlp_is_valid body.json
    run -1 "$STEADYCURL" metrics --otlp "http://127.0.0.1:$port/busy"
    [[ $output == *"cannot send to http://127.0.0.1:$port/busy: it answered \"HTTP/1.0 503"* ]]
    kill "$collector"
    wait "$collector" || true
    [ "$(tr '\n' , <got)" = "/v1/metrics application/json,/v1/metrics application/json,/other application/json,/busy application/json," ]
    run -1 "$STEADYCURL" metrics --otlp "http://127.0.0.1:$port"
    [[ $output == *"Connection refused"* ]]
    run -1 "$STEADYCURL" metrics --otlp "https://127.0.0.1:$port"
    [[ $output == *"the address must be http://HOST:PORT"* ]]
}

@test "wrong combinations are refused" {
    run -2 "$STEADYCURL" metrics --otlp a --textfile b
    run -2 "$STEADYCURL" metrics --semconv v0.1.0
    run -2 "$STEADYCURL" metrics --otlp a --semconv v9
    [[ $output == *"--semconv is v0.1.0 or v1.36.0"* ]]
    [ ! -e a ]
}

@test "the alert rules are good, and go off when they should" {
    command -v promtool >/dev/null || skip "promtool is not installed"
    promtool check rules "$SC_TOP/docs/grafana/alerts.yml"
    cp "$SC_TOP"/docs/grafana/alerts*.yml .
    promtool test rules alerts_test.yml
}

@test "docs/metrics.md names every series, and no other" {
    mock_start --script 200
    cat >policy.json <<'P'
{"version": 1, "rules": [{"name": "all", "match": {"host": "*"},
 "limits": {"rpm": 1000, "tpm": 100000, "concurrent": 4}}]}
P
    ask gpt-4o false
    diff <("$STEADYCURL" metrics | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' | sort) \
        <(grep -oE '^\| `steadycurl_[a-z_]+' "$SC_TOP/docs/metrics.md" | tr -d '|` ' | sort -u)
}

@test "every query of the dashboard and of the alerts finds its series in a Prometheus that was fed" {
    command -v prometheus >/dev/null || skip "prometheus is not installed"
    mock_start --script 500,200,200,400,200
    sed -i 's/"retry"/"limits": {"rpm": 1000, "concurrent": 4}, "retry"/' policy.json
    ask gpt-4o false
    mkdir www
    "$STEADYCURL" metrics --textfile www/metrics
    mkfifo port
    python3 -c '
import http.server
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
    def __init__(self, *args): super().__init__(*args, directory="www")
server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
open("port", "w").write(str(server.server_port) + "\n")
server.serve_forever()' 3>&- 4>&- &
    files=$!
    # shellcheck disable=SC2094 # a pipe with a name
    read -r port <port
    cat >prometheus.yml <<P
global: {scrape_interval: 1s}
rule_files: [$SC_TOP/docs/grafana/alerts.yml]
scrape_configs: [{job_name: steadycurl, static_configs: [{targets: ["127.0.0.1:$port"]}]}]
P
    listen=127.0.0.1:$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    prometheus --config.file=prometheus.yml --storage.tsdb.path=tsdb --web.listen-address="$listen" \
        >prometheus.log 2>&1 3>&- 4>&- &
    database=$!
    finds() { # EXPRESSION - in the end: a scrape may be late on a busy machine
        for _ in $(seq 100); do
            query "$1" | jq -e '.status == "success" and (.data.result | length > 0)' >/dev/null && return
            sleep 0.1
        done
        echo "nothing: $1"
        failed=1
    }
    query() {
        curl -sS --noproxy '*' -G "http://$listen/api/v1/query" --data-urlencode "query=$1"
    }
    for _ in $(seq 300); do
        query 'count_over_time(steadycurl_build_info[1m]) >= 3' 2>/dev/null |
            jq -e '.data.result | length == 1' >/dev/null 2>&1 && break
        sleep 0.2
        ask gpt-4o true
        "$STEADYCURL" metrics --textfile www/metrics
    done
    failed=0
    while read -r expression; do
        # shellcheck disable=SC2016 # Grafana's own variables
        expression=$(sed 's/\$__rate_interval/1m/g; s/\$\(instance\|provider\|model\)/.*/g' <<<"$expression")
        finds "$expression"
    done < <(jq -r '.panels[].targets[].expr' "$SC_TOP/docs/grafana/dashboard.json")
    # An alert that is not due has no result: what it compares has one.
    while read -r expression; do
        finds "$expression"
    done < <(curl -sS --noproxy '*' "http://$listen/api/v1/rules" |
        jq -r '.data.groups[].rules[].query' | sed 's/ [=>]*[=>] [0-9.]*$//')
    kill "$files" "$database"
    wait "$files" "$database" || true
    [ "$failed" -eq 0 ]
}

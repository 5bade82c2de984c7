#!/usr/bin/env bats
# steadycurl check: what a person sees of a good or bad policy, and what follows from the option
# table.

setup() {
    cd "${SC_TOP:-.}" || return 1
    top=$PWD
    steadycurl=$top/build/steadycurl
    work=$(mktemp -d)
    export HOME=$work XDG_CONFIG_HOME=$work/config
    unset STEADYCURL_POLICY
}

teardown() {
    rm -rf "$work"
}

# Runs with stdout in $output and stderr in $errors.
check() {
    run --separate-stderr "$steadycurl" check "$@"
    errors=$stderr
}

bats_require_minimum_version 1.5.0

@test "every shipped policy is good" {
    shipped=()
    for f in policies/*.json; do
        [ "$f" = policies/policy.schema.json ] || shipped+=("$f")
    done
    [ "${#shipped[@]}" -ge 7 ]
    ANTHROPIC_API_KEY=x check "${shipped[@]}"
    [ "$status" -eq 0 ]
    [ -z "$errors" ]
    [ "$(grep -c ': good, ' <<<"$output")" -eq "${#shipped[@]}" ]
}

@test "every shipped policy says where its numbers come from" {
    for f in policies/*.json; do
        [ "$f" = policies/policy.schema.json ] || jq -e '.comment | length > 80' "$f"
    done
}

@test "the shipped schema is what the option table gives" {
    check --schema
    [ "$status" -eq 0 ]
    diff <(printf '%s\n' "$output") policies/policy.schema.json
    jq -e '."$defs".backoff.properties.base_ms.default == 500' policies/policy.schema.json
}

@test "every reference within the schema leads somewhere" {
    run jq -r '[.. | objects | ."$ref"? // empty | ltrimstr("#/$defs/")] - (."$defs" | keys) | .[]' \
        policies/policy.schema.json
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "schema and parser agree on every broken and every shipped policy" {
    /usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
    /usr/bin/python3 tests/common/policy/agree.py
}

@test "the list of options for the manual page is sound mdoc" {
    command -v mandoc >/dev/null || skip "mandoc is not installed"
    check --options-man
    grep -qx '.It Cm defaults.retry.backoff.base_ms' <<<"$output"
    grep -qx '.It Cm rules\[N\].match.host' <<<"$output"
    {
        printf '.Dd January 1, 2026\n.Dt X 5\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n.Sh OPTIONS\n.Bl -tag -width x\n'
        printf '%s\n' "$output"
        printf '.El\n'
    } >"$work/x.5"
    run mandoc -Tlint -Wwarning "$work/x.5"
    [ -z "$output" ]
}

@test "one bad file among good ones: its errors on stderr, status 1" {
    check policies/default.json tests/common/policy/broken/29-version-2.json policies/strict.json
    [ "$status" -eq 1 ]
    [ "$errors" = "tests/common/policy/broken/29-version-2.json:2:14: version: found 2, allowed 1" ]
    [ "$(wc -l <<<"$output")" -eq 2 ]
}

@test "all errors of a file are shown, not only the first" {
    check tests/common/policy/broken/118-rule-settings.json
    [ "$status" -eq 1 ]
    [ "$(wc -l <<<"$errors")" -eq 2 ]
}

@test "without a file: the one a wrapped program would use" {
    check
    [ "$status" -eq 0 ]
    if [ ! -e /etc/steadycurl/policy.json ]; then
        [ "$output" = "no policy file: the built-in policy applies" ]
    fi
    mkdir -p "$XDG_CONFIG_HOME/steadycurl"
    cp policies/openai.json "$XDG_CONFIG_HOME/steadycurl/policy.json"
    check
    [ "$output" = "$XDG_CONFIG_HOME/steadycurl/policy.json: good, 2 rules" ]
    STEADYCURL_POLICY=$work/absent check
    [ "$status" -eq 1 ]
    [ "$errors" = "$work/absent: can't be read: No such file or directory" ]
}

@test "files that are none: a device, a pipe, a directory, 100 MB; at once and without reading" {
    mkfifo "$work/pipe"
    truncate -s 100000000 "$work/huge"
    for f in /dev/zero "$work/pipe" "$work" "$work/huge"; do
        run timeout 120 "$steadycurl" check "$f"
        [ "$status" -eq 1 ]
        [[ $output == "$f: found "* ]]
        [ "$(wc -l <<<"$output")" -eq 1 ]
    done
}

@test "a comma as the locale's decimal point changes nothing" {
    command -v localedef >/dev/null && [ -e /usr/share/i18n/locales/de_DE ] ||
        skip "locale sources are not installed"
    localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" || [ -d "$work/de_DE.UTF-8" ]
    [ "$(LOCPATH=$work LC_ALL=de_DE.UTF-8 locale decimal_point)" = , ]
    LOCPATH=$work LC_ALL=de_DE.UTF-8 run build/tests/common/policy/test_layer
    [ "$status" -eq 0 ]
}

@test "a host with a malloc of its own reads policies as any other" {
    jemalloc=$(ldconfig -p | awk '/libjemalloc\.so\.2/ { print $NF; exit }')
    [ -n "$jemalloc" ] || skip "libjemalloc2 is not installed"
    LD_PRELOAD=$jemalloc run "$steadycurl" check policies/default.json
    [ "$status" -eq 0 ]
    LD_PRELOAD=$jemalloc run "$steadycurl" check tests/common/policy/broken/06-comma-before-brace.json
    [ "$status" -eq 1 ]
}

@test "wrong usage is status 2, --help is 0" {
    run "$steadycurl" check --nonsense
    [ "$status" -eq 2 ]
    run "$steadycurl" check --help
    [ "$status" -eq 0 ]
    [[ $output == *FILE* ]]
}

#!/usr/bin/env bats
# The providers' own clients, pinned, read what is translated for them: text, calls, usage, the end,
# and errors as errors of their own.

bats_require_minimum_version 1.5.0

packages=(openai@6.49.0 openai7@npm:openai@7.59.0 @anthropic-ai/sdk@1.14.0 @google/genai@2.32.0)

# DIALECT_CLIENTS names a folder that has them already.
setup_file() {
    local major
    major=$(node --version 2>/dev/null | sed 's/^v//; s/\..*//')
    if [ "${major:-0}" -lt 20 ]; then
        skip "node 20 is needed, here is ${major:-none}"
    fi
    export CLIENTS=${DIALECT_CLIENTS-$BATS_FILE_TMPDIR}
    [ -z "${DIALECT_CLIENTS-}" ] || return 0
    timeout 300 npm install --prefix "$CLIENTS" --no-save --no-audit --no-fund --ignore-scripts \
        "${packages[@]}" >"$CLIENTS/npm.log" 2>&1 || skip "npm cannot install ${packages[*]}"
}

@test "every golden answer, stream and error is read by the client it is for" {
    for openai in openai openai7; do
        run timeout 300 node "$SC_TOP/tests/common/dialect/clients.mjs" "$CLIENTS" "$SC_TOP/tests/common/dialect" "$openai"
        grep WRONG <<<"$output" || true
        [ "$status" -eq 0 ]
        [ "$(grep -c '^good ' <<<"$output")" -gt 200 ]
    done
}

#!/usr/bin/env bats
# What the documents say about files and policies is so.

bats_require_minimum_version 1.5.0

setup() {
    cd "$SC_TOP" || return
}

@test "links between the documents lead somewhere" {
    for page in README.md docs/*.md; do
        while read -r target; do
            [ -e "$(dirname "$page")/$target" ] || { echo "$page: $target"; return 1; }
        done < <(grep -oE '\]\([^)#:]+\)' "$page" | sed 's/](//; s/)$//')
    done
}

@test "the policy in README.md is good" {
    awk '/^```json/ { inside = 1; next } /^```/ { if (inside) exit } inside' README.md \
        >"$BATS_TEST_TMPDIR/policy.json"
    run -0 build/steadycurl check "$BATS_TEST_TMPDIR/policy.json"
}

@test "every source file that docs/internals.md and docs/transparency.md name exists" {
    for page in docs/internals.md docs/transparency.md; do
        while read -r name; do
            [ -e "src/$name" ] || compgen -G "src/*/$name" >/dev/null ||
                compgen -G "src/*/*/$name" >/dev/null || compgen -G "tests/*/$name" >/dev/null || [ -e "$name" ] ||
                { echo "$page: $name"; return 1; }
        done < <(grep -oE '`[a-z_/]+\.[chS]`' "$page" | tr -d '`' | sort -u)
    done
}

@test "the environment variables of README.md are those of the sources" {
    diff <(grep -rhoE '"STEADYCURL_[A-Z_]+"' src --include='*.c' | tr -d '"' | sort -u) \
        <(sed -n '/^## Environment/,/^## More/p' README.md | grep -oE 'STEADYCURL_[A-Z_]+' | sort -u)
}

@test "the pictures are well-formed" {
    command -v xmllint >/dev/null || skip "no xmllint"
    xmllint --noout docs/flow.svg docs/house.svg
}

#!/usr/bin/env bats
# steadycurl: commands, help, and what is said about wrong ones.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
}

commands() {
    "$steadycurl" --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'
}

@test "--help lists every command of this version, each has its own help on stdout" {
    run commands
    [ "$output" = $'run\ninit\ncheck\nexplain\ndoctor\nstatus\ntop\nmetrics\nreport\ncosts\ncache\nlog\nserve\nmock\ntry\ncassette\nsimulate\nversion' ]
    for command in $(commands); do
        run -0 --separate-stderr "$steadycurl" "$command" --help
        [[ ${lines[0]} == "usage: steadycurl $command"* ]]
        [ -z "$stderr" ]
        run -0 "$steadycurl" help "$command"
        [[ ${lines[0]} == "usage: steadycurl $command"* ]]
    done
}

@test "without a command the usage goes to stderr" {
    run -2 --separate-stderr "$steadycurl"
    [ -z "$output" ]
    [[ $stderr == usage:* ]]
}

@test "an unknown command gets the nearest one suggested" {
    run -2 "$steadycurl" docter
    [ "$output" = 'steadycurl: no command "docter"; did you mean "doctor"?' ]
    run -2 "$steadycurl" xyzzy
    [ "$output" = 'steadycurl: no command "xyzzy"; see steadycurl --help' ]
    run -2 "$steadycurl" "$(head -c 5000 /dev/zero | tr '\0' x)"
}

@test "the version is printed" {
    run -0 "$steadycurl" version
    [[ $output =~ ^"steadycurl "[0-9]+\.[0-9]+\.[0-9]+$ ]]
    version=$output
    run -0 "$steadycurl" --version
    [ "$output" = "$version" ]
    run -2 "$steadycurl" version extra
}

# "COMMAND LETTER NAME" for each option in a command's own help; LETTER "." if it has none.
help_options() {
    local command
    for command in $(commands); do
        "$steadycurl" "$command" --help |
            sed -n -e "s/^  -\(.\), --\([a-z-]*\).*/$command \1 \2/p" \
                -e "s/^      --\([a-z-]*\).*/$command . \1/p"
    done
}

# The same of the manual page; what all commands have stands before the first of them.
manual_options() {
    sed -n '/^\.Sh DESCRIPTION/,/^\.Sh LOG/p' "$SC_TOP/docs/man/steadycurl.1" | awk '
        BEGIN { command = "all" }
        $1 == ".It" && $2 == "Cm" { command = $3 }
        $1 == ".It" && $2 == "Fl" {
            letter = "."
            for (i = 2; i < NF; i++) {
                if ($i == "Fl" && length($(i + 1)) == 1) letter = $(i + 1)
                if ($i == "Fl" && $(i + 1) ~ /^-./) {
                    print command, letter, substr($(i + 1), 2)
                    letter = "."
                }
            }
        }' | while read -r command letter name; do
        if [ "$command" = all ]; then
            commands | sed "s/\$/ $letter $name/"
        else
            echo "$command $letter $name"
        fi
    done
}

@test "an option letter means the same in every command, and an option has one letter" {
    run help_options
    [ "${#lines[@]}" -gt 50 ]
    run sh -c 'echo "$1" | cut -d" " -f2,3 | grep -v "^\\." | sort -u | cut -d" " -f1 | uniq -d' sh "$output"
    [ -z "$output" ]
    run sh -c 'echo "$1" | cut -d" " -f2,3 | sort -u | cut -d" " -f2 | sort | uniq -d' sh "$(help_options)"
    [ -z "$output" ]
    for pair in "p policy" "l log" "s state" "j json" "h help" "V version"; do
        help_options | grep -q " $pair$"
    done
}

@test "the manual page has every option of every command, and no other" {
    diff <(help_options | sort) <(manual_options | sort)
}

@test "the manual page has every variable that is read" {
    run -0 sh -c 'grep -rhoE "\"STEADYCURL_[A-Z_]+\"" "$1/src" | tr -d "\"" | sort -u' sh "$SC_TOP"
    [ "${#lines[@]}" -gt 8 ]
    for variable in "${lines[@]}"; do
        grep -qE "^\.It Ev .*$variable" "$SC_TOP/docs/man/steadycurl.1" || {
            echo "$variable is missing"
            false
        }
    done
}

@test "the completion offers every option of every command" {
    # shellcheck source=/dev/null
    source "$SC_TOP/docs/completions/steadycurl.bash"
    while read -r command letter name; do
        COMP_WORDS=("$steadycurl" "$command" --) COMP_CWORD=2
        _steadycurl "$steadycurl"
        [[ " ${COMPREPLY[*]} " == *" --$name "* ]]
        COMP_WORDS=("$steadycurl" "$command" -)
        _steadycurl "$steadycurl"
        [ "$letter" = . ] || [[ " ${COMPREPLY[*]} " == *" -$letter "* ]]
    done < <(help_options)
}

@test "every command prints its version, and refuses an option that it has not" {
    run -0 "$steadycurl" version
    version=$output
    for command in $(commands); do
        for option in -V --version; do
            run -0 "$steadycurl" "$command" $option
            [ "$output" = "$version" ]
        done
        run -2 --separate-stderr "$steadycurl" "$command" --no-such-thing
        [ -z "$output" ]
        run -2 --separate-stderr "$steadycurl" "$command" -Z
        [ -z "$output" ]
    done
}

@test "options may follow operands and be written together, a lone dash is standard input" {
    cd "$BATS_TEST_TMPDIR"
    printf '%s\n' '{"event":"call"}' 'text' '{"event":"attempt"}' >log
    run -0 "$steadycurl" log log -jn1
    [ "$output" = '{"event":"attempt"}' ]
    run -0 "$steadycurl" log log -jn 1
    [ "$output" = '{"event":"attempt"}' ]
    run -0 "$steadycurl" log --lines=1 -l log -j
    [ "$output" = '{"event":"attempt"}' ]
    cp log ./-log
    run -0 "$steadycurl" log -n 1 -- -log
    [ "$output" = '{"event":"attempt"}' ]
    echo '{"version": 1, "rules": []}' >policy.json
    run -0 sh -c '"$1" explain https://api.openai.com/v1/chat/completions -p - <policy.json' sh "$steadycurl"
    [[ $output == *"passes through"* ]]
}

@test "the arguments of the program that run starts are its own" {
    run -0 "$steadycurl" run echo -p -V --help
    [ "$output" = "-p -V --help" ]
}

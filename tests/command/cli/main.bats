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
    [ "$output" = $'run\ncheck\nexplain\ndoctor\nstatus\nmetrics\ncosts\nlog\nmock\nversion' ]
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

@test "commands of later versions say so" {
    for command in simulate serve; do
        run -2 "$steadycurl" $command
        [[ $output == *"\"$command\" is not part of this version"* ]]
    done
}

@test "the version is printed" {
    run -0 "$steadycurl" version
    [[ $output =~ ^"steadycurl "[0-9]+\.[0-9]+\.[0-9]+$ ]]
    version=$output
    run -0 "$steadycurl" --version
    [ "$output" = "$version" ]
    run -2 "$steadycurl" version extra
}

# bash completion for steadycurl(1)                                        -*- shell-script -*-

# The options that a command lists in its own help.
_steadycurl_options() {
    "$1" "$2" --help 2>/dev/null |
        sed -n -e 's/^  -\(.\), --\([a-z-]*\).*/-\1 --\2/p' -e 's/^      --\([a-z-]*\).*/--\1/p'
    echo --help
}

# What may be simulated: policies, and programs without one.
_steadycurl_ways() {
    compgen -f -W 'default none fixed x2 x2-jitter x4 x4-jitter sdk curl-retry' -- "$1"
}

# Index of the program in "steadycurl run [OPTION...] [--] PROGRAM", 0 if it is not typed yet.
_steadycurl_program() {
    local i
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --) echo $((i + 1)) && return ;;
        --policy | --log | --state | --fault | --seed | --trace | --record | --replay | --mode | --match | --pace | --miss | -p | -l | -s) i=$((i + 1)) ;;
        =) i=$((i + 1)) ;;
        -*) ;;
        *) echo "$i" && return ;;
        esac
    done
    echo 0
}

_steadycurl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]-} program
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$1" --help 2>/dev/null |
            sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p') help --help --version" -- "$current")
        return
    fi
    case $command in run | doctor)
        program=$(_steadycurl_program)
        if [ "$program" -gt 0 ] && [ "$COMP_CWORD" -ge "$program" ]; then
            if declare -F _command_offset >/dev/null; then
                _command_offset "$program"
            elif [ "$COMP_CWORD" -eq "$program" ]; then
                mapfile -t COMPREPLY < <(compgen -c -- "$current")
            else
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
            fi
            return
        fi
        ;;
    esac
    case $previous in
    --policy | --log | --state | --body | --response | --request | --script-file | --cert-out | --port-file | --token-file | --from-log | --html | --svg | --file | --textfile | --otlp | --output | --record | --replay | -p | -l | -b | -r)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --compare)
        mapfile -t COMPREPLY < <(_steadycurl_ways "$current")
        return
        ;;
    --scenario)
        mapfile -t COMPREPLY < <(compgen -f -W 'steady flaky outage dead brownout rate-limit rate-limit-silent quota
            slow-first-token herd retry-storm key-lost redis-lost' -- "$current")
        return
        ;;
    --mode)
        mapfile -t COMPREPLY < <(compgen -W 'once new all' -- "$current")
        return
        ;;
    --miss)
        mapfile -t COMPREPLY < <(compgen -W 'fail pass record' -- "$current")
        return
        ;;
    --semconv)
        mapfile -t COMPREPLY < <(compgen -W 'v0.1.0 v1.36.0' -- "$current")
        return
        ;;
    --method | -X)
        mapfile -t COMPREPLY < <(compgen -W 'GET POST PUT DELETE' -- "$current")
        return
        ;;
    esac
    case $command,$current in
    *,-*) mapfile -t COMPREPLY < <(compgen -W "$(_steadycurl_options "$1" "$command")" -- "$current") ;;
    run,* | doctor,*) mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
    cassette,*) mapfile -t COMPREPLY < <(compgen -f -W 'ls show diff export import' -- "$current") ;;
    cache,*) mapfile -t COMPREPLY < <(compgen -W 'ls show purge stats' -- "$current") ;;
    check,* | log,*) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    simulate,*) mapfile -t COMPREPLY < <(_steadycurl_ways "$current") ;;
    esac
}

complete -o filenames -F _steadycurl steadycurl

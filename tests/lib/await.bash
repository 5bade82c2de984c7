# await.bash - patience for a bats file: load ../lib/await
#
#     await grep -q ready "$out"
#
# Runs a command until it succeeds; what it prints is lost. A machine that is busy may take a minute
# for what an idle one does at once, so nothing here is given up in less than two.

await() { # COMMAND...
    local end=$((SECONDS + ${PATIENCE_S:-120}))
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$end" ]; then
            echo "never came true: $*" >&2
            return 1
        fi
        sleep 0.02
    done
}

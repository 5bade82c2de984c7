# tap.sh - adds up TAP output: reads test output on stdin, passes it on, and at the end writes
# "PASSED FAILED SKIPPED" to the file named by $1.
awk -v out="$1" '
    /^(not )?ok .*# SKIP/ { skip++; print; next }
    /^ok /         { pass++; print; next }
    /^not ok /     { fail++; print; next }
                   { print }
    END { printf "%d %d %d\n", pass, fail, skip > out }'

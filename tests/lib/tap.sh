# tap.sh SUM FAILURES TITLE - adds up TAP output: reads test output on stdin, passes it on, and at
# the end writes "PASSED FAILED SKIPPED" to the file SUM. What failed is added to FAILURES: title and
# test, with at most 40 lines of the diagnostics that follow.
awk -v out="$1" -v failures="$2" -v title="$3" '
    /^(not )?ok .*# [Ss][Kk][Ii][Pp]/ { skip++; print; said = 0; next }
    /^ok /         { pass++; print; said = 0; next }
    /^not ok /     { fail++; print; said = 40; print title ": " $0 >> failures; next }
                   { print }
    said > 0       { print "    " $0 >> failures; if (!--said) print "    ..." >> failures }
    END { printf "%d %d %d\n", pass, fail, skip > out }'

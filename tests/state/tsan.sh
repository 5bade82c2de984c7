#!/bin/sh
# Runs the threaded tests of the shared state under the thread sanitizer. Exit status 0: clean.
set -e
cd "$(dirname "$0")/../.."
mkdir -p build/tsan
${CC:-cc} -std=gnu11 -g -O1 -fsanitize=thread -Isrc -D_GNU_SOURCE -o build/tsan/test_many \
    tests/state/test_many.c src/state/*.c src/core/limiter.c src/core/breaker.c \
    src/core/budget.c src/core/gate.c src/core/latch.c src/core/lease.c src/core/tokens.c \
    src/core/window.c src/core/class.c src/provider/provider.c -lcmocka -pthread
# The sanitizer needs the plain address layout on kernels with much randomness.
TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS-}" setarch -R build/tsan/test_many '*threads*'

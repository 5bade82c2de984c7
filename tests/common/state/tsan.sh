#!/bin/sh
# Runs the threaded tests of the shared state under the thread sanitizer. Exit status 0: clean.
set -e
cd "$(dirname "$0")/../../.."
mkdir -p build/tsan
${CC:-cc} -std=gnu11 -g -O1 -fsanitize=thread -Isrc/common -Iinclude -D_GNU_SOURCE -o build/tsan/test_many \
    tests/common/state/test_many.c src/common/state/*.c src/common/core/limiter.c src/common/core/breaker.c \
    src/common/core/budget.c src/common/core/gate.c src/common/core/latch.c src/common/core/lease.c src/common/core/tokens.c \
    src/common/core/window.c src/common/provider/*.c src/common/provider/known/*.c -lcmocka -pthread
# The sanitizer needs the plain address layout on kernels with much randomness.
TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS-}" setarch -R build/tsan/test_many '*threads*'

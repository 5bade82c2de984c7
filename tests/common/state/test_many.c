/*
 * Many processes and threads on one state: the limit holds and is used, order is kept, a killed
 * process takes nothing with it. Real processes and a real clock, but nothing here depends on how
 * fast the machine is: what is checked are the start times that were handed out.
 */
#include <pthread.h>
#include <sys/prctl.h>
#include "support.h"

#include "core/lease.h"
#include "core/limiter.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

/* What all processes of a test write into. */
struct board {
    _Atomic int ready, next;
    int64_t start[200000];
};

static struct board *make_board(void)
{
    return mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                0);
}

/* ---- the limit over 8 processes of 4 threads ---- */

#define PROCESSES 8
#define THREADS 4
#define EACH 200

static struct board *board;
static int64_t begin_at;

/* Asks for its slots one after the other, each as soon as the one before has come, as a caller
 * that always has work would: time is the slot's own, so nobody sleeps. */
static void *greedy(void *arg)
{
    struct sc_settings s = plain_settings();
    struct sc_scope_key k = key_for("h", "m", "secret");
    struct sc_admission a;
    struct sc_ticket t;

    (void)arg;
    s.limits.rpm = 6000;
    s.limits.burst = 0.01;
    s.limits.max_wait_ms = 1000000;
    for (int i = 0; i < EACH; i++) {
        sc_state_begin(&t, &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, begin_at);
        sc_state_admit(&t, 0, begin_at, (uint64_t)i, &a);
        board->start[atomic_fetch_add(&board->next, 1)] =
            a.verdict == SC_ADMIT_GO ? begin_at : a.until_ns;
        sc_state_settle(
            &t, &(struct sc_attempt_facts){.class = SC_CLASS_OK, .hint_ms = -1, .used_tokens = -1},
            begin_at, 1, NULL);
        sc_state_end(&t, SC_CLASS_OK, SC_END_OK, begin_at, 1, NULL);
    }
    return NULL;
}

static void run_threads(void *(*f)(void *), int n)
{
    pthread_t threads[16];

    for (int i = 0; i < n; i++)
        pthread_create(&threads[i], NULL, f, NULL);
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void eight_processes_of_four_threads_are_one_client(void **state)
{
    int n = PROCESSES * THREADS * EACH, burst = 60;

    (void)state;
    board = make_board();
    begin_at = sc_state_now();
    for (int p = 0; p < PROCESSES; p++)
        if (fork() == 0) {
            run_threads(greedy, THREADS);
            _exit(0);
        }
    while (wait(NULL) > 0)
        continue;
    assert_int_equal(board->next, n);
    qsort(board->start, (size_t)n, sizeof board->start[0], by_time);
    for (int i = 0; i < n; i++) {
        /* Slot i is at the rate's own time: none early (over the limit), none late (unused). */
        int64_t exact = begin_at + (i < burst ? 0 : (i - burst + 1) * 10 * MS);

        assert_int_equal(board->start[i], exact);
    }
    munmap(board, sizeof *board);
}

/* ---- real time: 8 processes, ends within seconds ---- */

static void patient(void)
{
    struct sc_settings s = plain_settings();
    struct sc_scope_key k = key_for("h", "m", "secret");
    int64_t now, end = begin_at + 2 * SECOND;

    s.limits.rpm = 60000; /* one a millisecond */
    s.limits.burst = 0.001;
    while ((now = sc_state_now()) < end) {
        struct sc_admission a;
        struct sc_ticket t;

        sc_state_begin(&t, &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
        sc_state_admit(&t, 0, now, (uint64_t)now, &a);
        while (a.verdict == SC_ADMIT_WAIT) {
            struct timespec until = {a.until_ns / SECOND, a.until_ns % SECOND};

            clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL);
            sc_state_recheck(&t, sc_state_now(), 1, &a);
        }
        board->start[atomic_fetch_add(&board->next, 1)] = sc_state_now();
        sc_state_settle(
            &t, &(struct sc_attempt_facts){.class = SC_CLASS_OK, .hint_ms = -1, .used_tokens = -1},
            sc_state_now(), 1, NULL);
        sc_state_end(&t, SC_CLASS_OK, SC_END_OK, sc_state_now(), 1, NULL);
    }
}

static void what_really_starts_stays_within_the_limit(void **state)
{
    int n;

    (void)state;
    board = make_board();
    begin_at = sc_state_now();
    for (int p = 0; p < 32; p++)
        if (fork() == 0) {
            patient();
            _exit(0);
        }
    while (wait(NULL) > 0)
        continue;
    n = board->next;
    qsort(board->start, (size_t)n, sizeof board->start[0], by_time);
    /* A start may be late, never early: from the beginning on there are never more than the rate
     * and the burst allow. */
    for (int i = 0; i < n; i++)
        assert_true(board->start[i] - begin_at >= (i - 60) * MS);
    print_message("%d of 2060 slots used\n", n);
    assert_true(n > 0); /* how many is a matter of what else the machine does */
    munmap(board, sizeof *board);
}

/* ---- kill -9 ---- */

/* Calls of every kind and end; n < 0: without end. */
static void make_calls(uint64_t rnd, long n)
{
    struct sc_settings s = plain_settings();
    struct sc_scope_key k = key_for("h", "m", "secret");

    with_breaker(&s);
    s.limits.rpm = 600000000; /* never the reason to wait: nobody sleeps here */
    s.limits.tpm = INT64_C(600000000000);
    s.limits.max_wait_ms = 5;
    s.limits.concurrent = 12;
    s.retry.enabled = s.retry.budget_enabled = true;
    s.retry.budget.per_success = 1;
    for (; n != 0; n -= n > 0) {
        struct sc_attempt_facts f = {.class = SC_CLASS_OK, .hint_ms = -1, .used_tokens = 900};
        struct sc_admission a;
        struct sc_ticket t;
        int64_t now = sc_state_now();

        rnd = rnd * UINT64_C(6364136223846793005) + 1;
        sc_state_begin(&t, &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
        sc_state_admit(&t, 1000, now, rnd, &a);
        if (a.verdict == SC_ADMIT_WAIT)
            sc_state_recheck(&t, a.until_ns, rnd, &a);
        if (rnd >> 60 == 0) {
            f.class = SC_CLASS_RATE_LIMITED;
            f.hint_ms = 1;
        } else if (rnd >> 60 < 4) {
            f.class = SC_CLASS_RETRYABLE;
        }
        if (a.verdict == SC_ADMIT_GO)
            sc_state_settle(&t, &f, sc_state_now(), rnd, NULL);
        sc_state_retry_allowed(&t, SC_CLASS_RETRYABLE);
        sc_state_end(&t, f.class, f.class ? SC_END_FAILED : SC_END_OK, sc_state_now(), rnd, NULL);
        atomic_fetch_add(&board->next, 1);
    }
}

static pid_t start_worker(void)
{
    pid_t child = fork();

    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sc_region_forget();
        make_calls((uint64_t)getpid() * 2654435761u, -1);
    }
    return child;
}

/* What a fresh process must find: calls go, and every lease but those of the living can be had. */
static void check_after_storm(int alive)
{
    struct sc_settings s = plain_settings();
    struct sc_scope_key k = key_for("h", "m", "secret");
    struct sc_ticket t[12];
    struct sc_admission a;
    int64_t now;

    s.limits.rpm = 600000000;
    s.limits.concurrent = 12;
    sc_region_forget();
    now = sc_state_now() + SECOND;
    assert_true(sc_region_get(now) != NULL && sc_region_is_shared());
    for (int i = 0; i < 12 - alive; i++) {
        sc_state_begin(&t[i], &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
        sc_state_admit(&t[i], 0, now, (uint64_t)i * 1000003, &a);
        for (int n = 0; a.verdict == SC_ADMIT_WAIT && n < 200; n++)
            sc_state_recheck(&t[i], now += 30 * MS, (uint64_t)n * 7919, &a);
        assert_int_equal(a.verdict, SC_ADMIT_GO);
    }
    for (int i = 0; i < 12 - alive; i++)
        sc_state_end(&t[i], SC_CLASS_OK, SC_END_OK, now, 1, NULL);
}

static void two_thousand_kills_leave_nothing_locked(void **state)
{
    pid_t workers[4];
    int64_t before;

    (void)state;
    board = make_board();
    srand(3);
    for (int i = 0; i < 4; i++)
        workers[i] = start_worker();
    for (int i = 0; i < 2000; i++) {
        int w = rand() % 4;

        usleep((useconds_t)(rand() % 4000));
        kill(workers[w], SIGKILL);
        waitpid(workers[w], NULL, 0);
        workers[w] = start_worker();
        if (i % 200 == 199)
            check_after_storm(4);
    }
    before = board->next;
    for (int i = 0; i < 2000 && board->next == before; i++)
        usleep(10000);
    assert_true(board->next > before); /* the living still make calls */
    for (int i = 0; i < 4; i++) {
        kill(workers[i], SIGKILL);
        waitpid(workers[i], NULL, 0);
    }
    check_after_storm(0);
    munmap(board, sizeof *board);
}

/* Killed while the state itself is being made: the next process makes or finds it. */
static void kills_while_the_state_is_made(void **state)
{
    (void)state;
    board = make_board();
    srand(4);
    for (int i = 0; i < 150; i++) {
        pid_t child = start_worker();

        usleep((useconds_t)(rand() % 600));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        sc_region_forget();
        assert_true(sc_region_get(sc_state_now()) != NULL && sc_region_is_shared());
        drop_folder();
        assert_int_equal(mkdir(test_folder, 0700), 0);
    }
    munmap(board, sizeof *board);
}

/* ---- threads ---- */

static void *some_calls(void *arg)
{
    make_calls((uint64_t)(uintptr_t)&arg, 5000);
    return NULL;
}

/* What the words come to is checked elsewhere; this is for the thread sanitizer (tsan.sh). */
static void threads_share_everything(void **state)
{
    (void)state;
    board = make_board();
    run_threads(some_calls, 4);
    assert_int_equal(board->next, 20000);
    check_after_storm(0);
    munmap(board, sizeof *board);
}

/* ---- first use by many at once ---- */

static void *first_use(void *arg)
{
    struct sc_region **mine = arg;

    *mine = sc_region_get(sc_state_now());
    return NULL;
}

static void threads_that_open_at_once_get_the_same(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct sc_region *got[8] = {0};
        pthread_t threads[8];

        sc_region_forget();
        for (int i = 0; i < 8; i++)
            pthread_create(&threads[i], NULL, first_use, &got[i]);
        for (int i = 0; i < 8; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < 8; i++)
            assert_ptr_equal(got[i], got[0]);
    }
}

static void processes_that_open_at_once_get_the_same(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        board = make_board();
        drop_folder();
        assert_int_equal(mkdir(test_folder, 0700), 0);
        for (int p = 0; p < 8; p++)
            if (fork() == 0) {
                struct sc_region *r = sc_region_get(sc_state_now());

                board->start[p] = r && sc_region_is_shared() ? (int64_t)r->head.nonce[0] : p;
                _exit(0);
            }
        while (wait(NULL) > 0)
            continue;
        for (int p = 1; p < 8; p++)
            assert_int_equal(board->start[p], board->start[0]);
        munmap(board, sizeof *board);
    }
}

int main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, done)
    const struct CMUnitTest tests[] = {
        T(eight_processes_of_four_threads_are_one_client),
        T(what_really_starts_stays_within_the_limit),
        T(two_thousand_kills_leave_nothing_locked),
        T(kills_while_the_state_is_made),
        T(threads_share_everything),
        T(threads_that_open_at_once_get_the_same),
        T(processes_that_open_at_once_get_the_same),
    };
    if (argc > 1) /* only those whose name fits */
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

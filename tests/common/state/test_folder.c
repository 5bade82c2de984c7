/* Where the state lives: hostile folders, damage, odd limits; what it does to the host. */
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sched.h>
#include "support.h"

#define SECOND INT64_C(1000000000)

static bool noted(const char *part)
{
    char note[512];

    return sc_region_take_note(note, sizeof note) && strstr(note, part) != NULL;
}

/* One call through the state, wherever that is; true if it may go. */
static bool call_goes(void)
{
    struct sc_settings s = plain_settings();
    struct sc_scope_key k = key_for("h", "m", "secret");
    struct sc_admission a;
    struct sc_ticket t;
    int64_t now = sc_state_now();

    sc_state_begin(&t, &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
    sc_state_admit(&t, 0, now, 1, &a);
    sc_state_end(&t, SC_CLASS_OK, SC_END_OK, now, 1, NULL);
    return a.verdict == SC_ADMIT_GO;
}

static void expect_private(const char *folder, const char *why)
{
    setenv("STEADYCURL_STATE", folder, 1);
    sc_region_forget();
    assert_true(call_goes());
    assert_false(sc_region_is_shared());
    assert_true(noted(why));
}

static int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void a_folder_is_made_private_and_shared(void **state)
{
    char sub[96], path[160];
    struct stat st;
    int before = descriptors();
    mode_t mask = umask(0);

    (void)state;
    snprintf(sub, sizeof sub, "%s/a/b/", test_folder);
    setenv("STEADYCURL_STATE", sub, 1);
    sc_region_forget();
    errno = 77;
    assert_true(call_goes());
    umask(mask);
    assert_int_equal(errno, 77);
    assert_true(sc_region_is_shared());
    assert_int_equal(stat(sub, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    sub[strlen(sub) - 1] = '\0';
    strcpy(test_folder, sub);
    assert_true(record_path(path, sizeof path));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(descriptors(), before);
    assert_false(noted(""));
    drop_folder();
    test_folder[strlen(test_folder) - 4] = '\0';
}

static void a_link_or_file_in_its_place_is_refused(void **state)
{
    char path[96], target[96];

    (void)state;
    snprintf(path, sizeof path, "%s/link", test_folder);
    snprintf(target, sizeof target, "%s/real", test_folder);
    assert_int_equal(mkdir(target, 0700), 0);
    assert_int_equal(symlink(target, path), 0);
    expect_private(path, "it is a link or no folder");
    strcat(path, "/"); /* a final slash must not make it acceptable */
    expect_private(path, "it is a link or no folder");
    snprintf(path, sizeof path, "%s/file", test_folder);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    expect_private(path, "it is a link or no folder");
}

static void a_folder_that_others_may_write_to_is_refused(void **state)
{
    (void)state;
    assert_int_equal(chmod(test_folder, 0777), 0);
    expect_private(test_folder, "others may write");
}

static void another_users_folder_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(test_folder, 65534, 65534), 0);
    expect_private(test_folder, "belongs to uid 65534");
}

static void a_link_or_pipe_as_record_is_replaced(void **state)
{
    char path[160], name[64];
    struct stat st;

    (void)state;
    sc_record_name(sc_state_layout(), name, sizeof name);
    snprintf(path, sizeof path, "%s/%s", test_folder, name);
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            assert_int_equal(symlink("/etc/passwd", path), 0);
        else
            assert_int_equal(mkfifo(path, 0600), 0);
        sc_region_forget();
        assert_true(call_goes());
        assert_true(sc_region_is_shared());
        assert_true(noted("damaged"));
        assert_int_equal(lstat(path, &st), 0);
        assert_true(S_ISREG(st.st_mode));
        drop_folder();
        use_fresh_folder();
        snprintf(path, sizeof path, "%s/%s", test_folder, name);
    }
}

static void a_file_of_another_version_is_left_alone(void **state)
{
    char path[160], name[64], text_in[] = "another version's", text_out[32] = "";
    int fd;

    (void)state;
    sc_record_name(sc_state_layout() + 1, name, sizeof name);
    snprintf(path, sizeof path, "%s/%s", test_folder, name);
    fd = open(path, O_CREAT | O_RDWR, 0600);
    assert_int_equal(write(fd, text_in, sizeof text_in), sizeof text_in);
    assert_true(call_goes());
    assert_true(sc_region_is_shared());
    assert_int_equal(pread(fd, text_out, sizeof text_out, 0), sizeof text_in);
    assert_string_equal(text_in, text_out);
    close(fd);
}

static void a_removed_folder_starts_afresh(void **state)
{
    uint64_t first[2];

    (void)state;
    assert_true(call_goes());
    memcpy(first, sc_region_get(sc_state_now())->head.nonce, sizeof first);
    drop_folder();
    assert_int_equal(mkdir(test_folder, 0700), 0);
    assert_true(call_goes());
    assert_true(sc_region_is_shared());
    assert_memory_not_equal(first, sc_region_get(sc_state_now())->head.nonce, sizeof first);
}

/* ---- damage to the record: cut and flipped 1,000 times, while the words stay ---- */

static void damage(const char *path)
{
    uint64_t r = (uint64_t)rand();
    unsigned char byte;
    int fd = open(path, O_RDWR);

    assert_true(fd >= 0);
    if (r % 2) {
        assert_int_equal(ftruncate(fd, (off_t)(r / 2 % 200)), 0);
    } else {
        off_t at = (off_t)(r / 2 % sizeof(struct sc_record));

        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= (unsigned char)(1u << (r / 512 % 8));
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

static void a_damaged_record_is_said_and_written_again(void **state)
{
    uint64_t nonce[2];
    char path[160];
    struct sc_region *r;
    void *held;
    int said = 0;

    (void)state;
    srand(1);
    assert_true(call_goes());
    r = sc_region_get(sc_state_now());
    memcpy(nonce, r->head.nonce, sizeof nonce);
    /* In use all the time: what nobody uses and no record names is swept away by who comes by, be
     * it another test. */
    held = shmat(r->head.shmid, NULL, SHM_RDONLY);
    assert_true(held != (void *)-1);
    assert_true(record_path(path, sizeof path));
    for (int i = 0; i < 1000; i++) {
        damage(path);
        sc_region_forget();
        assert_true(call_goes());
        assert_true(sc_region_is_shared());
        said += noted("damaged");
        r = sc_region_get(sc_state_now());
        assert_memory_equal(nonce, r->head.nonce, sizeof nonce); /* nothing was lost */
    }
    assert_in_range(said, 980, 1000); /* cut at its own length is no damage */
    shmdt(held);
}

/* ---- damage to the words ---- */

static void flip(struct sc_region *r)
{
    size_t from = offsetof(struct sc_region, slots);
    size_t at = from + (size_t)rand() % (sizeof *r - from);

    /* Mostly where something is. */
    if (rand() % 4) {
        size_t group = (size_t)rand() % SC_GROUPS, kind = (size_t)rand() % SC_KINDS;

        for (int i = 0; i < 20000 && !sc_word_read(&r->slots[group][kind].key); i++) {
            group = (size_t)rand() % SC_GROUPS;
            kind = (size_t)rand() % SC_KINDS;
        }
        at = (size_t)((char *)&r->slots[group][kind] - (char *)r) + (size_t)rand() % 64;
    }
    ((unsigned char *)r)[at] ^= (unsigned char)(1u << rand() % 8);
}

static void flipped_words_neither_crash_nor_block(void **state)
{
    static const struct sc_ratelimit said = {{{3000, 2900, 2000, 60000, SC_RATE_BUCKET},
                                              {1000000, 900000, 6000, 60000, SC_RATE_BUCKET}}};
    struct sc_settings s = plain_settings();
    struct sc_scope_key k = key_for("h", "m", "secret");
    struct sc_region *r;
    int64_t now = 1000 * SECOND;

    (void)state;
    with_breaker(&s);
    s.limits.rpm = 6000;
    s.limits.tpm = 1000000;
    s.limits.concurrent = 16;
    s.limits.learn = true;
    s.retry.enabled = s.retry.budget_enabled = true;
    s.retry.budget.per_success = 1;
    r = sc_region_get(now);
    srand(2);
    for (int i = 0; i < 3000; i++) {
        struct sc_admission a;
        struct sc_ticket t;

        flip(r);
        sc_state_begin(&t, &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
        sc_state_admit(&t, sc_state_estimate(&t, 1000), now, (uint64_t)rand(), &a);
        for (int n = 0; a.verdict == SC_ADMIT_WAIT && n < 1000; n++) {
            assert_true(a.until_ns <= now + 61 * SECOND);
            now += 100000000;
            sc_state_recheck(&t, now, (uint64_t)rand(), &a);
        }
        assert_int_not_equal(a.verdict, SC_ADMIT_WAIT);
        if (a.verdict == SC_ADMIT_GO && i % 3)
            sc_state_told(&t, &said, i % 50 == 0, now, now + 3000000);
        if (a.verdict == SC_ADMIT_GO)
            sc_state_settle(
                &t,
                &(struct sc_attempt_facts){.class = i % 50 ? SC_CLASS_OK : SC_CLASS_RATE_LIMITED,
                                           .hint_ms = -1,
                                           .used_tokens = 900,
                                           .input_tokens = 800,
                                           .estimated_input = 1000,
                                           .ms = 3},
                now, 1, NULL);
        else
            now += a.retry_after_ms < 3600000 ? a.retry_after_ms * 1000000 : 3600 * SECOND;
        sc_state_retry_allowed(&t, SC_CLASS_RETRYABLE);
        sc_state_end(&t, SC_CLASS_OK, SC_END_OK, now, 1, NULL);
        now += SECOND / 10;
    }
}

/* Runs `f` in a child; true if the child ended with 0. */
static bool in_child(bool (*f)(void))
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(f() ? 0 : 1);
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Calls to so many hosts; true if all of them may go. */
static bool all_go(int hosts)
{
    struct sc_settings s = plain_settings();
    struct sc_admission a;
    struct sc_ticket t;
    char host[32];

    s.limits.rpm = 60;
    for (int i = 0; i < hosts; i++) {
        struct sc_scope_key k;

        snprintf(host, sizeof host, "host-%d", i);
        k = key_for(host, "m", "secret");
        sc_state_begin(&t, &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, SECOND);
        sc_state_admit(&t, 0, SECOND, 1, &a);
        if (a.verdict != SC_ADMIT_GO)
            return false;
    }
    return true;
}

static bool fill_the_table(void)
{
    return all_go(1500) && noted("full");
}

static void a_full_table_falls_back_to_the_process(void **state)
{
    (void)state;
    /* What is kept per process is kept to its end: not in this one, whose tests follow. */
    assert_true(in_child(fill_the_table));
}

static void a_table_in_half_use_has_room_for_every_scope(void **state)
{
    (void)state;
    for (uint64_t key = 1; key <= 16; key++) { /* fixed, so that the test says the same each time */
        struct sc_region *r = sc_region_get(sc_state_now());

        r->head.hash_key[0] = r->head.hash_key[1] = key;
        assert_true(all_go(256)); /* a gate for each host and each model there: 512 of a kind */
        assert_false(noted(""));
        drop_folder();
        use_fresh_folder();
    }
}

/* ---- limits of the host ---- */

static bool with_file_size_limit(void)
{
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
    return call_goes() && !sc_region_is_shared() && noted("cannot write");
}

static bool with_no_descriptors(void)
{
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, 0});
    return call_goes() && !sc_region_is_shared() && noted("cannot be used");
}

static bool with_no_memory(void)
{
    setrlimit(RLIMIT_AS, &(struct rlimit){4096, 4096});
    return call_goes() && !sc_region_is_shared();
}

static void resource_limits_degrade(void **state)
{
    (void)state;
    assert_true(in_child(with_file_size_limit));
    assert_true(in_child(with_no_descriptors));
    assert_true(in_child(with_no_memory));
}

static bool mounted(const char *options, unsigned long flags)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", test_folder, "tmpfs", flags, options) == 0 &&
           setenv("STEADYCURL_STATE", test_folder, 1) == 0;
}

static bool on_a_full_file_system(void)
{
    char junk[4096] = {0}, path[96];
    int fd;

    if (!mounted("size=16k,mode=0700", 0))
        return false;
    snprintf(path, sizeof path, "%s/junk", test_folder);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    while (write(fd, junk, sizeof junk) > 0)
        continue;
    close(fd);
    return call_goes() && !sc_region_is_shared() && noted("No space left");
}

static bool on_a_read_only_file_system(void)
{
    return mounted("mode=0700", MS_RDONLY) && call_goes() && !sc_region_is_shared() &&
           noted("Read-only");
}

static bool may_mount(void)
{
    return mounted("mode=0700", 0);
}

static void small_and_read_only_file_systems_degrade(void **state)
{
    (void)state;
    if (!in_child(may_mount))
        skip();
    assert_true(in_child(on_a_full_file_system));
    assert_true(in_child(on_a_read_only_file_system));
}

static bool after_chroot(void)
{
    if (!call_goes() || !sc_region_is_shared() || chroot("/proc") != 0 || chdir("/") != 0)
        return false;
    usleep(1100000); /* the record is looked at once a second */
    return call_goes() && sc_region_is_shared() && !noted("");
}

static void the_state_outlives_a_chroot(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_true(in_child(after_chroot));
}

static bool as_another_user(void)
{
    /* The path is the same; the state must not be. */
    if (setgid(65534) != 0 || setuid(65534) != 0)
        return false;
    return call_goes() && !sc_region_is_shared() && noted("belongs to uid 0");
}

static void two_users_do_not_mix(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(test_folder, 0755), 0);
    assert_true(call_goes());
    sc_region_forget();
    assert_true(in_child(as_another_user));
}

static bool limit_is_used_up(void)
{
    struct sc_settings s = plain_settings();
    struct sc_scope_key k = key_for("limited", "m", "secret");
    struct sc_admission a;
    struct sc_ticket t;
    int64_t now = sc_state_now();

    s.limits.rpm = 1;
    sc_state_begin(&t, &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
    sc_state_admit(&t, 0, now, 1, &a);
    t.requests.after = 0; /* as if sent */
    sc_state_end(&t, SC_CLASS_OK, SC_END_OK, now, 1, NULL);
    return a.verdict == SC_ADMIT_WAIT;
}

static bool limit_is_used_up_in_a_new_process(void)
{
    sc_region_forget();
    return limit_is_used_up();
}

static void processes_that_never_met_share_a_limit(void **state)
{
    (void)state;
    assert_false(in_child(limit_is_used_up_in_a_new_process)); /* the first one goes at once */
    assert_true(in_child(limit_is_used_up_in_a_new_process));
}

static bool children_share(void)
{
    setenv("STEADYCURL_STATE", "/proc/none", 1);
    sc_region_forget();
    return !limit_is_used_up() && in_child(limit_is_used_up);
}

static void without_a_folder_forked_children_still_share(void **state)
{
    (void)state;
    assert_true(in_child(children_share));
}

static void orphaned_segments_are_swept(void **state)
{
    struct sc_record r;
    struct sc_region *region;
    char gone[96];
    struct shmid_ds d;

    (void)state;
    snprintf(gone, sizeof gone, "%s/gone", test_folder);
    region = sc_segment_create(-1, gone, &r);
    assert_non_null(region);
    region->head.created_ns -= 60 * SECOND;
    sc_segment_detach(region);
    assert_int_equal(shmctl(r.shmid, IPC_STAT, &d), 0);
    for (int i = 0; i < 1000 && shmctl(r.shmid, IPC_STAT, &d) == 0; i++) {
        assert_true(call_goes()); /* makes a segment, and looks at some of the others */
        drop_folder();
        use_fresh_folder();
    }
    assert_int_not_equal(shmctl(r.shmid, IPC_STAT, &d), 0);
}

/* A segment of the size and mode of ours, with these first bytes. */
static int segment_of(uint64_t magic, size_t size)
{
    int shmid = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
    uint64_t *p = magic ? shmat(shmid, NULL, 0) : NULL;

    assert_true(shmid >= 0);
    if (p) {
        *p = magic;
        shmdt(p);
    }
    return shmid;
}

static bool exists(int shmid)
{
    struct shmid_ds d;

    return shmctl(shmid, IPC_STAT, &d) == 0;
}

/* Killed after shmget, killed while it was filled in; and what only looks like ours. */
static void segments_that_were_never_finished_are_swept(void **state)
{
    size_t size = sizeof(struct sc_region);
    int blank = segment_of(0, size), begun = segment_of(~SC_STATE_MAGIC, size);
    int another = segment_of(42, size), smaller = segment_of(0, size - 4096);
    int used = segment_of(0, size);
    void *p = shmat(used, NULL, 0);

    (void)state;
    sc_segment_clean(3600, 0, NULL, NULL); /* of others' tests on this machine: none is that old */
    assert_true(exists(blank) && exists(begun));
    for (time_t made = time(NULL); time(NULL) - made < 2;)
        usleep(50000);
    assert_true(sc_segment_clean(1, 0, NULL, NULL) >= 2);
    assert_false(exists(blank) || exists(begun));
    assert_true(exists(another) && exists(smaller) && exists(used));
    shmdt(p);
    sc_segment_remove(another);
    sc_segment_remove(smaller);
    sc_segment_remove(used);
}

static int64_t sweep_ns(void)
{
    int64_t began = sc_state_now();

    sc_segment_sweep();
    return sc_state_now() - began;
}

/* A few at a time, each time at another place: so many cost a first call no more than one. */
static void a_sweep_looks_at_a_part_and_all_are_swept_in_the_end(void **state)
{
    enum { N = 300 };
    int shmid[N], left = N, sweeps = 0, i;
    struct sc_region *region;
    struct sc_record r;
    char gone[96];

    (void)state;
    snprintf(gone, sizeof gone, "%s/gone", test_folder);
    for (i = 0; i < N; i++) {
        region = sc_segment_create(-1, gone, &r);
        assert_non_null(region);
        region->head.created_ns -= 60 * SECOND;
        sc_segment_detach(region);
        shmid[i] = r.shmid;
    }
    for (; left > 0 && sweeps < 20000; sweeps++) {
        sweep_ns();
        for (i = left = 0; i < N; i++)
            left += exists(shmid[i]);
    }
    print_message("%d segments, %d sweeps\n", N, sweeps);
    assert_int_equal(left, 0);
}

static void *cancelled(void *reached)
{
    pthread_cancel(pthread_self());
    *(bool *)reached = call_goes();
    pthread_testcancel();
    return reached;
}

static void a_cancelled_thread_leaves_the_state_as_it_should_be(void **state)
{
    bool reached = false;
    void *result;
    pthread_t t;

    (void)state;
    assert_int_equal(pthread_create(&t, NULL, cancelled, &reached), 0);
    pthread_join(t, &result);
    assert_true(result == PTHREAD_CANCELED && reached && sc_region_is_shared());
}

static int segments_in_all(void)
{
    struct shm_info info;

    return shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info) < 0 ? -1 : info.used_ids;
}

static bool forbid_shmctl(void)
{
    struct sock_filter rows[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_shmctl, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof rows / sizeof *rows, rows};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static bool works_alone(void)
{
    char path[160];

    return forbid_shmctl() && call_goes() && !sc_region_is_shared() && !record_path(path, 160) &&
           noted("no shared memory");
}

/* What is made could be neither attached by the next process, nor removed. */
static void without_shmctl_no_segment_is_made(void **state)
{
    char path[160];

    (void)state;
    if (segments_in_all() < 0)
        skip();
    assert_true(in_child(works_alone));
    assert_false(record_path(path, sizeof path));
}

/* Whoever still has the segment goes on with it, and it goes with the last of them. */
static void a_segment_goes_with_its_folder(void **state)
{
    struct sc_region *region;
    char command[128];
    int shmid;

    (void)state;
    assert_true(call_goes() && sc_region_is_shared());
    region = sc_region_get(sc_state_now());
    shmid = region->head.shmid;
    assert_true(exists(shmid));
    sc_segment_abandon(region);
    sc_region_forget();
    assert_true(exists(shmid)); /* the folder is there */
    assert_true(call_goes());
    region = sc_region_get(sc_state_now());
    assert_int_equal(region->head.shmid, shmid);
    snprintf(command, sizeof command, "rm -rf '%s'", test_folder);
    assert_int_equal(system(command), 0);
    assert_ptr_equal(sc_region_get(sc_state_now() + 2 * SECOND), region);
    assert_true(exists(shmid));
    sc_region_forget();
    assert_false(exists(shmid));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, done)
    const struct CMUnitTest tests[] = {
        T(a_folder_is_made_private_and_shared),
        T(a_link_or_file_in_its_place_is_refused),
        T(a_folder_that_others_may_write_to_is_refused),
        T(another_users_folder_is_refused),
        T(a_link_or_pipe_as_record_is_replaced),
        T(a_file_of_another_version_is_left_alone),
        T(a_removed_folder_starts_afresh),
        T(a_damaged_record_is_said_and_written_again),
        T(flipped_words_neither_crash_nor_block),
        T(a_full_table_falls_back_to_the_process),
        T(a_table_in_half_use_has_room_for_every_scope),
        T(resource_limits_degrade),
        T(small_and_read_only_file_systems_degrade),
        T(the_state_outlives_a_chroot),
        T(two_users_do_not_mix),
        T(processes_that_never_met_share_a_limit),
        T(without_a_folder_forked_children_still_share),
        T(orphaned_segments_are_swept),
        T(segments_that_were_never_finished_are_swept),
        T(a_sweep_looks_at_a_part_and_all_are_swept_in_the_end),
        T(a_cancelled_thread_leaves_the_state_as_it_should_be),
        T(a_segment_goes_with_its_folder),
        T(without_shmctl_no_segment_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

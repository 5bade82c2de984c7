/* Reading program files: what is read, and that damage in a file never becomes a fault here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/binary.h"

static void own_file_is_read(void **state)
{
    (void)state;
    struct sc_elf e;
    const char *version;
    assert_int_equal(sc_elf_open(&e, "/proc/self/exe"), 0);
    assert_true(e.is_elf && e.native && e.dynamic && !e.go);
    assert_non_null(e.interpreter);
    assert_non_null(sc_elf_needs(&e, "libcmocka.so"));
    assert_null(sc_elf_needs(&e, "libcurl"));
    assert_true(sc_elf_imports(&e, "_cmocka_run_group_tests"));
    assert_false(sc_elf_imports(&e, "curl_easy_perform"));
    assert_false(sc_elf_defines(&e, "curl_easy_perform", &version));
    sc_elf_close(&e);
}

static void library_tells_its_symbols_and_versions(void **state)
{
    (void)state;
    struct sc_elf e;
    const char *version;
    char text[32];
    static const char *const places[] = {"/lib/x86_64-linux-gnu/libcurl.so.4",
                                         "/lib/aarch64-linux-gnu/libcurl.so.4"};
    if (sc_elf_open(&e, places[0]) != 0 && sc_elf_open(&e, places[1]) != 0)
        skip();
    assert_true(sc_elf_defines(&e, "curl_easy_perform", &version));
    assert_non_null(version);
    assert_non_null(strstr(version, "CURL_"));
    assert_true(sc_elf_find_text(&e, "libcurl/", text, sizeof text));
    assert_int_equal(strncmp(text, "libcurl/", 8), 0);
    assert_true(sc_elf_find_text(&e, "libcurl/", text, 10));
    assert_int_equal(strlen(text), 9);
    sc_elf_close(&e);
}

static void other_files_are_no_error(void **state)
{
    (void)state;
    struct sc_elf e;
    assert_int_equal(sc_elf_open(&e, "/etc/passwd"), 0);
    assert_false(e.is_elf);
    sc_elf_close(&e);
    assert_int_not_equal(sc_elf_open(&e, "/no/such/file"), 0);
    assert_int_not_equal(sc_elf_open(&e, "/"), 0);
    assert_int_not_equal(sc_elf_open(&e, "/dev/zero"), 0);
    sc_elf_close(&e);
}

static uint64_t seed = 7;

static size_t pick(size_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(seed >> 33) % n;
}

static void use(const char *path)
{
    struct sc_elf e;
    const char *version;
    char text[64];
    assert_int_equal(sc_elf_open(&e, path), 0);
    for (size_t i = 0; i < e.n_needed; i++)
        (void)strlen(e.needed[i]);
    sc_elf_needs(&e, "libcurl");
    sc_elf_defines(&e, "main", &version);
    sc_elf_imports(&e, "main");
    sc_elf_find_text(&e, "libcurl/", text, sizeof text);
    sc_elf_close(&e);
}

static void write_file(const char *path, const unsigned char *p, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    fclose(f);
}

/* Headers, tables and the dynamic section get most of the hits. */
static void damaged_files_are_survived(void **state)
{
    (void)state;
    static unsigned char whole[1 << 20], bad[1 << 20];
    char path[] = "/tmp/sc-elf-XXXXXX";
    FILE *f = fopen("/proc/self/exe", "r");
    size_t n = fread(whole, 1, sizeof whole, f);
    fclose(f);
    close(mkstemp(path));
    for (int i = 0; i < 1500; i++) {
        memcpy(bad, whole, n);
        for (size_t k = 1 + pick(8); k-- > 0;) {
            static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
            size_t where = pick(4) ? pick(1024) : n - 1 - pick(n / 4);
            bad[where] = pick(2) ? values[pick(5)] : (unsigned char)pick(256);
        }
        write_file(path, bad, pick(4) ? n : pick(n));
        use(path);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_file_is_read),
        cmocka_unit_test(library_tells_its_symbols_and_versions),
        cmocka_unit_test(other_files_are_no_error),
        cmocka_unit_test(damaged_files_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

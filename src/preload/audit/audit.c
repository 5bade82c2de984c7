/*
 * audit.c - `steadycurl run --deep`: the dynamic linker itself is asked (rtld-audit(7)).
 *
 * For what a preload cannot reach: symbols bound inside objects that look in their own scope
 * first. Runs in a namespace and a C library of its own, so it only chooses addresses: a reference
 * to one of libcurl's functions that the preload has too is bound to the preload's, unless libcurl
 * or the preload itself makes it. No logic runs here.
 */
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bind/elf.h"

#define SC_EXPORT __attribute__((visibility("default")))

SC_EXPORT unsigned la_version(unsigned version);
SC_EXPORT unsigned la_objopen(struct link_map *map, Lmid_t lmid, uintptr_t *cookie);
SC_EXPORT uintptr_t la_symbind64(Elf64_Sym *sym, unsigned index, uintptr_t *referrer,
                                 uintptr_t *definer, unsigned *flags, const char *name);

/* What an object is to us; its cookie. */
enum { OTHER, PRELOAD, LIBCURL, AUDITED_ELSEWHERE };

static struct sc_object preload;
static bool have_preload;

unsigned la_version(unsigned version)
{
    return version < LAV_CURRENT ? version : LAV_CURRENT;
}

static bool is_preload(const struct sc_object *o)
{
    return o->soname && strcmp(o->soname, "libsteadycurl.so") == 0;
}

unsigned la_objopen(struct link_map *map, Lmid_t lmid, uintptr_t *cookie)
{
    struct sc_object o;

    *cookie = OTHER;
    if (lmid != LM_ID_BASE) {
        *cookie = AUDITED_ELSEWHERE;
        return 0;
    }
    if (!sc_elf_of_map(map, &o))
        return LA_FLG_BINDFROM;
    if (is_preload(&o)) {
        preload = o;
        have_preload = true;
        *cookie = PRELOAD;
    } else if (sc_elf_define(&o, "curl_easy_perform")) {
        *cookie = LIBCURL;
    }
    return *cookie == LIBCURL || *cookie == PRELOAD ? LA_FLG_BINDTO | LA_FLG_BINDFROM
                                                    : LA_FLG_BINDFROM;
}

uintptr_t la_symbind64(Elf64_Sym *sym, unsigned index, uintptr_t *referrer, uintptr_t *definer,
                       unsigned *flags, const char *name)
{
    void *ours;

    (void)index;
    (void)flags;
    if (!have_preload || *definer != LIBCURL || *referrer != OTHER ||
        strncmp(name, "curl_", 5) != 0)
        return sym->st_value;
    ours = sc_elf_define(&preload, name);
    return ours ? (uintptr_t)ours : sym->st_value;
}

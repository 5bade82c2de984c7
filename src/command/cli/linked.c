/* linked.c - see linked.h. */
#include "cli/linked.h"

#include <stdio.h>
#include <string.h>

#include "cli/binary.h"
#include "cli/diagnosis.h"
#include "cli/program.h"
#include "cli/trace.h"

/* Which TLS library this libcurl uses: the version node tells, else what it needs. */
static const char *flavour(const struct sc_elf *e, const char *node)
{
    static const struct {
        const char *node, *needs, *name;
    } table[] = {
        {"OPENSSL", "libssl.so", "OpenSSL"},
        {"GNUTLS", "libgnutls.so", "GnuTLS"},
        {"NSS", "libnss3.so", "NSS"},
        {"MBEDTLS", "libmbedtls.so", "mbedTLS"},
        {"WOLFSSL", "libwolfssl.so", "wolfSSL"},
    };
    for (size_t i = 0; node && i < sizeof table / sizeof *table; i++)
        if (strstr(node, table[i].node))
            return table[i].name;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (sc_elf_needs(e, table[i].needs))
            return table[i].name;
    return "TLS library unknown";
}

static void tell(const char *path)
{
    struct sc_elf e;
    const char *node;
    char version[64] = "version unknown";
    if (sc_elf_open(&e, path) != 0)
        return;
    sc_elf_defines(&e, "curl_easy_perform", &node);
    sc_elf_find_text(&e, "libcurl/", version, sizeof version);
    sc_fact("libcurl", "%s (%s, %s%s%s)", path, version, flavour(&e, node),
            node ? ", symbols " : "", node ? node : "");
    sc_elf_close(&e);
}

void sc_linked_tell(const struct sc_linked *l)
{
    for (int i = 0; i < l->n; i++)
        tell(l->libraries[i]);
}

static void look_at_library(const char *path, void *arg)
{
    struct sc_linked *l = arg;
    struct sc_elf e;
    const char *node;
    if (sc_elf_open(&e, path) == 0 && sc_elf_defines(&e, "curl_easy_perform", &node)) {
        bool known = false;
        for (int i = 0; i < l->n; i++)
            known |= strcmp(l->libraries[i], path) == 0;
        if (!known && l->n < SC_LINKED_MAX)
            snprintf(l->libraries[l->n++], PATH_MAX, "%s", path);
        l->hits++;
    }
    sc_elf_close(&e);
}

bool sc_linked_look(const char *loader, const char *file, struct sc_linked *l)
{
    return sc_trace_libraries(loader, file, look_at_library, l);
}

bool sc_is_linked(const char *command)
{
    static struct sc_program p;
    static struct sc_linked l;
    l.n = l.hits = 0;
    sc_program_look(&p, command);
    bool linked = p.status == SC_PROGRAM_OK && p.elf.interpreter && !p.script[0] &&
                  sc_linked_look(p.elf.interpreter, p.path, &l) && l.hits > 0;
    sc_program_close(&p);
    return linked;
}

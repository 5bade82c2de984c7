/* provider.c - names, and which host is whose. See provider.h. */
#include "provider/provider.h"

#include <stdbool.h>
#include <string.h>

#include "provider/known/known.h"

static const char *const names[SC_PROVIDER_COUNT] = {
#define SC_PROVIDER_NAME(id, name) name,
    SC_PROVIDER_LIST(SC_PROVIDER_NAME)
#undef SC_PROVIDER_NAME
};

static const struct sc_provider_info *const known[SC_PROVIDER_COUNT] = {
#define SC_PROVIDER_KNOWN(id, name) &sc_known_##id,
    SC_PROVIDER_LIST(SC_PROVIDER_KNOWN)
#undef SC_PROVIDER_KNOWN
};

const char *sc_provider_name(enum sc_provider p)
{
    return (unsigned)p < SC_PROVIDER_COUNT ? names[p] : "unknown";
}

enum sc_provider sc_provider_by_name(const char *name)
{
    for (int p = 0; name && p < SC_PROVIDER_COUNT; p++)
        if (strcmp(names[p], name) == 0)
            return (enum sc_provider)p;
    return SC_PROVIDER_COUNT;
}

static bool matches(const char *pattern, const char *s, size_t n)
{
    const char *star = strchr(pattern, '*');
    if (!star)
        return strlen(pattern) == n && memcmp(pattern, s, n) == 0;
    size_t head = (size_t)(star - pattern);
    if (n <= head || memcmp(pattern, s, head) != 0)
        return false;
    for (size_t taken = head + 1; taken <= n; taken++)
        if (matches(star + 1, s + taken, n - taken))
            return true;
    return false;
}

static bool is(const char *name, const char *s, size_t n)
{
    return strlen(name) == n && memcmp(name, s, n) == 0;
}

static bool is_loopback(const char *host, size_t n)
{
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host++;
        n -= 2;
    }
    if (is("localhost", host, n) || is("::1", host, n) || matches("*.localhost", host, n))
        return true;
    if (n < 5 || memcmp(host, "127.", 4) != 0)
        return false;
    for (size_t i = 0; i < n; i++) /* 127.evil.example is a name, not an address */
        if ((host[i] < '0' || host[i] > '9') && host[i] != '.')
            return false;
    return true;
}

static bool is_host_of(enum sc_provider p, const char *host, size_t n)
{
    for (const char *const *pattern = known[p]->hosts; pattern && *pattern; pattern++)
        if (matches(*pattern, host, n))
            return true;
    return false;
}

enum sc_provider sc_provider_by_host(const char *host, size_t n, int port)
{
    if (n > 0 && host[n - 1] == '.') /* fully qualified */
        n--;
    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        if (is_host_of((enum sc_provider)p, host, n))
            return (enum sc_provider)p;
    /* Only on this machine does a port tell what listens. */
    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        for (size_t i = 0; i < SC_LOCAL_PORTS; i++)
            if (known[p]->local_ports[i] == port && port > 0 && is_loopback(host, n))
                return (enum sc_provider)p;
    return SC_PROVIDER_OPENAI_COMPATIBLE;
}

const struct sc_provider_info *sc_provider_info(enum sc_provider p)
{
    return known[p];
}

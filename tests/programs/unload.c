/*
 * unload.c - a program with plugins, each linked to a libcurl of its own: unload URL PLUGIN...
 * Loads them for themselves alone, lets them call in turn, unloads them, and starts again.
 *
 * Built with -DPLUGIN it is the plugin.
 */
/* link with: -ldl */
#include <stdio.h>

#ifdef PLUGIN
#include <curl/curl.h>
#include <string.h>

void *plugin_begin(const char *url);
int plugin_call(void *handle);
void plugin_end(void *handle);

static size_t drop(char *p, size_t size, size_t n, void *data)
{
    (void)p, (void)data;
    return size * n;
}

void *plugin_begin(const char *url)
{
    CURL *c = curl_easy_init();

    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
    return c;
}

int plugin_call(void *handle)
{
    long code = 0;
    CURLcode rc = curl_easy_perform(handle);

    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    printf("%d %ld %s\n", rc, code, strstr(curl_version(), "GnuTLS") ? "GnuTLS" : "OpenSSL");
    return rc;
}

void plugin_end(void *handle)
{
    curl_easy_cleanup(handle);
    curl_global_cleanup();
}

#else
#include <dlfcn.h>

enum { MAX = 4, ROUNDS = 3 };

struct plugin {
    void *object, *handle;
    void *(*begin)(const char *url);
    int (*call)(void *handle);
    void (*end)(void *handle);
};

static int load(struct plugin *p, const char *path)
{
    p->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!p->object)
        return 0;
    *(void **)&p->begin = dlsym(p->object, "plugin_begin");
    *(void **)&p->call = dlsym(p->object, "plugin_call");
    *(void **)&p->end = dlsym(p->object, "plugin_end");
    return p->begin && p->call && p->end;
}

int main(int argc, char **argv)
{
    struct plugin all[MAX];
    int n = argc - 2;

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < n && i < MAX; i++) {
            if (!load(&all[i], argv[2 + i]))
                return 2;
            all[i].handle = all[i].begin(argv[1]);
        }
        for (int i = 0; i < 2 * n && n <= MAX; i++)
            all[i % n].call(all[i % n].handle);
        for (int i = 0; i < n && i < MAX; i++) {
            all[i].end(all[i].handle);
            dlclose(all[i].object);
        }
    }
    return 0;
}
#endif

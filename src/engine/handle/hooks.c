/* hooks.c - see install.h. */
#include "handle/hooks.h"

#include "stage/watchdog.h"

#include "stage/consent.h"
#include "wire/request.h"

void sc_install_seek(struct sc_shadow *s)
{
    SC_SET(s, CURLOPT_SEEKFUNCTION, sc_on_seek);
    SC_SET(s, CURLOPT_SEEKDATA, s);
    s->seek_installed = true;
}

static void install_upload(struct sc_shadow *s)
{
    SC_SET(s, CURLOPT_READFUNCTION, sc_on_read);
    SC_SET(s, CURLOPT_READDATA, s);
    s->read_installed = true;
    /* Without a seek or ioctl function libcurl rewinds a FILE* read by fread itself; with our
     * read function it no longer sees that it could, so sc_on_seek does it. */
    if (s->o.seek_fn || (!s->o.ioctl_fn && !s->o.read_fn)) {
        sc_install_seek(s);
    } else if (s->o.ioctl_fn) {
        SC_SET(s, CURLOPT_IOCTLFUNCTION, sc_on_ioctl);
        SC_SET(s, CURLOPT_IOCTLDATA, s);
        s->ioctl_installed = true;
    }
}

void sc_install(struct sc_shadow *s, bool with_upload)
{
    SC_SET(s, CURLOPT_WRITEFUNCTION, sc_on_body);
    SC_SET(s, CURLOPT_WRITEDATA, s);
    SC_SET(s, CURLOPT_HEADERFUNCTION, sc_on_header);
    SC_SET(s, CURLOPT_HEADERDATA, s);
    s->installed = true;
    sc_consent_install(s);
    if (with_upload)
        install_upload(s);
}

void sc_install_fresh(struct sc_shadow *s, bool fresh)
{
    if (s->fresh_installed == fresh)
        return;
    SC_SET(s, CURLOPT_FRESH_CONNECT, fresh ? 1L : (long)s->o.fresh_connect);
    s->fresh_installed = fresh;
}

static void uninstall_upload(struct sc_shadow *s)
{
    SC_SET(s, CURLOPT_READFUNCTION, s->o.read_fn);
    SC_SET(s, CURLOPT_READDATA, s->o.read_data);
    s->read_installed = false;
    if (s->seek_installed) {
        SC_SET(s, CURLOPT_SEEKFUNCTION, s->o.seek_fn);
        SC_SET(s, CURLOPT_SEEKDATA, s->o.seek_data);
    }
    if (s->ioctl_installed) {
        SC_SET(s, CURLOPT_IOCTLFUNCTION, s->o.ioctl_fn);
        SC_SET(s, CURLOPT_IOCTLDATA, s->o.ioctl_data);
    }
    s->seek_installed = false;
    s->ioctl_installed = false;
}

void sc_uninstall(struct sc_shadow *s)
{
    if (!s->installed)
        return;
    SC_SET(s, CURLOPT_WRITEFUNCTION, s->o.write_fn);
    SC_SET(s, CURLOPT_WRITEDATA, s->o.write_data);
    SC_SET(s, CURLOPT_HEADERFUNCTION, s->o.header_fn);
    SC_SET(s, CURLOPT_HEADERDATA, s->o.header_data);
    s->installed = false;
    sc_consent_uninstall(s);
    sc_install_fresh(s, false);
    if (s->replaced)
        sc_rewrite_uninstall(s);
    if (s->read_installed)
        uninstall_upload(s);
    if (s->progress_installed)
        sc_watchdog_uninstall(s);
}

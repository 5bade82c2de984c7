#include "mock/cert.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mock/buf.h"

#define DAY (24 * 3600)

static const char *const names[] = {"localhost",
                                    "*.localhost",
                                    "api.openai.com",
                                    "*.openai.azure.com",
                                    "*.services.ai.azure.com",
                                    "api.anthropic.com",
                                    "generativelanguage.googleapis.com",
                                    "aiplatform.googleapis.com",
                                    "api.mistral.ai",
                                    "codestral.mistral.ai",
                                    "api.cohere.com",
                                    "api.groq.com",
                                    "api.deepseek.com",
                                    "api.x.ai",
                                    "api.together.xyz",
                                    "openrouter.ai",
                                    "api.example.com"};

struct pair {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
};

static int pair_init(struct pair *p, const char *common_name, unsigned char serial)
{
    static const char key_id[] = "steadycurl mock";
    time_t now = time(NULL);
    int e = gnutls_x509_privkey_init(&p->key);
    if (e >= 0)
        e = gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (e >= 0)
        e = gnutls_x509_crt_init(&p->crt);
    if (e < 0)
        return e;
    /* A serial of the moment: caches of trust must not mix up two mocks. */
    unsigned char number[9] = {0};
    for (int i = 0; i < 8; i++)
        number[i] = (unsigned char)((uint64_t)now >> (56 - 8 * i));
    number[8] = serial;
    gnutls_x509_crt_set_version(p->crt, 3);
    gnutls_x509_crt_set_serial(p->crt, number, sizeof number);
    gnutls_x509_crt_set_activation_time(p->crt, now - DAY);
    gnutls_x509_crt_set_expiration_time(p->crt, now + 365 * DAY);
    gnutls_x509_crt_set_dn_by_oid(p->crt, GNUTLS_OID_X520_ORGANIZATION_NAME, 0, key_id,
                                  sizeof key_id - 1);
    gnutls_x509_crt_set_dn_by_oid(p->crt, GNUTLS_OID_X520_COMMON_NAME, 0, common_name,
                                  (unsigned)strlen(common_name));
    return gnutls_x509_crt_set_key(p->crt, p->key);
}

static void pair_free(struct pair *p)
{
    if (p->crt)
        gnutls_x509_crt_deinit(p->crt);
    if (p->key)
        gnutls_x509_privkey_deinit(p->key);
}

static void name_server(gnutls_x509_crt_t crt)
{
    static const unsigned char v4[4] = {127, 0, 0, 1};
    static const unsigned char v6[16] = {[15] = 1};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, names[i],
                                             (unsigned)strlen(names[i]), GNUTLS_FSAN_APPEND);
    gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, v4, sizeof v4,
                                         GNUTLS_FSAN_APPEND);
    gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, v6, sizeof v6,
                                         GNUTLS_FSAN_APPEND);
}

static void identify_key(gnutls_x509_crt_t crt, bool authority, gnutls_x509_crt_t issuer)
{
    unsigned char id[64];
    size_t n = sizeof id;
    if (gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA1, id, &n) >= 0)
        gnutls_x509_crt_set_subject_key_id(crt, id, n);
    n = sizeof id;
    if (!authority && gnutls_x509_crt_get_key_id(issuer, GNUTLS_KEYID_USE_SHA1, id, &n) >= 0)
        gnutls_x509_crt_set_authority_key_id(crt, id, n);
}

static int sign(struct pair *p, const struct pair *issuer, bool authority)
{
    unsigned usage = authority ? GNUTLS_KEY_KEY_CERT_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE;
    gnutls_x509_crt_set_basic_constraints(p->crt, authority, authority ? 0 : -1);
    gnutls_x509_crt_set_key_usage(p->crt, usage);
    if (!authority)
        gnutls_x509_crt_set_key_purpose_oid(p->crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
    identify_key(p->crt, authority, issuer->crt);
    return gnutls_x509_crt_sign2(p->crt, issuer->crt, issuer->key, GNUTLS_DIG_SHA256, 0);
}

static char *take_pem(gnutls_datum_t *d)
{
    char *s = sc_mock_strndup((const char *)d->data, d->size);
    gnutls_free(d->data);
    return s;
}

static int export_all(const struct pair *ca, const struct pair *server, struct sc_mock_cert *out)
{
    gnutls_datum_t d;
    int e = gnutls_x509_crt_export2(ca->crt, GNUTLS_X509_FMT_PEM, &d);
    if (e >= 0) {
        out->ca_pem = take_pem(&d);
        e = gnutls_x509_crt_export2(server->crt, GNUTLS_X509_FMT_PEM, &d);
    }
    if (e >= 0) {
        out->chain_pem = take_pem(&d);
        e = gnutls_x509_privkey_export2(server->key, GNUTLS_X509_FMT_PEM, &d);
    }
    if (e >= 0)
        out->key_pem = take_pem(&d);
    return e;
}

bool sc_mock_cert_make(struct sc_mock_cert *out, char *err, size_t err_n)
{
    struct pair ca = {0}, server = {0};
    *out = (struct sc_mock_cert){0};
    int e = pair_init(&ca, "steadycurl mock authority", 1);
    if (e >= 0)
        e = sign(&ca, &ca, true);
    if (e >= 0)
        e = pair_init(&server, "localhost", 2);
    if (e >= 0) {
        name_server(server.crt);
        e = sign(&server, &ca, false);
    }
    if (e >= 0)
        e = export_all(&ca, &server, out);
    pair_free(&ca);
    pair_free(&server);
    if (e >= 0)
        return true;
    snprintf(err, err_n, "cannot make a certificate: %s", gnutls_strerror(e));
    sc_mock_cert_free(out);
    return false;
}

void sc_mock_cert_free(struct sc_mock_cert *c)
{
    free(c->ca_pem);
    free(c->chain_pem);
    free(c->key_pem);
    *c = (struct sc_mock_cert){0};
}

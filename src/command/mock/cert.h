/*
 * cert.h - a certificate authority of the moment and a server certificate signed by it.
 *
 * The server's name covers localhost, the loopback addresses and the providers' hosts, so that
 * `curl --connect-to api.openai.com:443:127.0.0.1:PORT --cacert FILE` works.
 */
#ifndef SC_MOCK_CERT_H
#define SC_MOCK_CERT_H

#include <stdbool.h>
#include <stddef.h>

struct sc_mock_cert {
    char *ca_pem;    /* what clients are to trust */
    char *chain_pem; /* server certificate */
    char *key_pem;
};

bool sc_mock_cert_make(struct sc_mock_cert *out, char *err, size_t err_n);
void sc_mock_cert_free(struct sc_mock_cert *c);

#endif

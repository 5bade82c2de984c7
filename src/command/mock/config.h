/* config.h - how the mock server is to behave. */
#ifndef SC_MOCK_CONFIG_H
#define SC_MOCK_CONFIG_H

#include <stdint.h>

#include "mock/script.h"

struct sc_mock_config {
    const char *address;  /* numeric */
    int port;             /* 0: a free one */
    const char *provider; /* whose dialect when neither path, host nor header says; NULL: OpenAI */
    const char *cert_pem; /* chain and key: TLS; NULL: plain HTTP */
    const char *key_pem;
    int64_t latency_ms;    /* before every answer */
    uint64_t max_requests; /* 0: no limit */
    int64_t limit_rpm;     /* a provider's own limits, 0: none */
    int64_t limit_tpm;
    double limit_burst;        /* part of a minute's allowance that may go at once */
    struct sc_mock_plan *plan; /* borrowed */
};

#endif

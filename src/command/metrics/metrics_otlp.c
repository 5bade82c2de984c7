/*
 * metrics_otlp.c - metrics as one OTLP/JSON request.
 *
 * What OpenTelemetry's conventions for generative AI name has their names and attributes, of the
 * set that is asked for; the rest has a name that a collector turns back into Prometheus' one:
 * "steadycurl_wait_duration_seconds" is "steadycurl.wait_duration" in "s".
 */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "metrics/metrics.h"
#include "core/time.h"
#include "state/state.h"
#include "steadycurl/version.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- the conventions ---- */

enum { LATEST, OLDER, SETS };

struct sc_semconv {
    const char *name;
    int set;
    const char *provider; /* the attribute with the provider */
};

static const struct sc_semconv sets[] = {
    {"v0.1.0", LATEST, "gen_ai.provider.name"}, /* of the conventions' own repository */
    {"v1.36.0", OLDER, "gen_ai.system"},        /* what instrumentations emit by default */
};

const char sc_semconv_names[] = "v0.1.0 or v1.36.0";

const struct sc_semconv *sc_semconv(const char *name)
{
    name += name[0] == 'v';
    for (size_t i = 0; i < COUNT(sets); i++)
        if (strcmp(sets[i].name + 1, name) == 0)
            return &sets[i];
    return NULL;
}

/* A family, or those of its series that have a label of that value, by the name in each set (NULL:
 * that set has none), and the attribute that its name does not tell there. */
static const struct named {
    const char *family, *label, *value;
    struct {
        const char *name, *attribute, *of;
    } in[SETS];
} names[] = {
    {"steadycurl_call_duration_seconds",
     NULL,
     NULL,
     {[LATEST] = {"gen_ai.client.inference.duration", NULL, NULL},
      [OLDER] = {"gen_ai.client.operation.duration", NULL, NULL}}},
    {"steadycurl_first_token_seconds",
     NULL,
     NULL,
     {[LATEST] = {"gen_ai.client.inference.time_to_first_chunk", NULL, NULL}}},
    {"steadycurl_attempt_input_tokens",
     NULL,
     NULL,
     {[LATEST] = {"gen_ai.client.inference.operation.input_tokens", NULL, NULL},
      [OLDER] = {"gen_ai.client.token.usage", "gen_ai.token.type", "input"}}},
    {"steadycurl_attempt_output_tokens",
     NULL,
     NULL,
     {[LATEST] = {"gen_ai.client.inference.operation.output_tokens", NULL, NULL},
      [OLDER] = {"gen_ai.client.token.usage", "gen_ai.token.type", "output"}}},
    {"steadycurl_tokens_total",
     "direction",
     "input",
     {[LATEST] = {"gen_ai.client.inference.usage.input_tokens", "gen_ai.token.modality",
                  "unknown"}}},
    {"steadycurl_tokens_total",
     "direction",
     "output",
     {[LATEST] = {"gen_ai.client.inference.usage.output_tokens", "gen_ai.token.modality",
                  "unknown"}}},
};

/* Providers that the conventions call otherwise than a policy does; NULL: as in the other set. */
static const struct {
    const char *ours, *in[SETS];
} providers[] = {
    {"azure", {[LATEST] = "azure.ai.openai", [OLDER] = "az.ai.openai"}},
    {"bedrock", {[LATEST] = "aws.bedrock", [OLDER] = "aws.bedrock"}},
    {"gemini", {[LATEST] = "gcp.gemini", [OLDER] = "gcp.gemini"}},
    {"mistral", {[LATEST] = "mistral_ai", [OLDER] = "mistral_ai"}},
    {"vertex", {[LATEST] = "gcp.vertex_ai", [OLDER] = "gcp.vertex_ai"}},
    {"xai", {[LATEST] = "x_ai", [OLDER] = "xai"}},
};

static const struct named *named(const struct sc_metric_family *f, const struct sc_metric_point *p)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        bool is = strcmp(names[i].family, f->name) == 0 && !names[i].label;

        for (size_t k = 0; k < p->n_labels && strcmp(names[i].family, f->name) == 0; k++)
            is |= names[i].label && strcmp(p->labels[k].name, names[i].label) == 0 &&
                  strcmp(p->labels[k].value, names[i].value) == 0;
        if (is)
            return &names[i];
    }
    return NULL;
}

/* ---- JSON of protocol buffers: 64-bit integers are strings ---- */

struct otlp {
    const struct sc_semconv *conventions;
    cJSON *metrics;
    char start[24], now[24];
};

static void add_number(cJSON *to, const char *key, const char *number)
{
    cJSON_AddItemToObject(to, key, cJSON_CreateRaw(number));
}

static void add_attribute(cJSON *attributes, const char *key, const char *value)
{
    cJSON *a = cJSON_CreateObject(), *v = cJSON_CreateObject();

    cJSON_AddStringToObject(a, "key", key);
    cJSON_AddStringToObject(v, "stringValue", value);
    cJSON_AddItemToObject(a, "value", v);
    cJSON_AddItemToArray(attributes, a);
}

/* The conventions' attribute for a label of ours, NULL: it has none. */
static const char *attribute_of(const struct otlp *o, const struct sc_metric_label *l,
                                const char **value)
{
    *value = l->value;
    if (strcmp(l->name, "host") == 0)
        return "server.address";
    if (strcmp(l->name, "model") == 0)
        return "gen_ai.request.model";
    if (strcmp(l->name, "provider") != 0)
        return NULL;
    for (size_t i = 0; i < COUNT(providers); i++)
        if (strcmp(l->value, providers[i].ours) == 0)
            *value = providers[i].in[o->conventions->set];
    return o->conventions->provider;
}

/* A call that failed, or that was not sent, says so; which operation it was is not counted. */
static void add_conventional(const struct otlp *o, cJSON *attributes, const struct named *n,
                             const struct sc_metric_point *p)
{
    const char *value;

    add_attribute(attributes, "gen_ai.operation.name", "_OTHER");
    for (size_t i = 0; i < p->n_labels; i++) {
        const struct sc_metric_label *l = &p->labels[i];
        const char *key = attribute_of(o, l, &value);

        if (key && *value)
            add_attribute(attributes, key, value);
        else if (strcmp(l->name, "outcome") == 0 && strcmp(l->value, "ok") != 0)
            add_attribute(attributes, "error.type", l->value);
    }
    if (n->in[o->conventions->set].attribute)
        add_attribute(attributes, n->in[o->conventions->set].attribute,
                      n->in[o->conventions->set].of);
}

/* "steadycurl_calls_total" as "steadycurl.calls", "..._seconds" without its unit. */
static void own_name(const char *name, char *buf, size_t n)
{
    static const char *const suffixes[] = {"_total", "_seconds"};
    size_t len;

    snprintf(buf, n, "%s", name);
    buf[strlen("steadycurl")] = '.';
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        len = strlen(buf);
        if (len > strlen(suffixes[i]) && strcmp(buf + len - strlen(suffixes[i]), suffixes[i]) == 0)
            buf[len - strlen(suffixes[i])] = '\0';
    }
}

/* The list of data points of a metric, which is made if it is not there. */
static cJSON *points_of(struct otlp *o, const struct sc_metric_family *f, const char *name)
{
    static const char *const kinds[] = {[SC_METRIC_COUNTER] = "sum",
                                        [SC_METRIC_GAUGE] = "gauge",
                                        [SC_METRIC_HISTOGRAM] = "histogram"};
    cJSON *m, *kind;

    cJSON_ArrayForEach(m, o->metrics)
    {
        if (strcmp(cJSON_GetObjectItem(m, "name")->valuestring, name) == 0)
            return cJSON_GetObjectItem(cJSON_GetObjectItem(m, kinds[f->type]), "dataPoints");
    }
    m = cJSON_CreateObject();
    cJSON_AddItemToArray(o->metrics, m);
    cJSON_AddStringToObject(m, "name", name);
    cJSON_AddStringToObject(m, "description", f->help);
    if (f->unit[0])
        cJSON_AddStringToObject(m, "unit", f->unit);
    kind = cJSON_AddObjectToObject(m, kinds[f->type]);
    if (f->type != SC_METRIC_GAUGE)
        cJSON_AddNumberToObject(kind, "aggregationTemporality", 2); /* cumulative */
    if (f->type == SC_METRIC_COUNTER)
        cJSON_AddTrueToObject(kind, "isMonotonic");
    return cJSON_AddArrayToObject(kind, "dataPoints");
}

static void add_text(cJSON *array, uint64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, n);
    cJSON_AddItemToArray(array, cJSON_CreateString(text));
}

static void add_histogram(cJSON *point, const struct sc_metric_point *p)
{
    cJSON *counts = cJSON_AddArrayToObject(point, "bucketCounts");
    cJSON *bounds = cJSON_AddArrayToObject(point, "explicitBounds");
    char text[24];

    for (size_t i = 0; i < p->n_buckets; i++)
        add_text(counts, p->counts[i]);
    for (size_t i = 0; i + 1 < p->n_buckets; i++)
        cJSON_AddItemToArray(bounds, cJSON_CreateNumber(p->bounds[i]));
    snprintf(text, sizeof text, "%" PRIu64, p->count);
    cJSON_AddStringToObject(point, "count", text);
    add_number(point, "sum", p->number);
}

static void take_family(void *arg, const struct sc_metric_family *f)
{
    (void)arg;
    (void)f; /* a metric without points is none */
}

static void take_point(void *arg, const struct sc_metric_family *f, const struct sc_metric_point *p)
{
    struct otlp *o = arg;
    const struct named *n = named(f, p);
    bool conventional = n && n->in[o->conventions->set].name;
    cJSON *point = cJSON_CreateObject(), *attributes;
    char name[96];

    own_name(f->name, name, sizeof name);
    cJSON_AddItemToArray(points_of(o, f, conventional ? n->in[o->conventions->set].name : name),
                         point);
    attributes = cJSON_AddArrayToObject(point, "attributes");
    if (conventional)
        add_conventional(o, attributes, n, p);
    else
        for (size_t i = 0; i < p->n_labels; i++)
            add_attribute(attributes, p->labels[i].name, p->labels[i].value);
    if (f->type != SC_METRIC_GAUGE)
        cJSON_AddStringToObject(point, "startTimeUnixNano", o->start);
    cJSON_AddStringToObject(point, "timeUnixNano", o->now);
    if (f->type == SC_METRIC_HISTOGRAM)
        add_histogram(point, p);
    else if (p->whole)
        cJSON_AddStringToObject(point, "asInt", p->number);
    else
        add_number(point, "asDouble", p->number);
}

/* ---- the request ---- */

static void set_times(struct otlp *o, const struct sc_state_view *v)
{
    struct timespec t;
    int64_t now, age = v->region ? sc_state_now() - v->region->head.created_ns : 0;

    clock_gettime(CLOCK_REALTIME, &t);
    now = (int64_t)t.tv_sec * SC_NS_PER_S + t.tv_nsec;
    snprintf(o->now, sizeof o->now, "%" PRId64, now);
    snprintf(o->start, sizeof o->start, "%" PRId64, now - (age > 0 ? age : 0));
}

char *sc_metrics_otlp(struct sc_state_view *v, const struct sc_semconv *conventions)
{
    struct otlp o = {.conventions = conventions};
    struct sc_metric_sink sink = {take_family, take_point, &o};
    cJSON *root = cJSON_CreateObject(), *resource = cJSON_CreateObject(), *scope, *metrics;
    cJSON *attributes =
        cJSON_AddArrayToObject(cJSON_AddObjectToObject(resource, "resource"), "attributes");
    char host[256] = "", *text;

    set_times(&o, v);
    add_attribute(attributes, "service.name", "steadycurl");
    add_attribute(attributes, "service.version", SC_VERSION);
    if (gethostname(host, sizeof host - 1) == 0)
        add_attribute(attributes, "host.name", host);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "resourceMetrics"), resource);
    metrics = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(resource, "scopeMetrics"), metrics);
    scope = cJSON_AddObjectToObject(metrics, "scope");
    cJSON_AddStringToObject(scope, "name", "steadycurl");
    cJSON_AddStringToObject(scope, "version", SC_VERSION);
    o.metrics = cJSON_AddArrayToObject(metrics, "metrics");
    sc_metrics_tell(v, &sink);
    text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}

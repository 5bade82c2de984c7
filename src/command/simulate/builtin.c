/* The scenarios that are built in. A day of a service is told in minutes; each runs with as many
 * clients as one likes, for its service grows with them. */
#include <string.h>

#include "simulate/scenario.h"

/* 500 clients that make 41 calls a second, of 2.1 s each, and a service that can do 70. */
#define CROWD                                                                         \
    "  \"clients\": 500, \"processes\": 50, \"hosts\": 1, \"scale_service\": true,\n" \
    "  \"calls\": {\"every_ms\": 10000, \"timeout_ms\": 120000},\n"
#define SERVICE "\"capacity\": 150, \"queue\": 100"

static const struct {
    const char *name, *text;
} scenarios[] = {
    {"steady", "{\n"
               "  \"comment\": \"Nothing happens: what a policy costs.\",\n"
               "  \"seconds\": 180,\n" CROWD "  \"service\": {" SERVICE "}\n"
               "}\n"},
    {"flaky", "{\n"
              "  \"comment\": \"Three in ten requests fail, each by chance.\",\n"
              "  \"seconds\": 180,\n" CROWD "  \"service\": {" SERVICE ",\n"
              "              \"faults\": {\"503\": 0.15, \"500\": 0.05, \"reset\": 0.05, "
              "\"truncate\": 0.05}}\n"
              "}\n"},
    {"outage",
     "{\n"
     "  \"comment\": \"For a minute every request gets a 503.\",\n"
     "  \"seconds\": 240,\n" CROWD "  \"service\": {" SERVICE "},\n"
     "  \"events\": [{\"kind\": \"outage\", \"at_s\": 60, \"for_s\": 60, \"answer\": \"503\"}]\n"
     "}\n"},
    {"dead", "{\n"
             "  \"comment\": \"No connection, from the first second to the last.\",\n"
             "  \"seconds\": 300,\n" CROWD "  \"service\": {" SERVICE "},\n"
             "  \"events\": [{\"kind\": \"outage\", \"answer\": \"refused\"}]\n"
             "}\n"},
    {"brownout",
     "{\n"
     "  \"comment\": \"For 90 seconds three tenths of the service are left, and it turns away what "
     "it has no room for.\",\n"
     "  \"seconds\": 300,\n" CROWD "  \"service\": {" SERVICE "},\n"
     "  \"events\": [{\"kind\": \"brownout\", \"at_s\": 60, \"for_s\": 90, \"factor\": 0.3}]\n"
     "}\n"},
    {"rate-limit", "{\n"
                   "  \"comment\": \"A provider that grants four fifths of what is asked, and "
                   "tells so in its headers.\",\n"
                   "  \"seconds\": 240,\n" CROWD "  \"service\": {\"rpm\": 2000, \"burst\": 0.02}\n"
                   "}\n"},
    {"rate-limit-silent",
     "{\n"
     "  \"comment\": \"The same, of a provider that tells nothing.\",\n"
     "  \"seconds\": 240,\n" CROWD
     "  \"service\": {\"rpm\": 2000, \"burst\": 0.02, \"tells_limits\": false}\n"
     "}\n"},
    {"quota",
     "{\n"
     "  \"comment\": \"The account's money is used up for two minutes.\",\n"
     "  \"seconds\": 300,\n" CROWD "  \"service\": {" SERVICE "},\n"
     "  \"events\": [{\"kind\": \"outage\", \"at_s\": 60, \"for_s\": 120, \"answer\": \"quota\"}]\n"
     "}\n"},
    {"slow-first-token",
     "{\n"
     "  \"comment\": \"Streams whose first token takes eight times as long for a minute.\",\n"
     "  \"seconds\": 240,\n"
     "  \"clients\": 500, \"processes\": 50, \"hosts\": 1, \"scale_service\": true,\n"
     "  \"calls\": {\"every_ms\": 10000, \"timeout_ms\": 120000, \"stream\": true},\n"
     "  \"service\": {" SERVICE "},\n"
     "  \"events\": [{\"kind\": \"slow\", \"at_s\": 60, \"for_s\": 60, \"factor\": 8}]\n"
     "}\n"},
    {"herd",
     "{\n"
     "  \"comment\": \"All call in the same second, every minute, as cron has it.\",\n"
     "  \"seconds\": 300,\n"
     "  \"clients\": 500, \"processes\": 50, \"hosts\": 1, \"scale_service\": true,\n"
     "  \"calls\": {\"every_ms\": 60000, \"pattern\": \"together\", \"timeout_ms\": 120000},\n"
     "  \"service\": {" SERVICE "}\n"
     "}\n"},
    {"retry-storm",
     "{\n"
     "  \"comment\": \"Programs with three tries and a timeout of 10 s each, a service that works "
     "on at what nobody waits for, and a brownout of 30 s that starts it.\",\n"
     "  \"seconds\": 300,\n"
     "  \"clients\": 500, \"processes\": 50, \"hosts\": 1, \"scale_service\": true,\n"
     "  \"calls\": {\"every_ms\": 8000, \"timeout_ms\": 10000},\n"
     "  \"programs\": {\"tries\": 3},\n"
     "  \"service\": {\"capacity\": 150, \"queue\": 600, \"finishes_abandoned\": true},\n"
     "  \"events\": [{\"kind\": \"brownout\", \"at_s\": 60, \"for_s\": 30, \"factor\": 0.3}]\n"
     "}\n"},
    {"key-lost",
     "{\n"
     "  \"comment\": \"One of four keys is refused for two minutes.\",\n"
     "  \"seconds\": 300,\n"
     "  \"clients\": 500, \"processes\": 50, \"hosts\": 1, \"scale_service\": true,\n"
     "  \"calls\": {\"every_ms\": 10000, \"timeout_ms\": 120000, \"keys\": 4},\n"
     "  \"service\": {" SERVICE "},\n"
     "  \"events\": [{\"kind\": \"key_lost\", \"at_s\": 60, \"for_s\": 120, \"keys\": 1}]\n"
     "}\n"},
    {"redis-lost", "{\n"
                   "  \"comment\": \"Eight hosts know together what a provider grants, and for a "
                   "minute each on its own.\",\n"
                   "  \"seconds\": 240,\n"
                   "  \"clients\": 500, \"processes\": 64, \"hosts\": 8, \"share\": \"fleet\", "
                   "\"scale_service\": true,\n"
                   "  \"calls\": {\"every_ms\": 10000, \"timeout_ms\": 120000},\n"
                   "  \"service\": {\"rpm\": 2000, \"burst\": 0.02},\n"
                   "  \"events\": [{\"kind\": \"apart\", \"at_s\": 60, \"for_s\": 60}]\n"
                   "}\n"},
};

#define COUNT (sizeof scenarios / sizeof *scenarios)

const char *sc_scenario_builtin(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return scenarios[i].text;
    return NULL;
}

const char *const *sc_scenario_names(void)
{
    static const char *names[COUNT + 1];

    for (size_t i = 0; i < COUNT; i++)
        names[i] = scenarios[i].name;
    return names;
}

"""The schema for editors accepts no policy that the parser refuses for its shape, and refuses none
that the parser accepts. What a schema cannot say (values that contradict each other, names used
twice, the form of a host) is listed here by the number of the case."""
import glob
import json
import sys

import jsonschema

BEYOND_A_SCHEMA = {
    "33",  # a key twice: lost in any parser
    "38", "39",  # form of the log's path
    "57", "58",  # how a number is written
    "59", "68", "69", "72", "77", "89", "124",  # contradictions
    "96", "97", "98", "99", "100", "101", "102", "103", "104", "105", "106",  # form of a host
    "110", "111", "112", "113", "115",  # form of path, method and model
    "119", "120",  # names used twice
    "123",  # a key with a line break, and none
    "130", "139", "143",  # keys that go together, or not
    "161", "162", "164", "165",  # names of budgets and rules, words that go alone
    "144",  # form of an alternative
    "218", "221",  # how much a text comes to
    "94", "95", "148", "149", "150", "151",  # names and hosts of providers
    "223", "224", "226",  # where in a chain cache stands, and where its file is
    "229",  # half a character
    "281", "282", "283",  # what a Redis is reached by
    "170", "171", "174", "183", "214", "217",  # names of targets
    "190", "197", "198", "199", "200", "201", "205", "206", "208",  # form of URLs, keys and headers
    "179", "180", "181", "187", "189", "194", "195", "196", "203", "207", "209", "210",  # what targets, routes and replies go with
}

with open("policies/policy.schema.json", encoding="utf-8") as f:
    validator = jsonschema.Draft202012Validator(json.load(f))
validator.check_schema(validator.schema)
wrong = []
for path in glob.glob("policies/*.json"):
    with open(path, encoding="utf-8") as f:
        if not path.endswith(".schema.json") and not validator.is_valid(json.load(f)):
            wrong.append(path + ": refused by the schema")
for path in glob.glob("tests/common/policy/broken/*.json"):
    number = path.split("/")[-1].split("-")[0]
    try:
        with open(path, encoding="utf-8-sig") as f:
            policy = json.load(f)
    except ValueError:
        continue  # no JSON at all
    if validator.is_valid(policy) and number not in BEYOND_A_SCHEMA:
        wrong.append(path + ": accepted by the schema")
print("\n".join(wrong))
sys.exit(1 if wrong else 0)

# ask.R WAY URL: asks with one of RCurl's ways to use libcurl, and prints all it gets.
suppressPackageStartupMessages(library(RCurl))
args <- commandArgs(trailingOnly = TRUE)
way <- args[1]
url <- args[2]
ask <- Sys.getenv("ASK")
h <- getCurlHandle()
headers <- basicHeaderGatherer()
body <- basicTextGatherer()
post <- function(...) {
    curlPerform(url = url, postfields = ask, httpheader = c("Content-Type" = "application/json"),
                headerfunction = headers$update, curl = h, ...)
}
rc <- NULL
if (way == "post") {
    rc <- post(writefunction = body$update)
    print(body$value())
    print(headers$value())
} else if (way == "fail") {
    rc <- tryCatch(post(writefunction = body$update, failonerror = TRUE),
                   error = function(e) conditionMessage(e))
} else if (way == "get") {
    print(getURL(url, curl = h))
} else if (way == "stop") {
    for (i in 1:3)
        print(tryCatch(post(writefunction = function(txt) stop("enough")),
                       error = function(e) conditionMessage(e)))
    rc <- tryCatch(post(writefunction = body$update), error = function(e) conditionMessage(e))
    print(body$value())
}
print(rc)
info <- getCurlInfo(h)
print(info[c("effective.url", "response.code", "size.download", "size.upload", "header.size",
             "request.size", "content.type", "redirect.count")])

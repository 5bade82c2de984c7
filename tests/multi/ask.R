# ask.R WAY URL: asks with one of the ways of R's curl package, and prints all it gets.
suppressPackageStartupMessages(library(curl))
args <- commandArgs(trailingOnly = TRUE)
way <- args[1]
url <- args[2]
handle <- function() {
  h <- new_handle()
  handle_setopt(h, copypostfields = Sys.getenv("ASK"))
  handle_setheaders(h, "Content-Type" = "application/json", "Expect" = "")
  h
}
show <- function(r) {
  cat(r$status_code, r$type, length(r$content), "\n")
  cat(rawToChar(r$content), "\n")
}
if (way == "fetch") {
  r <- curl_fetch_memory(url, handle = handle())
  show(r)
  cat(grep("^date", parse_headers(r$headers), invert = TRUE, ignore.case = TRUE, value = TRUE),
      sep = "\n")
} else if (way == "download") {
  curl_download(url, "answer", quiet = TRUE, handle = handle())
  cat(readLines("answer", warn = FALSE), sep = "\n")
} else if (way == "stream") {
  invisible(curl_fetch_stream(url, function(x) cat(rawToChar(x)), handle = handle()))
} else if (way == "connection") {
  con <- curl(url, handle = handle())
  cat(readLines(con, warn = FALSE), sep = "\n")
  close(con)
} else if (way == "error") {
  print(tryCatch(curl_fetch_stream(url, function(x) stop("enough"), handle = handle()),
                 error = function(e) conditionMessage(e)))
  show(curl_fetch_memory(url, handle = handle()))
} else if (way == "multi") {
  pool <- new_pool()
  got <- list()
  for (i in 1:3) local({
    n <- i
    curl_fetch_multi(url, handle = handle(), pool = pool,
                     done = function(r) got[[n]] <<- r,
                     fail = function(e) got[[n]] <<- list(status_code = -1, type = e,
                                                          content = raw()))
  })
  s <- multi_run(pool = pool)
  cat("success", s$success, "error", s$error, "pending", s$pending, "\n")
  for (r in got) show(r)
}

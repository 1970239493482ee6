# Runs the blocks of R in the docs, in the folder that holds `out`, and compares what they read with the tables.
# Called by tests/r/run with the folder of the docs.

docs <- commandArgs(trailingOnly = TRUE)[1]
has_arrow <- requireNamespace("arrow", quietly = TRUE)

page_of <- function(name) readLines(file.path(docs, name), encoding = "UTF-8")

blocks_of <- function(page) {
  lines <- page_of(page)
  starts <- which(lines == "```r")
  fences <- which(lines == "```")
  lapply(starts, function(start) lines[(start + 1):(min(fences[fences > start]) - 1)])
}

# The names that the blocks of a page leave behind.
run <- function(page, expected) {
  blocks <- blocks_of(page)
  stopifnot(length(blocks) == expected)
  names <- new.env()
  for (number in seq_along(blocks)) {
    if (any(grepl("library(arrow)", blocks[[number]], fixed = TRUE)) && !has_arrow) {
      cat(sprintf("SKIPPED: R has no arrow here; block %d of %s was NOT run\n", number, page))
      next
    }
    cat(sprintf("%s, block %d\n", page, number))
    printed <- capture.output(
      source(exprs = parse(text = blocks[[number]], encoding = "UTF-8"), local = names, print.eval = TRUE)
    )
    stopifnot(length(printed) > 5)
  }
  names
}

plain <- function(table) {
  read.csv(file.path("out", paste0(table, ".csv")), colClasses = "character", na.strings = character(), encoding = "UTF-8")
}

same <- function(frame, table) {
  expected <- plain(table)
  stopifnot(identical(names(frame), names(expected)), nrow(frame) == nrow(expected))
  for (column in names(frame)) {
    cells <- frame[[column]]
    empty <- expected[[column]] == ""
    stopifnot(identical(is.na(cells), empty))
    if (is.numeric(cells)) {
      stopifnot(!grepl("_id$", column), all(cells[!empty] == as.numeric(expected[[column]][!empty])))
    } else {
      # A date as well, which readr knows by its form.
      stopifnot(identical(as.character(cells)[!empty], expected[[column]][!empty]))
    }
  }
}

names <- run("interchange.md", 2)
for (table in c("moments", "sessions", "utterances")) {
  same(names[[if (table == "utterances") "units" else table]], table)
}
codes <- plain("utterances")$codes
stopifnot(nrow(names$long) == sum(lengths(strsplit(codes[codes != ""], "|", fixed = TRUE))), nrow(names$long) > 100)

names <- run("tutorial-researcher.md", 1)
stopifnot(identical(names$sessions$per_100[1], 100 * names$sessions$breakthrough_units[1] / names$sessions$client_units[1]))

# columns.md: how R reads a table, and what its offsets are.
columns <- page_of("columns.md")
line <- sub("^- R: `(.*)`$", "\\1", grep("^- R: `", columns, value = TRUE))
stopifnot(length(line) == 1, any(grepl("`substr(text, start + 1, end)`", columns, fixed = TRUE)))
setwd("out")
moments <- eval(parse(text = line))
setwd("..")
same(moments, "moments")
excerpts <- plain("excerpts")
found <- merge(
  moments, excerpts,
  by.x = c("session_id", "peak_utterance_id"), by.y = c("session_id", "utterance_id"), suffixes = c("", ".excerpt")
)
found <- found[!is.na(found$evidence), ]
stopifnot(nrow(found) > 10, identical(substr(found$text, found$evidence_start + 1, found$evidence_end), found$evidence))
cat("the R lines of the docs ran, and their tables hold the cells of the CSV\n")

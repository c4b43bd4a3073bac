# What a reader wants of the output of `swift test`: a line per suite, failures and what was skipped whole,
# how many tests passed, failed and were skipped, and the closing line. Where that does not come, because the
# tests crashed, the last lines as they are.
# An entry begins with a mark; lines without one go on with it, as arguments of several lines do.

/^◇ / { shown = 0 }
/^✔ Test / { shown = 0; passed++ }
/^✔ Suite / { shown = 1 }
/^✘ / { shown = 1 }
/^✘ Test .* failed after / { failed++ }
/^➜ / { shown = 1; skipped++ }
/^(error: |Fatal error: |fatal error: |\*\*\* )/ { shown = 1 }
/^Test Suite '/ { shown = 0 }
/^(✔|✘) Test run with / {
  shown = ended = 1
  if ($1 == "✔") passed--; else failed--
  printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
}
shown { print; fflush() }
{ last[NR % 40] = $0 }
END {
  if (ended) exit
  print "The tests did not come to their end. The last lines:"
  for (i = NR - 39; i <= NR; i++) if (i > 0) print last[i % 40]
}

#!/bin/sh
# Checks the model of the gate with spin, then that each break of it is found. Needs spin and a C compiler.
set -eu
model=$(cd "$(dirname "$0")" && pwd)/gate.pml
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# run NAME DEFINES…: prints what the checker found; true where that is nothing.
run() {
  name=$1; shift
  spin "$@" -a "$model" > spin.log || { cat spin.log; exit 2; }
  ${CC:-cc} -O1 -w -DSAFETY -o pan pan.c
  ./pan -m100000 > pan.log
  if grep -q 'errors: 0' pan.log && ! grep -q 'max search depth too small' pan.log; then
    echo "$name: holds, $(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.log) states"
  else
    echo "$name: $(sed -n 's/^pan:[0-9]*: \(.*\) (at depth.*/\1/p' pan.log)"
    return 1
  fi
}

failed=0
holds() { run "$@" || failed=1; }
breaks() { if run "$1" "-D$1"; then echo "$1 was not found out"; failed=1; fi; }

holds "2 workers, 2 stages" -DSTAGES=2
holds "2 workers, 3 stages of one number" -DNUMBERS=1
holds "3 workers, 1 stage" -DWORKERS=3 -DSTAGES=1
breaks JOIN_UNCHECKED
breaks CLOSE_UNWAITED
breaks OPEN_BEFORE_PUBLISHING
breaks LOOK_FOR_SLEEPERS_FIRST
breaks LOOK_FOR_LEADER_FIRST
breaks COUNT_BEFORE_CLOSING
breaks AWAIT_ALL
breaks ENTER_IN_TWO_STEPS
exit $failed

/* The protocol of StageGate.swift, for the model checker spin (https://spinroot.com); names are the same.
 *
 * One leader opens STAGES stages and closes them; WORKERS threads enter when they come, or never, and join
 * what is open. Each read and write of an atomic is one step here, in one order for all, which is what
 * sequentially consistent atomics promise; `published` is plain memory. Numbers of stages are taken modulo
 * NUMBERS, so that a small model sees counters that have gone round.
 *
 * Checked in every order of steps: nobody works in a stage that is not open or not yet left; the leader does
 * not go on while somebody works; no two threads have one index; nobody sleeps through the opening of a
 * stage; no work is left undone; everybody comes to the end.
 *
 * Each name in check.sh breaks one step of the protocol, and must be found out.
 */
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef STAGES
#define STAGES 3
#endif
#ifndef NUMBERS
#define NUMBERS 16
#endif
#define PIECES 2

#define CLOSED 0
#define OPEN 1
#define OVER 2
#define word(number, state) (((number) % NUMBERS) * 4 + state)
#define state(word) ((word) & 3)

/* The gate's words. */
byte gate = word(0, CLOSED);
byte sleepers;
byte entered;
bool leaderSleeps;
byte slot[WORKERS + 1];

/* What the kernel knows: who sleeps at the gate, on which value, and whether the leader sleeps. */
bool asleep[WORKERS + 1];
byte sleptOn[WORKERS + 1];
bool leaderAsleep;

/* What a stage is about: its number, and the pieces of it that nobody has taken. */
byte published;
byte pieces;

/* What only the checks know: the stage under way (0: none), who works in it, whose index is in use. */
byte current;
byte working;
bool isUsed[WORKERS + 1];

byte each;

/* FUTEX_WAKE of all at the gate. */
inline wakeWorkers() {
  atomic {
    each = 1;
    do
    :: each <= WORKERS -> asleep[each] = false; sleptOn[each] = 0; each++
    :: else -> each = 0; break
    od
  }
}

/* Who sleeps now has gone to sleep on the word that stands. */
inline expectNobodyLeftAsleep() {
  atomic {
    each = 1;
    do
    :: each <= WORKERS -> assert(!asleep[each] || sleptOn[each] == gate); each++
    :: else -> each = 0; break
    od
  }
}

inline change(value) {
#ifdef LOOK_FOR_SLEEPERS_FIRST
  isWatched = sleepers > 0;
  gate = value;
  if
  :: isWatched -> isWatched = false; wakeWorkers()
  :: else
  fi;
#else
  gate = value;
  if
  :: sleepers > 0 -> wakeWorkers()
  :: else
  fi;
#endif
  expectNobodyLeftAsleep()
}

inline leave() {
#ifdef LOOK_FOR_LEADER_FIRST
  isWatched = leaderSleeps;
  slot[index] = 0;
  if
  :: isWatched -> isWatched = false; leaderSleeps = false; leaderAsleep = false
  :: else
  fi
#else
  slot[index] = 0;
  if
  :: leaderSleeps -> leaderSleeps = false; leaderAsleep = false
  :: else
  fi
#endif
}

inline work() {
  do
  :: atomic { pieces > 0 -> pieces-- }
  :: atomic { pieces == 0 -> break }
  od
}

proctype Worker() {
  byte index, seen, now, stage;
  bool isWatched;

  if
  :: goto end  /* Never starts. */
  :: skip
  fi;
#ifdef ENTER_IN_TWO_STEPS
  index = entered + 1;
  entered = index;
#else
  atomic { entered++; index = entered }
#endif
  atomic { assert(!isUsed[index]); isUsed[index] = true }
  seen = word(0, CLOSED);

look:
  now = gate;
  if
  :: now == seen ->
    if
    :: now = 0; goto look  /* Spins. */
    :: atomic { sleepers++; now = 0 };
      /* FUTEX_WAIT: the kernel compares, and puts to sleep, in one step. */
      atomic {
        if
        :: gate == seen -> asleep[index] = true; sleptOn[index] = seen
        :: else
        fi
      };
      !asleep[index];
      atomic { sleepers-- };
      goto look
    fi
  :: else
  fi;
  atomic { seen = now; now = 0 };
  if
  :: state(seen) == OVER -> goto end
  :: state(seen) == CLOSED -> goto look
  :: else
  fi;
  slot[index] = seen;
#ifndef JOIN_UNCHECKED
  if
  :: gate != seen -> leave(); goto look
  :: else
  fi;
#endif
  /* Joined. */
  atomic { working++; stage = published; assert(stage != 0 && stage == current) };
  work();
  atomic { working--; assert(stage == published && stage == current); stage = 0 };
  leave();
  goto look;
end:
  skip
}

active proctype Leader() {
  byte stage, worker, count;
  bool isWatched;

  worker = 1;
  do
  :: worker <= WORKERS -> run Worker(); worker++
  :: else -> worker = 0; break
  od;

  stage = 1;
  do
  :: stage <= STAGES ->
#ifdef OPEN_BEFORE_PUBLISHING
    current = stage;
    change(word(stage, OPEN));
    atomic { published = stage; pieces = PIECES }
#else
    atomic { published = stage; pieces = PIECES; current = stage }
    change(word(stage, OPEN));
#endif
    work();
#ifdef AWAIT_ALL
    entered == WORKERS;
#endif
    /* Close. */
#ifdef COUNT_BEFORE_CLOSING
    count = entered;
    gate = word(stage, CLOSED);
#else
    gate = word(stage, CLOSED);
    count = entered;
#endif
    worker = 1;
#ifndef CLOSE_UNWAITED
    do
    :: worker <= count ->
      do
      :: slot[worker] != word(stage, OPEN) -> break
      :: else ->
        if
        :: skip  /* Spins. */
        :: leaderSleeps = true;
          if
          :: slot[worker] == word(stage, OPEN) ->
            atomic {
              if
              :: leaderSleeps -> leaderAsleep = true
              :: else
              fi
            };
            !leaderAsleep
          :: else
          fi;
          leaderSleeps = false
        fi
      od;
      worker++
    :: else -> break
    od;
#endif
    atomic {
      assert(working == 0); assert(pieces == 0);
      current = 0; published = 0; worker = 0; count = 0
    }
    stage++
  :: else -> break
  od;
  change(word(stage, OVER))
}

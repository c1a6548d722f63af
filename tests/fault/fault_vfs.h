// SPDX-License-Identifier: EUPL-1.2
// A disk that fails when told to: SQLite's own file layer with a counter in front. After arm(), the
// N-th call that changes something (open for writing, write, truncate, sync, delete; or take a
// lock) fails, once or from then on. Product code does not know of it: it becomes the default layer
// of the process.
#pragma once

namespace wattlife::fault {

enum class Failing {
  once,      // a glitch
  for_ever,  // until disarm(): a dead or full disk, and also what a killed program leaves behind
  killed,    // the process is killed in it (SIGKILL); the code does not matter
};
enum class Calls {
  changes,  // open for writing, write, truncate, sync, delete
  locks,    // shared, reserved, exclusive; those of a write-ahead log too
};

// Puts the layer in place. Syncs are counted but not passed on: the tests are about a program that
// stops, not about a cable that is pulled.
void install();

// The `nth` call from now on (from 1) gives `code` (SQLITE_FULL, SQLITE_IOERR_WRITE, ...).
void arm(int nth, Failing failing, int code, Calls calls = Calls::changes);
void disarm();
// Whether a call failed since arm().
bool fired();

}  // namespace wattlife::fault

// SPDX-License-Identifier: EUPL-1.2
#include "tests/fault/fault_vfs.h"

#include <sqlite3.h>

#include <cstring>

#include "tests/fault/kill_self.h"

namespace wattlife::fault {
namespace {

struct Plan {
  bool armed = false;
  int left = 0;  // calls until the one that fails
  Failing failing = Failing::once;
  Calls calls = Calls::changes;
  int code = SQLITE_OK;
  bool fired = false;
};
Plan plan;

// SQLITE_OK, or the code of a call that has to fail.
int next_call(Calls calls) {
  if (!plan.armed || calls != plan.calls) return SQLITE_OK;
  if (plan.fired) return plan.failing == Failing::for_ever ? plan.code : SQLITE_OK;
  if (--plan.left > 0) return SQLITE_OK;
  plan.fired = true;
  return plan.failing == Failing::killed ? SQLITE_IOERR : plan.code;
}

// After what a killed process would have done of it.
int ended_with(int code) {
  if (plan.failing == Failing::killed) kill_self();
  return code;
}

// Our part of an open file, in front of the real one.
struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return file_of(file)->real(); }
sqlite3_vfs* real_vfs = nullptr;

int x_close(sqlite3_file* file) { return real_of(file)->pMethods->xClose(real_of(file)); }
int x_read(sqlite3_file* file, void* data, int length, sqlite3_int64 at) {
  return real_of(file)->pMethods->xRead(real_of(file), data, length, at);
}
int x_write(sqlite3_file* file, const void* data, int length, sqlite3_int64 at) {
  if (const int failed = next_call(Calls::changes)) {
    // Half of it arrives, as on a real disk.
    real_of(file)->pMethods->xWrite(real_of(file), data, length / 2, at);
    return ended_with(failed);
  }
  return real_of(file)->pMethods->xWrite(real_of(file), data, length, at);
}
int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int failed = next_call(Calls::changes)) return ended_with(failed);
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
int x_sync(sqlite3_file*, int) {
  const int failed = next_call(Calls::changes);
  return failed != SQLITE_OK ? ended_with(failed) : SQLITE_OK;
}
int x_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int x_lock(sqlite3_file* file, int level) {
  if (const int failed = next_call(Calls::locks)) return ended_with(failed);
  return real_of(file)->pMethods->xLock(real_of(file), level);
}
int x_unlock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int x_reserved(sqlite3_file* file, int* held) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}
int x_control(sqlite3_file* file, int operation, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
int x_sector(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int x_device(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
int x_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}
int x_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  // To give a lock back never fails.
  const int failed = (flags & SQLITE_SHM_LOCK) != 0 ? next_call(Calls::locks) : SQLITE_OK;
  if (failed != SQLITE_OK) return ended_with(failed);
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void x_shm_barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
int x_shm_unmap(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

const sqlite3_io_methods methods = {
    2,          x_close,       x_read,      x_write,   x_truncate, x_sync,   x_size,
    x_lock,     x_unlock,      x_reserved,  x_control, x_sector,   x_device, x_shm_map,
    x_shm_lock, x_shm_barrier, x_shm_unmap, nullptr,   nullptr};

int x_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  const bool changes = (flags & SQLITE_OPEN_CREATE) != 0;
  if (changes && next_call(Calls::changes) != SQLITE_OK) return ended_with(SQLITE_CANTOPEN);
  const int code = real_vfs->xOpen(real_vfs, name, real_of(file), flags, out_flags);
  if (real_of(file)->pMethods != nullptr) file->pMethods = &methods;
  return code;
}
int x_delete(sqlite3_vfs*, const char* name, int sync_folder) {
  if (const int failed = next_call(Calls::changes)) return ended_with(failed);
  return real_vfs->xDelete(real_vfs, name, sync_folder);
}

}  // namespace

void install() {
  static sqlite3_vfs vfs;
  if (real_vfs != nullptr) return;
  real_vfs = sqlite3_vfs_find(nullptr);
  std::memcpy(&vfs, real_vfs, sizeof vfs);
  vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  vfs.zName = "failing";
  vfs.pNext = nullptr;
  vfs.xOpen = x_open;
  vfs.xDelete = x_delete;
  sqlite3_vfs_register(&vfs, 1);
}

void arm(int nth, Failing failing, int code, Calls calls) {
  plan = {true, nth, failing, calls, code, false};
}
void disarm() { plan.armed = false; }
bool fired() { return plan.fired; }

}  // namespace wattlife::fault

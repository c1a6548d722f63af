// SPDX-License-Identifier: EUPL-1.2
// The capture format, version 1: a machine tree in a text file, over time (docs/capture-format.md).
//
//   wattlife-capture 1
//   os linux
//   note Lenovo ThinkPad T480, serial numbers replaced
//   tick boot_ms=120000 awake_ms=120000 utc=2026-01-05T08:00:00Z
//   sys/class/power_supply/BAT0/uevent = POWER_SUPPLY_NAME=BAT0\n…
//   sys/firmware/dmi/tables/DMI : 000f0001…
//   sys/class/powercap/intel-rapl:0/energy_uj !denied
//
// Values hold from tick to tick until replaced; `path !absent` removes everything below it.
// The last line ends with a newline like every other, so a file that was cut off inside a line is
// seen; cut exactly after a line, it is a shorter capture.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/reading.h"
#include "core/result.h"
#include "core/time.h"
#include "platform/machine_tree.h"

namespace wattlife {

inline constexpr std::size_t largest_capture_bytes = std::size_t{64} << 20;
// So that 64 MiB of the shortest possible lines cannot fill the memory of who reads them.
inline constexpr std::size_t most_capture_lines = 2'000'000;
inline constexpr std::size_t longest_capture_path = 1024;

// One value of the tree at one moment: the bytes, or why they could not be read.
using CapturedValue = std::variant<std::string, Cause>;

struct CaptureHeader {
  Os os = Os::linux_os;
  std::vector<std::string> notes;
  friend bool operator==(const CaptureHeader&, const CaptureHeader&) = default;
};

// What changed at one tick.
struct CaptureTick {
  Now now;
  std::vector<std::pair<std::string, CapturedValue>> changes;  // in the order of the file
  friend bool operator==(const CaptureTick&, const CaptureTick&) = default;
};

struct Capture {
  CaptureHeader header;
  std::vector<CaptureTick> ticks;  // at least one
  friend bool operator==(const Capture&, const Capture&) = default;
};

// Reads a whole capture. Malformed, with "line N: what is wrong and what was expected", for
// anything that is not exactly the format, above its limits, or cut off in the middle of a line:
// nothing is skipped silently. `boot_ms` may go back (a reboot), `utc` may go back (a wrong clock).
Result<Capture> parse_capture(std::string_view text);

// The text form; parse_capture of it gives an equal Capture. A value is written as text when it
// is printable UTF-8 or ASCII with common escapes, as hex otherwise.
std::string to_text(const Capture& capture);
// The two halves of to_text, for writers of long captures.
std::string header_text(const CaptureHeader& header);
std::string tick_text(const CaptureTick& tick);

// A tree that holds the values of the first, later the second … tick of a capture.
class CaptureTree final : public MachineTree {
 public:
  // `capture` is owned; it stands at its first tick.
  explicit CaptureTree(Capture capture);

  Os os() const override;
  Result<std::string> read(std::string_view path) const override;
  Result<std::vector<std::string>> list(std::string_view path) const override;

  const CaptureHeader& header() const;
  Now now() const;
  // False, and nothing changes, at the last tick.
  bool advance();
  void advance_to_last();

 private:
  void apply(const CaptureTick& tick);
  Capture capture_;
  std::size_t at_ = 0;
  std::map<std::string, CapturedValue, std::less<>> values_;
};

// Wraps another tree and remembers everything that is read through it, so that what the decoders
// asked for becomes one tick of a capture. Not for several threads.
class RecordingTree final : public MachineTree {
 public:
  explicit RecordingTree(const MachineTree& inner) : inner_(inner) {}  // borrows, for its life
  Os os() const override;
  Result<std::string> read(std::string_view path) const override;
  Result<std::vector<std::string>> list(std::string_view path) const override;

  // What was read since the last call and differs from what the ticks so far say, sorted by path.
  // A name that was in a list before and no longer is becomes `!absent`. A cause that the format
  // has no word for (malformed) is written as io.
  CaptureTick take_tick(const Now& now);

 private:
  using Values = std::map<std::string, CapturedValue, std::less<>>;
  using Lists = std::map<std::string, std::vector<std::string>, std::less<>>;
  const MachineTree& inner_;
  mutable Values seen_;
  mutable Lists listed_;
  Values told_;  // what the ticks taken so far say
  Lists told_lists_;
};

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// wattlife capture: what the sensors of this machine say, as a file that can be shared.
#include <algorithm>

#include "agent/cli_command.h"
#include "agent/decode_parts.h"
#include "core/text.h"
#include "platform/capture.h"
#include "platform/process.h"
#include "platform/scrub.h"
#include "platform/sensors/sensors.h"

namespace wattlife {
namespace {

struct CaptureWish {
  LiveTreeOptions tree;
  std::int64_t ticks = 1;
  std::chrono::seconds every{60};
  std::optional<UtcTime> utc;  // time of the first tick; empty: the clock's
  std::uint64_t salt = 0;
  std::string output;  // empty: standard output
};

Result<CaptureWish> wish_of(const CommandArguments& arguments) {
  CaptureWish wish;
  wish.tree.root = arguments.text("--root", "/");
  wish.tree.config_folder = arguments.text("--config");
  wish.output = arguments.text("--output");
  const auto ticks = arguments.number("--ticks", 1, 1, 100'000);
  if (!ticks) return ticks.error();
  wish.ticks = *ticks;
  const auto every = arguments.number("--every", 60, 1, 3600);
  if (!every) return every.error();
  wish.every = std::chrono::seconds(*every);
  if (arguments.has("--utc")) {
    wish.utc = utc_from_iso8601(arguments.text("--utc"));
    if (!wish.utc)
      return Error{Cause::malformed, "--utc needs a time such as 2026-01-05T08:00:00Z"};
  }
  const auto salt = arguments.number("--salt", 0, 0, INT64_MAX);
  if (!salt) return salt.error();
  wish.salt = arguments.has("--salt") ? static_cast<std::uint64_t>(*salt) : random_number();
  return wish;
}

// A copy of a machine stands still: its clocks begin at zero, and nobody waits.
bool is_copy(const CaptureWish& wish) { return wish.tree.root != "/"; }

Now time_of_tick(const CaptureWish& wish, std::int64_t number) {
  Now time = now();
  const Duration elapsed = wish.every * number;
  if (is_copy(wish)) time.boot.since_boot = time.awake.since_boot = elapsed;
  if (wish.utc) time.utc = *wish.utc + elapsed;
  return time;
}

std::string note_of(const Inventory& inventory) {
  const Identity& identity = inventory.identity;
  return identity.manufacturer.value_or("unknown maker") + " " +
         identity.model.value_or("unknown model") + ", identities replaced";
}

// Reads the machine `wish.ticks` times, or until this program is asked to stop.
Capture recorded(const MachineTree& machine, const CaptureWish& wish) {
  RecordingTree recorder(machine);
  Capture capture;
  capture.header.os = machine.os();
  for (std::int64_t number = 0; number < wish.ticks; ++number) {
    const Now time = time_of_tick(wish, number);
    // As the sampler does: what the machine is once, what it uses each time.
    if (number == 0) {
      const Inventory inventory = read_inventory(recorder);
      capture.header.notes.push_back(note_of(inventory));
      decode_parts(recorder, inventory);  // for its reads
    }
    read_power(recorder);
    capture.ticks.push_back(recorder.take_tick(time));
    const bool last = number + 1 == wish.ticks;
    if (!last && !is_copy(wish) && !wait_until({time.boot.since_boot + wish.every})) break;
  }
  return capture;
}

std::string report_of(const Capture& capture) {
  std::size_t values = 0;
  std::size_t denied = 0;
  for (const auto& [path, value] : capture.ticks.front().changes) {
    ++values;
    const auto* cause = std::get_if<Cause>(&value);
    if (cause != nullptr && *cause == Cause::denied) ++denied;
  }
  std::string text = std::to_string(values) + " values, " + std::to_string(capture.ticks.size()) +
                     (capture.ticks.size() == 1 ? " tick" : " ticks");
  if (denied > 0) {
    text += "; " + std::to_string(denied) +
            " may be read by an administrator only: run this as one for a complete capture";
  }
  return text;
}

Answer run_capture(const CommandArguments& arguments) {
  const auto wish = wish_of(arguments);
  if (!wish) return {Exit::usage, "", wish.error().text};
  watch_for_stop();
  const auto machine = live_machine_tree(wish->tree);
  if (is_copy(*wish) && machine->os() != Os::linux_os) {
    return {Exit::usage, "", "--root needs a copy of a Linux machine, and works on Linux only"};
  }
  if (const auto top = machine->list(""); is_copy(*wish) && !top) {
    return {Exit::no_input, "", "--root " + wish->tree.root + ": not a folder that can be read"};
  }
  const Capture capture = recorded(*machine, *wish);
  if (is_copy(*wish) && capture.ticks.front().changes.empty()) {
    return {Exit::no_input, "",
            "--root " + wish->tree.root +
                ": holds nothing of a machine; expected a folder with sys/ or "
                "proc/ in it"};
  }
  const auto clean = scrubbed(capture, wish->salt);
  if (!clean) return {Exit::data, "", clean.error().text};
  const std::string text = to_text(*clean);
  if (text.size() > largest_capture_bytes) {
    return {Exit::data, "", "the capture is larger than 64 MiB; record fewer --ticks"};
  }
  // What cannot be read back must not be kept: it would be missed when it is needed.
  if (const auto again = parse_capture(text); !again) {
    return {Exit::internal, "", "the capture cannot be read back: " + again.error().text};
  }
  if (wish->output.empty()) return {Exit::fine, text, report_of(*clean)};
  const Done written = write_file_atomically(wish->output, text, 0644);
  if (!written) return {exit_of_writing(written.error()), "", written.error().text};
  return {Exit::fine, "", wish->output + ": " + report_of(*clean)};
}

}  // namespace

Command capture_command() {
  return {
      "capture",
      "Record what the sensors of this machine say, with serial numbers, addresses and names "
      "replaced, as a file that `wattlife decode` reads.",
      {{"-o,--output", "FILE", "Where to write; else to standard output"},
       {"--root", "DIR", "Folder that holds a copy of a machine's sys/ and proc/, instead of /"},
       {"--config", "DIR", "Folder with settings, instead of the system's"},
       {"--ticks", "N", "How many times to read (1)"},
       {"--every", "SECONDS", "Time from one reading to the next (60)"},
       {"--utc", "TIME", "Time of the first reading, instead of the clock's"},
       {"--salt", "N", "Replace the same way as an earlier capture; not for sharing"}},
      run_capture};
}

}  // namespace wattlife

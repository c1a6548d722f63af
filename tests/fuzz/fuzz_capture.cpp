// SPDX-License-Identifier: EUPL-1.2
// A capture from anywhere: it is refused with a line, or it can be written and read back, played
// to its end through all decoders, and cleaned.
#include "platform/capture.h"
#include "platform/scrub.h"
#include "platform/sensors/sensors.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const auto capture = parse_capture(fuzz::text_of(data, size));
  if (!capture) {
    require(capture.error().cause == Cause::malformed);
    require(capture.error().text.rfind("line ", 0) == 0);
    return 0;
  }
  const std::string text = to_text(*capture);
  const auto again = parse_capture(text);
  require(again && *again == *capture);
  require(to_text(*again) == text);

  CaptureTree tree(*capture);
  do {
    RecordingTree recorder(tree);
    const Inventory inventory = read_inventory(recorder);
    const PowerReading power = read_power(recorder);
    Capture recorded{capture->header, {recorder.take_tick(tree.now())}};
    const CaptureTree replayed(recorded);
    require(read_inventory(replayed) == inventory);
    require(read_power(replayed) == power);
  } while (tree.advance());

  const auto clean = scrubbed(*capture, 1);
  require(clean ? clean->ticks.size() == capture->ticks.size()
                : clean.error().cause == Cause::malformed);
  return 0;
}

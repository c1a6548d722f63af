// SPDX-License-Identifier: EUPL-1.2
// The display of a Windows machine: whether it is on, which Windows tells when it changes, and how
// bright, which is asked. Without a window and without a loop of messages, so that a service can.
#pragma once

#include <string>

#include "core/result.h"

namespace wattlife {

// While one of these lives, Windows tells this process each change of the console's display.
class DisplayWatch {
 public:
  DisplayWatch();
  DisplayWatch(const DisplayWatch&) = delete;
  DisplayWatch& operator=(const DisplayWatch&) = delete;
  ~DisplayWatch();

  // The last word of Windows, 4 bytes: 0 off, 1 on, 2 dimmed. Absent when it has said nothing.
  Result<std::string> state() const;

 private:
  void* registration_ = nullptr;
};

// DISPLAY_BRIGHTNESS of the internal panel, 3 bytes. May hang: for a BoundedReader.
Result<std::string> display_brightness();

}  // namespace wattlife

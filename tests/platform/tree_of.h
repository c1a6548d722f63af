// SPDX-License-Identifier: EUPL-1.2
// A machine tree written down in a test: paths and what they answer.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platform/capture.h"

namespace wattlife {

using Answers = std::vector<std::pair<std::string, CapturedValue>>;

inline CaptureTree tree_of(Answers answers, Os os = Os::linux_os) {
  Capture capture;
  capture.header.os = os;
  capture.ticks.push_back({Now{}, std::move(answers)});
  return CaptureTree(std::move(capture));
}

}  // namespace wattlife

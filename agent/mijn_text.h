// SPDX-License-Identifier: EUPL-1.2
// What an employee sees of the laptop they work on: `wattlife mijn`. Plain words, honest ranges,
// and no "you": a laptop may be shared. Pure: the view and the moment in, text out.
#pragma once

#include <string>

#include "agent/view_file.h"
#include "core/text.h"
#include "core/time.h"

namespace wattlife {

struct Moment {
  UtcTime now;
  UtcTime written;  // when the view was
};

// A sampler writes once a quarter hour, and looks every five minutes at least. Nothing for longer:
// it does not run, or the laptop woke a moment ago.
inline constexpr Duration longest_silence = std::chrono::minutes(25);
bool is_silent(const Moment& moment);

struct Screen {
  Language language = Language::dutch;
  bool utf8 = true;  // block characters; else bars are of # and -
};

std::string mijn_text(const View& view, const Moment& moment, const Screen& screen);

// The same figures for programs.
std::string mijn_json(const View& view, const Moment& moment);

}  // namespace wattlife

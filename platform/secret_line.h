// SPDX-License-Identifier: EUPL-1.2
// A secret that a person types or a script hands over: from standard input, never as an argument,
// because arguments are seen by everyone on the machine.
#pragma once

#include <string>

#include "core/result.h"

namespace wattlife {

// The first line of standard input, without its line end. At a terminal `prompt` is shown and what
// is typed is not. Errors: absent (nothing came), malformed (longer than 1 KiB), io.
Result<std::string> read_secret_line(const std::string& prompt);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// A report as JSON, every field of it, so that the one whom it is about can read what is kept.
// Days in ISO 8601, ids in hexadecimal, units in the names. Pure.
#pragma once

#include <string>

#include "proto/wire.h"

namespace wattlife {

std::string to_json(const Report& report);
std::string to_json(const Provision& provision);

}  // namespace wattlife

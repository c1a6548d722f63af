// SPDX-License-Identifier: EUPL-1.2
#include "agent/cli_command.h"

#include "core/text.h"

namespace wattlife {

Result<std::int64_t> CommandArguments::number(std::string_view name, std::int64_t otherwise,
                                              std::int64_t low, std::int64_t high) const {
  if (!has(name)) return otherwise;
  const auto value = integer_from(text(name));
  if (value && *value >= low && *value <= high) return *value;
  return Error{Cause::malformed, std::string(name) + " needs a whole number from " +
                                     std::to_string(low) + " to " + std::to_string(high) +
                                     ", not \"" + text(name) + "\""};
}

Exit exit_of_writing(const Error& error) {
  return error.cause == Cause::denied ? Exit::permission : Exit::cannot_create;
}

}  // namespace wattlife

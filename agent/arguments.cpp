// SPDX-License-Identifier: EUPL-1.2
#include "agent/arguments.h"

#include <algorithm>

namespace wattlife {

Result<Arguments> Arguments::from(const std::vector<std::string>& words,
                                  const std::vector<Option>& options) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    const bool joined = name.size() != words[i].size();
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&](const Option& row) { return row.name == name; });
    if (option == options.end()) {
      return Error{Cause::malformed, "unknown option " + name + "; --help lists them"};
    }
    if (arguments.has(name)) return Error{Cause::malformed, name + " is given twice"};
    std::string value;
    if (option->value.empty()) {
      if (joined) return Error{Cause::malformed, name + " takes no value"};
    } else if (joined) {
      value = words[i].substr(name.size() + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      return Error{Cause::malformed,
                   name + " needs a value: " + name + " " + std::string(option->value)};
    }
    if (!option->value.empty() && value.empty()) {
      return Error{Cause::malformed, name + " needs a value that is not empty"};
    }
    arguments.values_.emplace(name, std::move(value));
  }
  return arguments;
}

std::string Arguments::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->second;
}

std::string help_text(std::string_view program, std::string_view purpose,
                      const std::vector<Option>& options) {
  std::string text =
      "usage: " + std::string(program) + " [options]\n" + std::string(purpose) + "\n\n";
  std::size_t width = 0;
  const auto left = [](const Option& option) {
    return std::string(option.name) + (option.value.empty() ? "" : " " + std::string(option.value));
  };
  for (const Option& option : options) width = std::max(width, left(option).size());
  for (const Option& option : options) {
    std::string column = left(option);
    column.resize(width + 2, ' ');
    text += "  " + column + std::string(option.help) + "\n";
  }
  return text;
}

}  // namespace wattlife

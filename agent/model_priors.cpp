// SPDX-License-Identifier: EUPL-1.2
#include "agent/model_priors.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "platform/process.h"
#include "platform/settings_file.h"
#include "platform/settings_folder.h"

namespace wattlife {
namespace {

// A weight in the file: whole numbers of thousandths, so that nobody's decimal comma matters.
struct Key {
  std::string_view name;
  Input input;
  std::int64_t most;
};
constexpr Key keys[] = {
    {"base_mw", awake_input, 100'000},
    {"package_permille", package_input, 3'000},
    {"panel_mw", panel_input, 50'000},
    {"backlight_mw", backlight_input, 100'000},
    {"disk_mw", disk_input, 20'000},
    {"network_mw", network_input, 20'000},
    {"graphics_permille", graphics_input, 3'000},
};
constexpr std::string_view deviation_suffix = "_deviation";
constexpr std::int64_t least_deviation = 10;  // nothing is known to a hundredth of a watt

Error wrong(const std::string& where, std::string_view key, const std::string& what) {
  return {Cause::malformed, where + ": \"" + std::string(key) + "\" " + what};
}

Result<double> number_in(const TomlRow& row, const std::string& where, const std::string& key,
                         std::int64_t low, std::int64_t high) {
  const auto found = row.find(key);
  if (found == row.end())
    return wrong(where, key, "is missing: a number and its deviation belong together");
  const auto number = integer_from(found->second);
  if (!number || *number < low || *number > high) {
    return wrong(where, key,
                 "must be a whole number from " + std::to_string(low) + " to " +
                     std::to_string(high) + ", not " + found->second);
  }
  return static_cast<double>(*number) / 1000.0;
}

// Empty when every key is one of the format.
Done check_keys(const TomlRow& row, const std::string& where) {
  for (const auto& [key, value] : row) {
    std::string_view name = key;
    if (name == "manufacturer" || name == "model" || name == "form") continue;
    if (name.ends_with(deviation_suffix)) name.remove_suffix(deviation_suffix.size());
    const bool known = std::any_of(std::begin(keys), std::end(keys),
                                   [&](const Key& one) { return one.name == name; });
    if (!known) return wrong(where, key, "is not a key of this format");
  }
  return done();
}

std::string text_in(const TomlRow& row, std::string_view key) {
  const auto found = row.find(key);
  return found == row.end() ? std::string() : std::string(trimmed(found->second));
}

Result<ModelPrior> prior_from(const TomlRow& row, std::string_view name) {
  ModelPrior read;
  read.manufacturer = text_in(row, "manufacturer");
  read.model = text_in(row, "model");
  const std::string where = std::string(name) + ": " + read.model;
  if (read.model.empty() || read.model.size() > 128) {
    return wrong(std::string(name), "model", "must be the name of a model, in every [[model]]");
  }
  if (Done known = check_keys(row, where); !known) return known.error();
  const std::string form_name = text_in(row, "form");
  const auto form = form_name.empty() ? FormFactor::laptop_14 : form_factor_from(form_name);
  if (!form) return wrong(where, "form", "is no form: laptop-14, laptop-16, all-in-one, desktop");
  read.prior = prior_of(*form);
  for (const Key& key : keys) {
    const std::string mean_name(key.name);
    const std::string deviation_name = mean_name + std::string(deviation_suffix);
    if (!row.contains(mean_name) && !row.contains(deviation_name)) continue;
    const auto mean = number_in(row, where, mean_name, 0, key.most);
    if (!mean) return mean.error();
    const auto deviation = number_in(row, where, deviation_name, least_deviation, key.most);
    if (!deviation) return deviation.error();
    read.prior.mean[key.input] = *mean;
    read.prior.deviation[key.input] = *deviation;
  }
  return read;
}

}  // namespace

Result<std::vector<ModelPrior>> model_priors_from(std::string_view text, std::string_view name) {
  const auto format = toml_text(text, "format", name);
  if (!format) return format.error();
  if (*format != "1") {
    return wrong(std::string(name), "format", "must be \"1\": this version knows no other format");
  }
  const auto rows = toml_rows(text, "model", name);
  if (!rows) return rows.error();
  if (rows->size() > most_model_priors) {
    return wrong(std::string(name), "model",
                 "stands there more than " + std::to_string(most_model_priors) + " times");
  }
  std::vector<ModelPrior> priors;
  for (const TomlRow& row : *rows) {
    Result<ModelPrior> prior = prior_from(row, name);
    if (!prior) return prior.error();
    priors.push_back(*std::move(prior));
  }
  return priors;
}

Result<std::vector<ModelPrior>> read_model_priors(const std::string& config_folder) {
  const std::string path = config_folder + "/" + std::string(model_priors_name);
  const Result<std::string> text = read_file(path, largest_settings_bytes);
  if (!text) {
    if (text.error().cause == Cause::absent) return std::vector<ModelPrior>();
    return text.error();
  }
  if (Done trusted = ensure_own_folder(config_folder, 0755); !trusted) {
    return Error{Cause::denied, path + " is not used: " + trusted.error().text};
  }
  return model_priors_from(*text, path);
}

}  // namespace wattlife

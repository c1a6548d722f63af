// SPDX-License-Identifier: EUPL-1.2
#include "platform/settings_folder.h"

#include <set>

#include "platform/settings_file.h"

namespace wattlife {
namespace {

// One file of settings, or why it cannot be used.
struct Source {
  std::string origin;
  Result<TomlRow> values;
};

// Weakest first.
std::vector<Source> sources_in(const std::string& folder, const SettingsAccess& access) {
  std::vector<Source> sources;
  const auto add = [&](const std::string& path, std::string_view suffix) {
    const auto text = access.read(path);
    if (!text && text.error().cause == Cause::absent) return;
    sources.push_back({path + std::string(suffix),
                       text ? toml_settings(*text, path) : Result<TomlRow>(text.error())});
  };
  const auto add_all = [&](const std::string& below, std::string_view suffix) {
    const auto names = access.list(below);
    if (!names) {
      if (names.error().cause != Cause::absent) {
        sources.push_back({below + std::string(suffix), names.error()});
      }
      return;
    }
    for (const std::string& name : *names) {
      if (name.size() > 5 && name.ends_with(".toml")) add(below + "/" + name, suffix);
    }
  };
  add(folder + "/agent.toml", "");
  add_all(folder + "/agent.d", "");
  add_all(folder + "/managed.d", " (locked)");
  return sources;
}

}  // namespace

Result<ConfiguredSetting> setting_in_folder(const std::string& folder, std::string_view key,
                                            const SettingsAccess& access) {
  const std::vector<Source> sources = sources_in(folder, access);
  for (auto source = sources.rbegin(); source != sources.rend(); ++source) {
    if (!source->values) return source->values.error();
    const auto found = source->values->find(key);
    if (found != source->values->end()) return ConfiguredSetting{found->second, source->origin};
  }
  return Error{Cause::absent, "policy/" + std::string(key) + ": not configured"};
}

std::vector<std::string> settings_in_folder(const std::string& folder,
                                            const SettingsAccess& access) {
  std::set<std::string> names;
  for (const Source& source : sources_in(folder, access)) {
    if (!source.values) continue;
    for (const auto& [key, text] : *source.values) names.insert(key);
  }
  return {names.begin(), names.end()};
}

}  // namespace wattlife

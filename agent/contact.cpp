// SPDX-License-Identifier: EUPL-1.2
#include "agent/contact.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

using Outcome = Contact::Outcome;

constexpr std::string_view first_line = "wattlife-contact 1";
constexpr std::size_t longest_text = 1000;

struct OutcomeName {
  Outcome outcome;
  std::string_view name;
};
constexpr OutcomeName outcome_names[] = {
    {Outcome::none, "none"},
    {Outcome::accepted, "accepted"},
    {Outcome::refused, "refused"},
    {Outcome::later, "later"},
    {Outcome::failed, "failed"},
    {Outcome::unreachable, "unreachable"},
    {Outcome::not_set_up, "not-set-up"},
};

// One line: what stands on it cannot begin another one.
void add(std::string& text, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  text += name;
  text += ' ';
  text += shown_safely(value, longest_text);
  text += '\n';
}

// Whether the value makes sense; a name that is not known is passed over.
bool take(Contact& contact, std::string_view name, std::string_view value) {
  const std::string text = shown_safely(value, longest_text);
  if (name == "mode") contact.mode = text;
  if (name == "text") contact.text = text;
  if (name == "issuer") contact.issuer = text;
  if (name == "certificate-text") contact.certificate_text = text;
  if (name == "ran") {
    contact.ran = utc_from_iso8601(value);
    return contact.ran.has_value();
  }
  if (name == "tried") {
    contact.tried = utc_from_iso8601(value);
    return contact.tried.has_value();
  }
  if (name == "valid-until") {
    contact.valid_until = utc_from_iso8601(value);
    return contact.valid_until.has_value();
  }
  if (name == "outcome") {
    const auto found = std::find_if(std::begin(outcome_names), std::end(outcome_names),
                                    [&](const OutcomeName& row) { return row.name == value; });
    if (found == std::end(outcome_names)) return false;
    contact.outcome = found->outcome;
  }
  if (name == "certificate") {
    const auto trouble = certificate_trouble_from(value);
    if (!trouble) return false;
    contact.trouble = *trouble;
  }
  return true;
}

}  // namespace

const char* name_of(Outcome outcome) {
  for (const OutcomeName& row : outcome_names) {
    if (row.outcome == outcome) return row.name.data();
  }
  return "none";
}

std::string contact_text(const Contact& contact) {
  std::string text(first_line);
  text += '\n';
  add(text, "mode", contact.mode);
  if (contact.ran) add(text, "ran", to_iso8601(*contact.ran));
  if (contact.tried) add(text, "tried", to_iso8601(*contact.tried));
  add(text, "outcome", name_of(contact.outcome));
  add(text, "text", contact.text);
  add(text, "certificate", name_of(contact.trouble));
  add(text, "certificate-text", contact.certificate_text);
  add(text, "issuer", contact.issuer);
  if (contact.valid_until) add(text, "valid-until", to_iso8601(*contact.valid_until));
  return text;
}

Result<Contact> contact_from(std::string_view text, std::string_view name) {
  const std::string file(name);
  if (text.size() > largest_contact_bytes) return Error{Cause::malformed, file + ": is too large"};
  const std::vector<std::string_view> lines = split(text, '\n');
  if (lines.empty() || lines.front() != first_line) {
    return Error{Cause::malformed,
                 file +
                     ": was not written by wattlife-agent of this version; it writes it anew at "
                     "its next run"};
  }
  Contact contact;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const std::size_t space = std::min(lines[i].find(' '), lines[i].size());
    const std::string_view value = lines[i].substr(std::min(space + 1, lines[i].size()));
    if (!take(contact, lines[i].substr(0, space), value)) {
      return Error{Cause::malformed, file + ": line " + std::to_string(i + 1) + " makes no sense"};
    }
  }
  return contact;
}

void keep_last_attempt(Contact& contact, const Contact& before) {
  if (before.outcome == Outcome::not_set_up || before.outcome == Outcome::failed) return;
  contact.tried = before.tried;
  contact.outcome = before.outcome;
  contact.text = before.text;
}

std::string contact_path(const std::string& state_folder) {
  return state_folder + "/agent/contact.txt";
}

Result<Contact> read_contact(const std::string& state_folder) {
  const std::string path = contact_path(state_folder);
  const Result<std::string> text = read_file(path, largest_contact_bytes);
  if (!text) return text.error();
  // Empty: the power went while it was written; the agent does it again.
  if (text->empty()) return Error{Cause::absent, path + ": is not there"};
  return contact_from(*text, path);
}

}  // namespace wattlife

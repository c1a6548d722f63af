// SPDX-License-Identifier: EUPL-1.2
// Users of a file, and what a provider of identities needs. Passwords come from standard input or a
// file, never from the command line, which everyone on the machine can read.
#include <algorithm>
#include <filesystem>

#include "collector/commands_common.h"
#include "collector/jose.h"
#include "collector/password.h"
#include "collector/sign_in_files.h"
#include "core/table.h"
#include "core/text.h"
#include "platform/process.h"
#include "platform/secret_line.h"

namespace wattlife {
namespace {

constexpr std::size_t largest_password_file = 1024;

// The users that collector.toml names, and where they are.
struct UsersFile {
  std::string path;
  std::vector<LocalUser> users;
};

Result<UsersFile> users_of(const CommandOptions& options) {
  const auto settings = read_collector_settings(options.config);
  if (!settings) return settings.error();
  if (settings->sign_in.way != SignInWay::local) {
    return Error{
        Cause::malformed,
        options.config + ": [sign_in] does not say way = \"local\": there are no local users"};
  }
  auto users = read_users(settings->sign_in.users_file);
  if (!users) return users.error();
  return UsersFile{settings->sign_in.users_file, *std::move(users)};
}

Result<std::string> new_password(const CommandOptions& options) {
  std::string password;
  if (options.password_file.empty()) {
    const auto line = read_secret_line("New password for " + options.user + ": ");
    if (!line) return line.error();
    password = *line;
  } else {
    const auto text = read_file(options.password_file, largest_password_file);
    if (!text) return text.error();
    password = text->substr(0, text->find_first_of("\r\n"));
  }
  const std::string problem = problem_of_password(password, options.user);
  if (!problem.empty()) return Error{Cause::malformed, problem};
  return password_hash(password, random_secret(password_salt_bytes));
}

// Who only wanted to change a user may wonder what the database has to do with it.
CommandResult cannot_note(const Error& error) {
  return failed({error.cause, error.text + "\nNo user was changed: each change is written down " +
                                  "first, in the audit log of --database."});
}

// A change of the users, as the audit log tells it. `told` is for people.
struct UserChange {
  AuditAction action = AuditAction::user_add;
  std::string object;
  std::string told;
};

// The entry comes first: a file and a database have no transaction together, and what is not
// written down does not happen. When the file cannot be written after all, another entry says so.
CommandResult saved(FleetStore& store, const UsersFile& file, const UserChange& change) {
  const Done noted = store.append_audit(cli_entry(change.action, change.object));
  if (!noted) return cannot_note(noted.error());
  const Done written = write_users(file.path, file.users);
  if (written) return printed(change.told);
  (void)store.append_audit(
      cli_entry(change.action, change.object, audit_result_of(written.error())));
  return failed(exit_cannot_create, written.error().text);
}

// What was asked and did not happen is written down as well.
CommandResult not_changed(FleetStore& store, const UserChange& change, int code,
                          const std::string& why) {
  const Done noted =
      store.append_audit(cli_entry(change.action, change.object, AuditResult::failed));
  return noted ? failed(code, why) : cannot_note(noted.error());
}

CommandResult no_such_user(FleetStore& store, const UserChange& change,
                           const CommandOptions& options) {
  return not_changed(store, change, exit_no_input,
                     options.user + ": no such user; see `wattlife-collector user list`");
}

std::string exit_text(const Error& error) { return error.text + "\n"; }

}  // namespace

CommandResult user_add(const CommandOptions& options) {
  if (!is_user_name(options.user)) {
    return failed(exit_usage, options.user +
                                  ": a name has small letters, digits, . - _ and at most "
                                  "64 of them");
  }
  LocalUser user;
  user.name = options.user;
  for (const std::string& name : options.roles) {
    const auto role = role_from(name);
    if (!role) {
      return failed(exit_usage, "--role " + name +
                                    ": there are beheerder, indiener, goedkeurder, "
                                    "drz-planner, auditor, rijksbreed");
    }
    user.roles.insert(*role);
  }
  for (const std::string& oin : options.oins) {
    if (!is_oin(oin)) return failed(exit_usage, "--oin " + oin + ": an OIN has 20 digits");
    user.oins.insert(oin);
  }
  auto file = users_of(options);
  if (!file) return failed(file.error());
  const auto store = store_of(options);
  if (!store) return cannot_note(store.error());
  const UserChange change{AuditAction::user_add,
                          "user " + user.name + ", " + roles_text(user.roles, ',') +
                              (user.oins.empty() ? "" : " of " + oins_text(user.oins, ',')),
                          user.name + " is added.\n"};
  if (find_user(file->users, user.name) != nullptr) {
    return not_changed(**store, change, exit_cannot_create,
                       user.name + ": is there already; see `user passwd`");
  }
  auto hash = new_password(options);
  if (!hash) return failed(hash.error());
  user.password_hash = *std::move(hash);
  file->users.push_back(user);
  return saved(**store, *file, change);
}

CommandResult user_list(const CommandOptions& options) {
  const auto file = users_of(options);
  if (!file) return failed(file.error());
  Table table{{"name", "roles", "organisations"}, {}};
  std::vector<std::vector<std::string>> lines{{"NAME", "ROLES", "ORGANISATIONS"}};
  for (const LocalUser& user : file->users) {
    table.rows.push_back({user.name, roles_text(user.roles, ','), oins_text(user.oins, ',')});
    lines.push_back({user.name, roles_text(user.roles, ','), oins_text(user.oins, ',')});
  }
  return printed(options.json ? to_json(table) + "\n" : aligned(lines));
}

CommandResult user_remove(const CommandOptions& options) {
  auto file = users_of(options);
  if (!file) return failed(file.error());
  const auto store = store_of(options);
  if (!store) return cannot_note(store.error());
  const UserChange change{AuditAction::user_remove, "user " + options.user,
                          options.user + " is removed, and signed out.\n"};
  const auto removed =
      std::erase_if(file->users, [&](const LocalUser& user) { return user.name == options.user; });
  if (removed == 0) return no_such_user(**store, change, options);
  return saved(**store, *file, change);
}

CommandResult user_passwd(const CommandOptions& options) {
  auto file = users_of(options);
  if (!file) return failed(file.error());
  const auto store = store_of(options);
  if (!store) return cannot_note(store.error());
  const UserChange change{AuditAction::user_password, "user " + options.user,
                          options.user + " has a new password, and is signed out.\n"};
  const auto found = std::find_if(file->users.begin(), file->users.end(),
                                  [&](const LocalUser& user) { return user.name == options.user; });
  if (found == file->users.end()) return no_such_user(**store, change, options);
  auto hash = new_password(options);
  if (!hash) return failed(hash.error());
  found->password_hash = *std::move(hash);
  return saved(**store, *file, change);
}

CommandResult sign_in_check(const CommandOptions& options) {
  const auto settings = read_collector_settings(options.config);
  if (!settings) return {exit_configuration, "", exit_text(settings.error())};
  const SignInSettings& sign_in = settings->sign_in;
  const auto parts = sign_in_parts(sign_in);
  if (!parts) return {exit_configuration, "", exit_text(parts.error())};
  if (sign_in.way != SignInWay::openid) {
    return printed(sign_in.way == SignInWay::open ? "Nobody signs in: loopback only.\n"
                                                  : "The settings of sign-in are right.\n");
  }
  const auto metadata = parts->get({discovery_url(sign_in.client.issuer), "", {}});
  if (!metadata) return {exit_unavailable, "", exit_text(metadata.error())};
  const auto provider = provider_from(metadata->body, sign_in.client.issuer);
  if (!provider) return {exit_negative, "", exit_text(provider.error())};
  const auto published = parts->get({provider->jwks_uri, "", {}});
  if (!published) return {exit_unavailable, "", exit_text(published.error())};
  const auto keys = keys_from(published->body);
  if (!keys) return {exit_negative, "", exit_text(keys.error())};
  if (keys->empty()) return {exit_negative, "", "the provider publishes no key for signatures\n"};
  if (sign_in.client.authentication == ClientAuthentication::private_key_jwt) {
    const auto trial = signed_token(parts->settings.client.secret, "{}");
    if (!trial) return {exit_configuration, "", "client_key_file: " + exit_text(trial.error())};
  }
  return printed("The provider answers; keys for signatures: " + std::to_string(keys->size()) +
                 ". Register with it:\n  redirect address   " + sign_in.client.redirect_uri +
                 "\n  after signing out  " + sign_in.public_url + "/afgemeld\n");
}

CommandResult sign_in_client_key(const CommandOptions& options) {
  std::error_code ignored;
  if (std::filesystem::exists(options.file, ignored)) {
    return failed(exit_cannot_create, options.file + ": is there already");
  }
  const auto pair = make_key_pair();
  if (!pair) return failed(pair.error());
  const Done written = write_file_atomically(options.file, pair->private_jwk + "\n", 0600);
  if (!written) return failed(exit_cannot_create, written.error().text);
  return {
      exit_ok, pair->public_jwks + "\n",
      options.file + " is the private key. Give the provider what is printed: the public one.\n"};
}

CommandResult sign_in_session_key(const CommandOptions& options) {
  const Done made = make_session_key(options.file);
  if (!made) return failed(exit_cannot_create, made.error().text);
  return printed(options.file +
                 " is a new key. All collectors of one address share it; replacing "
                 "it signs everyone out.\n");
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// Arguments in, text and exit code out; the only file of the collector that includes CLI11.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>

#include "collector/commands.h"

namespace {

using wattlife::CommandOptions;
using wattlife::CommandResult;
using Command = std::function<CommandResult(const CommandOptions&)>;

// One command, its options, and what it does; `chosen` is set when it is asked for.
class Commands {
 public:
  Commands(CLI::App& app, CommandOptions& options) : app_(app), options_(options) {}

  CLI::App* group(const std::string& name, const std::string& help) {
    CLI::App* made = app_.add_subcommand(name, help);
    made->require_subcommand(1);
    return made;
  }
  CLI::App* add(CLI::App* parent, const std::string& name, const std::string& help,
                Command command) {
    CLI::App* made = (parent != nullptr ? parent : &app_)->add_subcommand(name, help);
    made->callback([this, command = std::move(command)] { chosen = command; });
    return made;
  }
  // A command that opens the database.
  CLI::App* add_stored(CLI::App* parent, const std::string& name, const std::string& help,
                       Command command) {
    CLI::App* made = add(parent, name, help, std::move(command));
    made->add_option("--database", options_.database, "sqlite:///path or postgresql://host/name")
        ->capture_default_str();
    return made;
  }
  CLI::App* with_json(CLI::App* command) {
    command->add_flag("--json", options_.json, "print JSON");
    return command;
  }

  Command chosen;

 private:
  CLI::App& app_;
  CommandOptions& options_;
};

void add_serving_network(CLI::App* serve, CommandOptions& options) {
  serve->add_option("--admin", options.admin,
                    "ADDRESS:PORT on loopback, or unix:/path, for /healthz, /readyz and /metrics");
  serve->add_option("--behind-proxy", options.behind_proxy,
                    "ADDRESS[,ADDRESS]: plain HTTP for these proxies only; 'unix' with --listen "
                    "unix:/path");
  serve->add_option("--client-ca", options.client_authority,
                    "PEM file of the authorities whose client certificates are accepted");
  serve->add_option("--client-crl", options.client_revocation,
                    "PEM file of the revocation list of those authorities");
  serve->add_flag("--require-client-certificate", options.require_certificate,
                  "refuse devices without one (401)");
  serve->add_flag("--reuse-port", options.reuse_port,
                  "let a second process listen too, to take over without a gap");
  serve->add_option("--connections", options.connections, "at most at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  serve
      ->add_option("--connections-per-address", options.connections_of_one_address,
                   "at most at once of one address (IPv6: of one /64)")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
}

void add_serving(Commands& commands, CommandOptions& options) {
  CLI::App* serve = commands.add_stored(nullptr, "serve", "receive reports and show the work list",
                                        wattlife::serve);
  serve
      ->add_option("--listen", options.listen,
                   "ADDRESS:PORT; loopback only, unless people sign in by --config")
      ->capture_default_str();
  serve->add_option("--config", options.config, "collector.toml: how people sign in");
  CLI::Option* folder = serve->add_option("--certificate", options.certificate_folder,
                                          "folder with server.pem and server.key");
  CLI::Option* demo = serve->add_option_function<std::string>(
      "--demo-certificate",
      [&options](const std::string& text) {
        options.certificate_folder = text;
        options.make_certificate = true;
      },
      "the same; a demonstration certificate is made there when there is none");
  folder->excludes(demo);
  serve->add_option("--rules", options.rules, "TOML file instead of the rules of the program");
  add_serving_network(serve, options);

  commands.add_stored(nullptr, "migrate", "make the database, or bring it up to date",
                      wattlife::migrate);
  commands.add(nullptr, "openapi", "print the description of the REST API (OpenAPI 3.0.3)",
               wattlife::openapi);
  commands
      .add(nullptr, "certificate", "make a private CA and certificate for a demonstration",
           wattlife::make_certificate)
      ->add_option("--out", options.file, "folder; nothing in it is overwritten")
      ->required();
}

// What the law gives to the one whom a laptop is about.
void add_rights(Commands& commands, CLI::App* device, CommandOptions& options) {
  CLI::App* file = commands.with_json(commands.add_stored(
      device, "export", "all that is kept of one, as JSON (AVG 15)", wattlife::device_export));
  file->add_option("device", options.file, "id, or a serial number")->required();
  file->add_option("--out", options.out, "write it to this file (mode 0600) instead");
  CLI::App* erase = commands.add_stored(device, "erase", "take all of one away, for good (AVG 17)",
                                        wattlife::device_erase);
  erase->add_option("device", options.file, "id, or a serial number")->required();
  erase->add_flag("--yes", options.yes, "do it; without, only what would go is shown");
}

void add_audit(Commands& commands, CommandOptions& options) {
  CLI::App* audit = commands.group("audit", "who did what");
  CLI::App* list =
      commands.with_json(commands.add_stored(audit, "list", "show entries", wattlife::audit_list));
  list->add_option("--from", options.from, "only from this day on (2026-11-24)");
  list->add_option("--device", options.file, "only about this one: id, or a serial number");
  commands.add_stored(audit, "head", "where the log ends, to be kept elsewhere",
                      wattlife::audit_head);
  CLI::App* close = commands.add_stored(
      audit, "close", "close the segment before a day: its entries go, where it ended stays",
      wattlife::audit_close);
  close->add_option("--before", options.before, "day; without: 18 months ago");
  close->add_flag("--apply", options.apply, "do it; without, only what would go is shown");
}

void add_people(Commands& commands, CommandOptions& options) {
  CLI::App* organisation = commands.group("organisation", "organisations, by OIN");
  CLI::App* add = commands.add_stored(organisation, "add", "add one", wattlife::organisation_add);
  add->add_option("--oin", options.oin, "20 digits")->required();
  add->add_option("--name", options.name, "name of the organisation")->required();
  commands.with_json(
      commands.add_stored(organisation, "list", "show all", wattlife::organisation_list));

  CLI::App* token = commands.group("token", "enrolment tokens");
  CLI::App* create =
      commands.add_stored(token, "create", "make one; it is shown once", wattlife::token_create);
  create->add_option("--oin", options.oin, "organisation")->required();
  create->add_option("--days", options.days, "how long it works")->capture_default_str();
  create->add_option("--note", options.note, "what it is for");
  create->add_option("--out", options.file, "write it to this file (mode 0600) instead");
  commands.with_json(commands.add_stored(token, "list", "show all", wattlife::token_list));
  commands.add_stored(token, "revoke", "stop one", wattlife::token_revoke)
      ->add_option("number", options.number, "as `token list` shows it")
      ->required();

  CLI::App* device = commands.group("device", "enrolments of devices");
  CLI::App* list =
      commands.with_json(commands.add_stored(device, "list", "show all", wattlife::device_list));
  list->add_flag("--pending", options.only_pending, "only those that wait for a person");
  CLI::App* confirm =
      commands.add_stored(device, "confirm", "count the reports of these; choose one in a conflict",
                          wattlife::device_confirm);
  confirm->add_option("id", options.devices, "ids, or their first eight digits or more");
  confirm->add_flag("--all-pending", options.all_pending, "all that wait; conflicts stay");
  confirm->add_flag("--as-new", options.as_new,
                    "a device of its own, although the hardware looks known");
  CLI::App* revoke =
      commands.add_stored(device, "revoke", "refuse these from now on", wattlife::device_revoke);
  revoke->add_option("id", options.devices, "ids")->required();
  revoke->add_option("--reason", options.reason, "why, as a code that the audit log keeps");
  commands
      .add_stored(device, "separate", "undo that one went on as a known device",
                  wattlife::device_separate)
      ->add_option("id", options.devices, "id")
      ->required()
      ->expected(1);
  CLI::App* operated = commands.add_stored(device, "operator", "who operates these for their owner",
                                           wattlife::device_operator);
  operated->add_option("id", options.devices, "ids");
  operated->add_option("--all-of", options.oin, "all devices of this owner (OIN)");
  operated->add_option("--oin", options.operator_oin, "OIN of the operator");
  operated->add_flag("--owner", options.by_owner, "the owner itself, nobody else");
  commands.with_json(commands.add_stored(device, "set-aside", "refused reports and why",
                                         wattlife::device_set_aside));

  add_rights(commands, device, options);

  CLI::App* import = commands.group("import", "take in data of the organisation");
  CLI::App* inventory = commands.add_stored(import, "inventory", "serial numbers that are yours",
                                            wattlife::import_inventory);
  inventory->add_option("file", options.file, "CSV with the column serienummer")->required();
  inventory->add_option("--oin", options.oin, "organisation")->required();
  inventory->add_flag("--dry-run", options.dry_run, "only look whether it is right");
}

void add_sign_in(Commands& commands, CommandOptions& options) {
  CLI::App* user = commands.group("user", "users of a file, for a collector on loopback");
  const auto add = [&](const std::string& name, const std::string& help, Command command) {
    CLI::App* made = commands.add_stored(user, name, help, std::move(command));
    made->add_option("--config", options.config, "collector.toml")->required();
    return made;
  };
  const auto add_named = [&](const std::string& name, const std::string& help, Command command) {
    CLI::App* made = add(name, help, std::move(command));
    made->add_option("name", options.user, "small letters, digits, . - _")->required();
    return made;
  };
  const auto with_password = [&](CLI::App* command) {
    command->add_option("--password-file", options.password_file,
                        "its first line; without it, standard input is read");
    return command;
  };
  CLI::App* added = with_password(add_named("add", "add one", wattlife::user_add));
  added->add_option("--role", options.roles, "may be given more than once")->required();
  added->add_option("--oin", options.oins, "organisation; may be given more than once");
  commands.with_json(commands.add(user, "list", "show all", wattlife::user_list))
      ->add_option("--config", options.config, "collector.toml")
      ->required();
  add_named("remove", "remove one, and sign them out", wattlife::user_remove);
  with_password(add_named("passwd", "give one a new password", wattlife::user_passwd));

  CLI::App* sign_in = commands.group("sign-in", "signing in through a provider of identities");
  commands
      .add(sign_in, "check", "are the settings right, and does the provider answer",
           wattlife::sign_in_check)
      ->add_option("--config", options.config, "collector.toml")
      ->required();
  commands
      .add(sign_in, "client-key", "make a key for private_key_jwt; prints the public part",
           wattlife::sign_in_client_key)
      ->add_option("--out", options.file, "file for the private key")
      ->required();
  commands.add(sign_in, "session-key", "make a key for the cookies", wattlife::sign_in_session_key)
      ->add_option("--out", options.file, "file for the key")
      ->required();
}

void add_fleet(Commands& commands, CommandOptions& options) {
  const auto with_rules = [&](CLI::App* command) {
    command->add_option("--rules", options.rules, "TOML file instead of the rules of the program");
    return commands.with_json(command);
  };
  with_rules(
      commands.add(nullptr, "assess", "apply the rules to facts in a file", wattlife::assess_file))
      ->add_option("file", options.file, "JSON object of facts")
      ->required();
  with_rules(commands.add_stored(nullptr, "explain", "why a device has its proposal",
                                 wattlife::explain_device))
      ->add_option("device", options.file, "id")
      ->required();
  with_rules(commands.add_stored(nullptr, "worklist", "what to do, and all devices",
                                 wattlife::work_list_text))
      ->add_flag("--csv", options.csv, "print CSV");
  commands.add_stored(nullptr, "rebuild", "make all derived tables again from the reports",
                      wattlife::rebuild);
  commands
      .add_stored(nullptr, "check", "is the database sound, and does it agree with the reports",
                  wattlife::check)
      ->add_option("--audit-head", options.audit_head,
                   "what `audit head` printed once: the log must still hold it");
  CLI::App* retention = commands.add_stored(
      nullptr, "retention", "let go what is older than it may be kept", wattlife::retention);
  retention->add_option("--months", options.months, "whole months to keep, at most 25")
      ->capture_default_str();
  retention->add_flag("--dry-run", options.dry_run, "only count what would go");
  retention->add_flag("--apply", options.apply, "do it; it cannot be undone");
  commands.add_stored(nullptr, "backup", "copy the database into one file", wattlife::backup)
      ->add_option("file", options.file, "must not exist")
      ->required();
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app{"Wattlife collector: receives reports of laptops and shows what to do with them",
               "wattlife-collector"};
  app.set_version_flag("--version", WATTLIFE_VERSION);
  app.require_subcommand(1);
  CommandOptions options;
  Commands commands(app, options);
  add_serving(commands, options);
  add_people(commands, options);
  add_sign_in(commands, options);
  add_fleet(commands, options);
  add_audit(commands, options);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const bool help = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    app.exit(error);
    return help ? wattlife::exit_ok : wattlife::exit_usage;
  }
  const CommandResult outcome = commands.chosen(options);
  std::cout << outcome.out;
  std::cerr << outcome.error;
  std::cout.flush();
  return std::cout.good() ? outcome.code : wattlife::exit_io;
}

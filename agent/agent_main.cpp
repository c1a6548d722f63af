// SPDX-License-Identifier: EUPL-1.2
// wattlife-agent: reads samples.db, makes the reports that are due, sends them, ends. No rights, no
// privileges, short-lived. Wiring only.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/arguments.h"
#include "agent/contact.h"
#include "agent/delivery.h"
#include "agent/describe.h"
#include "agent/due_reports.h"
#include "agent/exit.h"
#include "agent/machine_source.h"
#include "agent/outbox.h"
#include "agent/own_certificate.h"
#include "agent/sample_store.h"
#include "core/text.h"
#include "platform/client_certificate.h"
#include "platform/process.h"
#include "platform/secret_store.h"

namespace wattlife {
namespace {

const std::vector<Option>& options() {
  static const std::vector<Option> rows = {
      {"--state", "DIR", "where measurements are kept (default: the system's own place)"},
      {"--config", "DIR", "where settings are (default: the system's own place)"},
      {"--capture", "FILE", "the recorded machine that the sampler played: its last moment is now"},
      {"--now", "", "do not wait: no random delay, no later moment that was agreed"},
      {"--random-delay", "SECONDS", "wait a random time first, at most this long"},
      {"--dry-run", "", "print what would be sent, send and change nothing"},
      {"--help", "", "show this"},
      {"--version", "", "show the version"},
  };
  return rows;
}

Exit fail(const Error& error) {
  log(LogLevel::error, error.text);
  return exit_for(error);
}

// Everything a run needs to know before it begins.
struct Setup {
  std::string state;
  std::string samples_path;
  std::string own_folder;
  Introduction introduction;
  HttpOptions http;
  PeriodLength period = PeriodLength::week;
  std::uint32_t accepted_list = first_data_list;
  UtcTime machine_time;  // of the machine that was measured
};

HttpOptions http_from(const Settings& settings, const ClientCertificate& certificate) {
  HttpOptions http;
  http.client = certificate;
  http.ca_bundle_path = settings.text("CaBundlePath");
  const std::string mode = settings.text("ProxyMode");
  if (mode == "system") http.proxy = "system";
  if (mode == "fixed") http.proxy = settings.text("ProxyServer");
  return http;
}

// --- What is due ---------------------------------------------------------------------------------

struct Owed {
  Samples samples;
  std::optional<Shipped> identity;  // as an enrolment tells it
  std::vector<DueReport> reports;
};

// `outbox` is null when there is none yet.
Result<Owed> owed(const Setup& setup, Outbox* outbox) {
  Owed owed;
  Reported reported;
  const auto after_row = [&](const Id128& store_id) -> Result<std::int64_t> {
    if (outbox == nullptr) return std::int64_t{0};
    Result<Reported> known = outbox->reported(store_id);
    if (!known) return known.error();
    reported = *std::move(known);
    const bool from_the_first = !reported.rows.empty() && reported.rows.front().first == 1;
    return from_the_first ? reported.rows.front().last : std::int64_t{0};
  };
  Result<Samples> samples = read_samples(setup.samples_path, after_row);
  if (!samples && samples.error().cause == Cause::absent) {
    return Error{Cause::absent, samples.error().text +
                                    ": nothing was measured yet; does "
                                    "wattlife-sampler run?"};
  }
  if (!samples) return samples.error();
  owed.samples = *std::move(samples);
  if (owed.samples.inventory) {
    const Result<Shipped> identity = as_shipped(*owed.samples.inventory, setup.accepted_list);
    if (identity) {
      owed.identity = *identity;
    } else {
      log(LogLevel::error, identity.error().text);
    }
  }
  owed.reports = due_reports(owed.samples, owed.identity, reported, setup.machine_time,
                             setup.period, setup.accepted_list);
  for (const DueReport& report : owed.reports) {
    if (!report.counters.empty()) reported.counters = report.counters;
  }
  if (owed.identity) owed.identity = for_enrolment(*owed.identity, reported);
  return owed;
}

// --- Sending -------------------------------------------------------------------------------------

// Copies that the employee may read: exactly what goes, and what went.
void show_messages(const Setup& setup, Outbox& outbox, const std::optional<Shipped>& identity) {
  const auto show = [&](const char* name, const std::string& bytes) {
    const Done shown = write_file_atomically(setup.own_folder + name, bytes, 0644);
    if (!shown) log(LogLevel::warning, shown.error().text);
  };
  const auto next = outbox.next();
  if (next) show("/next.bin", *next ? (*next)->bytes : "");
  const auto last = outbox.last_sent();
  if (last && *last) show("/last.bin", (*last)->bytes);
  const Result<Id128> install_id = outbox.install_id();
  if (install_id && identity) {
    show("/enrolment.bin", to_bytes(enrolment_of(*install_id, *identity)));
  }
}

constexpr std::string_view purpose_of_secret = "device-secret";

Result<Outbox> open_outbox(const std::string& path) {
  Result<Outbox> outbox = Outbox::open(path, secret_store(purpose_of_secret));
  if (outbox || outbox.error().cause != Cause::malformed) return outbox;
  log(LogLevel::error, outbox.error().text);
  if (Done aside = set_damaged_aside(path); !aside) return aside.error();
  log(LogLevel::error, path +
                           ": was damaged; it is kept as outbox.db.damaged, and this laptop "
                           "enrols again as a new installation");
  return Outbox::open(path, secret_store(purpose_of_secret));
}

Contact::Outcome outcome_of(Exit exit) {
  switch (exit) {
    case Exit::fine:
      return Contact::Outcome::accepted;
    case Exit::permission:
      return Contact::Outcome::refused;
    case Exit::retry:
      return Contact::Outcome::later;
    case Exit::unavailable:
      return Contact::Outcome::unreachable;
    case Exit::configuration:
      return Contact::Outcome::not_set_up;
    default:
      return Contact::Outcome::failed;
  }
}

// For doctor and status.
void leave(const Setup& setup, Contact contact) {
  contact.ran = now().utc;
  const Done left = write_derived_file(contact_path(setup.state), contact_text(contact), 0644);
  if (!left) log(LogLevel::warning, left.error().text);
}

void tell(const Setup& setup, const Delivered& delivered) {
  Contact contact = setup.introduction.contact;
  if (delivered.attempts > 0) contact.tried = now().utc;
  if (delivered.attempts > 0 || delivered.exit != Exit::fine) {
    contact.outcome = outcome_of(delivered.exit);
    contact.text = delivered.text;
  } else if (const Result<Contact> before = read_contact(setup.state)) {
    keep_last_attempt(contact, *before);
  }
  leave(setup, std::move(contact));
}

// Something on this laptop is in the way: what the last attempt said must not stand there as if
// all went on.
Exit fail_and_tell(const Setup& setup, const Error& error) {
  Contact contact = setup.introduction.contact;
  contact.outcome = Contact::Outcome::failed;
  contact.text = error.text;
  leave(setup, std::move(contact));
  return fail(error);
}

Exit send(const Setup& setup, bool at_once) {
  if (Done folder = ensure_own_folder(setup.own_folder, 0755); !folder) return fail(folder.error());
  const Result<FileLock> lock = lock_file(setup.own_folder + "/lock");
  if (!lock) return fail(lock.error());
  Result<Outbox> outbox = open_outbox(setup.own_folder + "/outbox.db");
  if (!outbox) return fail_and_tell(setup, outbox.error());

  const UtcDay today = std::chrono::floor<std::chrono::days>(setup.machine_time);
  const Result<Owed> due = owed(setup, &*outbox);
  if (!due) return fail_and_tell(setup, due.error());
  if (Done added = outbox->add(due->reports, due->samples.store_id, today); !added) {
    return fail_and_tell(setup, added.error());
  }
  if (Done removed = outbox->remove_old(today); !removed) {
    return fail_and_tell(setup, removed.error());
  }
  show_messages(setup, *outbox, due->identity);

  if (const auto& problem = setup.introduction.problem) {
    tell(setup, {0, 0, 0, Exit::configuration, problem->text});
    log(LogLevel::error, problem->text);
    return Exit::configuration;
  }
  const World world{[&](const HttpRequest& request) { return post(request, setup.http); },
                    [] { return now().utc; }, random_number, stop_requested};
  const Result<Delivered> delivered =
      deliver(*outbox, setup.introduction.collector, due->identity, today, at_once, world);
  if (!delivered) return fail_and_tell(setup, delivered.error());
  show_messages(setup, *outbox, due->identity);
  tell(setup, *delivered);

  const Result<std::int64_t> left = outbox->count_queued();
  std::string text = std::to_string(delivered->accepted) + " reports sent, " +
                     std::to_string(left ? *left : 0) + " waiting";
  if (!delivered->text.empty()) text += ": " + delivered->text;
  log(delivered->exit == Exit::fine ? LogLevel::info : LogLevel::error, text);
  return delivered->exit;
}

// --- Dry run -------------------------------------------------------------------------------------

Exit dry_run(const Setup& setup) {
  std::optional<Outbox> outbox;
  Result<Outbox> opened =
      Outbox::open_read_only(setup.own_folder + "/outbox.db", secret_store(purpose_of_secret));
  if (opened) outbox.emplace(*std::move(opened));
  if (!outbox && opened.error().cause != Cause::absent) return fail(opened.error());
  const Result<Owed> due = owed(setup, outbox ? &*outbox : nullptr);
  if (!due) return fail(due.error());

  std::string text = "To " + setup.introduction.collector.url + " would go:\n";
  Report report;
  report.install_id = Id128(id_bytes, '\0');
  report.agent_version = WATTLIFE_VERSION;
  bool has_secret = false;
  if (outbox) {
    const Result<Id128> install_id = outbox->install_id();
    const Result<std::vector<QueuedReport>> queued = outbox->queued();
    const Result<std::int64_t> last = outbox->last_sequence();
    const auto credential = outbox->credential();
    if (!install_id || !queued || !last || !credential) {
      log(LogLevel::error, "outbox.db cannot be read now: try again later");
      return Exit::retry;
    }
    report.install_id = *install_id;
    report.sequence = *last;
    has_secret = credential->has_value();
    for (const QueuedReport& waiting : *queued) {
      const Result<Report> read = report_from(waiting.bytes);
      text += read ? text_of(*read) : "report " + std::to_string(waiting.sequence) + "\n";
    }
  }
  for (const DueReport& next : due->reports) {
    ++report.sequence;
    report.summary = next.summary;
    report.store_id = next.summary ? due->samples.store_id : Id128();
    report.inventory = next.inventory;
    report.serials = next.serials;
    report.calibration = next.calibration;
    report.data_list_version = next.data_list;
    const Result<Report> sent = report_from(to_bytes(report));  // what goes, and nothing else
    text += text_of(sent ? *sent : report);
  }
  if (!has_secret && due->identity) {
    text += "and before that, once:\n" + text_of(enrolment_of(report.install_id, *due->identity));
  }
  std::fputs(text.c_str(), stdout);
  return Exit::fine;
}

// -------------------------------------------------------------------------------------------------

// A random part of `text` seconds; a number that makes no sense is a usage error.
Result<Duration> random_delay(const std::string& text) {
  if (text.empty()) return Duration{0};
  const auto seconds = integer_from(text);
  if (!seconds || *seconds < 0 || *seconds > 86'400) {
    return Error{Cause::malformed,
                 "--random-delay takes whole seconds from 0 to 86400, not " + text};
  }
  const auto most_ms = static_cast<std::uint64_t>(*seconds) * 1000;
  return Duration{static_cast<std::int64_t>(random_number() % (most_ms + 1))};
}

Exit run(const Arguments& arguments) {
  const Result<Duration> delay = random_delay(arguments.text("--random-delay"));
  if (!delay) {
    log(LogLevel::error, delay.error().text);
    return Exit::usage;
  }
  Result<MachineSource> source =
      open_machine(arguments.text("--capture"), arguments.text("--config"));
  if (!source) return fail(source.error());
  const Settings settings = source->settings();
  for (const Error& problem : settings.problems()) log(LogLevel::warning, problem.text);
  if (settings.text("CollectorUrl").empty()) {
    log(LogLevel::error,
        "CollectorUrl is not set: this laptop measures for itself and sends nothing; "
        "to connect it, set CollectorUrl and EnrollmentToken, or EnrollmentMode certificate");
    return Exit::configuration;
  }
  const std::string state =
      arguments.has("--state") ? arguments.text("--state") : default_state_folder();
  Introduction introduction =
      introduction_from(settings, device_certificate, service_credential, now().utc);
  HttpOptions http = http_from(settings, introduction.certificate);
  Setup setup{
      state,
      state + "/sampler/samples.db",
      state + "/agent",
      std::move(introduction),
      std::move(http),
      settings.text("UploadPeriod") == "four-weeks" ? PeriodLength::four_weeks : PeriodLength::week,
      accepted_list_from(settings.text("AcceptedDataList")),
      source->moments.empty() ? now().utc : source->moments.back().utc};
  if (arguments.has("--dry-run")) return dry_run(setup);
  const bool at_once = arguments.has("--now");
  if (!at_once && *delay > Duration{0} && !wait_until(BootTime{now().boot.since_boot + *delay})) {
    return Exit::fine;
  }
  return send(setup, at_once);
}

}  // namespace
}  // namespace wattlife

int main(int argc, char** argv) {
  using namespace wattlife;
  prepare_output();
  watch_for_stop();
  const Result<Arguments> arguments =
      Arguments::from(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), options());
  if (!arguments) {
    log(LogLevel::error, arguments.error().text);
    return static_cast<int>(Exit::usage);
  }
  if (arguments->has("--help")) {
    std::fputs(help_text("wattlife-agent",
                         "Sends what this laptop owes the collector, and ends. Secrets never stand "
                         "on the command line.",
                         options())
                   .c_str(),
               stdout);
    return 0;
  }
  if (arguments->has("--version")) {
    std::puts("wattlife-agent " WATTLIFE_VERSION);
    return 0;
  }
  return static_cast<int>(run(*arguments));
}

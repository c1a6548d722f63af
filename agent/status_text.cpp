// SPDX-License-Identifier: EUPL-1.2
#include "agent/status_text.h"

#include "agent/battery_words.h"
#include "agent/json_members.h"
#include "agent/learned_words.h"
#include "agent/phrases.h"
#include "agent/span_json.h"

namespace wattlife {
namespace {

constexpr std::size_t label_width = 12;
constexpr std::size_t most_faults = 10;

std::string row(std::string_view label, const std::string& value) {
  return padded(std::string(label), label_width) + value + "\n";
}

std::string share_of_tiers(const ViewSpan& span, Language language) {
  std::string text;
  for (std::size_t i = 0; i < all_tiers_shown.size(); ++i) {
    if (span.tier_time[i] <= Duration{0}) continue;
    text += (text.empty() ? "" : ", ") + std::string(words_for(all_tiers_shown[i], language)) +
            " " + percent(span.tier_time[i], span.time);
  }
  return text;
}

std::string figure(const View& view, const ViewSpan& span, Language language) {
  if (span.time <= Duration{0}) {
    if (view.store_fault) return std::string(either(language, "niets bewaard", "nothing kept"));
    return std::string(either(language, "nog niets gemeten", "nothing measured yet"));
  }
  std::string text = span.device ? kilowatt_hours(span.device->interval, language)
                                 : std::string(either(language, "onbekend", "unknown"));
  text = padded(std::move(text), 34);
  text += percent(span.known_time, span.time) +
          std::string(either(language, " bekend van ", " known of ")) +
          length_of_time(span.time, language);
  return text;
}

// The day after which the report about the running period goes out; empty when none does.
std::optional<UtcDay> next_report(const View& view) {
  if (!view.collector) return std::nullopt;
  const PeriodLength length =
      view.period == "four-weeks" ? PeriodLength::four_weeks : PeriodLength::week;
  return period_of(UtcTime{view.today}, length).end;
}

std::string head(const View& view, Language language) {
  std::string text = "Wattlife " + view.version + "\n";
  std::string name = view.manufacturer;
  if (!view.model.empty()) name += (name.empty() ? "" : " ") + view.model;
  if (name.empty()) name = either(language, "onbekend", "unknown");
  if (!view.os.empty()) name += " (" + view.os + ")";
  if (view.simulated) name += either(language, ", GESIMULEERD", ", SIMULATED");
  return text + row(either(language, "Laptop", "Laptop"), name);
}

std::string running(const View& view, const Moment& moment, Language language) {
  const std::string when = ago(std::max(moment.now - moment.written, Duration{0}), language) +
                           " (" + to_iso8601(moment.written) + ")";
  std::string text;
  if (is_silent(moment)) {
    text = std::string(
               either(language, "MEET NIET: laatste meting ", "NOT MEASURING: last measured ")) +
           when;
    text = row(either(language, "Sampler", "Sampler"), text);
    text += row("", std::string(either(
                        language,
                        "start de dienst wattlife-sampler en lees zijn log; kwam de laptop net uit "
                        "de slaapstand, wacht vijf minuten",
                        "start the service wattlife-sampler and read its log; if the laptop just "
                        "woke, wait five minutes")));
  } else {
    text = row(
        either(language, "Sampler", "Sampler"),
        std::string(either(language, "meet; laatste meting ", "measures; last measured ")) + when);
  }
  if (view.store_fault) {
    text += row(either(language, "Opslag", "Storage"),
                std::string(either(language, "LUKT NIET: ", "FAILS: ")) + *view.store_fault);
  }
  return text;
}

std::string health(const View& view, Language language) {
  std::string text;
  for (const ViewBattery& battery : view.batteries) {
    std::string value =
        battery.name + " " + judgement_words(battery.verdict, battery.reasons, language);
    if (battery.health_permille) {
      value += ", " +
               for_people(static_cast<double>(*battery.health_permille) / 10.0, 0, language) +
               std::string(either(language, " % van nieuw", " % of new"));
    }
    if (battery.cycles) {
      value += ", " + counted(*battery.cycles, either(language, "laadbeurt", "cycle"),
                              either(language, "laadbeurten", "cycles"));
    }
    text += row(either(language, "Accu", "Battery"), value);
  }
  if (view.battery) {
    text += row(either(language, "Verloop", "Over time"), battery_line(*view.battery, language));
  }
  for (const ViewDisk& disk : view.disks) {
    std::string value = disk.name + " " + judgement_words(disk.verdict, disk.reasons, language);
    if (disk.percentage_used) {
      value +=
          ", " + std::to_string(*disk.percentage_used) +
          std::string(either(language, " % van de levensduur gebruikt", " % of its rating used"));
    }
    text += row(either(language, "Schijf", "Drive"), value);
  }
  return text;
}

std::string faults(const View& view, Language language) {
  if (view.faults.empty()) {
    return row(either(language, "Storingen", "Faults"),
               std::string(either(language, "geen", "none")));
  }
  std::string text;
  std::size_t shown = 0;
  for (const ViewFault& fault : view.faults) {
    if (shown == most_faults) {
      text += row("", "+ " + std::to_string(view.faults.size() - shown));
      break;
    }
    text += row(shown == 0 ? either(language, "Storingen", "Faults") : "",
                fault.path + ": " + fault.cause);
    ++shown;
  }
  return text;
}

std::string report(const View& view, Language language) {
  const auto day = next_report(view);
  if (!day) {
    return row(
        either(language, "Bericht", "Report"),
        std::string(either(language, "geen: CollectorUrl is niet ingesteld, er gaat niets weg",
                           "none: CollectorUrl is not set, nothing leaves this laptop")));
  }
  return row(either(language, "Bericht", "Report"),
             std::string(either(language, "volgende vanaf ", "next from ")) + to_iso8601(*day) +
                 std::string(either(language, ", aan ", " on, to ")) + *view.collector);
}

std::string_view outcome_words(Contact::Outcome outcome, Language language) {
  switch (outcome) {
    case Contact::Outcome::none:
      return either(language, "nog niets te versturen", "nothing to send yet");
    case Contact::Outcome::accepted:
      return either(language, "aangenomen", "accepted");
    case Contact::Outcome::refused:
      return either(language, "GEWEIGERD", "REFUSED");
    case Contact::Outcome::later:
      return either(language, "later opnieuw", "later again");
    case Contact::Outcome::unreachable:
      return either(language, "NIET BEREIKT", "NOT REACHED");
    case Contact::Outcome::not_set_up:
      return either(language, "NIET INGESTELD", "NOT SET UP");
    case Contact::Outcome::failed:
      return either(language, "MISLUKT", "FAILED");
  }
  return "";
}

// The last attempt to reach the collector, and the certificate that is shown to it.
std::string contact_rows(const View& view, const std::optional<Contact>& contact, UtcTime now,
                         Language language) {
  if (!contact || !view.collector) return "";
  std::string value(outcome_words(contact->outcome, language));
  if (contact->tried) value += ", " + to_iso8601(*contact->tried);
  const bool fine =
      contact->outcome == Contact::Outcome::accepted || contact->outcome == Contact::Outcome::none;
  if (!fine && !contact->text.empty()) value += ": " + contact->text;
  std::string text = row(either(language, "Contact", "Contact"), value);
  if (contact->mode != "certificate") return text;
  std::string certificate;
  if (contact->trouble != CertificateTrouble::none) {
    certificate = contact->certificate_text;
  } else if (contact->valid_until) {
    const UtcDay day = std::chrono::floor<std::chrono::days>(*contact->valid_until);
    certificate =
        std::string(*contact->valid_until < now ? either(language, "VERLOPEN op ", "EXPIRED on ")
                                                : either(language, "geldig tot ", "valid until ")) +
        to_iso8601(day);
  } else {
    certificate = either(language, "niet te bekijken", "cannot be looked at");
  }
  return text + row(either(language, "Certificaat", "Certificate"), certificate);
}

}  // namespace

bool is_measuring(const View& view, const Moment& moment) {
  return !is_silent(moment) && !view.store_fault;
}

std::string status_text(const View& view, const Moment& moment, Language language,
                        const std::optional<Contact>& contact) {
  std::string text = head(view, language) + running(view, moment, language);
  const bool current = std::chrono::floor<std::chrono::days>(moment.now) <= view.today;
  const std::string today =
      current ? std::string(either(language, "Vandaag", "Today")) : to_iso8601(view.today);
  text += row(today, figure(view, view.day, language));
  text += row(either(language, "Week", "Week"), figure(view, view.week, language));
  text += row(either(language, "Maand", "Month"), figure(view, view.month, language));
  text += row(either(language, "Jaar", "Year"), figure(view, view.year, language));
  if (view.month.wall) {
    text += row(either(language, "Stopcontact", "Socket"),
                kilowatt_hours(view.month.wall->interval, language) +
                    std::string(either(language, " deze maand, zolang de lader erin zat",
                                       " this month, while on mains")));
  }
  if (view.month.time > Duration{0}) {
    text += row(either(language, "Hoe bekend", "How known"),
                share_of_tiers(view.month, language) +
                    std::string(either(language, " (van de tijd deze maand)",
                                       " (of the time this month)")));
  }
  if (view.learned) {
    text += row(either(language, "Netstroom", "On mains"), learned_line(*view.learned, language));
  }
  return text + health(view, language) + faults(view, language) + report(view, language) +
         contact_rows(view, contact, moment.now, language);
}

namespace {
std::string outlook_json(const std::optional<ViewOutlook>& outlook) {
  if (!outlook) return "null";
  const auto permille = [&](std::int64_t ViewOutlook::Health::*part) {
    return outlook->health ? Cell((*outlook->health).*part) : Cell();
  };
  return Members()
      .add("name", outlook->name)
      .add("health_permille", permille(&ViewOutlook::Health::level))
      .add("health_low_permille", permille(&ViewOutlook::Health::low))
      .add("health_high_permille", permille(&ViewOutlook::Health::high))
      .add("class", name_of(outlook->battery_class))
      .raw("reasons", json_texts(outlook->reasons))
      .add("to_800", name_of(outlook->to_800))
      .object();
}

std::string contact_json(const Contact& contact) {
  const auto moment = [](const std::optional<UtcTime>& time) {
    return time ? Cell(to_iso8601(*time)) : Cell();
  };
  return Members()
      .add("mode", contact.mode)
      .add("tried", moment(contact.tried))
      .add("outcome", name_of(contact.outcome))
      .add("text", contact.text.empty() ? Cell() : Cell(contact.text))
      .add("certificate", name_of(contact.trouble))
      .add("certificate_text",
           contact.certificate_text.empty() ? Cell() : Cell(contact.certificate_text))
      .add("valid_until", moment(contact.valid_until))
      .object();
}
}  // namespace

std::string status_json(const View& view, const Moment& moment,
                        const std::optional<Contact>& contact) {
  const auto next = next_report(view);
  Members members;
  members.add("measuring", is_measuring(view, moment)).add("version", view.version);
  members.add("written", to_iso8601(moment.written)).add("today", to_iso8601(view.today));
  members.add("simulated", view.simulated).add("store_fault", known(view.store_fault));
  members.add("manufacturer", view.manufacturer.empty() ? Cell() : Cell(view.manufacturer));
  members.add("model", view.model.empty() ? Cell() : Cell(view.model));
  members.raw("current", current_json(view));
  members.raw("batteries", json_array(view.batteries, [](const ViewBattery& battery) {
                return Members()
                    .add("name", battery.name)
                    .add("present", battery.present)
                    .add("health_permille", known(battery.health_permille))
                    .add("cycles", known(battery.cycles))
                    .add("verdict", name_of(battery.verdict))
                    .raw("reasons", json_texts(battery.reasons))
                    .object();
              }));
  members.raw("battery", outlook_json(view.battery));
  members.raw("learned", view.learned ? learned_json(*view.learned) : "null");
  members.raw("disks", json_array(view.disks, [](const ViewDisk& disk) {
                return Members()
                    .add("name", disk.name)
                    .add("percentage_used", known(disk.percentage_used))
                    .add("verdict", name_of(disk.verdict))
                    .raw("reasons", json_texts(disk.reasons))
                    .object();
              }));
  members.raw("faults", json_array(view.faults, [](const ViewFault& fault) {
                return Members().add("path", fault.path).add("cause", fault.cause).object();
              }));
  members.add("collector", known(view.collector));
  members.add("next_report_from", next ? Cell(to_iso8601(*next)) : Cell());
  members.raw("contact", contact ? contact_json(*contact) : "null");
  return members.object() + "\n";
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/store_growth.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iomanip>
#include <map>
#include <memory>
#include <ostream>
#include <random>
#include <vector>

#include "collector/fleet_store.h"
#include "platform/process.h"
#include "platform/stopwatch.h"
#include "tests/bench/ingest_reports.h"

namespace wattlife::bench {
namespace {

constexpr std::size_t batch_size = 500;
constexpr std::size_t measured = 10'000;  // reports at a time
constexpr int times = 3;
constexpr std::size_t enrolled_at_once = 50'000;
const UtcDay first_day{std::chrono::days{20'700}};

struct Filled {
  std::string url;
  std::unique_ptr<FleetStore> store;
  std::vector<Device> devices;
  std::size_t reports = 0;
  std::mt19937_64 random{7};
};

Result<Filled> filled(std::ostream& out, const std::string& path, std::size_t count) {
  Filled made;
  made.url = "sqlite://" + path;
  auto store = open_fleet_store(made.url, StoreOpen::make, random_bytes_from(2));
  if (!store) return store.error();
  made.store = *std::move(store);
  const auto before = own_cost().cpu;
  while (made.devices.size() < count) {
    const std::size_t now = std::min(enrolled_at_once, count - made.devices.size());
    auto devices = enrol_devices(*made.store, made.devices.size(), now);
    if (!devices) return devices.error();
    made.devices.insert(made.devices.end(), devices->begin(), devices->end());
    if (count > enrolled_at_once) {
      out << "    " << made.devices.size() << " of " << count << " devices enrolled" << std::endl;
    }
  }
  const auto cost = static_cast<double>((own_cost().cpu - before).count());
  out << "  " << count << " devices enrolled and confirmed, " << std::fixed << std::setprecision(0)
      << cost / static_cast<double>(count) << " us each\n";
  return made;
}

// Reports of devices by chance, as they come in over a week. CPU us each, without making them.
Result<double> cost_of(std::ostream& out, Filled& filled, std::size_t count) {
  double sum = 0;
  for (std::size_t sent = 0; sent < count;) {
    std::vector<ReportArrival> batch;
    const UtcDay today =
        first_day + std::chrono::days(7 * (1 + filled.reports / filled.devices.size()));
    while (batch.size() < batch_size && sent + batch.size() < count) {
      Device& device = filled.devices[filled.random() % filled.devices.size()];
      batch.push_back({device.credential,
                       to_bytes(next_report(device, filled.reports + batch.size(), first_day))});
    }
    const auto before = own_cost().cpu;
    const auto outcomes = filled.store->receive(batch, today);
    sum += static_cast<double>((own_cost().cpu - before).count());
    if (!outcomes) return outcomes.error();
    for (const ReportOutcome& outcome : *outcomes) {
      if (!outcome.acknowledgement) return Error{Cause::io, outcome.problem.detail};
    }
    sent += batch.size();
    filled.reports += batch.size();
    if (count > 10 * measured && sent % 250'000 == 0) {
      out << "    " << sent << " of " << count << " reports" << std::endl;
    }
  }
  return sum / static_cast<double>(count);
}

Result<double> median_cost(std::ostream& out, Filled& filled) {
  std::vector<double> costs;
  for (int i = 0; i < times; ++i) {
    const auto cost = cost_of(out, filled, measured);
    if (!cost) return cost.error();
    costs.push_back(*cost);
  }
  std::sort(costs.begin(), costs.end());
  return costs[costs.size() / 2];
}

// Bytes of pages by table or index.
Result<std::map<std::string, double>> sizes_of(const std::string& url) {
  const auto sql = open_sql(url, StoreOpen::existing);
  if (!sql) return sql.error();
  std::map<std::string, double> sizes;
  const Done read = (*sql)->query("SELECT name, sum(pgsize) FROM dbstat GROUP BY name", {},
                                  [&](const SqlRow& row) {
                                    sizes[row.text(0)] = static_cast<double>(row.integer(1));
                                    return done();
                                  });
  if (!read) return read.error();
  return sizes;
}

double sum_of(const std::map<std::string, double>& sizes) {
  double sum = 0;
  for (const auto& [name, bytes] : sizes) sum += bytes;
  return sum;
}

// What a device-day takes on disk, and how long the slices of a retention are that lets all of it
// go. A report is of a week.
Done measure_disk(std::ostream& out, Filled& filled, double empty_bytes) {
  const auto kept = sizes_of(filled.url);
  if (!kept) return kept.error();
  const double days = 7.0 * static_cast<double>(filled.reports);
  const auto body = kept->find("report_body");
  out << "  on disk after " << filled.reports << " reports: " << std::setprecision(1)
      << (body == kept->end() ? 0.0 : body->second / days)
      << " B of bodies per device-day, as weekly rows and all\n";
  for (const auto& [name, bytes] : *kept) {
    if (bytes > 0.02 * (sum_of(*kept) - empty_bytes)) {
      out << "    " << std::left << std::setw(36) << name << std::right << std::setw(8)
          << bytes / days << " B per device-day\n";
    }
  }
  print_goal(out, "G-A7", "disk per device-day while reports are kept",
             (sum_of(*kept) - empty_bytes) / days, 500, "B");
  // Until the first pause it also looks at all reports that go, which holds up nobody.
  double first_ms = 0;
  double longest_ms = 0;
  std::size_t slices = 0;
  auto began = ticks();
  const auto pause = [&] {
    const double ms = std::chrono::duration<double, std::milli>(ticks() - began).count();
    double& longest = slices == 0 ? first_ms : longest_ms;
    longest = std::max(longest, ms);
    ++slices;
    began = ticks();
    return true;
  };
  const auto cpu = own_cost().cpu;
  const UtcDay later = first_day + std::chrono::days(900);
  const auto gone = filled.store->retain(later, default_months_kept, true, pause);
  if (!gone) return gone.error();
  out << "  retention of " << gone->reports << " reports and " << gone->energy_rows
      << " rows: " << std::setprecision(1)
      << static_cast<double>((own_cost().cpu - cpu).count()) / 1e6 << " CPU-seconds in " << slices
      << " slices; " << first_ms << " ms until the first one was done, the longest after it "
      << longest_ms << " ms\n";
  const auto left = sizes_of(filled.url);
  if (!left) return left.error();
  double history = 0;
  for (const auto& [name, bytes] : *left) {
    if (name.starts_with("energy_month") || name.starts_with("battery") ||
        name.starts_with("disk") || name.ends_with("energy_month_1")) {
      history += bytes;
    }
  }
  print_goal(out, "", "history of months and health, per device-day", history / days, 8, "B");
  return done();
}

}  // namespace

void print_goal(std::ostream& out, const std::string& goal, const std::string& text, double value,
                double at_most, const std::string& unit) {
  out << "  " << std::left << std::setw(7) << goal << std::setw(58) << text << std::right
      << std::fixed << std::setprecision(2) << std::setw(10) << value << " " << std::left
      << std::setw(4) << unit << " goal <= " << std::setw(7) << at_most
      << (value <= at_most ? " met" : " NOT met") << "\n"
      << std::right;
}

Done measure_growth(std::ostream& out, const std::string& folder, const GrowthWishes& wishes) {
  out << "store in a file, batches of " << batch_size << ", devices by chance\n";
  auto small = filled(out, folder + "/few.db", wishes.few);
  if (!small) return small.error();
  const auto few = median_cost(out, *small);
  if (!few) return few.error();
  auto large = filled(out, folder + "/many.db", wishes.many);
  if (!large) return large.error();
  const auto empty = sizes_of(large->url);
  if (!empty) return empty.error();
  const auto many = median_cost(out, *large);
  if (!many) return many.error();
  out << "  CPU per report: " << std::setprecision(1) << *few << " us with " << wishes.few
      << " devices, " << *many << " us with " << wishes.many << "\n";
  print_goal(out, "G-A8", "growth of CPU per report with devices", *many / *few, 1.4, "x");
  if (wishes.more > 0) {
    if (const auto sent = cost_of(out, *large, wishes.more); !sent) return sent.error();
    const auto after = median_cost(out, *large);
    if (!after) return after.error();
    out << "  CPU per report: " << std::setprecision(1) << *after << " us after " << wishes.more
        << " more reports\n";
    print_goal(out, "", "growth with reports", *after / *many, 1.1, "x");
  }
  return measure_disk(out, *large, sum_of(*empty));
}

}  // namespace wattlife::bench

// SPDX-License-Identifier: EUPL-1.2
// A database of the collector that has a point before everything that is asked of it, and before
// and after each commit. At the point with a chosen number it does what it was told to: end the
// process, take the connection away. Product code does not know of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/sql.h"

namespace wattlife::fault {

class FaultSql final : public Sql {
 public:
  using Blow = std::function<void()>;
  // `nth` counts from 1; 0: nothing happens, and passed() tells the names of the points.
  FaultSql(std::unique_ptr<Sql> real, int nth, Blow blow)
      : real_(std::move(real)), nth_(nth), blow_(std::move(blow)) {}

  const std::vector<std::string>& passed() const { return passed_; }

  std::string_view either(std::string_view sqlite, std::string_view postgres) const override {
    return real_->either(sqlite, postgres);
  }
  std::string name() const override { return real_->name(); }
  Done run(std::string_view sql, std::initializer_list<Bound> values) override {
    point("before " + std::string(sql));
    return real_->run(sql, values);
  }
  Done query(std::string_view sql, std::initializer_list<Bound> values,
             const std::function<Done(const SqlRow&)>& visit) override {
    point("before " + std::string(sql));
    return real_->query(sql, values, visit);
  }
  Done run_rows(const RowsText& text, std::span<const Bound> values) override {
    point("before " + std::string(text.head));
    return real_->run_rows(text, values);
  }
  Done query_rows(const RowsText& text, std::span<const Bound> values,
                  const std::function<Done(const SqlRow&)>& visit) override {
    point("before " + std::string(text.head));
    return real_->query_rows(text, values, visit);
  }
  Done lock(const std::vector<std::string>& names) override {
    point("before locks");
    return real_->lock(names);
  }
  Done transaction(const std::function<Done()>& body) override {
    return around([&](const std::function<Done()>& inner) { return real_->transaction(inner); },
                  body);
  }
  Done transaction_alone(const std::function<Done()>& body) override {
    return around(
        [&](const std::function<Done()>& inner) { return real_->transaction_alone(inner); }, body);
  }
  Done read_transaction(const Reach& reach, const std::function<Done()>& body) override {
    return real_->read_transaction(reach, body);
  }
  Done migrate(std::span<const SchemaStep> steps) override { return real_->migrate(steps); }
  Done check() override { return real_->check(); }
  Done backup(const std::string& path) override { return real_->backup(path); }

 private:
  template <class Transaction>
  Done around(const Transaction& transaction, const std::function<Done()>& body) {
    point("before a transaction");
    Done ended = transaction([&]() -> Done {
      Done worked = body();
      point("before a commit");
      return worked;
    });
    point("after a commit");
    return ended;
  }
  void point(std::string name) {
    passed_.push_back(std::move(name));
    if (static_cast<int>(passed_.size()) == nth_) blow_();
  }

  std::unique_ptr<Sql> real_;
  int nth_;
  Blow blow_;
  std::vector<std::string> passed_;
};

}  // namespace wattlife::fault

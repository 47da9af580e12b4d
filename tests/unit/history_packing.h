// Histories that were given the same and packed differently, for tests: a feed of results by dice
// into stores of the same journal, and every answer of an archive as text.
#pragma once

#include <fmt/format.h>

#include <random>

#include "history/evidence_json.h"
#include "history/packed.h"
#include "tests/unit/history_life.h"

namespace reinfer::tests {

inline constexpr const char* kPackingPlan = R"(
[defaults]
slo = { availability = 99, latency = "200ms", latency_ratio = 95 }
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
interval = "5m"
[[tenant.probe]]
use = "projects"
name = "second"
interval = "5m"
[[tenant.maintenance]]
start = 2027-01-16T11:00:00Z
end = 2027-01-16T14:00:00Z
)";

// An exporter whose journal goes into some stores; the first of them is never packed.
class Feed {
 public:
  explicit Feed(std::size_t stores, unsigned seed = 1) : random_(seed) {
    life.ledgers.open_journals();
    for (std::size_t i = 0; i < stores; ++i)
      files_.push_back((folder_.path / fmt::format("{}.db", i)).string());
    for (const std::string& file : files_)
      stores_.push_back(std::make_unique<history::Store>(*history::open_database(file)));
    for (const auto& store : stores_)
      REQUIRE(store->adopt(*life.plan, life.clock.at.wall));
  }

  // Each five minutes one result of each target, which are folded; `each` comes after each fold.
  template <typename Each>
  void play(std::chrono::hours time, Each each) {
    for (int slot = 0; slot < time / 5min; ++slot) {
      add_results();
      write_and_fold();
      life.pass(5min);
      each(slot);
    }
  }
  // The same results, folded each hour: a fold is what takes long.
  void play(std::chrono::hours time) {
    for (int slot = 1; slot <= time / 5min; ++slot) {
      add_results();
      if (slot % 12 == 0) write_and_fold();
      life.pass(5min);
    }
  }
  // Finished so long ago, as after a full disk or a step of the clock.
  void add_late(std::size_t target, base::Nanoseconds ago) {
    life.clock.at.wall -= ago;
    life.probe(model::Outcome::server_error, target);
    life.clock.at.wall += ago;
  }
  void write_and_fold() {
    const auto batches = life.ledgers.take_journals();
    for (const auto& store : stores_) {
      REQUIRE(store->write(batches, life.clock.at.wall));
      REQUIRE(store->fold());
    }
  }
  // Until nothing is left.
  void pack(std::size_t store) {
    for (;;) {
      const auto more = stores_.at(store)->pack(life.clock.at.wall);
      REQUIRE(more);
      if (!*more) return;
    }
  }

  history::Store& store(std::size_t i) { return *stores_.at(i); }
  const std::string& file(std::size_t i) const { return files_.at(i); }
  void close(std::size_t i) { stores_.at(i).reset(); }

  ExporterLife life{"", kPackingPlan};

 private:
  void add_results() {
    for (std::size_t target = 0; target < life.plan->targets().size(); ++target)
      add_result(target);
  }
  void add_result(std::size_t target) {
    const unsigned dice = static_cast<unsigned>(random_());
    if (dice % 50 == 0)
      return life.ledgers.part(0).record_skipped(model::TargetIndex(target),
                                                 model::SkipReason::throttled);
    const model::Outcome outcome = dice % 23 == 1   ? model::Outcome::server_error
                                   : dice % 41 == 2 ? model::Outcome::dns_error
                                                    : model::Outcome::ok;
    life.probe(outcome, target, std::chrono::microseconds(50'000 + dice % 300'000));
  }

  const HistoryFolder folder_;
  std::mt19937 random_;
  std::vector<std::string> files_;
  std::vector<std::unique_ptr<history::Store>> stores_;
};

// By value: what a loop goes through must not end before it.
template <typename Found>
auto got(Found found) {
  REQUIRE(found);
  return std::move(*found);
}

inline void add_text(std::string& text, const history::StretchRow& row) {
  text += fmt::format("{} due {:.6f}:", row.begin.time_since_epoch().count(), row.due);
  for (const std::uint64_t count :
       {row.counts.good, row.counts.bad, row.counts.excluded, row.counts.missed})
    text += fmt::format(" {}", count);
  for (const std::uint64_t count : row.counts.faults)
    text += fmt::format(" {}", count);
  text += fmt::format(" every {}\n", row.counts.interval.count());
}

// Everything that an archive can be asked for, from `from` on.
inline std::string all_answers(const std::string& file, base::WallTime from, base::Instant now) {
  history::Archive archive(*history::open_to_read(file));
  std::string text;
  for (const std::optional<std::string>& probe :
       {std::optional<std::string>("projects"), {"second"}, std::optional<std::string>()})
    for (const auto width : {history::kQuarter, history::kDay}) {
      for (const auto& row : got(archive.availability({"acme", probe}, width, from, now.wall)))
        add_text(text, row);
      text += "--\n";
    }
  for (const char* probe : {"projects", "second"}) {
    for (const auto width : {history::kHour, history::kDay})
      for (const auto& row : got(archive.latencies("acme", probe, width, from, now.wall))) {
        text += fmt::format("{}", row.begin.time_since_epoch().count());
        for (const auto& sketch : row.figures) {
          text += fmt::format(" | {} {}", sketch.schema(), sketch.zero_count());
          for (const auto& bucket : sketch.buckets())
            text += fmt::format(" {}:{}", bucket.index, bucket.count);
        }
        text += '\n';
      }
    for (const auto& result : got(archive.evidence("acme", probe, from, now.wall, 1'000'000, now)))
      text += history::to_stored_json(result) + '\n';
  }
  const history::Counted counted = got(archive.counted("acme", from, now.wall));
  text += fmt::format("kept from {}\n",
                      counted.kept_from ? counted.kept_from->time_since_epoch().count() : 0);
  for (const auto& target : counted.targets)
    for (const auto& slice : target.slices)
      text += fmt::format("{} {} {}\n", target.probe, slice.begin.time_since_epoch().count(),
                          to_text(slice.counts));
  const history::OverviewPast past = got(archive.overview(from, from, now.wall));
  for (const auto& [tenant, days] : past.days)
    for (const auto& day : days)
      add_text(text, day);
  for (const auto& [target, sum] : past.budgets)
    add_text(text, sum);
  for (const auto& remembered : got(archive.remembered(now))) {
    for (const auto& quarter : remembered.past.day)
      text += fmt::format("{} {} {} {} {} {}\n", remembered.probe, quarter.good, quarter.bad,
                          quarter.excluded, quarter.missed, static_cast<int>(quarter.worst));
    for (const auto& result : remembered.past.evidence)
      text += history::to_stored_json(result) + '\n';
  }
  CHECK(archive.take_unreadable().empty());
  return text;
}

}  // namespace reinfer::tests

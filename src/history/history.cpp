#include "history/history.h"

#include <algorithm>

#include "base/thread_name.h"

namespace reinfer::history {
namespace {

constexpr base::Nanoseconds kTurn = std::chrono::seconds(1);
constexpr base::Nanoseconds kRetry = std::chrono::seconds(10);
constexpr base::Nanoseconds kFoldInterval = std::chrono::minutes(5);
constexpr base::Nanoseconds kDaysReadAgain = std::chrono::hours(1);

}  // namespace

HistoryInstruments::HistoryInstruments(base::Instruments& instruments)
    : results(instruments.counter("reinfer_exporter_history_results_total",
                                  "Results written to the history.")),
      dropped(instruments.counters_by(
          "reinfer_exporter_history_dropped_total",
          "Dropped by the history: results of a full queue, rows beyond its size.", "limit",
          {"queue", "size"})),
      errors(instruments.counter("reinfer_exporter_history_errors_total",
                                 "Transactions of the history that failed, and parts of it that "
                                 "could not be read.")),
      bytes(instruments.gauge("reinfer_exporter_history_bytes",
                              "Size of the history's rows on disk.")) {}

History::History(std::string file, record::Ledgers& ledgers, const base::Clock& clock,
                 HistoryInstruments& instruments, const base::Log& log)
    : file_(std::move(file)),
      ledgers_(ledgers),
      clock_(clock),
      instruments_(instruments),
      log_(log) {
  ledgers_.open_journals();
  if (open()) restore();
}

History::~History() {
  request_stop();
  join();
}

bool History::open() {
  auto database = open_database(file_);
  if (!database && database.error().fault != OpenFault::unavailable) {
    set_file_aside(database.error().fault == OpenFault::newer ? "newer" : "broken",
                   database.error().text);
    database = open_database(file_);
  }
  auto reading = database ? open_to_read(file_) : std::move(database);
  if (!reading) {
    note({false, reading.error().text});
    return false;
  }
  store_ = std::make_unique<Store>(std::move(*database));
  adopted_.reset();
  const base::MutexLock lock(archive_mutex_);
  archive_ = std::make_unique<Archive>(std::move(*reading));
  return true;
}

void History::restore() {
  const base::Instant now = clock_.now();
  auto remembered = ask([&](Archive& archive) { return archive.remembered(now); });
  if (!remembered) return;
  for (Remembered& target : *remembered)
    ledgers_.restore(target.tenant, target.probe, std::move(target.past), now);
}

void History::set_file_aside(std::string_view reason, const std::string& problem) {
  store_.reset();
  {
    const base::MutexLock lock(archive_mutex_);
    archive_.reset();
  }
  const auto aside = set_aside(file_, reason);
  log_.error(reason == "newer" ? "the history is of a later version, a new one is begun"
                               : "the history is broken, a new one is begun",
             {{"file", file_}, {"problem", problem}, {"kept_as", aside ? *aside : aside.error()}});
}

void History::start() {
  thread_ = std::thread([this] {
    base::name_thread("history");
    run();
  });
}

void History::request_stop() {
  {
    const base::MutexLock lock(stop_mutex_);
    stopping_ = true;
  }
  stop_wanted_.notify_all();
}

void History::join() {
  if (thread_.joinable()) thread_.join();
}

void History::run() {
  for (bool over = false; !over;) {
    {
      base::MutexLock lock(stop_mutex_);
      stop_wanted_.wait_for(lock, kTurn,
                            [this]() REINFER_REQUIRES(stop_mutex_) { return stopping_; });
      over = stopping_;
    }
    over ? last_turn() : turn();
  }
}

// Slots that wait for a full disk are bounded, as the journals are.
void History::take_journals() {
  base::Counter& dropped = instruments_.dropped[HistoryInstruments::queue];
  std::size_t entries = 0;
  std::size_t evidence = 0;
  for (const record::JournalBatch& batch : waiting_) {
    entries += batch.entries.size() + batch.skipped.size();
    evidence += batch.evidence.size();
  }
  for (record::JournalBatch& batch : ledgers_.take_journals()) {
    dropped.add(static_cast<double>(batch.dropped_entries + batch.dropped_evidence));
    const std::size_t own = batch.entries.size() + batch.skipped.size();
    entries += own;
    evidence += batch.evidence.size();
    if (evidence > record::Journal::kEvidenceMax) {
      dropped.add(static_cast<double>(batch.evidence.size()));
      evidence -= batch.evidence.size();
      batch.evidence.clear();
    }
    if (entries <= record::Journal::kEntriesMax) {
      waiting_.push_back(std::move(batch));
    } else {
      dropped.add(static_cast<double>(own));
      entries -= own;
    }
  }
}

void History::turn() {
  write_down();
  const base::Instant now = clock_.now();
  if (!store_ || !adopted_ || now.mono < next_try_) return;
  if (now.mono >= next_fold_) return fold_and_prune(now);
  if (packing_) pack(now);
}

void History::last_turn() {
  next_try_ = base::MonoTime::min();
  write_down();
}

void History::write_down() {
  const base::Instant now = clock_.now();
  take_journals();
  if (now.mono < next_try_) return;
  if (!store_ && !open()) {
    next_try_ = now.mono + kRetry;
    return;
  }
  const auto plan = ledgers_.partition().whole;
  if (plan != adopted_) {
    if (const auto done = store_->adopt(*plan, now.wall); !done) return note(done.error());
    adopted_ = plan;
  }
  const auto written = store_->write(waiting_, now.wall);
  if (!written) {
    next_try_ = now.mono + kRetry;
    return note(written.error());
  }
  waiting_.clear();
  instruments_.results.add(static_cast<double>(written->results));
  if (trouble_.exchange(false)) log_.info("the history is written again", {{"file", file_}});
}

void History::fold_and_prune(base::Instant now) {
  next_fold_ = now.mono + kFoldInterval;
  if (examine_.exchange(false))
    if (const auto sound = store_->examine(); !sound) return note(sound.error());
  if (const auto folded = store_->fold(); !folded) return note(folded.error());
  tell_unreadable(store_->take_unreadable());
  packing_ = true;
  const auto pruned = store_->prune(adopted_->storage(), now.wall);
  if (!pruned) return note(pruned.error());
  instruments_.dropped[HistoryInstruments::size].add(
      static_cast<double>(pruned->stretches + pruned->evidence));
  if (const auto size = store_->size()) instruments_.bytes.set(static_cast<double>(*size));
}

// A bounded part of it in each turn, until the fold after which there is something again.
void History::pack(base::Instant now) {
  const auto more = store_->pack(now.wall);
  if (!more) return note(more.error());
  packing_ = *more;
  tell_unreadable(store_->take_unreadable());
}

void History::note(const StoreError& error) {
  instruments_.errors.add();
  if (error.broken) return set_file_aside("broken", error.text);
  tell(error.text);
}

// The file belongs to the other thread, which finds out whether it is broken.
void History::note_reading(const StoreError& error) {
  instruments_.errors.add();
  if (error.broken) examine_ = true;
  tell(error.text);
}

std::optional<OverviewPast> History::overview(base::WallTime from, base::WallTime budget_from,
                                              base::WallTime now) {
  const std::int64_t today = stretch_of(now, kDay);
  const base::WallTime midnight = begin_of(today, kDay);
  const base::MutexLock lock(days_over_mutex_);
  if (!days_over_ || days_over_->until != today || now - days_over_->read > kDaysReadAgain ||
      now < days_over_->read) {
    auto past = ask([&](Archive& archive) {
      return archive.overview(from, budget_from, midnight - std::chrono::seconds(1));
    });
    if (!past) return std::nullopt;
    days_over_ = DaysOver{today, now, std::move(*past)};
  }
  auto of_today = ask([&](Archive& archive) { return archive.overview(midnight, midnight, now); });
  if (!of_today) return std::nullopt;
  OverviewPast past = days_over_->past;
  past.add(*of_today);
  return past;
}

// Once, and again only after it went well.
void History::tell(const std::string& problem) {
  if (!trouble_.exchange(true))
    log_.error("the history cannot be written or read", {{"file", file_}, {"problem", problem}});
}

// The file is sound, so the rest of it goes on.
void History::tell_unreadable(const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    instruments_.errors.add();
    log_.error("a part of the history cannot be read and is left out",
               {{"file", file_}, {"part", part}});
  }
}

}  // namespace reinfer::history

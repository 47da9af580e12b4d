// The history of an exporter: what must outlive the process, in a SQLite file under --storage.path.
// Its thread takes what the ledgers have recorded about once a second and writes it in one
// transaction; nothing that keeps time ever waits for it. Readers ask through it, any thread, one
// at a time. Errors are logged and counted, and probing goes on without the history. Owned
// by `serve`; there is none without a storage path.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/instruments.h"
#include "base/log.h"
#include "base/mutex.h"
#include "history/archive.h"
#include "history/store.h"
#include "record/ledgers.h"

namespace reinfer::history {

// The exporter's own figures of it.
struct HistoryInstruments {
  explicit HistoryInstruments(base::Instruments& instruments);

  base::Counter results;
  std::vector<base::Counter> dropped;  // by Limit
  base::Counter errors;
  base::Gauge bytes;

  // `queue`: results that found it full; `size`: rows that had to go before their time.
  enum Limit : std::size_t { queue, size };
};

class History {
 public:
  // Opens `file`, or makes it. A file that is broken or of a later version is set aside, with a
  // line in the log. Restores what it remembers into the ledgers, whose probes have not begun.
  History(std::string file, record::Ledgers& ledgers, const base::Clock& clock,
          HistoryInstruments& instruments, const base::Log& log);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  void start();
  // Writes what is there and ends the thread. Probes that end afterwards are not written.
  void request_stop();
  void join();

  // The work of about a second; public for tests, which have no thread.
  void turn();
  // The work at a stop, public for the same reason: results are written, and that is tried also
  // where it has failed a moment ago. The rest waits for the next start.
  void last_turn();

  // Archive::overview() until now, of which the days that are over are read once an hour: every
  // reader of an overview asks each few seconds. nullopt as of ask(). Any thread.
  std::optional<OverviewPast> overview(base::WallTime from, base::WallTime budget_from,
                                       base::WallTime now) REINFER_EXCLUDES(days_over_mutex_);

  // Calls `question` with the archive; nullopt if the history cannot be read now. Any thread.
  template <typename Question>
  auto ask(Question question)
      -> std::optional<typename decltype(question(std::declval<Archive&>()))::value_type> {
    const base::MutexLock lock(archive_mutex_);
    if (!archive_) return std::nullopt;
    auto answer = question(*archive_);
    tell_unreadable(archive_->take_unreadable());
    if (answer) return std::move(*answer);
    note_reading(answer.error());
    return std::nullopt;
  }

 private:
  void run();
  void take_journals();
  void write_down();
  bool open() REINFER_EXCLUDES(archive_mutex_);
  void restore();
  void set_file_aside(std::string_view reason, const std::string& problem)
      REINFER_EXCLUDES(archive_mutex_);
  void fold_and_prune(base::Instant now);
  void pack(base::Instant now);
  void note(const StoreError& error);
  void note_reading(const StoreError& error);
  void tell(const std::string& problem);
  void tell_unreadable(const std::vector<std::string>& parts);

  // Constant after construction.
  const std::string file_;
  record::Ledgers& ledgers_;
  const base::Clock& clock_;
  HistoryInstruments& instruments_;
  const base::Log& log_;

  // Owned by the history's thread once it runs.
  std::unique_ptr<Store> store_;
  std::vector<record::JournalBatch> waiting_;  // could not be written yet
  std::shared_ptr<const model::Plan> adopted_;
  base::MonoTime next_try_{};
  base::MonoTime next_fold_{};
  bool packing_ = true;               // there may be days to pack
  std::atomic<bool> examine_{true};   // whether the file is sound, at the next fold
  std::atomic<bool> trouble_{false};  // told in the log

  base::Mutex archive_mutex_;
  std::unique_ptr<Archive> archive_ REINFER_GUARDED_BY(archive_mutex_)
      REINFER_POINTS_TO_GUARDED_BY(archive_mutex_);

  struct DaysOver {
    std::int64_t until = 0;  // the day that is not over
    base::WallTime read{};
    OverviewPast past;
  };
  base::Mutex days_over_mutex_;
  std::optional<DaysOver> days_over_ REINFER_GUARDED_BY(days_over_mutex_);

  base::Mutex stop_mutex_;
  base::Condition stop_wanted_;
  bool stopping_ REINFER_GUARDED_BY(stop_mutex_) = false;
  std::thread thread_;
};

}  // namespace reinfer::history

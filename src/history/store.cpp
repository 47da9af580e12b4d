#include "history/store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "history/evidence_json.h"
#include "history/rows.h"
#include "history/stretch.h"
#include "history/transaction.h"
#include "record/maintenance_check.h"

namespace reinfer::history {
namespace {

constexpr std::size_t kPlansKnown = 128;  // more than probe threads

constexpr const char* kAdd =
    "insert into target (tenant, probe, interval_ms, url) values (?, ?, ?, ?)"
    " on conflict (tenant, probe) do update set interval_ms = excluded.interval_ms,"
    " url = excluded.url, removed_ms = null";
constexpr const char* kFind = "select id from target where tenant = ? and probe = ?";
constexpr const char* kRemove = "update target set removed_ms = ? where removed_ms is null";
constexpr const char* kResult =
    "insert into result (target, finished_ms, outcome, excluded, missed, total_us, server_us,"
    " path_us, marks) values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kIncident =
    "insert into incident (target, since_ms, recovered_ms, fault, outcome, counts, fault_since,"
    " failures, good_in_a_row, good_since_ms, last_ms, maintained)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " on conflict (target, since_ms) do update set recovered_ms = excluded.recovered_ms,"
    " fault = excluded.fault, outcome = excluded.outcome, counts = excluded.counts,"
    " fault_since = excluded.fault_since, failures = excluded.failures,"
    " good_in_a_row = excluded.good_in_a_row, good_since_ms = excluded.good_since_ms,"
    " last_ms = excluded.last_ms";
constexpr const char* kEvidence =
    "insert into evidence (target, finished_ms, good, result) values (?, ?, ?, ?)";

constexpr const char* kSlowest =
    "select result from evidence"
    " where target = ? and good = 1 and finished_ms >= ?";
constexpr const char* kForgetSlowest =
    "delete from evidence where target = ? and good = 1 and finished_ms >= ?";

std::string text_of(std::string_view label) {
  return std::string(label);
}

// Milliseconds by fault, null where it had no failure.
std::string since_text(const record::Incident& incident) {
  nlohmann::json since = nlohmann::json::array();
  for (const auto& when : incident.fault_since)
    since.push_back(when ? nlohmann::json(to_milliseconds(when->wall)) : nlohmann::json(nullptr));
  return since.dump();
}

}  // namespace

Store::Store(Connection database) : database_(std::move(database)) {}
Store::~Store() = default;

Stored<void> Store::transact(const std::function<void()>& call) {
  auto done = in_transaction(*database_, [&] {
    call();
    for (const auto& [sql, each] : statements_)
      each->reset();
  });
  if (!done)
    for (const auto& [sql, each] : statements_)
      each->tryReset();
  return done;
}

SQLite::Statement& Store::statement(const char* sql) {
  auto& found = statements_[sql];
  if (!found) found = std::make_unique<SQLite::Statement>(*database_, sql);
  found->reset();
  found->clearBindings();
  return *found;
}

void Store::put_target(const model::Target& target) {
  SQLite::Statement& add = statement(kAdd);
  add.bind(1, target.tenant_name);
  add.bind(2, target.probe);
  add.bind(3, static_cast<std::int64_t>(target.interval / std::chrono::milliseconds(1)));
  add.bind(4, target.url);
  add.exec();
}

std::int64_t Store::id_of(const model::Target& target) {
  SQLite::Statement& find = statement(kFind);
  find.bind(1, target.tenant_name);
  find.bind(2, target.probe);
  if (find.executeStep()) return find.getColumn(0).getInt64();
  put_target(target);
  return database_->getLastInsertRowid();
}

Stored<void> Store::adopt(const model::Plan& plan, base::WallTime now) {
  return transact([&] {
    SQLite::Statement& remove = statement(kRemove);
    remove.bind(1, to_milliseconds(now));
    remove.exec();
    for (const model::Target& target : plan.targets())
      put_target(target);
    put_settings(plan, now);
  });
}

const std::vector<std::int64_t>& Store::ids_of(const std::shared_ptr<const model::Plan>& plan) {
  const auto known = std::find_if(ids_.begin(), ids_.end(),
                                  [&](const PlanIds& each) { return each.plan == plan; });
  if (known != ids_.end()) return known->ids;
  std::erase_if(ids_, [](const PlanIds& each) { return each.plan.use_count() == 1; });
  if (ids_.size() >= kPlansKnown) ids_.erase(ids_.begin());
  PlanIds found{plan, {}};
  for (const model::Target& target : plan->targets())
    found.ids.push_back(id_of(target));
  return ids_.emplace_back(std::move(found)).ids;
}

Stored<Written> Store::write(const std::vector<record::JournalBatch>& batches, base::WallTime now) {
  Written written;
  if (batches.empty() && now - alive_ < kAliveEvery && now >= alive_) return written;
  auto done = transact([&] {
    for (const record::JournalBatch& batch : batches) {
      write_results(batch, written);
      write_incidents(batch);
      write_skipped(batch, now);
      write_evidence(batch, written);
    }
    note_alive(batches, now);
  });
  if (done) {
    alive_ = now;
    return written;
  }
  // The rows that this transaction has added are gone.
  ids_.clear();
  shares_.clear();
  return tl::unexpected(done.error());
}

void Store::write_results(const record::JournalBatch& batch, Written& written) {
  const std::vector<std::int64_t>& ids = ids_of(batch.plan);
  SQLite::Statement& add = statement(kResult);
  for (const record::JournalEntry& entry : batch.entries) {
    add.reset();
    add.clearBindings();
    add.bind(1, ids.at(model::to_size(entry.target)));
    add.bind(2, to_milliseconds(entry.finished));
    add.bind(3, text_of(model::to_label(entry.outcome)));
    add.bind(4, static_cast<int>(entry.excluded));
    add.bind(5, static_cast<std::int64_t>(entry.missed));
    for (std::size_t i = 0; i < entry.figures.size(); ++i)
      if (entry.figures[i] != record::JournalEntry::kAbsent)
        add.bind(static_cast<int>(6 + i), static_cast<std::int64_t>(entry.figures[i]));
    add.bind(9, to_number(entry.marks));
    add.exec();
    ++written.results;
  }
}

void Store::write_incidents(const record::JournalBatch& batch) {
  const std::vector<std::int64_t>& ids = ids_of(batch.plan);
  for (const record::IncidentChange& change : batch.incidents) {
    const model::Target& target = batch.plan->target(change.target);
    const model::Tenant& tenant = batch.plan->tenant(target.tenant);
    const std::int64_t id = ids.at(model::to_size(change.target));
    if (change.past) write_incident(id, *change.past, change.recovered, tenant);
    if (change.trouble) write_incident(id, *change.trouble, std::nullopt, tenant);
  }
}

void Store::write_incident(std::int64_t target, const record::Incident& incident,
                           std::optional<base::Instant> recovered, const model::Tenant& tenant) {
  SQLite::Statement& put = statement(kIncident);
  std::uint64_t failures = 0;
  for (std::size_t i = 1; i < incident.results.size(); ++i)
    failures += incident.results[i];
  put.bind(1, target);
  put.bind(2, to_milliseconds(incident.since.wall));
  if (recovered) put.bind(3, to_milliseconds(recovered->wall));
  put.bind(4, text_of(model::to_label(incident.main_fault())));
  put.bind(5, text_of(model::to_label(incident.outcome)));
  put.bind(6, nlohmann::json(incident.results).dump());
  put.bind(7, since_text(incident));
  put.bind(8, static_cast<std::int64_t>(failures));
  put.bind(9, static_cast<std::int64_t>(incident.good_in_a_row));
  put.bind(10, to_milliseconds(incident.good_since.wall));
  put.bind(11, to_milliseconds(incident.last_failure.wall));
  put.bind(12, static_cast<int>(record::in_maintenance(tenant.maintenance, incident.since.wall)));
  put.exec();
}

bool Store::may_keep_failure(std::int64_t target, const model::ProbeResult& result) {
  Share& share = shares_[target];
  const std::int64_t hour = stretch_of(result.finished.wall, kHour);
  if (share.hour != hour) share.failures = 0;
  share.hour = hour;
  return share.failures++ < kFailuresAnHour;
}

// The one that was kept for the day goes.
bool Store::replaces_slowest(std::int64_t target, const model::ProbeResult& result) {
  Share& share = shares_[target];
  const std::int64_t day = stretch_of(result.finished.wall, kDay);
  const std::int64_t begin = to_milliseconds(begin_of(day, kDay));
  if (share.day != day) {
    SQLite::Statement& known = statement(kSlowest);
    known.bind(1, target);
    known.bind(2, begin);
    share.day = day;
    share.slowest = 0;
    while (known.executeStep())
      if (const auto kept = from_stored(known.getColumn(0).getString(), result.finished))
        share.slowest =
            std::max(share.slowest, kept->phases.total.value_or(base::Nanoseconds{0}).count());
    known.reset();
  }
  const std::int64_t total = result.phases.total.value_or(base::Nanoseconds{0}).count();
  if (total <= share.slowest) return false;
  share.slowest = total;
  SQLite::Statement& forget = statement(kForgetSlowest);
  forget.bind(1, target);
  forget.bind(2, begin);
  forget.exec();
  return true;
}

void Store::write_evidence(const record::JournalBatch& batch, Written& written) {
  const std::vector<std::int64_t>& ids = ids_of(batch.plan);
  for (const model::ProbeResult& result : batch.evidence) {
    const std::int64_t id = ids.at(model::to_size(result.target));
    const bool good = result.outcome == model::Outcome::ok;
    if (good ? !replaces_slowest(id, result) : !may_keep_failure(id, result)) continue;
    SQLite::Statement& add = statement(kEvidence);
    add.bind(1, id);
    add.bind(2, to_milliseconds(result.finished.wall));
    add.bind(3, static_cast<int>(good));
    const std::string bytes = to_stored(result);
    add.bind(4, bytes.data(), static_cast<int>(bytes.size()));
    add.exec();
    ++written.evidence;
  }
}

Stored<void> Store::examine() {
  const auto verdict =
      guarded([&] { return database_->execAndGet("pragma quick_check(1)").getString(); });
  if (!verdict) return tl::unexpected(verdict.error());
  if (*verdict != "ok") return tl::unexpected(StoreError{true, *verdict});
  return {};
}

}  // namespace reinfer::history

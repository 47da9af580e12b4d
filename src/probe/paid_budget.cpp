#include "probe/paid_budget.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/durable_file.h"
#include "base/small_file.h"

namespace reinfer::probe {
namespace {

constexpr std::size_t kStateBytesMax = 16 * 1024 * 1024;
constexpr const char* kCopy = ".broken";
// In place of a tenant's name, which is never empty: the day on which nothing may be spent.
constexpr const char* kLost = "";

}  // namespace

PaidBudget::PaidBudget(std::string state_file, const base::Log& log)
    : state_file_(std::move(state_file)), log_(log) {
  if (!state_file_.empty()) load();
}

// A wall clock that was set back by hours must not grant yesterday's budget again. A stored day far
// in the future came from a wrong clock and must not block the budget for years.
long long PaidBudget::day_of(const Spent& spent, base::WallTime now) {
  const auto today =
      std::chrono::floor<std::chrono::hours>(now).time_since_epoch() / std::chrono::hours(24);
  return spent.day > today + 1 ? today : std::max<long long>(today, spent.day);
}

PaidBudget::Spent& PaidBudget::spent_today(const model::Tenant& tenant, base::WallTime now) {
  Spent& spent = spent_[tenant.name];
  const long long today = day_of(spent, now);
  if (today != spent.day) spent = {today, 0, 0};
  return spent;
}

bool PaidBudget::may_spend(const model::Tenant& tenant, base::WallTime now) {
  const base::MutexLock lock(mutex_);
  Spent& spent = spent_today(tenant, now);
  if (broken_) replace_broken(spent.day);
  if (spent.day == lost_day_) return false;
  return spent.count < tenant.paid_probes_per_day_max && reserve(spent);
}

void PaidBudget::spend(const model::Tenant& tenant, base::WallTime now) {
  const base::MutexLock lock(mutex_);
  Spent& spent = spent_today(tenant, now);
  reserve(spent);
  ++spent.count;
  spent.stored = std::max(spent.stored, spent.count);
}

// The next probe is written down before it is sent, once.
bool PaidBudget::reserve(Spent& spent) {
  if (state_file_.empty() || spent.stored > spent.count) return true;
  spent.stored = spent.count + 1;
  if (save()) return true;
  spent.stored = spent.count;
  return false;
}

void PaidBudget::load() {
  const auto text = base::read_small_file(state_file_, kStateBytesMax);
  if (!text && text.error().fault == base::FileFault::missing) return;
  const auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
  if (!json.is_object()) return note_broken(text ? "is not a JSON object" : text.error().text);
  for (const auto& [tenant, entry] : json.items()) {
    const bool sound = entry.is_object() && entry.contains("day") &&
                       entry.contains("paid_probes") && entry["day"].is_number_integer() &&
                       entry["paid_probes"].is_number_unsigned();
    if (!sound) return note_broken("has no numbers of tenant " + tenant);
    const auto count = entry["paid_probes"].get<std::size_t>();
    if (tenant == kLost)
      lost_day_ = entry["day"].get<long long>();
    else
      spent_[tenant] = {entry["day"].get<long long>(), count, count};
  }
}

void PaidBudget::note_broken(const std::string& problem) {
  broken_ = true;
  log_.error("state file cannot be understood, no paid probes today",
             {{"file", state_file_}, {"problem", problem}, {"kept_as", state_file_ + kCopy}});
}

// The broken file stays until its successor is on disk: a restart in between must not find none.
void PaidBudget::replace_broken(long long day) {
  lost_day_ = day;
  std::error_code ignored;
  std::filesystem::copy_file(state_file_, state_file_ + kCopy,
                             std::filesystem::copy_options::overwrite_existing, ignored);
  broken_ = !save();
}

bool PaidBudget::save() const {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [tenant, spent] : spent_)
    json[tenant] = {{"day", spent.day}, {"paid_probes", spent.stored}};
  if (lost_day_) json[kLost] = {{"day", *lost_day_}, {"paid_probes", 0}};
  const auto problem = base::write_durably(state_file_, json.dump() + "\n");
  if (problem)
    log_.error("state file cannot be written, no paid probe is sent",
               {{"file", state_file_}, {"problem", *problem}});
  return !problem;
}

}  // namespace reinfer::probe

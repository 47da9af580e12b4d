#include "probe/paid_budget.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/small_file.h"

namespace reinfer::probe {
namespace {

constexpr std::size_t kStateBytesMax = 16 * 1024 * 1024;

}  // namespace

PaidBudget::PaidBudget(std::string state_file, const base::Log& log)
    : state_file_(std::move(state_file)), log_(log) {
  if (!state_file_.empty()) load();
}

// A wall clock that was set back by hours must not grant yesterday's budget again. A stored day far
// in the future came from a wrong clock and must not block the budget for years.
long long PaidBudget::day_of(const Spent& spent, base::WallTime now) const {
  const auto today =
      std::chrono::floor<std::chrono::hours>(now).time_since_epoch() / std::chrono::hours(24);
  return spent.day > today + 1 ? today : std::max<long long>(today, spent.day);
}

bool PaidBudget::may_spend(const model::Tenant& tenant, base::WallTime now) const {
  const std::lock_guard lock(mutex_);
  const auto found = spent_.find(tenant.name);
  if (found == spent_.end() || day_of(found->second, now) != found->second.day) return true;
  return found->second.count < tenant.paid_probes_per_day_max;
}

void PaidBudget::spend(const model::Tenant& tenant, base::WallTime now) {
  const std::lock_guard lock(mutex_);
  Spent& spent = spent_[tenant.name];
  const long long today = day_of(spent, now);
  spent.count = today == spent.day ? spent.count + 1 : 1;
  spent.day = today;
  if (!state_file_.empty()) save();
}

void PaidBudget::load() {
  const auto text = base::read_small_file(state_file_, kStateBytesMax);
  if (!text && text.error().fault == base::FileFault::missing) return;
  const auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
  if (!json.is_object()) {
    log_.warn(
        "state file is not readable, paid probes count from zero",
        {{"file", state_file_}, {"problem", text ? "is not a JSON object" : text.error().text}});
    return;
  }
  for (const auto& [tenant, entry] : json.items()) {
    const bool sound = entry.is_object() && entry.contains("day") &&
                       entry.contains("paid_probes") && entry["day"].is_number_integer() &&
                       entry["paid_probes"].is_number_unsigned();
    if (sound)
      spent_[tenant] = {entry["day"].get<long long>(), entry["paid_probes"].get<std::size_t>()};
  }
}

void PaidBudget::save() const {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [tenant, spent] : spent_)
    json[tenant] = {{"day", spent.day}, {"paid_probes", spent.count}};
  // Written to a second file and renamed, so that a crash leaves the old file intact.
  const std::string draft = state_file_ + ".new";
  std::ofstream file(draft);
  file << json.dump() << '\n';
  file.close();
  if (!file || std::rename(draft.c_str(), state_file_.c_str()) != 0)
    log_.error("state file cannot be written, a restart will forget paid probes",
               {{"file", state_file_}});
}

}  // namespace reinfer::probe

#include "simulator/world.h"

#include <fmt/format.h>

#include <array>

namespace reinfer::simulator {
namespace {

constexpr std::size_t kIssuedTokensMax = 10'000;
constexpr std::size_t kCoursesMax = 1'000;
constexpr std::size_t kPathsMax = 1'000;
constexpr std::size_t kLastRequestsMax = 100;
constexpr std::string_view kOtherPaths = "(other)";
// Now and then the real platform sends the literal word instead of an id.
constexpr double kUndefinedCorrelationRate = 0.1;

constexpr std::array<std::pair<std::string_view, Presentation>, 3> kConnectionFaults = {{
    {"tls_never", Presentation::silence},
    {"tls_expired", Presentation::expired},
    {"tls_wrong_name", Presentation::wrong_name},
}};

constexpr std::string_view kBearer = "Bearer ";

}  // namespace

World::World(const Options& options, Scenario scenario, const base::Clock& clock)
    : options_(options),
      scenario_(std::move(scenario)),
      clock_(clock),
      started_(clock.now().mono),
      random_(options.seed),
      token_(options.token),
      acted_(scenario_.steps.size()) {}

Authorization World::judge(std::string_view tenant, std::string_view header) {
  if (header.empty()) return Authorization::missing;
  if (!header.starts_with(kBearer)) return Authorization::bad;
  const std::string token(header.substr(kBearer.size()));
  const base::MutexLock lock(mutex_);
  const auto own = options_.tenant_tokens.find(tenant);
  if (token == (own == options_.tenant_tokens.end() ? token_ : own->second))
    return Authorization::ok;
  const auto issued = issued_.find(token);
  const bool alive = issued != issued_.end() && clock_.now().mono < issued->second;
  return alive ? Authorization::ok : Authorization::bad;
}

std::string World::issue_token(base::Nanoseconds lifetime) {
  const base::MutexLock lock(mutex_);
  if (issued_.size() >= kIssuedTokensMax) issued_.clear();
  std::string token = "issued-" + random_.next_uuid();
  issued_[token] = clock_.now().mono + lifetime;
  return token;
}

void World::set_token(std::string token) {
  const base::MutexLock lock(mutex_);
  token_ = std::move(token);
}

void World::set_fault(std::string tenant, const Fault& fault) {
  const base::MutexLock lock(mutex_);
  if (fault.mode->name == "ok") {
    for (const FaultScope scope : kFaultScopes)
      set_faults_.erase({tenant, scope});
    return;
  }
  set_faults_.insert_or_assign({std::move(tenant), fault.mode->scope}, fault);
}

const Fault* World::fault_set_for(const Place& place, FaultScope scope) const {
  const Fault* found = nullptr;
  for (const auto& [key, fault] : set_faults_) {
    const auto& [pattern, its_scope] = key;
    if (its_scope != scope || !befalls(pattern, scope, place)) continue;
    if (found == nullptr || pattern != "*") found = &fault;
  }
  return found;
}

const Fault* World::scenario_fault(const Place& place, std::string_view route, FaultScope scope) {
  if (scenario_.steps.empty()) return nullptr;
  const double elapsed = base::to_seconds(clock_.now().mono - started_) * scenario_.speed;
  const Step* step =
      step_in_force(scenario_, base::from_seconds(elapsed), place, route, scope, random_, acted_);
  if (step == nullptr) return nullptr;
  ++acted_[static_cast<std::size_t>(step - scenario_.steps.data())];
  return &step->fault;
}

std::optional<Fault> World::find_fault(const Place& place, std::string_view route) {
  const bool for_token = place.area == Area::token_endpoint;
  const auto fits = [&](FaultScope scope) {
    return scope == FaultScope::request || (for_token && scope == FaultScope::token_endpoint);
  };
  if (!place.fault.empty()) {
    const auto named = parse_fault(place.fault);
    const auto* fault = std::get_if<Fault>(&named);
    return fault != nullptr && fits(fault->mode->scope) ? std::optional(*fault) : std::nullopt;
  }
  for (const FaultScope scope : {FaultScope::token_endpoint, FaultScope::request}) {
    if (!fits(scope)) continue;
    if (const Fault* fault = fault_set_for(place, scope)) return *fault;
  }
  for (const FaultScope scope : {FaultScope::token_endpoint, FaultScope::request}) {
    if (!fits(scope)) continue;
    if (const Fault* fault = scenario_fault(place, route, scope)) return *fault;
  }
  return std::nullopt;
}

std::optional<ChosenFault> World::choose_fault(const Place& place, std::string_view route) {
  const base::MutexLock lock(mutex_);
  const auto fault = find_fault(place, route);
  if (!fault) return std::nullopt;
  ChosenFault chosen{*fault, random_.next_unit(), 0, {}};
  if (courses_.size() >= kCoursesMax) courses_.clear();
  const base::MonoTime now = clock_.now().mono;
  const std::string key = fmt::format("{} {}", place.tenant, fault->mode->name);
  Course& course = courses_.try_emplace(key, Course{now}).first->second;
  chosen.turn = course.turns++;
  chosen.age = now - course.first;
  return chosen;
}

void World::set_certificate(CertificateName name) {
  const base::MutexLock lock(mutex_);
  certificate_ = name;
}

Presentation World::presentation() {
  const base::MutexLock lock(mutex_);
  const Place anywhere{Area::nowhere, "", "", {}};
  const Fault* fault = fault_set_for(anywhere, FaultScope::connection);
  if (fault == nullptr) fault = scenario_fault(anywhere, "", FaultScope::connection);
  if (fault != nullptr)
    for (const auto& [name, presentation] : kConnectionFaults)
      if (fault->mode->name == name) return presentation;
  return static_cast<Presentation>(certificate_);
}

Marks World::draw_marks() {
  const base::MutexLock lock(mutex_);
  const bool is_undefined = random_.next_unit() < kUndefinedCorrelationRate;
  const std::string ray = fmt::format("{:016x}", random_.next());
  return {ray, is_undefined ? "undefined" : random_.next_uuid()};
}

void World::count_connection() {
  const base::MutexLock lock(mutex_);
  ++seen_.connections;
}

void World::count_first_request() {
  const base::MutexLock lock(mutex_);
  ++seen_.connections_with_requests;
}

void World::count_request(RequestSeen seen) {
  const base::MutexLock lock(mutex_);
  ++seen_.requests;
  const bool room = seen_.by_path.size() < kPathsMax || seen_.by_path.contains(seen.path);
  ++seen_.by_path[room ? seen.path : std::string(kOtherPaths)][seen.status];
  seen_.last.push_back(std::move(seen));
  if (seen_.last.size() > kLastRequestsMax) seen_.last.pop_front();
  counted_.notify_all();
}

RequestsSeen World::requests_seen() const {
  const base::MutexLock lock(mutex_);
  return seen_;
}

void World::reset() {
  const base::MutexLock lock(mutex_);
  seen_ = {};
  courses_.clear();
}

bool World::wait_for_requests(std::uint64_t at_least, base::Nanoseconds patience) {
  base::MutexLock lock(mutex_);
  return counted_.wait_for(lock, patience,
                           [&]() REINFER_REQUIRES(mutex_) { return seen_.requests >= at_least; });
}

}  // namespace reinfer::simulator

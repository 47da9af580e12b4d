#include "simulator/scenario.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/duration.h"
#include "base/text.h"
#include "simulator/simulated_api.h"

namespace reinfer::simulator {
namespace {

constexpr double kSpeedMax = 1e6;

// Collects problems while it reads, so that all of them can be corrected at once.
class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  Scenario read(const toml::table& file) {
    Scenario scenario;
    for (const auto& [key, value] : file) {
      if (key == "speed")
        scenario.speed = read_number(key.str(), value, kSpeedMax);
      else if (key == "step" && value.is_array_of_tables())
        for (const auto& step : *value.as_array())
          scenario.steps.push_back(read_step(step));
      else
        complain(value, key.str(), "unknown key, expected speed or [[step]]");
    }
    if (scenario.speed <= 0) complain(file, "speed", "must be above 0");
    return scenario;
  }

  std::optional<Problem> problem() const {
    return problems_.empty() ? std::nullopt : std::optional(Problem{base::join(problems_, "\n")});
  }

 private:
  using Read = void (Reader::*)(const toml::node&, Step&);

  Step read_step(const toml::node& node) {
    static constexpr std::array<std::pair<std::string_view, Read>, 7> kKeys = {{
        {"at", &Reader::read_at},
        {"for", &Reader::read_for},
        {"mode", &Reader::read_mode},
        {"tenant", &Reader::read_tenant},
        {"route", &Reader::read_route},
        {"rate", &Reader::read_rate},
        {"requests", &Reader::read_requests},
    }};
    Step step;
    step.lasts = base::Nanoseconds::max();
    const toml::table& table = *node.as_table();
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      const auto known = std::find_if(kKeys.begin(), kKeys.end(),
                                      [&](const auto& entry) { return entry.first == name; });
      if (known == kKeys.end())
        complain(value, name,
                 "unknown key, expected at, for, mode, tenant, route, rate or requests");
      else
        (this->*known->second)(value, step);
    }
    if (!table.contains("mode")) complain(node, "mode", "missing");
    return step;
  }

  void read_at(const toml::node& node, Step& step) { step.at = read_duration("at", node); }
  void read_for(const toml::node& node, Step& step) { step.lasts = read_duration("for", node); }
  void read_rate(const toml::node& node, Step& step) { step.rate = read_number("rate", node, 1); }

  void read_requests(const toml::node& node, Step& step) {
    const auto requests = node.is_integer() ? node.value_or(std::int64_t{0}) : 0;
    if (requests < 1) complain(node, "requests", "expected a whole number of 1 or more");
    step.requests = static_cast<std::uint64_t>(std::max(requests, std::int64_t{1}));
  }

  void read_mode(const toml::node& node, Step& step) {
    const auto parsed = parse_fault(read_text("mode", node));
    if (const auto* problem = std::get_if<Problem>(&parsed))
      complain(node, "mode", problem->text);
    else
      step.fault = std::get<Fault>(parsed);
  }

  void read_tenant(const toml::node& node, Step& step) {
    step.tenant = read_text("tenant", node);
    if (step.tenant != "*" && step.tenant != "bare" && base::split(step.tenant, '/').size() != 2)
      complain(node, "tenant", "expected \"*\", \"bare\" or \"organisation/tenant\"");
  }

  void read_route(const toml::node& node, Step& step) {
    step.route = read_text("route", node);
    const auto known = std::any_of(routes().begin(), routes().end(),
                                   [&](const Route& route) { return route.name == step.route; });
    if (step.route != "*" && !known) complain(node, "route", "no such route");
  }

  std::string read_text(std::string_view key, const toml::node& node) {
    if (!node.is_string()) complain(node, key, "expected a text");
    return node.value_or(std::string());
  }

  base::Nanoseconds read_duration(std::string_view key, const toml::node& node) {
    const auto duration = base::parse_duration(node.value_or(std::string_view()));
    if (!duration) complain(node, key, fmt::format("expected {}", base::kDurationForm));
    return duration.value_or(base::Nanoseconds{});
  }

  double read_number(std::string_view key, const toml::node& node, double most) {
    const double number = node.is_number() ? node.value_or(-1.0) : -1;
    if (!(number >= 0 && number <= most))
      complain(node, key, fmt::format("expected a number from 0 to {}", most));
    return number;
  }

  void complain(const toml::node& node, std::string_view key, std::string_view what) {
    problems_.push_back(fmt::format("{}:{}: {}: {}", name_, node.source().begin.line, key, what));
  }

  const std::string& name_;
  std::vector<std::string> problems_;
};

bool in_force(const Step& step, base::Nanoseconds elapsed) {
  // Compared as a difference: at + lasts would overflow for a step without an end.
  return elapsed >= step.at && elapsed - step.at < step.lasts;
}

}  // namespace

std::variant<Scenario, Problem> parse_scenario(std::string_view text, const std::string& name) {
  try {
    Reader reader(name);
    Scenario scenario = reader.read(toml::parse(text, name));
    if (auto problem = reader.problem()) return std::move(*problem);
    return scenario;
  } catch (const toml::parse_error& error) {
    return Problem{fmt::format("{}:{}: {}", name, error.source().begin.line, error.description())};
  }
}

std::variant<Scenario, Problem> load_scenario(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return Problem{path + ": cannot be read"};
  return parse_scenario(text, path);
}

const Step* step_in_force(const Scenario& scenario, base::Nanoseconds elapsed, const Place& place,
                          std::string_view route, FaultScope scope, base::Random& random,
                          std::span<const std::uint64_t> acted) {
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    const Step& step = scenario.steps[i];
    if (in_force(step, elapsed) && step.fault.mode->scope == scope &&
        befalls(step.tenant, scope, place) && (step.route == "*" || step.route == route) &&
        (acted.empty() || acted[i] < step.requests) && random.next_unit() < step.rate)
      return &step;
  }
  return nullptr;
}

}  // namespace reinfer::simulator

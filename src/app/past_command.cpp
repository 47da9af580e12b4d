#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "api/documents.h"
#include "app/commands.h"
#include "app/history_file.h"
#include "base/spelling.h"
#include "base/text.h"
#include "explain/probe_report.h"
#include "history/archive.h"
#include "terminal/past.h"

namespace reinfer::app {
namespace {

constexpr std::size_t kShownBytes = 100;
// Of one target; far more than its retention keeps.
constexpr std::size_t kEvidenceMax = 1'000'000;

void complain(const Options& options, std::string_view problem) {
  fmt::print(stderr, "--storage.path={}: {}\n", options.past.storage_path, problem);
}

std::unique_ptr<history::Archive> open_or_explain(const Options& options) {
  auto archive = open_history(options.past.storage_path);
  if (archive) return std::move(*archive);
  fmt::print(stderr, "{}\n", archive.error());
  return nullptr;
}

base::WallTime since_of(const Since& since, base::WallTime now) {
  if (since.moment) return *since.moment;
  return since.ago ? now - *since.ago : base::WallTime{};
}

// Targets that are not configured any more have evidence too, but nobody asks for them by mistake.
std::string no_evidence(history::Archive& archive, const std::string& target, base::Instant now) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> names;
  if (const auto remembered = archive.remembered(now))
    for (const history::Remembered& one : *remembered)
      names.push_back(one.tenant + "/" + one.probe);
  const std::string shown = base::sanitise(target, kShownBytes);
  if (names.empty()) return fmt::format("there is no evidence of {}, nor any target yet", shown);
  if (std::find(names.begin(), names.end(), target) != names.end())
    return fmt::format("there is no evidence of {} in this time", shown);
  const auto nearest =
      base::nearest_words(target.substr(0, kShownBytes),
                          std::vector<std::string_view>(names.begin(), names.end()), kShown);
  return fmt::format("no target is called {}, did you mean {}? (there are {})", shown,
                     fmt::join(nearest, " or "), base::counted(names.size(), "target"));
}

terminal::TerminalStyle style_of(const Options& options) {
  return style_for(read_terminal(STDOUT_FILENO), options.colour);
}

}  // namespace

int incidents_command(const Options& options) {
  const auto archive = open_or_explain(options);
  if (!archive) return 1;
  const base::WallTime now = base::SystemClock().now().wall;
  history::IncidentQuery query;
  if (!options.past.tenant.empty()) query.tenant = options.past.tenant;
  if (!options.past.probe.empty()) query.probe = options.past.probe;
  query.fault = options.past.fault;
  if (options.past.since.ago || options.past.since.moment)
    query.since = since_of(options.past.since, now);
  // One more shows whether there are others.
  query.limit = options.past.limit + 1;
  auto found = archive->incidents(query);
  if (!found) {
    complain(options, found.error().text);
    return 1;
  }
  const bool more = found->size() > options.past.limit;
  if (more) found->pop_back();
  if (options.past.json) {
    for (const record::IncidentFacts& incident : *found)
      fmt::print("{}\n", api::incident_object(incident));
    return 0;
  }
  fmt::print("{}", terminal::render_incidents(*found, now, style_of(options)));
  if (more) fmt::print("older ones are left out, --limit is {}\n", options.past.limit);
  return 0;
}

int evidence_command(const Options& options) {
  const PastOptions& past = options.past;
  const auto archive = open_or_explain(options);
  if (!archive) return 1;
  const base::Instant now = base::SystemClock().now();
  auto found = archive->evidence(past.tenant, past.probe, since_of(past.since, now.wall), now.wall,
                                 kEvidenceMax, now);
  if (!found) {
    complain(options, found.error().text);
    return 1;
  }
  for (const std::string& part : archive->take_unreadable())
    complain(options, "cannot be read in part and leaves it out: " + part);
  if (found->empty()) {
    complain(options, no_evidence(*archive, past.tenant + "/" + past.probe, now));
    return 1;
  }
  const std::size_t left_out = found->size() - std::min(found->size(), past.limit);
  found->erase(found->begin(), found->begin() + static_cast<std::ptrdiff_t>(left_out));
  if (past.json) {
    for (const model::ProbeResult& result : *found)
      fmt::print("{}\n", explain::to_past_json(past.tenant, past.probe, result));
    return 0;
  }
  fmt::print("{}", terminal::render_evidence(*found, style_of(options)));
  if (left_out > 0) fmt::print("{} older left out, --limit is {}\n", left_out, past.limit);
  return 0;
}

}  // namespace reinfer::app

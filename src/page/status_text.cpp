#include "page/status_text.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "base/text.h"
#include "base/version.h"
#include "explain/verdict.h"

namespace reinfer {
namespace {

std::string describe_last(const TargetRecord& record, WallTime now) {
  if (!record.last) return "not probed yet";
  std::string text = fmt::format("{} {} ago", to_label(record.last->outcome),
                                 describe_duration(now - record.last->finished));
  if (record.last->outcome != Outcome::ok)
    text += fmt::format(", fault: {}", to_label(fault_of(record.last->outcome)));
  return text;
}

}  // namespace

std::string render_status_text(const Snapshot& snapshot, const std::string& telemetry_path) {
  std::string text = fmt::format("reinfer_exporter {} ({})\nmetrics: {}\n\n", build_info().version,
                                 build_info().revision, telemetry_path);
  const std::vector<Verdict> verdicts = judge_tenants(snapshot);
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    text += fmt::format("{}: {}\n", snapshot.plan->tenants()[i].name,
                        sentence(verdicts[i], snapshot.taken.wall));
  text += "\n";
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i) {
    const Target& target = snapshot.plan->targets()[i];
    text += fmt::format("{}/{}: {}, {}, {} skipped\n", target.tenant_name, target.probe,
                        describe_last(snapshot.targets[i], snapshot.taken.wall),
                        counted(snapshot.targets[i].results(), "result"),
                        counted(snapshot.targets[i].skips(), "slot"));
  }
  return text;
}

}  // namespace reinfer

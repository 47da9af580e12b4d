#include "page/status_text.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "base/text.h"
#include "base/version.h"
#include "explain/verdict.h"

namespace reinfer::page {
namespace {

std::string describe_last(const record::TargetRecord& record, base::WallTime now) {
  if (!record.last) return "not probed yet";
  std::string text = fmt::format("{} {} ago", to_label(record.last->outcome),
                                 base::describe_duration(now - record.last->finished));
  if (record.last->outcome != model::Outcome::ok)
    text += fmt::format(", fault: {}", to_label(model::fault_of(record.last->outcome)));
  return text;
}

}  // namespace

std::string render_status_text(const record::Snapshot& snapshot, const std::string& metrics_path) {
  std::string text =
      fmt::format("reinfer_exporter {} ({})\nmetrics: {}\n\n", base::build_info().version,
                  base::build_info().revision, metrics_path);
  const std::vector<explain::Verdict> verdicts = explain::judge_tenants(snapshot);
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    text += fmt::format("{}: {}\n", snapshot.plan->tenants()[i].name,
                        explain::sentence(verdicts[i], snapshot.taken.wall));
  text += "\n";
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i) {
    const model::Target& target = snapshot.plan->targets()[i];
    text += fmt::format("{}/{}: {}, {}, {} skipped\n", target.tenant_name, target.probe,
                        describe_last(snapshot.targets[i], snapshot.taken.wall),
                        base::counted(snapshot.targets[i].results(), "result"),
                        base::counted(snapshot.targets[i].skips(), "slot"));
  }
  return text;
}

}  // namespace reinfer::page

#include "page/overview_frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace reinfer::page {

std::string headline_of(const std::vector<explain::Verdict>& verdicts) {
  using State = explain::TenantState;
  const auto tenants = static_cast<std::ptrdiff_t>(verdicts.size());
  const auto count = [&](auto of) {
    return std::count_if(verdicts.begin(), verdicts.end(),
                         [&](const auto& verdict) { return of(verdict.state); });
  };
  const auto troubled = count(explain::is_trouble);
  const auto paused = count([](State state) { return state == State::paused; });
  const std::string all = base::counted(verdicts.size(), "tenant");
  if (count([](State state) { return state == State::waiting; }) == tenants)
    return "Nothing probed yet";
  if (troubled > 0)
    return tenants == 1 ? "In trouble" : fmt::format("{} of {} in trouble", troubled, all);
  if (paused > 0) return tenants == 1 ? "Paused" : fmt::format("{} of {} paused", paused, all);
  return tenants == 1 ? "All fine" : fmt::format("All {} fine", all);
}

PageFrame overview_frame(const std::vector<explain::Verdict>& verdicts) {
  PageFrame frame;
  frame.title = headline_of(verdicts) + " \xc2\xb7 reinfer_exporter";
  frame.trouble = std::any_of(verdicts.begin(), verdicts.end(), [](const auto& verdict) {
    return explain::is_trouble(verdict.state);
  });
  frame.refreshes = true;
  return frame;
}

}  // namespace reinfer::page

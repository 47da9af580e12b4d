#include "page/web_place.h"

#include <fmt/format.h>

#include "base/text.h"

namespace reinfer::page {
namespace {

struct Chapter {
  model::Outcome outcome;
  const char* name;
};
constexpr Chapter kOfOutcome[] = {
    {model::Outcome::unauthorized, "reinfertokenrejected"},
    {model::Outcome::token_unavailable, "reinfertokenunavailable"},
    {model::Outcome::forbidden, "reinferaccessdenied"},
    {model::Outcome::throttled, "reinferthrottled"},
    {model::Outcome::protocol_error, "reinferschemachanged"},
};

const char* chapter_of(model::Outcome outcome) {
  for (const Chapter& chapter : kOfOutcome)
    if (chapter.outcome == outcome) return chapter.name;
  const model::Fault fault = model::fault_of(outcome);
  if (fault == model::Fault::platform) return "reinferplatformdown";
  return fault == model::Fault::network ? "reinfernetworkunreachable" : "reinferprobedown";
}

}  // namespace

std::string board_url(const WebPlace& place, std::string_view board,
                      const std::vector<std::pair<std::string, std::string>>& variables) {
  std::string url = fmt::format("{}/d/{}", place.grafana_url, board);
  for (std::size_t i = 0; i < variables.size(); ++i)
    url += fmt::format("{}var-{}={}", i == 0 ? "?" : "&", variables[i].first,
                       base::encode_path_segment(variables[i].second));
  return url;
}

std::string runbook_url(model::Outcome outcome) {
  return fmt::format("{}#{}", kRunbooks, chapter_of(outcome));
}

}  // namespace reinfer::page

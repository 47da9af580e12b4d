#include "discover/proposed_toml.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "config/load_plan.h"
#include "config/toml_text.h"

namespace reinfer::discover {
namespace {

using config::toml_comment;
using config::toml_quoted;

std::string tenant_lines(const TenantAccess& access) {
  const std::array<std::pair<std::string_view, const std::string*>, 6> keys = {{
      {"name", &access.name},
      {"base_url", &access.base_url},
      {"token_env", &access.token_env},
      {"token_file", &access.token_file},
      {"ca_file", &access.ca_file},
      {"proxy_url", &access.proxy_url},
  }};
  std::string text = "[[tenant]]\n";
  for (const auto& [key, value] : keys)
    if (!value->empty()) text += fmt::format("{} = {}\n", key, toml_quoted(*value));
  return text;
}

std::string probe_lines(const ProbeText& probe, std::string_view prefix = "",
                        std::string_view why = "") {
  std::string text = fmt::format("{}[[tenant.probe]]\n", prefix);
  if (probe.name != probe.use)
    text += fmt::format("{}name = {}\n", prefix, toml_quoted(probe.name));
  text += fmt::format("{}use = {}{}\n", prefix, toml_quoted(probe.use),
                      why.empty() ? "" : fmt::format("  # {}", why));
  for (const auto& [key, value] : probe.parameters)
    text += fmt::format("{}{} = {}\n", prefix, key, toml_quoted(value));
  return text;
}

std::string list_of_sentences(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences)
    text += toml_comment("- " + sentence);
  return text;
}

std::string further_lines(const Proposal& proposal) {
  if (proposal.further.empty()) return "";
  std::string text = "\n" + toml_comment(
                                "These would work as well. Take the # away from those that you "
                                "want; each costs what one above does.");
  if (proposal.left_out > 0)
    text += toml_comment(
        fmt::format("{} more are not listed.", base::counted(proposal.left_out, "probe")));
  for (const Suggestion& suggestion : proposal.further)
    text += "#\n" + probe_lines(suggestion.probe, "# ");
  return text;
}

std::string heading(const TenantAccess& access, const Proposal& proposal, const model::Plan& plan) {
  std::string text = toml_comment(fmt::format(
      "What this token sees at {}: {}.\nWhat the probes below come to, as `reinfer_exporter check` "
      "counts it: {}, {:.4g} requests/min, {} series.",
      access.base_url, proposal.found, base::counted(plan.targets().size(), "target"),
      model::requests_per_minute(plan, model::TenantIndex(0)), model::expected_series(plan)));
  if (proposal.is_empty)
    text += toml_comment(
        "The tenant looks empty, so no probe of its data can be proposed: give the token's user a "
        "role in a project, and run this command again.");
  if (!proposal.missing.empty())
    text += "#\n" + toml_comment("What is missing:") + list_of_sentences(proposal.missing);
  return text + "#\n" +
         toml_comment(
             "Not tried, because it reads a comment: stream_results, which needs Consume streams "
             "(streams-consume). Not proposed, because it costs money: predict.");
}

}  // namespace

std::string questions_toml(const TenantAccess& access, const std::vector<ProbeText>& questions) {
  std::string text = tenant_lines(access);
  text +=
      "interval = \"1h\"\ntimeout = \"30s\"\nconnection = \"reuse\"\n"
      "body_bytes_max = 67108864\n";
  for (const ProbeText& question : questions)
    text += probe_lines(question);
  return text;
}

tl::expected<std::string, base::Problems> proposed_toml(const TenantAccess& access,
                                                        const Proposal& proposal) {
  std::string text = tenant_lines(access);
  text += "slo = { availability = 99.9 }  # per cent; what the alerts judge by\n";
  for (const Suggestion& suggestion : proposal.probes)
    text += "\n" + probe_lines(suggestion.probe, "", suggestion.why);
  text += further_lines(proposal);
  // The tokens were proven when the questions were asked.
  const auto plan = config::parse_plan(text, "the proposal",
                                       [](const model::TokenSource&) { return std::nullopt; });
  if (!plan) return tl::unexpected(plan.error());
  return heading(access, proposal, *plan) + "\n" + text;
}

}  // namespace reinfer::discover

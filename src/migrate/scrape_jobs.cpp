#include "migrate/scrape_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/toml_text.h"
#include "migrate/yaml_walk.h"

namespace reinfer::migrate {
namespace {

using http::YamlMember;
using http::YamlValue;
using Kind = YamlValue::Kind;

constexpr const char* kDefaultInterval = "1m";  // Prometheus' own

// Keys that lose nothing: how the blackbox_exporter itself is reached.
constexpr std::array<std::string_view, 11> kOfNoMatter = {
    "job_name",        "metrics_path",    "params",          "static_configs",
    "scrape_interval", "scheme",          "honor_labels",    "tls_config",
    "scrape_timeout",  "relabel_configs", "scrape_protocols"};

// The idiom that hands a target over to a blackbox_exporter.
bool is_of_the_idiom(const YamlValue& rule) {
  const std::string target = text_in(rule, "target_label");
  const std::string action = text_in(rule, "action");
  if (!action.empty() && action != "replace") return false;
  const auto sources = items_in(rule, "source_labels");
  const std::string source = sources.size() == 1 ? sources[0]->text : "";
  const bool is_plain = text_in(rule, "regex").empty() || text_in(rule, "regex") == "(.*)";
  if (target == "__param_target") return source == "__address__" && is_plain;
  if (target == "__address__") return sources.empty();
  return target == "instance" && (source == "__param_target" || source == "__address__") &&
         is_plain;
}

class JobReader {
 public:
  JobReader(const YamlValue& table, const std::string& file, const KeyLine& global_interval)
      : table_(table), file_(file) {
    job_.name = text_in(table, "job_name");
    job_.place = place_text(file, table.place);
    job_.interval = global_interval;
    if (const YamlMember* interval = find_member(table, "scrape_interval"))
      job_.interval = {"interval", config::toml_quoted(interval->value.text),
                       place_text(file, interval->place), path("scrape_interval")};
  }

  ScrapeJob run() {
    if (const YamlMember* params = find_member(table_, "params")) read_params(*params);
    // What blackbox_exporter takes where nobody says.
    if (job_.module.empty() && text_in(table_, "metrics_path") == "/probe" && !module_is_a_label())
      job_.module = "http_2xx";
    read_targets();
    read_rest();
    return std::move(job_);
  }

 private:
  void read_params(const YamlMember& params) {
    const auto modules = items_in(params.value, "module");
    if (!modules.empty()) job_.module = modules.front()->text;
    if (modules.size() > 1)
      note(params.place, "params.module",
           fmt::format("names {} modules, and {} alone is used, as by Prometheus", modules.size(),
                       job_.module));
    for (const YamlValue* target : items_in(params.value, "target"))
      job_.targets.push_back({target->text, place_text(file_, target->place), {}});
    for (const YamlMember& member : params.value.members)
      if (member.key != "module" && member.key != "target" && member.key != "debug")
        note(member.place, "params." + member.key, "has no counterpart");
  }

  bool module_is_a_label() const {
    constexpr std::string_view kLabel = "__param_module";
    const auto rules = items_in(table_, "relabel_configs");
    const auto groups = items_in(table_, "static_configs");
    return std::any_of(
               rules.begin(), rules.end(),
               [&](const YamlValue* rule) { return text_in(*rule, "target_label") == kLabel; }) ||
           std::any_of(groups.begin(), groups.end(), [&](const YamlValue* group) {
             const YamlMember* labels = find_member(*group, "labels");
             return labels != nullptr && find_member(labels->value, kLabel) != nullptr;
           });
  }

  std::string path(std::string_view key) const { return fmt::format("job {}: {}", job_.name, key); }
  void note(base::Place place, std::string_view key, std::string text) {
    job_.notes.push_back({place_text(file_, place), path(key), std::move(text)});
  }

  void read_targets() {
    for (const YamlValue* group : items_in(table_, "static_configs")) {
      std::vector<KeyLine> labels;
      if (const YamlMember* written = find_member(*group, "labels"))
        for (const YamlMember& label : written->value.members)
          labels.push_back({label.key, config::toml_quoted(label.value.text),
                            place_text(file_, label.place), path("labels." + label.key)});
      for (const YamlValue* target : items_in(*group, "targets"))
        job_.targets.push_back({target->text, place_text(file_, target->place), labels});
    }
  }

  void read_rest() {
    for (const YamlValue* rule : items_in(table_, "relabel_configs"))
      if (!is_of_the_idiom(*rule))
        note(
            rule->place, "relabel_configs",
            "this rule is not one of those that lead to the exporter; labels = { ... } of a tenant "
            "gives its metrics labels");
    for (const YamlMember& member : table_.members) {
      if (std::find(kOfNoMatter.begin(), kOfNoMatter.end(), member.key) != kOfNoMatter.end())
        continue;
      if (member.key.ends_with("_sd_configs"))
        note(member.place, member.key,
             "its targets are not known to this command: add them by hand");
      else
        note(member.place, member.key,
             "belongs into the job that will scrape reinfer_exporter, if it is wanted");
    }
  }

  const YamlValue& table_;
  const std::string& file_;
  ScrapeJob job_;
};

KeyLine global_interval(const YamlValue& document, const std::string& file) {
  const YamlMember* global = find_member(document, "global");
  const YamlMember* interval =
      global == nullptr ? nullptr : find_member(global->value, "scrape_interval");
  if (interval == nullptr)
    return {"interval", config::toml_quoted(kDefaultInterval), file, "scrape_interval"};
  return {"interval", config::toml_quoted(interval->value.text), place_text(file, interval->place),
          "global.scrape_interval"};
}

}  // namespace

tl::expected<std::vector<ScrapeJob>, base::Problem> read_scrape_jobs(std::string_view yaml,
                                                                     const std::string& file) {
  const auto document = read_yaml(yaml, file);
  if (!document) return tl::unexpected(document.error());
  const YamlMember* jobs = find_member(*document, "scrape_configs");
  if (jobs == nullptr || jobs->value.kind != Kind::list)
    return tl::unexpected(base::Problem{
        file, 0, 0, "scrape_configs",
        "is missing, allowed: the configuration of a Prometheus with a list of jobs"});
  std::vector<ScrapeJob> read;
  const KeyLine interval = global_interval(*document, file);
  for (const YamlValue& job : jobs->value.items)
    read.push_back(JobReader(job, file, interval).run());
  return read;
}

}  // namespace reinfer::migrate

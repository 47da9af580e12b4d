#include "migrate/imported_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "config/toml_text.h"
#include "migrate/tenant_draft.h"

namespace reinfer::migrate {
namespace {

constexpr std::size_t kNameBytesMax = 64;

// Without what may be a secret in it: user, password and query.
std::string shown(std::string_view url) {
  constexpr std::size_t kBytesMax = 200;
  const std::string_view plain = url.substr(0, url.find_first_of("?#"));
  const auto at = plain.rfind('@');
  return base::quote(
      base::sanitise(at == std::string_view::npos ? plain : plain.substr(at + 1), kBytesMax));
}

class Importer {
 public:
  explicit Importer(const Modules& modules) : modules_(modules) {}

  void add(const ScrapeJob& job) {
    if (job.module.empty()) {
      if (std::any_of(job.targets.begin(), job.targets.end(),
                      [](const JobTarget& target) { return parse_target(target.url); }))
        note(job.place, "job " + job.name,
             "asks for a tenant of the API, but its module is not known to this command: write "
             "params: module into the job, or add its targets by hand");
      return;
    }
    const auto module = modules_.find(job.module);
    if (module == modules_.end()) {
      note(job.place, "job " + job.name,
           fmt::format("names the module {}, which is not in the other file",
                       base::quote(job.module)));
      return;
    }
    std::size_t ours = 0;
    for (const JobTarget& target : job.targets)
      ours += add(job, module->second, target) ? 1 : 0;
    // Notes on a job that has nothing to do with the API are useless.
    if (ours > 0 || job.targets.empty())
      notes_.insert(notes_.end(), job.notes.begin(), job.notes.end());
    if (ours > 0 && used_modules_.insert(job.module).second)
      notes_.insert(notes_.end(), module->second.notes.begin(), module->second.notes.end());
  }

  Imported finish(const std::string& blackbox_file, const std::string& prometheus_file) {
    Imported imported;
    imported.probes = probes_;
    imported.toml = config::toml_comment(fmt::format(
        "Made from {} and {} by `reinfer_exporter import-blackbox`.\nSee what it comes to, or what "
        "is wrong, with `reinfer_exporter check --config.file=FILE`.",
        blackbox_file, prometheus_file));
    if (!notes_.empty())
      imported.toml += "#\n" + config::toml_comment("What could not be carried over as it was:");
    std::set<std::string> written;
    for (const Note& each : notes_) {
      std::string line = fmt::format("{}: {}: {}.", each.place, each.key, each.text);
      if (!written.insert(line).second) continue;
      imported.toml += config::toml_comment("- " + line);
      imported.notes.push_back(std::move(line));
    }
    for (const std::string& key : order_) {
      const TenantDraft& draft = drafts_.at(key);
      // A tenant without a probe would be refused.
      if (!draft.has_probes()) continue;
      ++imported.tenants;
      imported.toml += "\n" + draft.toml();
    }
    return imported;
  }

 private:
  void note(std::string place, std::string key, std::string text) {
    notes_.push_back({std::move(place), std::move(key), std::move(text)});
  }

  // False if the target has nothing to do with the API.
  bool add(const ScrapeJob& job, const Module& module, const JobTarget& target) {
    const auto url = parse_target(target.url);
    if (!url) {
      note(target.place, fmt::format("job {}: {}", job.name, shown(target.url)),
           "is no tenant of the API, so it stays with blackbox_exporter");
      return false;
    }
    if (module.prober != "http") {
      note(module.place, "modules." + module.name,
           fmt::format("its prober is {}, and http alone is known here: job {} was left out",
                       base::quote(module.prober), job.name));
      return true;
    }
    if (url->became_https)
      note(target.place, fmt::format("job {}: {}", job.name, shown(target.url)),
           "is asked over https from now on, because a token must not travel in clear text");
    const std::string key = tenant_key(*url, module, target);
    auto draft = drafts_.find(key);
    if (draft == drafts_.end()) {
      draft = drafts_
                  .try_emplace(key, free_name(config::tenant_name_of(url->base.url)), *url, module,
                               target, notes_)
                  .first;
      order_.push_back(key);
    }
    if (draft->second.add_probe(*url, module, job, target, notes_)) ++probes_;
    return true;
  }

  std::string free_name(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !names_.insert(name).second; ++i) {
      const std::string number = fmt::format("-{}", i);
      name = wanted.substr(0, kNameBytesMax - number.size()) + number;
    }
    return name;
  }

  const Modules& modules_;
  std::map<std::string, TenantDraft> drafts_;  // by tenant_key()
  std::vector<std::string> order_;             // of the keys
  std::set<std::string> names_;
  std::set<std::string> used_modules_;
  std::size_t probes_ = 0;
  Notes notes_;
};

}  // namespace

Imported import_jobs(const Modules& modules, const std::vector<ScrapeJob>& jobs,
                     const std::string& blackbox_file, const std::string& prometheus_file) {
  Importer importer(modules);
  for (const ScrapeJob& job : jobs)
    importer.add(job);
  return importer.finish(blackbox_file, prometheus_file);
}

}  // namespace reinfer::migrate

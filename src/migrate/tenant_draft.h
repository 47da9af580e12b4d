// A tenant of the configuration that an import makes, while targets are still added to it. Used by
// migrate/imported_toml.cpp. Owned by one thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "migrate/blackbox_modules.h"
#include "migrate/scrape_jobs.h"
#include "migrate/target_url.h"

namespace reinfer::migrate {

class TenantDraft {
 public:
  // `name` is its own. The settings of module and target for reaching the tenant are written, or
  // noted.
  TenantDraft(std::string name, const TargetUrl& url, const Module& module, const JobTarget& target,
              Notes& notes);

  // A request of the target's path as the module sends it; false if it was noted instead.
  bool add_probe(const TargetUrl& url, const Module& module, const ScrapeJob& job,
                 const JobTarget& target, Notes& notes);

  bool has_probes() const { return !probes_.empty(); }
  std::string toml() const { return head_ + oauth_ + probes_; }

 private:
  void write_token(const Module& module, Notes& notes);
  void write_oauth(const OAuthHint& hint, Notes& notes);
  void write_file_line(const KeyLine& line, Notes& notes);
  std::string write_table(std::string_view key, const std::vector<KeyLine>& lines, Notes& notes);
  std::string free_name(const std::string& wanted);

  const std::string name_;
  std::string head_;
  std::string oauth_;
  std::string probes_;
  std::set<std::string> probe_names_;
};

// Targets with equal keys can belong to one tenant.
std::string tenant_key(const TargetUrl& url, const Module& module, const JobTarget& target);

}  // namespace reinfer::migrate

// The words of a verdict: a sentence that is built piece by piece, and the pieces for tenants with
// failures and without. Used by verdict.cpp, which decides the state of the tenant. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "explain/tenant_view.h"
#include "explain/verdict.h"

namespace reinfer::explain {

class Sentence {
 public:
  Sentence& say(std::string text);
  // A moment, which each reader sees on a clock of their own.
  Sentence& at(base::WallTime time);
  // " since " and the moment; nothing if it is absent.
  Sentence& since(const std::optional<base::WallTime>& time);
  // The phrases, the first one with a capital letter. Leaves an empty sentence.
  std::vector<Phrase> take();

 private:
  std::vector<Phrase> phrases_;
};

// The faults that fail now: "platform failing since 02:14, 3 of 4 probes".
void say_faults(const TenantView& view, Sentence& words);
// "; accepted by production, refused by sandbox: a permission or a tenant, not the token"; nothing
// if no other tenant contradicts this one.
void say_contradiction(const TenantView& view, Sentence& words);
// The probes that neither fail nor answer: paused, without results, not probed yet.
void say_others(const TenantView& view, Sentence& words);
// A tenant in which nothing fails. Sets `verdict.since` where the state has a beginning.
void say_quiet(const TenantView& view, TenantState state, Verdict& verdict, base::Instant now,
               Sentence& words);

}  // namespace reinfer::explain

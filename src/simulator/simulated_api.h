// The healthy Re:infer API: a table of routes and their replies. answer() is a pure function of the
// request; the world checks tokens before, respond() applies faults after. Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/simulated_reply.h"

namespace reinfer::simulator {

enum class Authorization { ok, bad, missing };
std::string_view to_text(Authorization authorization);

struct Route {
  std::string_view name;  // "dataset", as scenarios name it
  std::string_view method;
  std::string_view pattern;  // "api/v1/datasets/{project}/{dataset}"
  std::string_view body;     // the reply, less the predictions
  std::string_view needs;    // permissions of the token's user, with blanks between; empty: none
  // Where one prediction is due for each item of a list in the request: that list's key.
  std::string_view predicts_for = {};
};

std::span<const Route> routes();

struct ApiCall {
  std::string_view method;
  std::vector<std::string> segments;  // after the base
  std::string_view body;
  Authorization authorization = Authorization::ok;
  // Whether a bad token is noticed before an unknown route; the real order is not public.
  bool auth_before_routing = true;
  // The permissions of the token's user; null: all.
  const std::vector<std::string>* permissions = nullptr;
};

// Every permission that some route needs, sorted.
std::vector<std::string_view> permissions();

// The route whose pattern fits, for the method if there is one, else for another method; known
// names do not matter. Null if there is none.
const Route* find_route(std::string_view method, const std::vector<std::string>& segments);

Reply answer(const ApiCall& call);

}  // namespace reinfer::simulator

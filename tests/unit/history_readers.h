// Whoever reads a history, for tests: the exporter's own routes, its commands, and the text that
// they give taken apart.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/rfc3339.h"
#include "routes/api_routes.h"
#include "routes/history_routes.h"
#include "routes/page_routes.h"
#include "tests/unit/history_week.h"

namespace reinfer::tests {

using nlohmann::json;

// What answers of the exporter's own routes say.
class Readers {
 public:
  explicit Readers(ExporterLife& life) {
    const auto add = [this](http::Routes routes) {
      for (http::Route& route : routes)
        routes_.push_back(std::move(route));
    };
    add(routes::page_routes("/metrics", {}, life.ledgers, life.clock, &*life.history));
    add(routes::history_routes(life.ledgers, life.clock, *life.history, {"/metrics", true, {}}));
    add(routes::api_routes(life.ledgers, life.clock, [] { return api::ApiExporter{}; }, {}));
  }

  std::string ask(const std::string& path,
                  const std::multimap<std::string, std::string>& query = {}) const {
    for (const http::Route& route : routes_) {
      const auto place = http::match_path(route.pattern, path);
      if (!place) continue;
      http::HttpRequest request;
      request.method = "GET";
      request.path = path;
      request.query = query;
      request.headers = {{"Accept", "text/html"}};
      request.place = *place;
      http::HttpReply reply = route.answer(request);
      REQUIRE(reply.status == 200);
      while (reply.source && !reply.source->done())
        reply.body += reply.source->next();
      return std::move(reply.body);
    }
    FAIL("nothing answers " << path);
    return {};
  }
  json data(const std::string& path,
            const std::multimap<std::string, std::string>& query = {}) const {
    return json::parse(ask(path, query)).at("data");
  }

 private:
  http::Routes routes_;
};

// What a command prints.
template <typename Command>
std::vector<json> printed_by(Command command, const app::Options& options) {
  std::fflush(stdout);
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  const int terminal = dup(STDOUT_FILENO);
  dup2(fileno(file), STDOUT_FILENO);
  const int code = command(options);
  std::fflush(stdout);
  dup2(terminal, STDOUT_FILENO);
  close(terminal);
  std::rewind(file);
  std::vector<json> lines;
  std::string line;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    lines.push_back(json::parse(line));
    line.clear();
  }
  std::fclose(file);
  CHECK(code == 0);
  return lines;
}

inline app::Options options_of(const Week& week, std::size_t target) {
  app::Options options;
  options.past.storage_path = week.folder();
  options.past.tenant = "acme";
  options.past.probe = kProbes.at(target);
  options.past.limit = 100'000;
  options.past.json = true;
  return options;
}

// The groups of every place where the text is like that.
inline std::vector<std::vector<std::string>> all_like(const std::string& text,
                                                      const std::string& regex) {
  const std::regex like(regex);
  std::vector<std::vector<std::string>> found;
  for (std::sregex_iterator at(text.begin(), text.end(), like), end; at != end; ++at)
    found.emplace_back(at->begin() + 1, at->end());
  return found;
}

inline std::string part_of(const std::string& text, const std::string& begin,
                           const std::string& end) {
  const std::size_t from = text.find(begin);
  REQUIRE(from != std::string::npos);
  return text.substr(from, text.find(end, from) - from);
}

inline std::string second_of(base::WallTime time) {
  return base::rfc3339(time).substr(0, 19) + "Z";
}

// The groups of the first place like that in every piece between the two marks.
inline std::vector<std::vector<std::string>> in_pieces(const std::string& text,
                                                       const std::string& begin,
                                                       const std::string& end,
                                                       const std::string& regex) {
  const std::regex like(regex);
  std::vector<std::vector<std::string>> found;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    const std::string piece = text.substr(at, text.find(end, at) - at);
    std::smatch match;
    if (std::regex_search(piece, match, like)) found.emplace_back(match.begin() + 1, match.end());
  }
  return found;
}

}  // namespace reinfer::tests

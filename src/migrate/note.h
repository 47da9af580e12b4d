// A setting that could not be carried over from another exporter's files, with its place. Made by
// the readers of this room, written as comments into the configuration that they lead to. Plain
// values; a note never holds a secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"

namespace reinfer::migrate {

struct Note {
  std::string place;  // "blackbox.yml:12"
  std::string key;    // dotted, "modules.http_2xx.http.headers"
  std::string text;   // why, and what to do instead
};
using Notes = std::vector<Note>;

// "FILE:LINE".
std::string place_text(const std::string& file, base::Place place);

}  // namespace reinfer::migrate

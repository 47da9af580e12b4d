// Where a tenant's bearer token comes from, as configured. Plain values, any thread; the
// credentials room reads the sources. Tenants with equal sources share one token and its state.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/network.h"

namespace reinfer::model {

// A secret that is simply stored somewhere.
struct SecretSource {
  enum class Kind : std::uint8_t { environment, file };
  Kind kind = Kind::environment;
  std::string name;  // of the variable, or the path
  bool operator==(const SecretSource&) const = default;
};

// OAuth 2.0 client credentials (RFC 6749 section 4.4).
struct OAuthClient {
  std::string token_url;
  std::string client_id;
  SecretSource client_secret;
  std::string scope;       // empty: not sent
  NetworkOptions network;  // the tenant's, without headers and client certificate
  bool operator==(const OAuthClient&) const = default;
};

struct TokenSource {
  enum class Kind : std::uint8_t { environment, file, command, oauth };
  Kind kind = Kind::environment;
  std::string name;                  // environment: the variable; file: the path
  std::vector<std::string> command;  // command: the program and its arguments, no shell
  OAuthClient oauth;                 // oauth
  std::string place;                 // "FILE:LINE:COLUMN" of the key, for messages

  static TokenSource environment(std::string variable, std::string place = {}) {
    return {Kind::environment, std::move(variable), {}, {}, std::move(place)};
  }
  static TokenSource file(std::string path, std::string place = {}) {
    return {Kind::file, std::move(path), {}, {}, std::move(place)};
  }

  // The same source; its place in the file does not matter.
  bool operator==(const TokenSource& other) const {
    return kind == other.kind && name == other.name && command == other.command &&
           oauth == other.oauth;
  }
};

}  // namespace reinfer::model

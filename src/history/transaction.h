// SQLite's exceptions end here: a call becomes its value, or a StoreError. For the .cpp files of
// this room alone, since it includes SQLiteCpp.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <type_traits>

#include "history/store.h"

namespace reinfer::history {

inline StoreError error_of(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xff;
  return {code == SQLITE_CORRUPT || code == SQLITE_NOTADB, error.what()};
}

template <typename Call>
auto guarded(Call call) -> Stored<decltype(call())> {
  try {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return {};
    } else {
      return call();
    }
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(error_of(error));
  }
}

// All of it or nothing.
template <typename Call>
Stored<void> in_transaction(SQLite::Database& database, Call call) {
  try {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    call();
    transaction.commit();
    return {};
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(error_of(error));
  }
}

}  // namespace reinfer::history

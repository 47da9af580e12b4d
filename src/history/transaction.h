// SQLite's exceptions end here, and those of memory: a call becomes its value, or a StoreError. For
// the .cpp files of this room alone, since it includes SQLiteCpp.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <new>
#include <type_traits>

#include "history/store.h"

namespace reinfer::history {

inline StoreError error_of(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xff;
  return {code == SQLITE_CORRUPT || code == SQLITE_NOTADB, error.what()};
}

// What was begun is undone by the transaction, and tried again with the next.
inline StoreError no_memory() {
  return {false, "out of memory"};
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
  } catch (const std::bad_alloc&) {
    return tl::unexpected(no_memory());
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
  } catch (const std::bad_alloc&) {
    return tl::unexpected(no_memory());
  }
}

}  // namespace reinfer::history

// One log line is one JSON object: {"time","level","event",...fields}. It goes to standard error.
//
// Never log prompt or answer text, file names of users, URL queries or secrets: fields are names, numbers,
// codes and ids. Thread-safe; a line is written whole.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace sluice::log {

enum class Level { Debug, Info, Warn, Error, Off };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  Field(std::string_view n, double v) : name(n), value(v) {}
  Field(std::string_view n, int v) : name(n), value(std::int64_t(v)) {}
  Field(std::string_view n, long v) : name(n), value(std::int64_t(v)) {}
  Field(std::string_view n, unsigned long v) : name(n), value(std::int64_t(v)) {}
};

void set_level(Level level);  // default Info
Level level();

// log::write(log::Level::Warn, "upstream.stalled", {{"deployment", name}, {"idle_ms", 300000}});
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
inline void info(std::string_view event, std::initializer_list<Field> f = {}) { write(Level::Info, event, f); }
inline void warn(std::string_view event, std::initializer_list<Field> f = {}) { write(Level::Warn, event, f); }
inline void error(std::string_view event, std::initializer_list<Field> f = {}) { write(Level::Error, event, f); }
inline void debug(std::string_view event, std::initializer_list<Field> f = {}) { write(Level::Debug, event, f); }

}  // namespace sluice::log

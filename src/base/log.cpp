#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cmath>

#include "base/time.h"

namespace sluice::log {
namespace {

spdlog::logger& logger() {
  static auto one = [] {
    auto made = std::make_shared<spdlog::logger>("sluice", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::info);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *one;
}

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error", "off"};
constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                 spdlog::level::err, spdlog::level::off};

// base is below json, so the few lines of JSON escaping a log needs stand here.
void append_string(fmt::memory_buffer& out, std::string_view text) {
  out.push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

struct AppendValue {
  fmt::memory_buffer& out;
  void operator()(std::string_view text) { append_string(out, text); }
  void operator()(std::int64_t n) { fmt::format_to(std::back_inserter(out), "{}", n); }
  void operator()(bool b) { fmt::format_to(std::back_inserter(out), "{}", b); }
  void operator()(double d) {
    if (std::isfinite(d))
      fmt::format_to(std::back_inserter(out), "{:.6g}", d);
    else
      append_string(out, "not finite");
  }
};

}  // namespace

void set_level(Level level) { logger().set_level(kLevels[int(level)]); }

Level level() {
  for (int i = 0; i < 5; ++i)
    if (kLevels[i] == logger().level()) return Level(i);
  return Level::Info;
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!logger().should_log(kLevels[int(level)])) return;
  fmt::memory_buffer line;
  fmt::format_to(std::back_inserter(line), R"({{"time":"{}","level":"{}","event":)",
                 format_utc(system_clock().utc()), kNames[int(level)]);
  append_string(line, event);
  for (const Field& field : fields) {
    line.push_back(',');
    append_string(line, field.name);
    line.push_back(':');
    std::visit(AppendValue{line}, field.value);
  }
  line.push_back('}');
  logger().log(kLevels[int(level)], std::string_view(line.data(), line.size()));
}

}  // namespace sluice::log

// Inside this room: the pieces that decoding and encoding chat completions are made of.
#pragma once

#include <string_view>

#include "json/doc.h"
#include "json/writer.h"
#include "wire/fields.h"
#include "wire/openai_chat.h"

namespace sluice::wire {

// As keep_unknown(), where what asks for nothing is marked a hint: cache marks, nulls, what answers carry and
// clients send back.
void keep_chat_member(chat::Request& out, json::Value member);
template <std::size_t N>
void keep_chat_members(chat::Request& out, json::Value object, const char* const (&known)[N]) {
  for (json::Value member : object) {
    if (!one_of(member.key(), known)) keep_chat_member(out, member);
  }
}

Status decode_chat_messages(json::Value messages, chat::Request& out);
Status decode_chat_tools(json::Value tools, chat::Request& out);
Status decode_chat_tool_choice(json::Value value, chat::Request& out);
Status decode_chat_format(json::Value value, chat::Request& out);

// What a target makes of thinking, for this request.
struct ThinkingPlan {
  std::optional<bool> write;  // in the target's own form; nothing is written where it is absent
  std::string effort;         // the target's name of the effort; empty: none is written
  std::vector<std::string> notes;
};
Result<ThinkingPlan> plan_thinking(const chat::Request& request, const Target& target);

// Refuses what the target can't do, whatever protocol the request came in. `notes`: what it won't honour.
Status check_chat_target(const chat::Request& request, const Target& target, std::vector<std::string>& notes);

Result<Outgoing> translate_to_openai_chat(const chat::Request& request, const Target& target);

// {"prompt_tokens":...}, as OpenAI and DeepSeek write it.
void write_chat_usage(json::Writer& w, const chat::Usage& usage);

}  // namespace sluice::wire

#include "chat/event.h"

namespace sluice::chat {

const char* finish_reason_name(FinishReason reason) {
  switch (reason) {
    case FinishReason::Stop:
      return "stop";
    case FinishReason::Length:
      return "length";
    case FinishReason::ToolCalls:
      return "tool_calls";
    case FinishReason::ContentFilter:
      return "content_filter";
    case FinishReason::Refusal:
      return "refusal";
    case FinishReason::Interrupted:
      break;
  }
  return "interrupted";
}

}  // namespace sluice::chat

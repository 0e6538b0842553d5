#include "verify/codec/pem.h"

#include <algorithm>

#include "verify/codec/base64.h"

namespace pullgate::verify::codec {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

Error not_pem(std::string_view why) {
  return {ErrorCode::kMalformed, "PEM: " + std::string(why)};
}

/// Takes one block from the beginning of the text, which has no white space there.
Result<PemBlock> take_block(std::string_view& text) {
  if (!text.starts_with(kBegin)) return not_pem("does not begin with -----BEGIN");
  const std::size_t label_end = text.find(kDashes, kBegin.size());
  if (label_end == std::string_view::npos) return not_pem("the first line has no end");
  PemBlock block{.label = std::string(text.substr(kBegin.size(), label_end - kBegin.size())), .der = {}};
  const std::string end = "-----END " + block.label + "-----";
  const std::size_t content = label_end + kDashes.size();
  const std::size_t content_end = text.find(end, content);
  if (content_end == std::string_view::npos) return not_pem("does not end with -----END of the same label");

  std::string base64;
  base64.reserve(content_end - content);
  std::ranges::copy_if(text.substr(content, content_end - content), std::back_inserter(base64),
                       [](char c) { return kWhiteSpace.find(c) == std::string_view::npos; });
  Result<std::string> der = decode_base64(base64);
  if (!der) return not_pem(der.error().message);
  block.der = std::move(*der);
  text = trimmed(text.substr(content_end + end.size()));
  return block;
}

}  // namespace

Result<PemBlock> parse_pem_block(std::string_view pem) {
  std::string_view text = trimmed(pem);
  Result<PemBlock> block = take_block(text);
  if (block && !text.empty()) return not_pem("something after the block");
  return block;
}

Result<std::vector<PemBlock>> parse_pem_blocks(std::string_view pem, std::size_t limit) {
  std::vector<PemBlock> blocks;
  std::string_view text = trimmed(pem);
  while (!text.empty()) {
    if (blocks.size() == limit) return {ErrorCode::kLimitExceeded, "PEM: more blocks than there may be"};
    Result<PemBlock> block = take_block(text);
    if (!block) return block.error();
    blocks.push_back(std::move(*block));
  }
  return blocks;
}

}  // namespace pullgate::verify::codec

#include "verify/content.h"

namespace pullgate {

Content Content::of(std::string bytes, Digest::Algorithm algorithm) {
  auto shared = std::make_shared<const std::string>(std::move(bytes));
  const Digest digest = Digest::of(*shared, algorithm);
  return {std::move(shared), digest};
}

Result<Content> Content::matching(std::string bytes, const Digest& expected) {
  Content content = of(std::move(bytes), expected.algorithm());
  if (content.digest() != expected) {
    return {ErrorCode::kUpstreamInvalid,
            "bytes with digest " + content.digest().short_text() + " came instead of " + expected.short_text()};
  }
  return content;
}

}  // namespace pullgate

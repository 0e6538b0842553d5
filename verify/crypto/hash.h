#pragma once
/// Hash functions. A failure inside (no memory) is an exception: there is no hash value that could stand for it.

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace pullgate::verify::crypto {

enum class Hash { kSha256, kSha384, kSha512 };

class HashContext {
 public:
  explicit HashContext(Hash hash);

  void update(std::string_view bytes);
  /// The hash value; after this only destruction is allowed.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string hash_of(Hash hash, std::string_view bytes);

}  // namespace pullgate::verify::crypto

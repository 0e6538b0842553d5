#include "proxy/pull/seen_bases.h"

#include <iterator>

namespace pullgate::proxy {

std::vector<Digest> chain_ids(const std::vector<Digest>& diff_ids) {
  std::vector<Digest> chain;
  for (const Digest& diff_id : diff_ids) {
    chain.push_back(chain.empty() ? diff_id : Digest::of(chain.back().text() + " " + diff_id.text()));
  }
  return chain;
}

void SeenBases::learn(const std::vector<Digest>& diff_ids, const policy::BaseToSee& image) {
  const Digest chain_id = chain_ids(diff_ids).back();
  auto& images = by_chain_id_[chain_id];
  if (const auto known = images.find(image); known != images.end()) {
    order_.splice(order_.begin(), order_, known->second);
    return;
  }
  if (images.size() == kAlike) return;
  order_.push_front({chain_id, image});
  images.emplace(image, order_.begin());
  if (order_.size() <= max_entries_) return;
  const Entry& oldest = order_.back();
  const auto bucket = by_chain_id_.find(oldest.chain_id);
  bucket->second.erase(oldest.image);
  if (bucket->second.empty()) by_chain_id_.erase(bucket);
  order_.pop_back();
}

std::vector<policy::BaseToSee> SeenBases::below(const std::vector<Digest>& diff_ids, std::size_t limit) const {
  std::vector<policy::BaseToSee> images;
  std::vector<Digest> chain = chain_ids(diff_ids);
  if (!chain.empty()) chain.pop_back();
  for (auto chain_id = chain.rbegin(); chain_id != chain.rend(); ++chain_id) {
    const auto found = by_chain_id_.find(*chain_id);
    if (found == by_chain_id_.end()) continue;
    for (const auto& [image, position] : found->second) {
      if (images.size() == limit) return images;
      images.push_back(image);
    }
  }
  return images;
}

}  // namespace pullgate::proxy

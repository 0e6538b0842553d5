#pragma once
/// What was used least recently is forgotten first, by number of entries and by weight. Ordered, not hashed, because
/// keys come from outside and must not be able to collide. Thread-safe.

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace pullgate::proxy {

template <class Key, class Value>
class BoundedCache {
 public:
  BoundedCache(std::size_t entries, std::size_t weight) : max_entries_(entries), max_weight_(weight) {}

  /// Null when it is not known.
  [[nodiscard]] std::shared_ptr<Value> find(const Key& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->value;
  }

  /// Replaces what was known under this key. What is heavier than the whole cache is not kept.
  void store(const Key& key, std::shared_ptr<Value> value, std::size_t weight) {
    const std::scoped_lock lock(mutex_);
    const auto found = index_.find(key);
    if (found != index_.end()) drop(found->second);
    if (weight > max_weight_) return;
    while (!order_.empty() && (index_.size() >= max_entries_ || weight_ + weight > max_weight_)) {
      drop(std::prev(order_.end()));
    }
    order_.push_front(Entry{key, std::move(value), weight});
    index_.emplace(key, order_.begin());
    weight_ += weight;
  }

  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return index_.size();
  }

 private:
  struct Entry {
    Key key;
    std::shared_ptr<Value> value;
    std::size_t weight;
  };
  using Position = typename std::list<Entry>::iterator;

  void drop(Position position) {
    weight_ -= position->weight;
    index_.erase(position->key);
    order_.erase(position);
  }

  std::size_t max_entries_;
  std::size_t max_weight_;
  mutable std::mutex mutex_;
  std::list<Entry> order_;  // most recently used first
  std::map<Key, Position> index_;
  std::size_t weight_ = 0;
};

}  // namespace pullgate::proxy

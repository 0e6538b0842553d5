#include "verify/crypto/ed25519ph.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <openssl/bn.h>

#include "verify/crypto/hash.h"
#include "verify/crypto/key.h"

namespace pullgate::verify::crypto {
namespace {

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
struct FreeScratch {
  void operator()(BN_CTX* scratch) const { BN_CTX_free(scratch); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

/// Every function of the library that can fail does so for want of memory, or because we called it wrongly.
void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("big number arithmetic failed");
}

Number new_number() {
  Number number(BN_new());
  require(number != nullptr);
  return number;
}

Number number_from(unsigned long value) {
  Number number = new_number();
  require(BN_set_word(number.get(), value) == 1);
  return number;
}

Number from_decimal(const char* digits) {
  BIGNUM* raw = nullptr;
  require(BN_dec2bn(&raw, digits) != 0);
  return Number(raw);
}

Number from_little_endian(std::string_view bytes) {
  Number number(
      BN_lebin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  require(number != nullptr);
  return number;
}

/// The field of 2^255 - 19 elements (section 5.1); not for several threads.
class Field {
 public:
  Field() : scratch_(BN_CTX_new()), p_(new_number()) {
    require(scratch_ != nullptr && BN_set_bit(p_.get(), 255) == 1 && BN_sub_word(p_.get(), 19) == 1);
  }

  [[nodiscard]] const BIGNUM* p() const { return p_.get(); }
  [[nodiscard]] BN_CTX* scratch() const { return scratch_.get(); }

  [[nodiscard]] Number add(const Number& a, const Number& b) const {
    Number sum = new_number();
    require(BN_mod_add_quick(sum.get(), a.get(), b.get(), p_.get()) == 1);
    return sum;
  }
  [[nodiscard]] Number subtract(const Number& a, const Number& b) const {
    Number difference = new_number();
    require(BN_mod_sub_quick(difference.get(), a.get(), b.get(), p_.get()) == 1);
    return difference;
  }
  [[nodiscard]] Number multiply(const Number& a, const Number& b) const {
    Number product = new_number();
    require(BN_mod_mul(product.get(), a.get(), b.get(), p_.get(), scratch_.get()) == 1);
    return product;
  }
  [[nodiscard]] Number power(const Number& base, const Number& exponent) const {
    Number result = new_number();
    require(BN_mod_exp(result.get(), base.get(), exponent.get(), p_.get(), scratch_.get()) == 1);
    return result;
  }
  [[nodiscard]] Number inverse(const Number& a) const {
    Number result = new_number();
    require(BN_mod_inverse(result.get(), a.get(), p_.get(), scratch_.get()) != nullptr);
    return result;
  }
  [[nodiscard]] Number negated(const Number& a) const { return subtract(number_from(0), a); }

 private:
  std::unique_ptr<BN_CTX, FreeScratch> scratch_;
  Number p_;
};

/// Extended homogeneous coordinates (section 5.1.4): x = X/Z, y = Y/Z, xy = T/Z.
struct Point {
  Number x, y, z, t;
};

/// edwards25519, the curve -x^2 + y^2 = 1 + d x^2 y^2 (section 5.1).
class Curve {
 public:
  Curve() : d_(field_.multiply(field_.negated(number_from(121665)), field_.inverse(number_from(121666)))) {
    twice_d_ = field_.add(d_, d_);
    order_ = from_decimal("27742317777372353535851937790883648493");
    Number power = new_number();
    require(BN_set_bit(power.get(), 252) == 1 && BN_add(order_.get(), order_.get(), power.get()) == 1);
  }

  [[nodiscard]] const BIGNUM* order() const { return order_.get(); }
  [[nodiscard]] const Field& field() const { return field_; }

  /// The base point: y = 4/5, x even.
  [[nodiscard]] Point base() const {
    const Number y = field_.multiply(number_from(4), field_.inverse(number_from(5)));
    std::string encoded(32, '\0');
    require(BN_bn2lebinpad(y.get(), reinterpret_cast<unsigned char*>(encoded.data()), 32) == 32);
    std::optional<Point> point = decode(encoded);
    if (!point) throw std::logic_error("the base point is not on the curve");
    return std::move(*point);
  }

  /// Section 5.1.3; nothing when the bytes are not the encoding of a point.
  [[nodiscard]] std::optional<Point> decode(std::string_view encoded) const {
    std::string bytes(encoded);
    const bool odd = (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
    bytes.back() = static_cast<char>(static_cast<unsigned char>(bytes.back()) & 0x7FU);
    Number y = from_little_endian(bytes);
    if (BN_cmp(y.get(), field_.p()) >= 0) return std::nullopt;

    const Number one = number_from(1);
    const Number y2 = field_.multiply(y, y);
    const Number u = field_.subtract(y2, one);
    const Number v = field_.add(field_.multiply(d_, y2), one);
    const Number v3 = field_.multiply(field_.multiply(v, v), v);
    const Number v7 = field_.multiply(field_.multiply(v3, v3), v);
    Number x = field_.multiply(field_.multiply(u, v3), field_.power(field_.multiply(u, v7), shifted_p(5, 3)));
    const Number vx2 = field_.multiply(v, field_.multiply(x, x));
    if (BN_cmp(vx2.get(), u.get()) != 0) {
      if (BN_cmp(vx2.get(), field_.negated(u).get()) != 0) return std::nullopt;
      x = field_.multiply(x, field_.power(number_from(2), shifted_p(1, 2)));  // times the square root of -1
    }
    if (BN_is_zero(x.get()) && odd) return std::nullopt;
    if ((BN_is_odd(x.get()) == 1) != odd) x = field_.negated(x);
    Number t = field_.multiply(x, y);
    return Point{std::move(x), std::move(y), number_from(1), std::move(t)};
  }

  /// Section 5.1.2.
  [[nodiscard]] std::string encode(const Point& point) const {
    const Number inverse = field_.inverse(point.z);
    const Number x = field_.multiply(point.x, inverse);
    const Number y = field_.multiply(point.y, inverse);
    std::string encoded(32, '\0');
    require(BN_bn2lebinpad(y.get(), reinterpret_cast<unsigned char*>(encoded.data()), 32) == 32);
    if (BN_is_odd(x.get())) encoded.back() = static_cast<char>(static_cast<unsigned char>(encoded.back()) | 0x80U);
    return encoded;
  }

  /// Section 5.1.4; complete, so it also doubles.
  [[nodiscard]] Point add(const Point& p, const Point& q) const {
    const Field& f = field_;
    const Number a = f.multiply(f.subtract(p.y, p.x), f.subtract(q.y, q.x));
    const Number b = f.multiply(f.add(p.y, p.x), f.add(q.y, q.x));
    const Number c = f.multiply(f.multiply(p.t, twice_d_), q.t);
    const Number zz = f.multiply(p.z, q.z);
    const Number d = f.add(zz, zz);
    const Number e = f.subtract(b, a);
    const Number g = f.subtract(d, c);
    const Number h = f.add(d, c);
    const Number i = f.add(b, a);
    return {f.multiply(e, g), f.multiply(h, i), f.multiply(g, h), f.multiply(e, i)};
  }

  [[nodiscard]] Point negated(const Point& p) const {
    return {field_.negated(p.x), Number(BN_dup(p.y.get())), Number(BN_dup(p.z.get())), field_.negated(p.t)};
  }

  /// [m]P + [n]Q, by both scalars' bits at once.
  [[nodiscard]] Point sum_of_products(const Number& m, const Point& p, const Number& n, const Point& q) const {
    const Point both = add(p, q);
    Point sum{number_from(0), number_from(1), number_from(1), number_from(0)};
    for (int bit = 255; bit >= 0; --bit) {
      sum = add(sum, sum);
      const bool in_m = BN_is_bit_set(m.get(), bit) == 1;
      const bool in_n = BN_is_bit_set(n.get(), bit) == 1;
      if (in_m && in_n) {
        sum = add(sum, both);
      } else if (in_m) {
        sum = add(sum, p);
      } else if (in_n) {
        sum = add(sum, q);
      }
    }
    return sum;
  }

 private:
  /// (p - less) / 2^bits
  [[nodiscard]] Number shifted_p(unsigned long less, int bits) const {
    Number number(BN_dup(field_.p()));
    require(number && BN_sub_word(number.get(), less) == 1 && BN_rshift(number.get(), number.get(), bits) == 1);
    return number;
  }

  Field field_;
  Number d_;
  Number twice_d_;
  Number order_;
};

/// Section 2: dom2(1, ""), which keeps signatures of the prehashed and of the pure kind apart.
constexpr std::string_view kDomain("SigEd25519 no Ed25519 collisions\x01\x00", 34);

}  // namespace

SignatureOutcome verify_ed25519ph(std::string_view public_key, std::string_view message_hash,
                                  std::string_view signature) {
  if (public_key.size() != 32 || message_hash.size() != 64 || signature.size() != 64) return SignatureOutcome::kInvalid;
  const Curve curve;
  const std::string_view r = signature.substr(0, 32);
  const Number s = from_little_endian(signature.substr(32));
  // Section 5.1.7: S below the order, or there would be other signatures with the same meaning.
  if (BN_cmp(s.get(), curve.order()) >= 0) return SignatureOutcome::kInvalid;
  const std::optional<Point> key = curve.decode(public_key);
  if (!key) return SignatureOutcome::kInvalid;

  HashContext hash(Hash::kSha512);
  for (std::string_view part : {kDomain, r, public_key, message_hash}) hash.update(part);
  Number k = from_little_endian(hash.finish());
  require(BN_nnmod(k.get(), k.get(), curve.order(), curve.field().scratch()) == 1);

  const Point expected = curve.sum_of_products(s, curve.base(), k, curve.negated(*key));
  return curve.encode(expected) == r ? SignatureOutcome::kValid : SignatureOutcome::kInvalid;
}

}  // namespace pullgate::verify::crypto

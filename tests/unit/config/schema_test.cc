/// The published JSON Schemas and the loader know the same keys.

#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/builtin_schema.h"
#include "config/policy_file.h"
#include "config/policy_test_file.h"
#include "config/settings.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using Keys = std::set<std::string>;

nlohmann::json schema(const std::string& name) {
  std::ifstream file(std::string(PULLGATE_TEST_DATA) + "/../config/schema/" + name + ".schema.json");
  return nlohmann::json::parse(file);
}

Keys keys_in_schema(const nlohmann::json& document, const std::string& pointer) {
  Keys keys;
  const nlohmann::json& object = document.at(nlohmann::json::json_pointer(pointer));
  EXPECT_EQ(object.at("additionalProperties"), false) << pointer;
  if (!object.contains("properties")) return keys;
  for (const auto& [key, value] : object.at("properties").items()) keys.insert(key);
  return keys;
}

Keys split(const std::string& list) {
  Keys keys;
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find(", ", begin), list.size());
    keys.insert(list.substr(begin, end - begin));
    begin = end + 2;
  }
  return keys;
}

/// What the loader lists when it meets a key that it does not know: "...; a rule has name, scopes".
template <class T>
Keys keys_in_loader(const Loaded<T>& loaded) {
  if (loaded) return {};
  for (const Problem& problem : loaded.problems()) {
    if (!problem.message.starts_with("unknown key 'qqqqqqqqqqqq'")) continue;
    if (problem.message.ends_with(" has no keys")) return {};
    const std::string marker = " has ";
    return split(problem.message.substr(problem.message.rfind(marker) + marker.size()));
  }
  ADD_FAILURE() << "the loader did not refuse the unknown key";
  return {};
}

/// A place in the schema, and a document whose unknown key stands in that place.
struct Place {
  std::string pointer;
  std::string document;
};

/// Every object of a schema whose keys are fixed.
Keys objects_of(const nlohmann::json& document) {
  Keys pointers = {""};
  for (const auto& [name, definition] : document.at("$defs").items()) {
    if (definition.value("type", "") == "object") pointers.insert("/$defs/" + name);
  }
  return pointers;
}

TEST(Schema, OfTheSettingsKnowsTheLoadersKeys) {
  const std::vector<Place> places = {
      {"", "qqqqqqqqqqqq: 1\n"},
      {"/$defs/listener", "listen: [ { qqqqqqqqqqqq: 1 } ]\n"},
      {"/$defs/upstream", "upstreams: [ { qqqqqqqqqqqq: 1 } ]\n"},
      {"/$defs/credentials", "upstreams: [ { credentials: { qqqqqqqqqqqq: 1 } } ]\n"},
      {"/$defs/timeouts", "timeouts: { qqqqqqqqqqqq: 1 }\n"},
  };
  const nlohmann::json document = schema("pullgate");
  Keys covered;
  const Folder folder;
  for (const Place& place : places) {
    covered.insert(place.pointer);
    EXPECT_EQ(keys_in_schema(document, place.pointer),
              keys_in_loader(load_settings(folder.write("pullgate.yaml", place.document))))
        << place.pointer;
  }
  EXPECT_EQ(covered, objects_of(document));
}

TEST(Schema, OfThePolicyKnowsTheLoadersKeys) {
  const auto rule = [](const std::string& require) { return "rules: [ { require: " + require + " } ]\n"; };
  const std::vector<Place> places = {
      {"", "qqqqqqqqqqqq: 1\n"},
      {"/$defs/attestor", "attestors: { a: { qqqqqqqqqqqq: 1 } }\n"},
      {"/$defs/trustRoot", "trustRoots: { t: { qqqqqqqqqqqq: 1 } }\n"},
      {"/$defs/sigstoreRoot", "trustRoots: { t: { sigstore: { qqqqqqqqqqqq: 1 } } }\n"},
      {"/$defs/keyless", "attestors: { a: { keyless: { qqqqqqqqqqqq: 1 } } }\n"},
      {"/$defs/atLeast", "attestors: { a: { transparencyLog: { qqqqqqqqqqqq: 1 } } }\n"},
      {"/$defs/key", "attestors: { a: { key: { qqqqqqqqqqqq: 1 } } }\n"},
      {"/$defs/builder", "builders: { b: { qqqqqqqqqqqq: 1 } }\n"},
      {"/$defs/defaults", "defaults: { qqqqqqqqqqqq: 1 }\n"},
      {"/$defs/rule", "rules: [ { qqqqqqqqqqqq: 1 } ]\n"},
      {"/$defs/baselineEntry", "baseline: [ { qqqqqqqqqqqq: 1 } ]\n"},
      {"/$defs/rejected", "baseline: [ { reject: { qqqqqqqqqqqq: 1 } } ]\n"},
      {"/$defs/exception", "exceptions: [ { qqqqqqqqqqqq: 1 } ]\n"},
      {"/$defs/threshold", rule("{ threshold: { qqqqqqqqqqqq: 1 } }")},
      {"/$defs/provenance", rule("{ provenance: { qqqqqqqqqqqq: 1 } }")},
      {"/$defs/source", rule("{ provenance: { source: { qqqqqqqqqqqq: 1 } } }")},
      {"/$defs/signature", rule("{ signature: { qqqqqqqqqqqq: 1 } }")},
      {"/$defs/signedIdentity", rule("{ signature: { signedIdentity: { qqqqqqqqqqqq: 1 } } }")},
      {"/$defs/remap", rule("{ signature: { signedIdentity: { remap: { qqqqqqqqqqqq: 1 } } } }")},
      {"/$defs/attestation", rule("{ attestation: { qqqqqqqqqqqq: 1 } }")},
      {"/$defs/condition", rule("{ attestation: { where: [ { qqqqqqqqqqqq: 1 } ] } }")},
      {"/$defs/size", rule("{ attestation: { where: [ { size: { qqqqqqqqqqqq: 1 } } ] } }")},
      {"/$defs/vsa", rule("{ vsa: { qqqqqqqqqqqq: 1 } }")},
      {"/$defs/verifiersPolicy", rule("{ vsa: { policy: { qqqqqqqqqqqq: 1 } } }")},
      {"/$defs/image", rule("{ image: { qqqqqqqqqqqq: 1 } }")},
      {"/$defs/materials", rule("{ provenance: { materials: { qqqqqqqqqqqq: 1 } } }")},
      {"/$defs/baseImage", rule("{ baseImage: { qqqqqqqqqqqq: 1 } }")},
      {"/$defs/reject", rule("{ reject: { qqqqqqqqqqqq: 1 } }")},
      {"/$defs/requirement/properties/accept", rule("{ accept: { qqqqqqqqqqqq: 1 } }")},
  };
  const nlohmann::json document = schema("policy");
  Keys covered = {"/$defs/requirement", "/$defs/extensions"};
  const Folder folder;
  for (const Place& place : places) {
    covered.insert(place.pointer);
    EXPECT_EQ(keys_in_schema(document, place.pointer),
              keys_in_loader(load_policy(folder.write("policy.yaml", place.document))))
        << place.pointer;
  }
  covered.erase("/$defs/requirement/properties/accept");
  EXPECT_EQ(covered, objects_of(document));
}

TEST(Schema, OfCasesKnowsTheLoadersKeys) {
  const std::vector<Place> places = {
      {"", "qqqqqqqqqqqq: 1\n"},
      {"/$defs/case", "cases: [ { qqqqqqqqqqqq: 1 } ]\n"},
  };
  const nlohmann::json document = schema("policy-test");
  Keys covered;
  const Folder folder;
  for (const Place& place : places) {
    covered.insert(place.pointer);
    EXPECT_EQ(keys_in_schema(document, place.pointer),
              keys_in_loader(load_policy_test(folder.write("test.yaml", place.document))))
        << place.pointer;
  }
  EXPECT_EQ(covered, objects_of(document));
}

TEST(Schema, IsCompiledInAsItIsPublished) {
  EXPECT_EQ(nlohmann::json::parse(settings_schema()), schema("pullgate"));
  EXPECT_EQ(nlohmann::json::parse(policy_schema()), schema("policy"));
  EXPECT_EQ(nlohmann::json::parse(policy_test_schema()), schema("policy-test"));
}

TEST(Schema, OfThePolicyKnowsEveryExtensionOfCertificates) {
  Keys names;
  for (const verify::FulcioExtensionName& extension : verify::kFulcioExtensionNames) {
    names.insert(std::string(extension.name));
    names.insert(std::string(extension.name) + "Pattern");
  }
  EXPECT_EQ(keys_in_schema(schema("policy"), "/$defs/extensions"), names);
}

TEST(Schema, OfThePolicyKnowsTheLoadersRequirements) {
  const Folder folder;
  const auto loaded = load_policy(folder.write("policy.yaml", "rules: [ { require: {} } ]\n"));
  ASSERT_FALSE(loaded);
  const std::string begin = "a requirement is exactly one of ";
  Keys known;
  for (const Problem& problem : loaded.problems()) {
    if (!problem.message.starts_with(begin)) continue;
    known = split(problem.message.substr(begin.size(), problem.message.find(';') - begin.size()));
  }
  EXPECT_EQ(known, keys_in_schema(schema("policy"), "/$defs/requirement"));
}

}  // namespace
}  // namespace pullgate::config

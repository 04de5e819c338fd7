// The parsed YAML file behind config::Node. Private to this room: only yaml.cpp fills it, only reader.cpp
// reads it.
#pragma once

#include <string>
#include <vector>

#include "config/reader.h"

namespace sluice::config {

struct Tree {
  struct Item {
    Node::Type type = Node::Type::Null;
    bool plain = false;  // scalar without quotes
    Place place;
    std::string scalar;
    std::string path;
    std::vector<std::size_t> children;  // list: items; map: key, value, key, value, ...
  };
  std::string file;
  std::string room;
  std::vector<Item> items;  // parents before children; the root is the first
};

}  // namespace sluice::config

// SPDX-License-Identifier: EUPL-1.2
// A reader of XML and of the HTML that programs write: tags and texts in the order in which they
// stand. It never fails: what is no markup is text, and an unfinished tag ends the reading. It
// allocates nothing and looks at each byte a bounded number of times. No document type, no
// external entity, no nesting.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wattlife {

class MarkupReader {
 public:
  enum class Kind { open, close, text, end };

  explicit MarkupReader(std::string_view document) : rest_(document) {}

  // Goes to the next tag or text. Comments, processing instructions, declarations and the insides
  // of <script> and <style> are passed over. After `end`, always `end`.
  Kind next();

  // Of a tag: its name without a namespace prefix, as written.
  std::string_view name() const { return name_; }
  // Of an opening tag: whether it closes itself ("<br/>").
  bool closed() const { return closed_; }
  // Of an opening tag: the value of an attribute, entities as they are. Empty when it has none.
  std::optional<std::string_view> attribute(std::string_view attribute_name) const;
  // Of a text: as written.
  std::string_view text() const { return text_; }

 private:
  void skip_to(std::string_view mark);
  Kind read_tag();

  std::string_view rest_;
  std::string_view name_;
  std::string_view attributes_;
  std::string_view text_;
  bool closed_ = false;
};

// The five entities of XML, &nbsp; and numbers as UTF-8; others stay as they are.
std::string without_entities(std::string_view text);

// Trimmed, with one space for every run of white space.
std::string collapsed(std::string_view text);

}  // namespace wattlife

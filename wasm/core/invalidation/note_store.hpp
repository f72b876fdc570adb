#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardcache {

/// Where the cache leaves notes for other tabs and for the next load: short texts whose names begin with `!`.
class NoteStore {
 public:
  NoteStore() = default;
  NoteStore(const NoteStore&) = delete;
  NoteStore& operator=(const NoteStore&) = delete;

  [[nodiscard]] virtual std::optional<std::u16string> read_note(std::string_view name) = 0;
  /// False where there is no capacity for it.
  virtual bool write_note(std::string_view name, std::string_view text) = 0;
  virtual void remove_note(std::string_view name) = 0;
  [[nodiscard]] virtual std::vector<std::string> notes_with_prefix(std::string_view name) = 0;
  /// What notes say now was left before a clock was set back, and is about to go.
  [[nodiscard]] virtual bool notes_are_outdated() const = 0;

 protected:
  ~NoteStore() = default;
};

}  // namespace cardcache

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/coordinator.hpp"
#include "core/event_filter.hpp"
#include "core/failures.hpp"
#include "core/flights.hpp"
#include "core/floors.hpp"
#include "core/memory_tier.hpp"
#include "core/millis.hpp"
#include "core/sealings.hpp"
#include "core/statistics.hpp"
#include "core/storage_space.hpp"

namespace cardcache {

/// How far a value may go. `resident` is for values that may yet be taken back: they stand before the stored record and
/// leave it as it is, where `memory` removes it. `sealed`: to storage as well, once the page has encrypted it.
enum class Reach : std::uint8_t { storage, memory, resident, sealed };

/// A value to keep, as its owner describes it.
struct SetRequest {
  std::string_view key;
  /// Where the key is known to lie in memory.
  std::optional<SlotId> slot = std::nullopt;
  Reach reach = Reach::memory;
  /// The value's JSON (UTF-8) where it may reach storage.
  std::optional<std::string_view> json;
  std::optional<Millis> ttl;
  Millis expires_at = never;
  std::vector<std::string> tags;
  std::string version;
  double cost = 1;
  /// What it takes in the page, for the memory tier's byte limit.
  double bytes = 0;
  bool kept_on_event = false;
  /// How long past its end it may serve: until then it is kept.
  Millis grace{0};
  /// The fetch that brought it; nullopt for a plain set.
  std::optional<FlightId> flight;
};

struct SetResult {
  /// False for the answer of a void flight: it fills nothing.
  bool kept = false;
  std::optional<SlotId> slot;
  Millis timestamp;
  Millis end;
  /// Where it is to be sealed: names it until it is.
  SealingId sealing{};
};

/// What the page found inside a sealed record, and the end of the box that it found it in.
struct Opened {
  std::string_view plain;
  std::string_view tag;
};

/// What the page encrypts, or decrypts: the bytes, and what they are bound to.
struct Sealed {
  std::string bytes;
  std::string binding;
  Millis timestamp;
};

/// Why an entry was asked for decides what the answer may be and what asking leaves behind.
struct LookupRequest {
  std::string_view key;
  /// How far past its end it may be.
  Millis grace{0};
  /// The oldest timestamp that will do.
  Millis not_before = long_ago;
  /// nullopt: any version will do.
  std::optional<std::string_view> version;
  /// Leaves order and statistics alone.
  bool peek = false;
  /// A record that anybody could read is not answered and goes: its policy has come to forbid it.
  bool refuses_plain = false;
  /// Without it a sealed record is a miss.
  std::optional<Opened> opened;
};

struct Lookup {
  enum class Where : std::uint8_t { nowhere, memory, storage };
  Where where = Where::nowhere;
  SlotId slot{};
  /// For storage: JSON to be parsed, checked and then admitted or rejected by the page.
  std::string json;
  EntryFacts facts;
};

/// Whom an event may concern, and what the page knew about that.
struct Party {
  std::string user;
  Evidence evidence;
};

/// What is remembered of a fetch that failed. `longest`: how long failures in a row are waited out, 0: never; `told`:
/// what the server asked for; `lasting`: trying again soon is said to be in vain.
struct FailureTerms {
  Millis longest;
  Millis told{0};
  bool lasting = false;
};

struct EventOutcome {
  std::vector<Reason> reasons;  // one a party
  std::size_t invalidated = 0;
  std::vector<std::string> refreshed;
};

struct Entry {
  std::string key;
  Lookup::Where first = Lookup::Where::memory;
  bool in_both = false;
  Millis timestamp, end;
  double bytes = 0, stored_bytes = 0;
  std::uint32_t hits = 0;
  std::vector<std::string> tags;
};

/// What the page has to hear about: sent on as `evict` and `error` events.
struct Notice {
  enum class Kind : std::uint8_t { evicted, error };
  Kind kind;
  std::string key;
  Why why{};
  ErrorKind error{};
};

struct AlertLimits {
  double hit_rate_below = 0;
  double errors_above = never.value;
  double storage_above = never.value;
};
enum class AlertKind : std::uint8_t { hit_rate, errors, storage };
struct Alert {
  AlertKind kind;
  double value, limit;
};

/// The cache of one user: what is fresh, what goes first, what an invalidation touches, over both tiers. The values
/// themselves stay in the page; here is everything known about them.
///
/// Rules that hold throughout: an answer is fresh while `now < end` and its timestamp is at most a minute ahead; its
/// life is counted from when it was true, so moving it between tiers never lengthens it; and whatever a floor selects
/// is gone if it is not younger than the floor, wherever it lies or comes from.
class TwoTierCache {
 public:
  /// After this many unreadable records in a row all of ours are dropped: something has gone over them.
  static constexpr int corrupt_limit = 8;

  /// `storage` must outlive this. `seed` makes the marks that this tab leaves for others its own.
  TwoTierCache(MemoryLimits memory, StorageTier& storage, AlertLimits alerts, std::uint32_t seed);

  /// Every call begins with the time; a clock that went back by more than a minute drops all of ours, since ages can no
  /// longer be told. True where that happened.
  bool observe(Millis now);
  /// Hits, which are no calls, have seen this time since the last observe().
  void saw(Millis time);
  /// A time below this needs observe() before the next hit.
  [[nodiscard]] Millis believed_from() const { return latest_ - clock_tolerance; }
  void drain_hits(std::span<const std::uint32_t> slots);

  [[nodiscard]] Lookup look_up(const LookupRequest& request, Millis now);
  /// A storage answer that the page could parse and accepted: it becomes resident, with its own timestamp.
  [[nodiscard]] std::optional<SlotId> admit(std::string_view key, const EntryFacts& facts, Millis now);
  /// One that it could not parse (corrupt) or did not accept (version).
  void reject(std::string_view key, ErrorKind kind);
  [[nodiscard]] SetResult set(const SetRequest& request, Millis now);
  bool remove(std::string_view key, Millis now);
  /// Lets go of the value in memory alone: what storage holds answers next.
  void drop_resident(std::string_view key);

  // Sealed records: the page encrypts and decrypts, which takes it a while, and asks again when it has.

  /// Keys whose answers lie sealed in storage and could be served.
  [[nodiscard]] std::vector<std::string> sealed_keys(Millis now);
  /// The key's box, where it could be served and memory has nothing to serve.
  [[nodiscard]] std::optional<Sealed> find_sealed(std::string_view key, Millis now);
  /// The page cannot decrypt it: it goes, if it still lies there.
  void reject_sealed(std::string_view key, std::string_view box);
  /// What to encrypt; nullopt once something has overtaken the set.
  [[nodiscard]] std::optional<Sealed> prepare_sealing(SealingId id, std::string_view json);
  void write_sealed(SealingId id, std::string_view box, Millis now);
  void end_sealing(SealingId id) { sealings_.end(id); }
  /// Removes an endpoint's records that anybody could read: its policy has come to forbid it.
  void remove_plain(std::string_view endpoint);

  /// How many fresh entries went. Leaves a floor.
  std::size_t invalidate(const Selector& selector, Millis now);
  /// The same for what a write of this page may have changed: like an event, it leaves alone what policies keep.
  std::size_t invalidate_after_write(const Selector& selector, Millis now);
  std::size_t clear(Millis now);
  [[nodiscard]] std::vector<std::string> keys(const Selector& selector, Millis now);

  [[nodiscard]] FlightId begin_flight(std::string_view key, std::vector<std::string> tags, bool kept_on_event,
                                      Millis now);
  [[nodiscard]] bool is_void(FlightId flight);
  void end_flight(FlightId flight);
  void void_flights(std::string_view key) { flights_.void_key(key); }
  /// Flights that were superseded since the last call.
  [[nodiscard]] std::vector<FlightId> take_superseded() { return flights_.take_superseded(); }
  void fail_flight(FlightId id, const FailureTerms& terms, double random, Millis now);
  /// How long the key is left alone after failures in a row: whoever asks is told so, and counted. 0: it may be
  /// fetched.
  [[nodiscard]] Millis back_off(std::string_view key, Millis longest, Millis now);
  [[nodiscard]] const Failures& failures() const { return failures_; }

  [[nodiscard]] EventFilter& filter() { return filter_; }
  /// Drops what the event's rule names, then asks for the watched answers of those it concerns. With `first_is_me` the
  /// first party is the connected user, who also stands for shared keys; without, shared keys and users who are no
  /// party are concerned, since nobody can tell.
  [[nodiscard]] EventOutcome apply_event(std::string_view type, const EventFacts& facts, std::span<const Party> parties,
                                         bool first_is_me, Millis now);
  [[nodiscard]] Coordinator& coordinator() { return coordinator_; }
  /// `timestamp` tells how old the answer is that the watcher shows; nullopt where it has none.
  WatchId watch(std::string_view key, const WatchTimes& times, std::optional<Millis> timestamp);
  /// Events of these types may have been missed before `since`, while no page heard them: what they void, or any rule
  /// names, is due at once where it is watched and older.
  void catch_up_after_load(std::span<const std::string> types, Millis since);
  /// There is a way to the server again: nobody waits for what failed.
  void retry_failed(Millis now);
  /// Watched keys that are due at `now`; they count as started. What another tab has fetched and stored meanwhile is
  /// not, though its tidings may not be here yet: see take_changed_elsewhere().
  [[nodiscard]] std::vector<std::string> take_due(Millis now);

  /// An answer that another tab brought, with its own facts; not kept where it is void, outdated or no younger than
  /// what is here or under way here. Flights that began before it are void: they would land with an older one.
  [[nodiscard]] SetResult adopt(std::string_view key, const EntryFacts& facts, Millis now);
  /// The timestamp from which another tab's answer will do for a fetch that is asked for now: younger than what is here
  /// and not older than `max_age`. With less than 0 it must be of a fetch that begins later.
  [[nodiscard]] Millis oldest_to_take(std::string_view key, Millis max_age, Millis now);
  /// Another tab changed `key` (as it stands in the area) or removed it; nullopt for a key: everything was.
  void on_area_change(std::optional<std::string_view> area_key, const std::optional<std::u16string>& text, Millis now);
  /// Keys whose answer another tab brought since the last call: watched ones, and sealed ones that were resident.
  [[nodiscard]] std::vector<std::string> take_changed_elsewhere();

  /// An answer from the store that processes share, as old as its timestamp: adopted as another tab's is, with the life
  /// that its policy gives an answer here.
  [[nodiscard]] SetResult adopt_remote(const SetRequest& request, Millis timestamp, Millis now);
  /// What another process invalidated. Its machine's clock may run ahead of this one's, which is not taken for wrong.
  void learn_floor(Floor floor, Millis now);
  /// When what was invalidated last must be younger than, to be told to other processes.
  [[nodiscard]] Millis last_floor() const { return last_floor_; }

  void sweep(Millis now);
  /// A slice of what storage has to do, with a sweep or without: a millisecond or two. True while there is more.
  bool tend(Millis now);
  /// How long past their end a policy of this page lets an endpoint's answers serve, however they were written.
  void allow_grace(std::string_view endpoint, Millis grace) { storage_.space().allow_grace(endpoint, grace); }
  /// Who asks for `key` may do so until so long past its end, however it was written.
  void keep_for(std::string_view key, Millis grace);

  [[nodiscard]] Statistics& statistics() { return statistics_; }
  [[nodiscard]] std::vector<Entry> inspect(Millis now);
  [[nodiscard]] MemoryTier& memory() { return memory_; }
  [[nodiscard]] StorageTier& storage() { return storage_; }
  [[nodiscard]] const Floors& floors() const { return floors_; }
  [[nodiscard]] const std::vector<Notice>& notices() const { return notices_; }
  [[nodiscard]] std::vector<Notice> take_notices();
  /// Limits crossed since the last call.
  [[nodiscard]] std::vector<Alert> take_alerts();
  void note_error(ErrorKind kind, std::string_view key);

 private:
  [[nodiscard]] bool is_fresh(const EntryFacts& facts, std::string_view key, Millis now, Millis grace) const;
  /// The same by what is remembered of a record, without reading it.
  [[nodiscard]] bool is_stored_fresh(KeyIndex::Id id, Millis now) const;
  /// Fresh, or one that somebody may yet ask for past its end.
  [[nodiscard]] bool may_still_serve(const EntryFacts& facts, std::string_view key, Millis now) const {
    return is_fresh(facts, key, now, grace_of(key, facts.grace));
  }
  [[nodiscard]] Millis grace_of(std::string_view key, Millis own) const {
    return storage_.space().grace_of(key, std::max(own, storage_.kept_for(key)));
  }
  [[nodiscard]] Millis stamp(std::string_view key, std::span<const std::string> tags, bool kept, Millis now);
  /// What is known of an answer to keep that was true at `timestamp`.
  [[nodiscard]] EntryFacts facts_of(const SetRequest& request, Millis timestamp) const;
  std::size_t drop_selected(const Floor& floor, Millis now);
  /// With a floor whose time is yet to be said.
  std::size_t invalidate_with(Floor floor, Millis now);
  void request_selected(const Selector& selector, bool spares_kept, Millis now);
  void catch_up_after_load(std::string_view key);
  /// There is an answer from `timestamp`, however it came.
  void renewed(std::string_view key, Millis timestamp, std::span<const std::string> tags);
  void raise(const Floor& floor);
  void save_floors();
  void remove_merged_notes();
  void learn_floors();
  void learn_newest_floors();
  void count_hit(SlotId slot);
  [[nodiscard]] bool is_void(const EntryFacts& facts, std::string_view key) const;
  [[nodiscard]] std::string binding_of(std::string_view key, const EntryFacts& facts) const;
  [[nodiscard]] bool unseal(Record& record, const LookupRequest& request);
  void absorb(const Floor& floor, Millis now);
  /// True where the note is a floor's; nullopt for a text: it was removed.
  bool absorb_note(std::string_view note, const std::optional<std::u16string>& text, Millis now);
  /// Of the record that lies in the area, whoever wrote it; long ago where there is none that is fresh.
  [[nodiscard]] Millis stored_timestamp(std::string_view key, Millis now);
  /// Of what is here, in memory or else in storage.
  [[nodiscard]] Millis known_timestamp(std::string_view key, Millis now);
  void note_corrupt(std::string_view key);
  void start_anew();
  void collect_evictions();

  MemoryTier memory_;
  StorageTier& storage_;
  AlertLimits alert_limits_;
  std::string tab_;
  Floors& floors_;
  Flights flights_;
  Sealings sealings_;
  EventFilter filter_;
  Failures failures_;
  Coordinator coordinator_{failures_};
  /// What events may have voided before that time, while no page heard them.
  std::vector<Selector> missed_;
  Millis missed_before_ = long_ago;
  Statistics statistics_;
  std::vector<Notice> notices_;
  std::vector<std::string> changed_elsewhere_;
  std::u16string floors_mark_;
  Millis memory_ttl_;
  Millis opened_ = never;
  Millis latest_ = long_ago;
  Millis last_stamp_ = long_ago;
  Millis last_floor_ = long_ago;
  std::uint32_t marks_ = 0;
  /// Of the space, when the time was last observed.
  std::uint32_t beginning_;
  int corrupt_in_row_ = 0;
  std::uint8_t alerted_ = 0;
  /// Floors that found no room in storage; tried again with every sweep.
  bool floors_unsaved_ = false;
};

}  // namespace cardcache

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/millis.hpp"
#include "core/cache/page_clock.hpp"
#include "core/cache/pending_encryptions.hpp"
#include "core/cache/statistics.hpp"
#include "core/events/event_filter.hpp"
#include "core/fetching/coordinator.hpp"
#include "core/fetching/failures.hpp"
#include "core/fetching/flights.hpp"
#include "core/invalidation/invalidation_log.hpp"
#include "core/memory/memory_tier.hpp"
#include "core/storage/storage_space.hpp"

namespace cardcache {

/// How far a value may go. `resident` is for values that may yet be taken back: they stand before the stored record and
/// leave it as it is, where `memory` removes it. `encrypted`: to storage as well, once the page has encrypted it.
enum class Reach : std::uint8_t { storage, memory, resident, encrypted };

/// A value to keep, as its owner describes it.
struct SetRequest {
  std::string_view key;
  /// Where the key is known to lie in memory, if it still lies there.
  std::optional<SlotId> slot = std::nullopt;
  Reach reach = Reach::memory;
  /// The value's JSON (UTF-8) where it may reach storage.
  std::optional<std::string_view> json;
  std::optional<Millis> ttl;
  /// Its end may come sooner; its timestamp is yet to be given.
  EntryFacts facts{.timestamp = {}, .expires_at = never, .tags = {}, .version = {}};
  /// The fetch that brought it; nullopt for a plain set.
  std::optional<FlightId> flight;
};

struct SetResult {
  /// False for the answer of a superseded flight: it was discarded.
  bool kept = false;
  std::optional<SlotId> slot;
  Millis timestamp;
  Millis expires_at;
  /// Where it is to be encrypted: names it until it is.
  EncryptionId encryption{};
};

/// What the page found inside an encrypted record, and the end of the ciphertext that it found it in.
struct Decrypted {
  std::string_view plaintext;
  std::string_view auth_tag;
};

/// What the page encrypts, or decrypts: the bytes, and what they are bound to.
struct CryptoInput {
  std::string bytes;
  std::string aad;
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
  /// Without it an encrypted record is a miss.
  std::optional<Decrypted> decrypted;
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
  Millis timestamp, expires_at;
  double bytes = 0, stored_bytes = 0;
  std::uint32_t hits = 0;
  std::vector<std::string> tags;
};

/// What the page has to hear about: sent on as `evict` and `error` events.
struct Notice {
  enum class Kind : std::uint8_t { evicted, error };
  Kind kind;
  std::string key;
  RemovalCause why{};
  ErrorKind error{};
};

/// The cache of one user: what is fresh, what goes first, what an invalidation touches, over both tiers. The values
/// themselves stay in the page; here is everything known about them.
///
/// Rules that hold throughout: an answer is fresh while `now < end` and its timestamp is at most a minute ahead; its
/// life is counted from when it was true, so moving it between tiers never lengthens it; and whatever an invalidation
/// selects is gone if it is not younger, wherever it lies or comes from.
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
  void saw(Millis time) { clock_.saw(time); }
  /// A time below this needs observe() before the next hit.
  [[nodiscard]] Millis believed_from() const { return clock_.latest() - clock_tolerance; }
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

  // Encrypted records: the page encrypts and decrypts, which takes it a while, and asks again when it has.

  /// Keys whose answers lie encrypted in storage and could be served.
  [[nodiscard]] std::vector<std::string> encrypted_keys(Millis now);
  /// The key's ciphertext, where it could be served and memory has nothing to serve.
  [[nodiscard]] std::optional<CryptoInput> find_encrypted(std::string_view key, Millis now);
  /// The page cannot decrypt it: it goes, if it still lies there.
  void reject_encrypted(std::string_view key, std::string_view ciphertext);
  /// What to encrypt; nullopt once something has overtaken the set.
  [[nodiscard]] std::optional<CryptoInput> prepare_encryption(EncryptionId id, std::string_view json);
  void write_encrypted(EncryptionId id, std::string_view ciphertext, Millis now);
  void end_encryption(EncryptionId id) { pending_encryptions_.end(id); }
  /// Removes an endpoint's records that anybody could read: its policy has come to forbid it.
  void remove_plain(std::string_view endpoint);

  /// How many fresh entries went.
  std::size_t invalidate(const Selector& selector, Millis now);
  /// The same for what a write of this page may have changed: like an event, it leaves alone what policies keep.
  std::size_t invalidate_after_write(const Selector& selector, Millis now);
  std::size_t clear(Millis now);
  [[nodiscard]] std::vector<std::string> keys(const Selector& selector, Millis now);

  [[nodiscard]] FlightId begin_flight(std::string_view key, std::vector<std::string> tags, bool exempt_from_events,
                                      Millis now);
  [[nodiscard]] bool is_superseded(FlightId flight);
  void end_flight(FlightId flight);
  void supersede_flights(std::string_view key) { flights_.supersede(key); }
  /// Flights that were superseded since the last call.
  [[nodiscard]] std::vector<FlightId> take_superseded() { return flights_.take_superseded(); }
  void fail_flight(FlightId id, const FailureTerms& terms, double random, Millis now);
  /// How long the key is left alone after failures in a row: a request is told so, and counted. 0: it may be
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
  /// Events of these types may have been missed before `since`, while no page heard them: what they invalidate, or any
  /// rule names, is due at once where it is watched and older.
  void catch_up_after_load(std::span<const std::string> types, Millis since);
  /// The network is back: what failed may be fetched at once.
  void retry_failed(Millis now);
  /// Watched keys that are due at `now`; they count as started. What another tab has fetched and stored meanwhile is
  /// not, though its message may not be here yet: see take_changed_elsewhere().
  [[nodiscard]] std::vector<std::string> take_due(Millis now);

  /// An answer that another tab brought, with its own facts; discarded where it is invalidated, outdated or no younger
  /// than what is here or in flight here. It supersedes flights that began before it: they would bring an older one.
  [[nodiscard]] SetResult adopt(std::string_view key, const EntryFacts& facts, Millis now);
  /// The timestamp from which another tab's answer will do for a fetch that is asked for now: younger than what is here
  /// and not older than `max_age`. With less than 0 it must be of a fetch that begins later.
  [[nodiscard]] Millis oldest_to_take(std::string_view key, Millis max_age, Millis now);
  /// Another tab changed `key` (as it stands in the area) or removed it; nullopt for a key: everything was.
  void on_area_change(std::optional<std::string_view> area_key, const std::optional<std::u16string>& text, Millis now);
  /// Keys whose answer another tab brought since the last call: watched ones, and encrypted ones that were resident.
  [[nodiscard]] std::vector<std::string> take_changed_elsewhere();

  /// An answer from the store that processes share, as old as its timestamp: adopted as another tab's is, with the life
  /// that its policy gives an answer here.
  [[nodiscard]] SetResult adopt_remote(const SetRequest& request, Millis timestamp, Millis now);
  /// What another process invalidated. Its machine's clock may run ahead of this one's, which is not taken for wrong.
  void learn_invalidation(Invalidation invalidation, Millis now);
  /// When the last invalidation here took effect, to be told to other processes.
  [[nodiscard]] Millis last_invalidation() const { return invalidations_.last(); }

  void sweep(Millis now);
  /// A slice of what storage has to do, with a sweep or without: a millisecond or two. True while there is more.
  bool maintain(Millis now);
  /// How long past their end a policy of this page lets an endpoint's answers serve, however they were written.
  void allow_grace(std::string_view endpoint, Millis grace) { storage_.space().allow_grace(endpoint, grace); }
  /// Who asks for `key` may do so until so long past its end, however it was written.
  void keep_for(std::string_view key, Millis grace);

  [[nodiscard]] Statistics& statistics() { return statistics_; }
  [[nodiscard]] std::vector<Entry> inspect(Millis now);
  [[nodiscard]] MemoryTier& memory() { return memory_; }
  [[nodiscard]] StorageTier& storage() { return storage_; }
  [[nodiscard]] const Invalidations& invalidations() const { return invalidations_.known(); }
  [[nodiscard]] const std::vector<Notice>& notices() const { return notices_; }
  [[nodiscard]] std::vector<Notice> take_notices();
  /// Limits crossed since the last call.
  [[nodiscard]] std::vector<Alert> take_alerts() {
    return alerts_.take(statistics_, storage_.space().bytes() / storage_.space().budget());
  }
  void note_error(ErrorKind kind, std::string_view key);

 private:
  [[nodiscard]] bool is_fresh(const EntryFacts& facts, std::string_view key, Millis now, Millis grace) const;
  [[nodiscard]] bool is_fresh(const EntryFacts& facts, std::string_view key, Millis now) const {
    return is_fresh(facts, key, now, Millis{0});
  }
  /// The same by what is remembered of a record, without reading it.
  [[nodiscard]] bool is_stored_fresh(KeyIndex::Id id, Millis now) const;
  /// Fresh, or still within its grace.
  [[nodiscard]] bool may_still_serve(const EntryFacts& facts, std::string_view key, Millis now) const {
    return is_fresh(facts, key, now, grace_of(key, facts.grace));
  }
  [[nodiscard]] Millis grace_of(std::string_view key, Millis own) const {
    return storage_.space().grace_of(key, std::max(own, storage_.kept_for(key)));
  }
  /// What is known of an answer to keep that was true at `timestamp`.
  [[nodiscard]] EntryFacts facts_of(const SetRequest& request, Millis timestamp) const;
  std::size_t drop_selected(const Invalidation& invalidation, Millis now);
  /// Its time is yet to be said.
  std::size_t invalidate_with(Invalidation invalidation, Millis now);
  void request_selected(const Selector& selector, bool skips_exempt, Millis now);
  /// There is an answer from `timestamp`, however it came.
  void renewed(std::string_view key, Millis timestamp, std::span<const std::string> tags);
  /// What other tabs have invalidated: drops what it concerns, and asks for what is watched of that.
  void apply_heard(std::span<const InvalidationLog::Heard> heard, Millis now);
  void apply_new_notes() { apply_heard(invalidations_.read_new_notes(), clock_.latest()); }
  void count_hit(SlotId slot);
  [[nodiscard]] bool is_invalidated(const EntryFacts& facts, std::string_view key) const;
  [[nodiscard]] std::string aad_of(std::string_view key, const EntryFacts& facts) const;
  [[nodiscard]] bool decrypt_with(Record& record, const LookupRequest& request);
  /// What the record in the area says of itself, whoever wrote it; nullopt where there is none that is fresh.
  [[nodiscard]] std::optional<RecordHead> fresh_head(std::string_view key, Millis now);
  [[nodiscard]] Millis stored_timestamp(std::string_view key, Millis now);
  /// Writes through; a resident value of `slot` is stored then.
  void store(std::string_view key, std::string_view data, const EntryFacts& facts, std::optional<SlotId> slot,
             Millis now, bool encrypted);
  /// Of what is here, in memory or else in storage.
  [[nodiscard]] Millis known_timestamp(std::string_view key, Millis now);
  void note_corrupt(std::string_view key);
  void start_anew();
  void collect_evictions();

  MemoryTier memory_;
  StorageTier& storage_;
  PageClock clock_;
  InvalidationLog invalidations_;
  Flights flights_;
  PendingEncryptions pending_encryptions_;
  EventFilter filter_;
  Failures failures_;
  Coordinator coordinator_{failures_};
  Statistics statistics_;
  Alerts alerts_;
  std::vector<Notice> notices_;
  std::vector<std::string> changed_elsewhere_;
  int corrupt_in_row_ = 0;
};

}  // namespace cardcache

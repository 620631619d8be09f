// Any text as a signed head and as a key: refused, or read and written again
// without loss. Nothing is signed by a key that nobody has.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ledger/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const ledger::SignerKey kKey{"fuzz", std::string(32, 'k')};
  if (const auto checkpoint = ledger::parse_checkpoint(text)) {
    const auto again =
        ledger::parse_checkpoint(ledger::sign(*checkpoint, kKey));
    RL_CHECK(again && *again == *checkpoint, "a checkpoint lost something");
  }
  (void)ledger::check_signatures(text, {ledger::public_half(kKey)});
  if (const auto key = ledger::parse_verifier_key(text)) {
    const auto again = ledger::parse_verifier_key(ledger::to_text(*key));
    RL_CHECK(again && again->public_key == key->public_key, "a key is another");
  }
  if (const auto key = ledger::parse_signer_key(text)) {
    const auto again = ledger::parse_signer_key(ledger::to_text(*key));
    RL_CHECK(again && again->seed == key->seed, "a private key is another");
  }
  return 0;
}

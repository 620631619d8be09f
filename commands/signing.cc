#include "commands/signing.h"

#include <sstream>

#include "commands/services/temporary_directory.h"
#include "ledger/allowed_signers.h"
#include "ledger/file.h"
#include "ledger/ssh_signature.h"
#include "schema/release/approval_text.h"

namespace commands {
namespace {

namespace fs = std::filesystem;
using services::ProcessRequest;
using services::ProcessResult;

// Long enough to find the hardware key and touch it.
constexpr std::chrono::seconds kSigningTimeout{120};
constexpr std::chrono::seconds kAskingTimeout{20};
constexpr unsigned kPrivate = 0600;

Result<ProcessResult> run(const Environment& environment,
                          std::vector<std::string> argv,
                          std::string input,
                          std::chrono::milliseconds timeout) {
  ProcessRequest request;
  request.argv = std::move(argv);
  request.input = std::move(input);
  request.timeout = timeout;
  return environment.processes->run(request);
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

bool is_allowed(const SigningRequest& request, const std::string& key) {
  for (const std::string& line : request.signers) {
    const auto signer = ledger::parse_signer(line);
    if (signer && ledger::may_sign(*signer,
                                   request.principal,
                                   schema::kSignatureNamespace,
                                   key,
                                   request.at_ms)) {
      return true;
    }
  }
  return false;
}

// git's own setting for signed commits: a path, or the key itself.
Result<std::optional<std::string>> key_of_git(const Environment& environment) {
  RL_ASSIGN(const auto format, environment.git->setting("gpg.format"));
  if (format != "ssh") {
    return std::nullopt;
  }
  return environment.git->setting_path("user.signingkey");
}

Result<std::optional<std::string>> key_of_agent(const Environment& environment,
                                                const SigningRequest& request) {
  const auto listed = run(environment, {"ssh-add", "-L"}, "", kAskingTimeout);
  if (!listed || listed->exit_code != 0) {
    return std::nullopt;  // there is no agent, or it has no key
  }
  std::istringstream lines(listed->out);
  for (std::string line; std::getline(lines, line);) {
    const auto key = ledger::ssh_key_of(line);
    if (key && is_allowed(request, *key)) {
      return key;
    }
  }
  return std::nullopt;
}

// A file for ssh-keygen: as it was named, or made for a key without one.
Result<fs::path> key_file(const Environment& environment,
                          const SigningRequest& request,
                          const fs::path& folder) {
  if (!request.key.empty()) {
    return fs::absolute(request.key);
  }
  RL_ASSIGN(auto key, key_of_git(environment));
  if (!key) {
    RL_ASSIGN(key, key_of_agent(environment, request));
  }
  if (!key) {
    return fail(
        ErrorCode::kUsage,
        "no-signing-key",
        fmt::format("there is no key that may sign for {}", request.principal),
        "--key FILE; or load one into ssh-agent that allowed_signers "
        "or the [[person]] of the plan names");
  }
  constexpr std::string_view kLiteral = "key::";
  const std::string text =
      key->starts_with(kLiteral) ? key->substr(kLiteral.size()) : *key;
  if (!ledger::ssh_key_of(text)) {
    return fs::path(text);
  }
  fs::path file = folder / "key.pub";
  RL_TRY(ledger::write_file(file, text + "\n", kPrivate));
  return file;
}

Result<std::string> make_signature(const Environment& environment,
                                   const SigningRequest& request,
                                   const fs::path& key) {
  RL_ASSIGN(const ProcessResult made,
            run(environment,
                {"ssh-keygen",
                 "-Y",
                 "sign",
                 "-n",
                 std::string(schema::kSignatureNamespace),
                 "-f",
                 key.string()},
                request.text,
                kSigningTimeout));
  if (made.exit_code == 0) {
    return made.out;
  }
  return fail(ErrorCode::kUpstream,
              "signing-failed",
              fmt::format("ssh-keygen did not sign with {}: {}",
                          key.string(),
                          first_line(made.err)),
              "a key with a pass phrase is signed with through ssh-agent: "
              "ssh-add it first");
}

}  // namespace

Status verify_signature(const Environment& environment,
                        const SigningRequest& request,
                        const Signed& made) {
  RL_ASSIGN(const auto temporary, services::TemporaryDirectory::create());
  const fs::path& folder = temporary.path();
  std::string allowed;
  for (const std::string& line : request.signers) {
    allowed += line + "\n";
  }
  const fs::path signers = folder / "allowed_signers";
  const fs::path signature = folder / "signature";
  RL_TRY(ledger::write_file(signers, allowed, kPrivate));
  RL_TRY(ledger::write_file(signature, made.signature, kPrivate));
  RL_ASSIGN(const ProcessResult checked,
            run(environment,
                {"ssh-keygen",
                 "-Y",
                 "verify",
                 "-n",
                 std::string(schema::kSignatureNamespace),
                 "-f",
                 signers.string(),
                 "-I",
                 request.principal,
                 "-s",
                 signature.string()},
                request.text,
                kAskingTimeout));
  if (checked.exit_code == 0) {
    return {};
  }
  return fail(ErrorCode::kRejected,
              "signer-not-allowed",
              fmt::format("the key {} may not sign for {}, as the recorded "
                          "plan has it",
                          made.key,
                          request.principal),
              "name it in allowed_signers beside the plan or in ssh of a "
              "[[person]], and run a step, which records the plan");
}

Result<Signed> sign_text(const Environment& environment,
                         const SigningRequest& request) {
  RL_ASSIGN(const auto folder, services::TemporaryDirectory::create());
  RL_ASSIGN(const fs::path key, key_file(environment, request, folder.path()));
  Signed made;
  RL_ASSIGN(made.signature, make_signature(environment, request, key));
  const auto parsed = ledger::parse_ssh_signature(made.signature);
  if (!parsed) {
    return fail(ErrorCode::kUpstream,
                "signing-failed",
                "ssh-keygen answered with something that is no signature",
                "ssh-keygen -Y sign needs OpenSSH 8.2 or newer");
  }
  made.key = parsed->key;
  RL_TRY(verify_signature(environment, request, made));
  return made;
}

}  // namespace commands

#include "commands/services/http_transport.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include "commands/services/git_output.h"
#include "commands/services/process.h"

namespace commands::services {
namespace {

using ledger::Error;
using ledger::ErrorCode;
using ledger::fail;
using std::chrono::milliseconds;

constexpr const char* kLibrary = "libcurl.so.4";
// Of all headers of an answer together.
constexpr std::size_t kHeaderBytesMax = 256UL << 10;

// What an attempt takes in, while libcurl hands it over.
struct Intake {
  HttpResponse response;
  std::size_t body_bytes_max = 0;
  std::size_t header_bytes = 0;
  bool too_large = false;
  bool interruptible = false;
  const std::function<bool()>* given_up = nullptr;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return result;
}

std::string_view stripped(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos
             ? std::string_view{}
             : text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

std::size_t take_body(char* data,
                      std::size_t size,
                      std::size_t count,
                      void* user) {
  Intake& intake = *static_cast<Intake*>(user);
  if (intake.response.body.size() + size * count > intake.body_bytes_max) {
    intake.too_large = true;
    return 0;
  }
  intake.response.body.append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data,
                        std::size_t size,
                        std::size_t count,
                        void* user) {
  Intake& intake = *static_cast<Intake*>(user);
  const std::string_view line(data, size * count);
  intake.header_bytes += line.size();
  if (intake.header_bytes > kHeaderBytesMax) {
    intake.too_large = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    intake.response.headers.clear();  // an interim answer went before
  } else if (const auto colon = line.find(':');
             colon != std::string_view::npos) {
    intake.response.headers.push_back(
        {lower(stripped(line.substr(0, colon))),
         std::string(stripped(line.substr(colon + 1)))});
  }
  return size * count;
}

int look_up(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const Intake& intake = *static_cast<Intake*>(user);
  const bool unwanted =
      interrupt_requested() || (*intake.given_up && (*intake.given_up)());
  return intake.interruptible && unwanted ? 1 : 0;
}

// Nothing has reached the service when these end an attempt.
bool is_before_sending(CURLcode code) {
  constexpr std::array kCodes = {CURLE_COULDNT_RESOLVE_PROXY,
                                 CURLE_COULDNT_RESOLVE_HOST,
                                 CURLE_COULDNT_CONNECT,
                                 CURLE_SSL_CONNECT_ERROR,
                                 CURLE_PROXY};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

// And these end it for good.
bool is_hopeless(CURLcode code) {
  constexpr std::array kCodes = {CURLE_UNSUPPORTED_PROTOCOL,
                                 CURLE_URL_MALFORMAT,
                                 CURLE_PEER_FAILED_VERIFICATION,
                                 CURLE_SSL_CACERT_BADFILE,
                                 CURLE_SSL_CERTPROBLEM,
                                 CURLE_SSL_ISSUER_ERROR};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

bool has_line_break(std::string_view text) {
  return std::ranges::any_of(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// What stands before the host, and may be a password.
bool has_user(std::string_view url) {
  const std::string_view rest = url.substr(url.find("://") + 3);
  return rest.substr(0, rest.find_first_of("/?#")).find('@') !=
         std::string_view::npos;
}

Status require_sound(const HttpRequest& request) {
  const std::string host = host_of(request.url);
  const bool secure = request.url.starts_with("https://");
  const std::string where =
      request.url_variable.empty() ? "" : " in " + request.url_variable;
  if (host.empty() || has_line_break(request.url) ||
      request.url.find(' ') != std::string::npos ||
      !(secure || request.url.starts_with("http://"))) {
    return fail(ErrorCode::kUsage,
                "url-invalid",
                fmt::format("the address of {}{} is no URL that begins with "
                            "https://",
                            request.service,
                            where),
                "for example https://api.example.org");
  }
  if (has_user(request.url)) {
    return fail(ErrorCode::kUsage,
                "url-invalid",
                fmt::format("the address of {}{} has a user or password in it",
                            request.service,
                            where),
                "leave it out; tokens have variables of their own");
  }
  if (!secure && !is_loopback(host)) {
    return fail(ErrorCode::kUsage,
                "url-insecure",
                fmt::format("{} at {}{} would be asked without encryption",
                            request.service,
                            host,
                            where),
                "use https://; plain http is for this machine alone");
  }
  for (const SecretHeader& header : request.secrets) {
    if (has_line_break(header.secret.reveal())) {
      return fail(ErrorCode::kUsage,
                  "header-invalid",
                  fmt::format("{} holds a line break or another control "
                              "character",
                              header.secret.variable()),
                  "set it again, without the line break");
    }
  }
  for (const HttpHeader& header : request.headers) {
    RL_CHECK(!has_line_break(header.value), "a header is one line");
  }
  return {};
}

}  // namespace

// The functions of libcurl that are used, once it is loaded. It stays loaded:
// unloading it under the libraries it brought is asking for trouble.
struct HttpTransport::Curl {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_reset) reset = nullptr;
  decltype(&curl_easy_setopt) setopt = nullptr;
  decltype(&curl_easy_perform) perform = nullptr;
  decltype(&curl_easy_getinfo) getinfo = nullptr;
  decltype(&curl_easy_cleanup) cleanup = nullptr;
  decltype(&curl_easy_strerror) strerror = nullptr;
  decltype(&curl_slist_append) append = nullptr;
  decltype(&curl_slist_free_all) free_all = nullptr;
  CURL* handle = nullptr;

  Curl() = default;
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;
  ~Curl() {
    if (handle != nullptr) {
      cleanup(handle);
    }
  }

  // What is missing, or nothing.
  std::string load();
  void prepare(const HttpRequest& request,
               const Settings& settings,
               milliseconds limit);
  curl_slist* headers_of(const HttpRequest& request) const;
  bool was_connected(bool secure) const;
};

std::string HttpTransport::Curl::load() {
  void* library = ::dlopen(kLibrary, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    return sanitised(::dlerror());
  }
  std::string missing;
  const auto find = [&]<class Function>(const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    missing = function == nullptr ? name : missing;
  };
  find("curl_global_init", global_init);
  find("curl_easy_init", easy_init);
  find("curl_easy_reset", reset);
  find("curl_easy_setopt", setopt);
  find("curl_easy_perform", perform);
  find("curl_easy_getinfo", getinfo);
  find("curl_easy_cleanup", cleanup);
  find("curl_easy_strerror", strerror);
  find("curl_slist_append", append);
  find("curl_slist_free_all", free_all);
  if (!missing.empty()) {
    return fmt::format("{} lacks {}", kLibrary, missing);
  }
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
      (handle = easy_init()) == nullptr) {
    return fmt::format("{} does not start", kLibrary);
  }
  return {};
}

curl_slist* HttpTransport::Curl::headers_of(const HttpRequest& request) const {
  curl_slist* list = append(nullptr, "Expect:");  // never waits to be asked
  for (const HttpHeader& header : request.headers) {
    list =
        append(list, fmt::format("{}: {}", header.name, header.value).c_str());
  }
  for (const SecretHeader& header : request.secrets) {
    list = append(list,
                  fmt::format("{}: {}{}{}",
                              header.name,
                              header.scheme,
                              header.scheme.empty() ? "" : " ",
                              header.secret.reveal())
                      .c_str());
  }
  return list;
}

void HttpTransport::Curl::prepare(const HttpRequest& request,
                                  const Settings& settings,
                                  milliseconds limit) {
  reset(handle);
  const bool secure = request.url.starts_with("https://");
  setopt(handle, CURLOPT_URL, request.url.c_str());
  setopt(handle, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http");
  setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  setopt(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  setopt(handle, CURLOPT_NOSIGNAL, 1L);
  setopt(handle, CURLOPT_USERAGENT, settings.user_agent.c_str());
  setopt(handle, CURLOPT_ACCEPT_ENCODING, "");  // all that it knows
  setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  setopt(handle, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!settings.ca_file.empty()) {
    setopt(handle, CURLOPT_CAINFO, settings.ca_file.c_str());
  }
  if (is_loopback(host_of(request.url))) {
    setopt(handle, CURLOPT_PROXY, "");  // never by way of another machine
  }
  const HttpBounds& bounds = request.bounds;
  const auto count = [](milliseconds span) {
    return static_cast<long>(std::max<std::int64_t>(span.count(), 1));
  };
  setopt(handle,
         CURLOPT_CONNECTTIMEOUT_MS,
         count(std::min(bounds.connect, limit)));
  setopt(handle, CURLOPT_TIMEOUT_MS, count(limit));
  setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  setopt(
      handle, CURLOPT_LOW_SPEED_TIME, std::max(1L, count(bounds.stall) / 1000));
  if (request.effect != Effect::kNone) {
    setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
    setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  }
  if (request.method == "POST" || !request.body.empty()) {
    setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    setopt(handle,
           CURLOPT_POSTFIELDSIZE_LARGE,
           static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method != "GET" && request.method != "POST") {
    setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

// Whether a new connection came about that could carry the request.
bool HttpTransport::Curl::was_connected(bool secure) const {
  curl_off_t at = 0;
  getinfo(handle,
          secure ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T,
          &at);
  return at > 0;
}

HttpTransport::HttpTransport(Settings settings)
    : settings_(std::move(settings)) {}

HttpTransport::~HttpTransport() = default;

Status HttpTransport::load() {
  if (curl_) {
    return {};
  }
  auto curl = std::make_unique<Curl>();
  if (const std::string missing = curl->load(); !missing.empty()) {
    return fail(ErrorCode::kIo,
                "no-libcurl",
                fmt::format("no service can be asked: {}", missing),
                "install libcurl 7.85 or newer (Debian: libcurl4)");
  }
  curl_ = std::move(curl);
  return {};
}

Result<Delivery> HttpTransport::attempt(const HttpRequest& request,
                                        milliseconds limit) {
  RL_TRY(require_sound(request));
  RL_TRY(load());
  Intake intake;
  intake.body_bytes_max = request.bounds.body_bytes_max;
  intake.interruptible = request.effect == Effect::kNone;
  intake.given_up = &settings_.given_up;
  std::array<char, CURL_ERROR_SIZE> words{};
  CURL* handle = curl_->handle;
  curl_->prepare(request, settings_, limit);
  curl_slist* headers = curl_->headers_of(request);
  curl_->setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_->setopt(handle, CURLOPT_ERRORBUFFER, words.data());
  curl_->setopt(handle, CURLOPT_WRITEFUNCTION, &take_body);
  curl_->setopt(handle, CURLOPT_WRITEDATA, &intake);
  curl_->setopt(handle, CURLOPT_HEADERFUNCTION, &take_header);
  curl_->setopt(handle, CURLOPT_HEADERDATA, &intake);
  curl_->setopt(handle, CURLOPT_XFERINFOFUNCTION, &look_up);
  curl_->setopt(handle, CURLOPT_XFERINFODATA, &intake);
  curl_->setopt(handle, CURLOPT_NOPROGRESS, 0L);
  const CURLcode code = curl_->perform(handle);
  curl_->free_all(headers);
  curl_->setopt(handle, CURLOPT_ERRORBUFFER, nullptr);

  Delivery delivery;
  delivery.words =
      sanitised(words[0] == 0 ? curl_->strerror(code) : words.data());
  const bool connected =
      curl_->was_connected(request.url.starts_with("https://"));
  if (code == CURLE_OK) {
    long status = 0;
    curl_->getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    intake.response.status = static_cast<int>(status);
    delivery.response = std::move(intake.response);
  } else if (code == CURLE_ABORTED_BY_CALLBACK) {
    delivery.fate = Fate::kInterrupted;
  } else if (intake.too_large) {
    delivery.fate = Fate::kTooLarge;
  } else if (is_hopeless(code)) {
    delivery.fate = Fate::kHopeless;
  } else if (is_before_sending(code) ||
             (!connected && (code == CURLE_OPERATION_TIMEDOUT ||
                             request.effect != Effect::kNone))) {
    // What has an effect goes out on a connection of its own: without one,
    // through a proxy that refuses say, nothing has gone out.
    delivery.fate = Fate::kNotSent;
  } else {
    delivery.fate = Fate::kLost;
  }
  return delivery;
}

std::string host_of(std::string_view url) {
  const std::size_t mark = url.find("://");
  if (mark == std::string_view::npos) {
    return {};
  }
  std::string_view rest = url.substr(mark + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  return std::string(rest.substr(rest.rfind('@') + 1));
}

bool is_loopback(std::string_view host) {
  const std::size_t port = host.rfind(':');
  const bool bracketed = host.starts_with('[');
  std::string_view name = host;
  if (port != std::string_view::npos && (!bracketed || host[port - 1] == ']')) {
    name = host.substr(0, port);
  }
  const bool digits = std::ranges::all_of(
      name, [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; });
  return name == "localhost" || name == "[::1]" ||
         (digits && name.starts_with("127."));
}

}  // namespace commands::services

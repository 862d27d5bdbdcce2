#include "platform/http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/base/text.hpp"
#include "platform/loopback.hpp"

namespace guestpatch {
namespace {

constexpr milliseconds connect_limit{10'000};
constexpr std::size_t longest_body = 1U << 20U;
constexpr std::size_t longest_head = 64U << 10U;  // libcurl 7.88 itself takes headers without end

/// One request on its way, as libcurl's callbacks see it.
struct Transfer {
    HttpAnswer answer;
    std::size_t head = 0;      ///< bytes of headers so far
    bool headed = false;       ///< the empty line after the headers came; libcurl does not insist on it
    std::string objection;     ///< why a callback broke it off
    bool kept_inside = false;  ///< an address was not allowed
};

std::size_t take_body(const char* data, std::size_t, std::size_t size, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    if (transfer.answer.body.size() + size > longest_body) {
        transfer.objection = "the answer is longer than 1 MiB";
        return 0;
    }
    transfer.answer.body.append(data, size);
    return size;
}

std::size_t take_header(const char* data, std::size_t, std::size_t size, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    transfer.head += size;
    if (transfer.head > longest_head) {
        transfer.objection = "the answer has more than 64 KiB of headers";
        return 0;
    }
    std::string_view line(data, size);
    if (line.starts_with("HTTP/")) transfer.answer.etag.clear();  // what came before was provisional, or a proxy's
    transfer.headed = trim(line).empty();
    const std::string_view name = take_until(line, ':');
    if (to_lower(name) == "etag") transfer.answer.etag = trim(line);
    return size;
}

/// The last word on where a connection goes, after all names are resolved.
curl_socket_t open_inside(void* context, curlsocktype, curl_sockaddr* address) {
    if (is_loopback(&address->addr, address->addrlen)) {
        return ::socket(address->family, address->socktype, address->protocol);
    }
    static_cast<Transfer*>(context)->kept_inside = true;
    return CURL_SOCKET_BAD;
}

curl_blob borrowed(const std::string& bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY};
}

/// Sets options until one is refused: what this libcurl cannot do must not be left out silently.
class Options {
  public:
    explicit Options(CURL* curl) : curl_(curl) {}

    template <class Value>
    Options& set(CURLoption option, Value value) {
        if (refused_ == CURLE_OK) refused_ = ::curl_easy_setopt(curl_, option, value);
        return *this;
    }
    [[nodiscard]] CURLcode refused() const { return refused_; }

  private:
    CURL* curl_;
    CURLcode refused_ = CURLE_OK;
};

HttpFault fault_of(CURLcode code, std::string_view message) {
    // OpenSSL's own errors; without, the connection died under the handshake.
    const bool of_tls = message.contains("SSL routines");
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT: return HttpFault::unreached;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CIPHER: return HttpFault::untrusted;
        // With TLS 1.3 a server complains of our certificate only when we already read.
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR: return of_tls ? HttpFault::untrusted : HttpFault::broken;
        case CURLE_URL_MALFORMAT: return HttpFault::refused;
        default: return HttpFault::broken;
    }
}

class CurlHttp final : public Http {
  public:
    explicit CurlHttp(TlsIdentity tls)
        : tls_(std::move(tls)),
          ca_(borrowed(tls_.ca)),
          certificate_(borrowed(tls_.certificate)),
          key_(borrowed(tls_.key.empty() ? tls_.certificate : tls_.key)) {}
    CurlHttp(const CurlHttp&) = delete;
    CurlHttp& operator=(const CurlHttp&) = delete;
    ~CurlHttp() override { ::curl_easy_cleanup(curl_); }

    std::expected<HttpAnswer, HttpFailure> send(const HttpRequest& request) override {
        if (curl_ == nullptr) return std::unexpected(HttpFailure{HttpFault::refused, "libcurl does not start"});
        ::curl_easy_reset(curl_);  // keeps the connection
        Transfer transfer;
        std::array<char, CURL_ERROR_SIZE> said{};
        const Headers headers = header_list(request);
        Options options(curl_);
        options.set(CURLOPT_ERRORBUFFER, said.data()).set(CURLOPT_HTTPHEADER, headers.get());
        set_request(options, request);
        set_limits(options, request, transfer);
        set_tls(options, request.certificates);
        // Older than 7.85 does not know it; URLs of other kinds do not come this far anyway.
        ::curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
        if (options.refused() != CURLE_OK) {
            return std::unexpected(HttpFailure{
                HttpFault::refused, fmt::format("{}: {}", http_library(), ::curl_easy_strerror(options.refused()))});
        }
        const CURLcode code = ::curl_easy_perform(curl_);
        if (code != CURLE_OK) return std::unexpected(failure(code, transfer, said.data()));
        return answer(std::move(transfer));
    }

  private:
    using Headers = std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)>;

    static Headers header_list(const HttpRequest& request) {
        curl_slist* list = ::curl_slist_append(nullptr, "Expect:");  // no asking before a body is sent
        if (request.body.empty()) list = ::curl_slist_append(list, "Content-Type:");  // libcurl takes any POST for a form
        for (const auto& [name, value] : request.headers) {
            list = ::curl_slist_append(list, (value.empty() ? name + ";" : fmt::format("{}: {}", name, value)).c_str());
        }
        return {list, &::curl_slist_free_all};
    }

    static void set_request(Options& options, const HttpRequest& request) {
        options.set(CURLOPT_URL, request.url.c_str()).set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
        if (request.method != "GET" || !request.body.empty()) {
            options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()))
                .set(CURLOPT_POSTFIELDS, request.body.c_str())
                .set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
        }
        if (!request.socket.empty()) options.set(CURLOPT_UNIX_SOCKET_PATH, request.socket.c_str());
        if (request.proxies == Proxies::none) options.set(CURLOPT_PROXY, "").set(CURLOPT_NOPROXY, "*");
        options.set(CURLOPT_FOLLOWLOCATION, 0L).set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    }

    static void set_limits(Options& options, const HttpRequest& request, Transfer& transfer) {
        const auto whole = std::max(request.limit, milliseconds(1));  // 0 means none to libcurl
        options.set(CURLOPT_TIMEOUT_MS, long{whole.count()})
            .set(CURLOPT_CONNECTTIMEOUT_MS, long{std::min(whole, connect_limit).count()})
            .set(CURLOPT_WRITEFUNCTION, &take_body)
            .set(CURLOPT_WRITEDATA, &transfer)
            .set(CURLOPT_HEADERFUNCTION, &take_header)
            .set(CURLOPT_HEADERDATA, &transfer);
        if (request.addresses == Addresses::loopback) {
            options.set(CURLOPT_OPENSOCKETFUNCTION, &open_inside).set(CURLOPT_OPENSOCKETDATA, &transfer);
        }
    }

    void set_tls(Options& options, Certificates certificates) {
        const bool verified = certificates == Certificates::verified;
        options.set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2})
            .set(CURLOPT_SSL_VERIFYPEER, verified ? 1L : 0L)
            .set(CURLOPT_SSL_VERIFYHOST, verified ? 2L : 0L);
        // Without the second the system's folder of authorities would count beside the ones that were asked for.
        if (!tls_.ca.empty()) options.set(CURLOPT_CAINFO_BLOB, &ca_).set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
        if (!tls_.certificate.empty()) options.set(CURLOPT_SSLCERT_BLOB, &certificate_).set(CURLOPT_SSLKEY_BLOB, &key_);
    }

    [[nodiscard]] HttpFailure failure(CURLcode code, const Transfer& transfer, std::string_view said) const {
        if (transfer.kept_inside) return {HttpFault::refused, "not a loopback address"};
        if (!transfer.objection.empty()) return {HttpFault::broken, transfer.objection};
        const std::string message = said.empty() ? ::curl_easy_strerror(code) : std::string(trim(said));
        curl_off_t ready = 0;  // to send, after TLS has shaken hands
        ::curl_easy_getinfo(curl_, CURLINFO_PRETRANSFER_TIME_T, &ready);
        if (code == CURLE_OPERATION_TIMEDOUT && ready == 0) return {HttpFault::unreached, message};
        return {fault_of(code, message), message};
    }

    [[nodiscard]] std::expected<HttpAnswer, HttpFailure> answer(Transfer transfer) const {
        long status = 0;
        curl_off_t retry_after = 0;
        ::curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
        ::curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &retry_after);
        if (!transfer.headed) return std::unexpected(HttpFailure{HttpFault::broken, "the answer ends among its headers"});
        if (status < 100 || status > 599) {
            return std::unexpected(HttpFailure{HttpFault::broken, fmt::format("{} is no HTTP status", status)});
        }
        transfer.answer.status = static_cast<int>(status);
        if (retry_after != 0) transfer.answer.retry_after = seconds(retry_after);
        return std::move(transfer.answer);
    }

    TlsIdentity tls_;
    curl_blob ca_;
    curl_blob certificate_;
    curl_blob key_;
    CURL* curl_ = ::curl_easy_init();  // libcurl itself ignores SIGPIPE while it sends
};

}  // namespace

std::unique_ptr<Http> make_http(TlsIdentity tls) {
    static const CURLcode started = ::curl_global_init(CURL_GLOBAL_DEFAULT);  // once, and never undone
    (void)started;  // a failure shows again in every curl_easy_init
    return std::make_unique<CurlHttp>(std::move(tls));
}

std::string http_library() {
    const curl_version_info_data* info = ::curl_version_info(CURLVERSION_NOW);
    return fmt::format("libcurl {}, {}", info->version, info->ssl_version == nullptr ? "no TLS" : info->ssl_version);
}

}  // namespace guestpatch

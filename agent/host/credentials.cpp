#include "agent/host/credentials.hpp"

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

enum class Secret { no, yes };

/// Nothing where no file is configured.
Result<void> read_into(Files& files, const Path& path, Secret secret, std::string_view key, std::string& into) {
    if (path.empty()) return {};
    auto content = secret == Secret::yes ? files.read_private(path) : files.read(path);
    if (!content) return content.error().within(std::string(key));
    into = std::move(*content);
    return {};
}

}  // namespace

Result<Credentials> read_credentials(Files& files, const HostSettings& host) {
    Credentials credentials;
    if (auto read = read_into(files, host.ca_file, Secret::no, "host.caFile", credentials.ca); !read) return read.error();
    auto certificate = read_into(files, host.client_certificate, Secret::no, "host.clientCertificate", credentials.certificate);
    if (!certificate) return certificate.error();
    if (auto read = read_into(files, host.client_key, Secret::yes, "host.clientKey", credentials.key); !read) return read.error();
    auto token = read_into(files, host.bearer_token_file, Secret::yes, "host.bearerTokenFile", credentials.bearer);
    if (!token) return token.error();
    credentials.bearer = std::string(trim(credentials.bearer));
    if (!host.bearer_token_file.empty() && credentials.bearer.empty()) {
        return Error{Errc::invalid, "host.bearerTokenFile: " + host.bearer_token_file.string() + " is empty"};
    }
    return credentials;
}

}  // namespace guestpatch

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/kernel/tlstesting.h"

#include <gtest/gtest.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <csignal>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace timeslice::testing_support {

namespace {

struct Free {
    void operator()(SSL_CTX *context) const { SSL_CTX_free(context); }
    void operator()(SSL *session) const { SSL_free(session); }
    void operator()(BIO *memory) const { BIO_free(memory); }
    void operator()(X509 *certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reading(const std::string &text)
{
    return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Owned<SSL_CTX> contextFor(const TlsIdentity &identity)
{
    Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
    const Owned<X509> certificate(
        PEM_read_bio_X509(reading(identity.certificate()).get(), nullptr, nullptr, nullptr));
    const Owned<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(reading(identity.key()).get(), nullptr, nullptr, nullptr));
    EXPECT_EQ(SSL_CTX_use_certificate(context.get(), certificate.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), key.get()), 1);
    return context;
}

// OpenSSL writes to its socket with write(2).
void blockSigpipe()
{
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

// Until one of the two ends.
void carryBetween(SSL *session, int secure, int plain)
{
    std::array<char, 4096> buffer{};
    for (;;) {
        std::array<pollfd, 2> ends{{{secure, POLLIN, 0}, {plain, POLLIN, 0}}};
        if (SSL_pending(session) == 0)
            ::poll(ends.data(), ends.size(), -1);
        if (SSL_pending(session) > 0 || ends[0].revents != 0) {
            const int got = SSL_read(session, buffer.data(), buffer.size());
            if (got <= 0)
                return;
            ::send(plain, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
        }
        if (ends[1].revents != 0) {
            const auto got = ::recv(plain, buffer.data(), buffer.size(), 0);
            if (got <= 0) {
                SSL_shutdown(session);
                return;
            }
            if (SSL_write(session, buffer.data(), static_cast<int>(got)) <= 0)
                return;
        }
    }
}

} // namespace

std::shared_ptr<const TlsIdentity> makeIdentity(const TlsIdentity::Options &options)
{
    auto identity = TlsIdentity::create(options);
    EXPECT_TRUE(identity) << describe(identity.error());
    return std::make_shared<const TlsIdentity>(std::move(*identity));
}

void serveOverTls(int fd, const TlsIdentity &identity, const std::function<void(int fd)> &script)
{
    blockSigpipe();
    const auto context = contextFor(identity);
    const Owned<SSL> session(SSL_new(context.get()));
    SSL_set_fd(session.get(), fd);
    if (SSL_accept(session.get()) != 1)
        return;
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
    std::thread server([&] {
        script(pair[1]);
        ::shutdown(pair[1], SHUT_RDWR);
    });
    carryBetween(session.get(), fd, pair[0]);
    ::shutdown(pair[0], SHUT_RDWR);
    server.join();
    ::close(pair[0]);
    ::close(pair[1]);
}

} // namespace timeslice::testing_support

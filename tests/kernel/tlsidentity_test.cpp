// SPDX-License-Identifier: GPL-3.0-or-later
// The certificate and the key that the local server makes for one run.
#include "core/workload/tlsidentity.h"
#include "core/workload/tlssession.h"
#include "tests/kernel/tlstesting.h"

#include <gtest/gtest.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace timeslice {
namespace {

using namespace testing_support;

std::shared_ptr<X509> parsed(const std::string &pem)
{
    BIO *const memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    std::shared_ptr<X509> certificate(PEM_read_bio_X509(memory, nullptr, nullptr, nullptr), X509_free);
    BIO_free(memory);
    return certificate;
}

// Whether a certificate is valid at a time, seen from now.
bool isValidIn(const X509 *certificate, std::chrono::seconds offset)
{
    auto when = std::time(nullptr) + offset.count();
    return X509_cmp_time(X509_get0_notBefore(certificate), &when) < 0
        && X509_cmp_time(X509_get0_notAfter(certificate), &when) > 0;
}

TEST(TlsIdentity, isForThisMachineForADay)
{
    using namespace std::chrono_literals;
    const auto certificate = parsed(makeIdentity()->certificate());
    ASSERT_NE(certificate, nullptr);
    EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.2", 0), 0);
    EXPECT_EQ(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(certificate.get(), "example.org", 0, 0, nullptr), 0);
    EXPECT_TRUE(isValidIn(certificate.get(), 0s));
    EXPECT_TRUE(isValidIn(certificate.get(), 23h));
    EXPECT_FALSE(isValidIn(certificate.get(), 25h));
    EXPECT_TRUE(isValidIn(certificate.get(), -30min)) << "a clock that is set back a little";
}

TEST(TlsIdentity, provesAServerAndSignsNoOthers)
{
    const auto certificate = parsed(makeIdentity()->certificate());
    ASSERT_NE(certificate, nullptr);
    EXPECT_EQ(X509_get_version(certificate.get()), 2);
    EXPECT_EQ(X509_check_ca(certificate.get()), 0);
    EXPECT_EQ(X509_get_key_usage(certificate.get()), unsigned{KU_DIGITAL_SIGNATURE});
    EXPECT_EQ(X509_get_extended_key_usage(certificate.get()), unsigned{XKU_SSL_SERVER});
    EXPECT_EQ(X509_check_purpose(certificate.get(), X509_PURPOSE_SSL_SERVER, 0), 1);
    EXPECT_EQ(X509_check_purpose(certificate.get(), X509_PURPOSE_SSL_CLIENT, 0), 0);
}

TEST(TlsIdentity, isAnotherOneEachTime)
{
    const auto one = makeIdentity();
    const auto other = makeIdentity();
    EXPECT_NE(one->key(), other->key());
    const auto certificate = parsed(one->certificate());
    EXPECT_NE(
        ASN1_INTEGER_cmp(
            X509_get0_serialNumber(certificate.get()),
            X509_get0_serialNumber(parsed(other->certificate()).get())),
        0);
}

TEST(TlsIdentity, hasAKeyThatItsCertificateSpeaksOf)
{
    const auto identity = makeIdentity();
    EXPECT_EQ(identity->certificate().find("PRIVATE KEY"), std::string::npos);
    BIO *const memory = BIO_new_mem_buf(identity->key().data(), static_cast<int>(identity->key().size()));
    EVP_PKEY *const key = PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr);
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(X509_check_private_key(parsed(identity->certificate()).get(), key), 1);
    EXPECT_EQ(EVP_PKEY_get_bits(key), 256);
    EVP_PKEY_free(key);
    BIO_free(memory);
}

TEST(TlsIdentity, saysWhatCannotBeMade)
{
    const auto refused = TlsIdentity::create({.address = "no address"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Unsupported);
    EXPECT_NE(refused.error().what.find("cannot be made: "), std::string::npos);
}

TEST(TlsTrust, takesCertificatesOnly)
{
    EXPECT_TRUE(TlsTrust::create(makeIdentity()->certificate()));
    for (const std::string &text : {std::string(), std::string("garbage"), makeIdentity()->key()}) {
        const auto trust = TlsTrust::create(text);
        ASSERT_FALSE(trust);
        EXPECT_EQ(trust.error().kind, ErrorKind::Malformed);
        EXPECT_NE(trust.error().what.find("certificate cannot be read"), std::string::npos);
    }
}

} // namespace
} // namespace timeslice

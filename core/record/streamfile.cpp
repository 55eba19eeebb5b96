// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/streamfile.h"

#include "core/record/filetarget.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include <zlib.h>

namespace timeslice {

namespace {

constexpr qsizetype kBuffer = 256 * 1024;
constexpr int kGzipWindow = 15 + 16; // zlib's way to ask for a gzip header, which then holds no time

} // namespace

class StreamFile::Private {
public:
    explicit Private(QString path)
        : m_path(std::move(path))
    { }
    ~Private()
    {
        if (m_isPacking)
            deflateEnd(&m_packer);
    }
    Private(const Private &) = delete;
    Private &operator=(const Private &) = delete;

    Result<void> open(Packing packing)
    {
        const QFileInfo info(m_path);
        if (info.isDir())
            return failErrno(EISDIR, m_path.toStdString(), "cannot be written");
        bool isOpen = false;
        if (isSpecial(info)) {
            auto file = std::make_unique<QFile>(m_path);
            isOpen = file->open(QIODevice::WriteOnly | QIODevice::Unbuffered);
            m_file = std::move(file);
        } else {
            auto file = std::make_unique<QSaveFile>(m_path);
            isOpen = file->open(QIODevice::WriteOnly);
            m_saved = file.get();
            m_file = std::move(file);
        }
        if (!isOpen)
            return std::unexpected(cannotSave(m_path, *m_file));
        if (packing == Packing::Plain)
            return {};
        m_isPacking =
            deflateInit2(
                &m_packer, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY)
            == Z_OK;
        if (!m_isPacking)
            return fail(ErrorKind::System, m_path.toStdString(), "cannot be compressed");
        return {};
    }

    void write(QByteArrayView piece)
    {
        m_buffer.append(piece.data(), piece.size());
        if (m_buffer.size() >= kBuffer)
            flush(Z_NO_FLUSH);
    }

    Result<void> commit()
    {
        flush(Z_FINISH);
        if (!m_error && !m_file->flush())
            m_error = cannotSave(m_path, *m_file);
        if (m_error)
            return std::unexpected(*m_error);
        if (m_saved != nullptr && !m_saved->commit())
            return std::unexpected(cannotSave(m_path, *m_file));
        return {};
    }

    [[nodiscard]] bool hasFailed() const { return m_error.has_value(); }

private:
    void flush(int mode)
    {
        if (m_isPacking)
            pack(mode);
        else
            put(m_buffer);
        m_buffer.clear();
    }

    void put(QByteArrayView bytes)
    {
        if (!m_error && m_file->write(bytes.data(), bytes.size()) != bytes.size())
            m_error = cannotSave(m_path, *m_file);
    }

    void pack(int mode)
    {
        std::array<char, 64 * 1024> packed;
        m_packer.next_in = reinterpret_cast<Bytef *>(m_buffer.data());
        m_packer.avail_in = static_cast<uInt>(m_buffer.size());
        do {
            m_packer.next_out = reinterpret_cast<Bytef *>(packed.data());
            m_packer.avail_out = static_cast<uInt>(packed.size());
            deflate(&m_packer, mode); // cannot fail with buffers like these
            put(QByteArrayView(packed.data(), static_cast<qsizetype>(packed.size() - m_packer.avail_out)));
        } while (m_packer.avail_out == 0 && !m_error);
    }

    const QString m_path;
    std::unique_ptr<QFileDevice> m_file;
    QSaveFile *m_saved = nullptr; ///< m_file, when it is one.
    QByteArray m_buffer; ///< At most kBuffer and one piece.
    z_stream m_packer{};
    bool m_isPacking = false;
    std::optional<Error> m_error;
};

StreamFile::StreamFile(std::unique_ptr<Private> priv)
    : d(std::move(priv))
{ }

StreamFile::~StreamFile() = default;

Result<std::unique_ptr<StreamFile>> StreamFile::open(const QString &path, Packing packing)
{
    auto made = std::make_unique<Private>(path);
    if (auto opened = made->open(packing); !opened)
        return std::unexpected(opened.error());
    return std::unique_ptr<StreamFile>(new StreamFile(std::move(made)));
}

void StreamFile::write(QByteArrayView piece)
{
    d->write(piece);
}

bool StreamFile::hasFailed() const
{
    return d->hasFailed();
}

Result<void> StreamFile::commit()
{
    return d->commit();
}

} // namespace timeslice

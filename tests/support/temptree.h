// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace timeslice::testing {

/// A private directory that a test fills with files, as /proc or /sys would have them; gone with the object.
class TempTree {
public:
    TempTree()
    {
        std::string name = (std::filesystem::temp_directory_path() / "timeslice-test-XXXXXX").string();
        m_path = ::mkdtemp(name.data()) != nullptr ? std::filesystem::path(name) : std::filesystem::path();
    }
    TempTree(const TempTree &) = delete;
    TempTree &operator=(const TempTree &) = delete;
    ~TempTree()
    {
        std::error_code ignored;
        if (!m_path.empty())
            std::filesystem::remove_all(m_path, ignored);
    }

    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }

    /// Makes the file, with its directories, or overwrites what is in it; an open file sees the new text.
    void write(const std::filesystem::path &file, std::string_view text) const
    {
        const auto target = m_path / file;
        std::filesystem::create_directories(target.parent_path());
        std::ofstream(target, std::ios::binary | std::ios::trunc) << text;
    }
    void remove(const std::filesystem::path &path) const { std::filesystem::remove_all(m_path / path); }

private:
    std::filesystem::path m_path;
};

/// All of a file below tests/data.
[[nodiscard]] inline std::string readFixture(const std::filesystem::path &path)
{
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

} // namespace timeslice::testing

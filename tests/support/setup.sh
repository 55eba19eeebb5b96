# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by app/run, tests/run and .ci/run; to be sourced from the repository's root.

readonly packages_file=tests/support/packages.txt

# Packages of the given groups that are not installed, one per line.
missing_packages() {
    local group pattern name
    pattern=$(IFS='|'; echo "$*")
    awk -v pattern="^($pattern)\$" '!/^#/ && $1 ~ pattern { print $2 }' "$packages_file" | sort -u |
        while read -r name; do
            [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
        done
}

# Installs the packages of the given groups (build, run, test, format) where they are missing.
ensure_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        # Another distribution: good enough if what we call is there, else say what is needed.
        if command -v cmake >/dev/null && command -v ninja >/dev/null && [ -n "${TIMESLICE_ASSUME_PACKAGES:-}" ]; then
            return
        fi
        echo "Timeslice installs its packages on Debian and Ubuntu only. Elsewhere it needs the equivalents of:" >&2
        awk '!/^#/ && NF { print "    " $2 "  (" $1 ")" }' "$packages_file" >&2
        echo "With these in place, set TIMESLICE_ASSUME_PACKAGES=1 and run this again." >&2
        exit 3
    fi
    local missing
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "${missing// /}" ] || return 0

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Missing packages, and no sudo to install them with. As root: apt-get install $missing" >&2
            exit 3
        fi
        as_root=(sudo)
    fi
    echo "Installing: $missing" >&2
    local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends)
    # shellcheck disable=SC2086 # a list of words on purpose
    if ! { "${as_root[@]}" apt-get update -qq && "${install[@]}" -qq $missing; } >&2; then
        echo "Could not install: $missing" >&2
        exit 3
    fi
}

# build_preset PRESET [TARGET...]: configures when needed and builds.
build_preset() {
    local preset=$1
    shift
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >&2
    cmake --build --preset "$preset" ${1:+--target "$@"} >&2
}

# run_tests PRESET [CTEST ARGUMENTS...]: the tests of a preset that is built.
run_tests() {
    local preset=$1 wrapper=()
    shift
    # ThreadSanitizer of GCC 12 cannot live with the wider address randomisation of newer kernels.
    [ "$preset" = tsan ] && wrapper=(setarch "$(uname -m)" -R)
    # Where a leak's stack ends in a library without frame pointers, fast_unwind_on_malloc=0 tells the rest, at four
    # times the run time.
    ASAN_OPTIONS=detect_leaks=1 \
    LSAN_OPTIONS=suppressions="$PWD/tests/support/lsan.supp":print_suppressions=0 \
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    TSAN_OPTIONS=halt_on_error=1 \
        "${wrapper[@]}" ctest --preset "$preset" --parallel "$(nproc)" "$@"
}

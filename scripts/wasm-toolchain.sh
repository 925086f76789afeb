#!/usr/bin/env bash
# Finds, or makes, a Rust toolchain that can compile for the browser (wasm32-unknown-unknown).
#
# Prints one line on stdout: "host" if the ordinary toolchain can do it, else the folder of a toolchain of its own (it holds
# bin/rustc, to be run with its lib/ in LD_LIBRARY_PATH). Everything else goes to stderr. Run it as often as you like:
# when there is nothing to do it answers at once.
#
# The ordinary way is `rustup target add`. Where rustup can reach no download host, Debian's "web" toolchain
# (made for Debian's browsers, so it is recent) is unpacked into a cache folder. Nothing is installed:
# removing the folder undoes it. The one thing it lacks is the wasm32 standard library, which is compiled from Debian's
# source package.
#
#   LEADBELL_CACHE            where to keep it   (default: ${XDG_CACHE_HOME:-~/.cache}/leadbell)
#   LEADBELL_WASM_TOOLCHAIN   auto | host | debian   (default: auto)
set -euo pipefail

target=wasm32-unknown-unknown
recipe=1 # raise it when this script builds the folder differently
cache=${LEADBELL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/leadbell}
wanted=${LEADBELL_WASM_TOOLCHAIN:-auto}

say() { echo "wasm toolchain: $*" >&2; }
die() { say "$*"; exit 1; }

host_has_target() {
    local sysroot
    sysroot=$(rustc --print sysroot) || return 1
    compgen -G "$sysroot/lib/rustlib/$target/lib/libstd-*.rlib" >/dev/null
}

try_host() {
    host_has_target && return 0
    command -v rustup >/dev/null || return 1
    say "asking rustup for the $target target"
    # Behind a firewall that swallows packets rustup would wait for minutes.
    timeout 120 rustup target add "$target" >&2 && host_has_target
}

# The newest finished Debian toolchain in the cache, if any. The linker is a link to rustup's own, which may have
# been removed since.
cached() {
    local dir
    dir=$(compgen -G "$cache/wasm-toolchain-*-r$recipe" | sort -V | tail -n 1) || return 1
    [ -n "$dir" ] && [ -e "$dir/complete" ] && [ -x "$dir/usr/lib/rustlib/$(host_triple)/bin/rust-lld" ] || return 1
    echo "$dir/usr"
}

host_triple() { rustc -vV | sed -n 's/^host: //p'; }

apt_candidate() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p' | grep -v '(none)' || true; }

# Names of the packages to unpack: the compiler, its libraries and linter, its source, and its LLVM.
debian_packages() {
    local std
    std=$(apt-cache depends libstd-rust-web-dev | sed -n 's/^ *Depends: \(libstd-rust-web-[0-9.]*\)$/\1/p')
    echo rustc-web libstd-rust-web-dev "$std" rust-web-src rust-web-clippy
    apt-cache depends "$std" | sed -n 's/^ *Depends: \(libllvm[0-9]*\)$/\1/p'
}

# A cargo untouched by the caller's settings: those are meant for the project, not for this.
plain_cargo() {
    env -u CARGO_TARGET_DIR -u CARGO_BUILD_TARGET_DIR -u CARGO_BUILD_TARGET -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS \
        -u RUSTC_WRAPPER -u RUSTC_WORKSPACE_WRAPPER \
        RUSTC="$work/usr/bin/rustc" LD_LIBRARY_PATH="$work/usr/lib" cargo "$@"
}

empty_crate() {
    mkdir -p "$1/src"
    printf '[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib", "rlib"]\n[workspace]\n' >"$1/Cargo.toml"
    echo 'pub fn probe() -> String { "probe".to_string() }' >"$1/src/lib.rs"
}

make_debian_toolchain() {
    command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
        die "rustup cannot add $target here and this is no Debian. Run 'rustup target add $target' where it can reach its server."
    local version
    version=$(apt_candidate rustc-web)
    if [ -z "$version" ] && [ "$(id -u)" = 0 ]; then
        apt-get update -q >&2
        version=$(apt_candidate rustc-web)
    fi
    [ -n "$version" ] || die "apt knows no package rustc-web. Run 'apt-get update', or 'rustup target add $target' where that works."

    final="$cache/wasm-toolchain-$version-r$recipe"
    work="$cache/tmp-wasm-toolchain-$$"
    rm -rf "$cache"/tmp-wasm-toolchain-* "$final" # left by a killed run: we hold the lock
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/debs"

    say "[1/4] downloading Debian's rustc-web $version (140 MB)"
    local packages
    read -ra packages <<<"$(debian_packages | tr '\n' ' ')"
    download() { (cd "$work/debs" && apt-get -q -o APT::Sandbox::User=root download "${packages[@]}" >&2); }
    download || { [ "$(id -u)" = 0 ] && apt-get update -q >&2 && download; } ||
        die "apt-get download failed: run 'apt-get update' and try again."

    say "[2/4] unpacking (900 MB)"
    local deb
    for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work"; done
    rm -rf "$work/debs"
    # Debian keeps the compiler's libraries where only an installed compiler finds them. Whoever runs this one
    # names usr/lib in LD_LIBRARY_PATH, as rustup does for its own.
    (cd "$work/usr/lib" && ln -s ./*/librustc_driver-*.so ./*/libLLVM*.so* .)
    local lld triple
    triple=$(host_triple)
    lld="$(rustc --print sysroot)/lib/rustlib/$triple/bin/rust-lld"
    [ -x "$lld" ] || die "no rust-lld in $(rustc --print sysroot): a rustup toolchain is needed for its linker."
    mkdir -p "$work/usr/lib/rustlib/$triple/bin"
    ln -s "$lld" "$work/usr/lib/rustlib/$triple/bin/rust-lld" # a link: it finds its own LLVM beside its real path
    LD_LIBRARY_PATH="$work/usr/lib" "$work/usr/bin/rustc" --version >&2 ||
        die "Debian's rustc does not start (see above; a missing library? apt-get install libedit2 libxml2 libz3-4)."

    say "[3/4] compiling the standard library for $target (a minute or two)"
    empty_crate "$work/std"
    (cd "$work/std" && RUSTC_BOOTSTRAP=1 plain_cargo build -q -Zbuild-std=std,panic_abort,panic_unwind --target "$target" --release >&2)
    mkdir -p "$work/usr/lib/rustlib/$target/lib"
    cp "$work/std/target/$target/release/deps/"*.rlib "$work/usr/lib/rustlib/$target/lib/"
    rm -f "$work/usr/lib/rustlib/$target/lib/"libprobe*.rlib
    rm -rf "$work/std" "$work/usr/share/doc" "$work/usr/src"

    say "[4/4] compiling an empty crate with it"
    empty_crate "$work/probe"
    (cd "$work/probe" && plain_cargo build -q --target "$target" --release >&2)
    [ -s "$work/probe/target/$target/release/probe.wasm" ] || die "the new toolchain made no module."
    rm -rf "$work/probe"
    touch "$work/complete"
    mv "$work" "$final" # only a whole toolchain ever has the final name
    trap - EXIT
    say "ready: $final"
}

case $wanted in auto | host | debian) ;; *) die "LEADBELL_WASM_TOOLCHAIN=$wanted: must be auto, host or debian." ;; esac
if [ "$wanted" != debian ] && host_has_target; then echo host; exit; fi
if [ "$wanted" = host ]; then try_host || die "rustup cannot add the $target target."; echo host; exit; fi
if cached; then exit; fi
if [ "$wanted" = auto ] && try_host; then echo host; exit; fi

mkdir -p "$cache"
exec 9>"$cache/wasm-toolchain.lock"
flock -n 9 || { say "another build is making it: waiting"; flock 9; }
if cached; then exit; fi
make_debian_toolchain
cached || die "the finished toolchain was not found in $cache."

# SPDX-License-Identifier: MIT
# For 64-bit ARM (every Jetson) from another machine, against an arm64 root (ARM64_SYSROOT) that has
# the -dev packages of GStreamer. build-native.sh --make-sysroot makes one.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)

set(ARM64_SYSROOT "$ENV{ARM64_SYSROOT}" CACHE PATH "An arm64 root with GStreamer's -dev packages")
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ARM64_SYSROOT)
set(CMAKE_SYSROOT "${ARM64_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH "${ARM64_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

# The root's own .pc files and no others.
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${ARM64_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR}
    "${ARM64_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${ARM64_SYSROOT}/usr/share/pkgconfig")
set(ENV{PKG_CONFIG_PATH} "")

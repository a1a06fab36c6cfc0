// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.system;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/// Finds functions of the C library, through the foreign function interface. Whoever needs one
/// keeps its handle in a constant: only then the compiler puts a call in its place.
///
/// Needs 64-bit Linux and `--enable-native-access=ALL-UNNAMED`. Any thread.
public final class SystemCalls {
  private static final boolean USABLE = usable();

  private SystemCalls() {}

  /// Whether functions can be called at all. Where not, everything has to be done with what Java
  /// has.
  public static boolean areUsable() {
    return USABLE;
  }

  // Without permission the JVM would print a warning for each use, in later releases throw.
  private static boolean usable() {
    boolean linux = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    boolean wide = ValueLayout.ADDRESS.byteSize() == Long.BYTES;
    return linux && wide && SystemCalls.class.getModule().isNativeAccessEnabled();
  }

  /// The handle of a function. Pointers are passed as 64-bit numbers.
  ///
  /// @throws IllegalStateException when functions cannot be called here
  /// @throws java.util.NoSuchElementException when there is no such function
  @SuppressWarnings("restricted")
  public static MethodHandle find(
      String function, FunctionDescriptor shape, Linker.Option... options) {
    if (!USABLE) {
      throw new IllegalStateException("no function of the system can be called here: " + function);
    }
    Linker linker = Linker.nativeLinker();
    SymbolLookup library = linker.defaultLookup();
    return linker.downcallHandle(library.findOrThrow(function), shape, options);
  }
}

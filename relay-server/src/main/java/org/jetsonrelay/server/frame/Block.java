// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// A piece of pooled direct memory, shared by counting references.
///
/// Whoever acquires it from the pool holds one reference and is its only writer until it is
/// published; from then on nobody writes. Each holder gives its reference back exactly once with
/// [#release()]; the last one returns the memory to the pool. A reference that is never given back
/// costs a pool miss, not memory: the garbage collector takes the buffer.
///
/// Any thread may retain and release; retaining needs a reference that is already held.
public interface Block {

  /// The whole memory, big-endian. Use absolute access only: position and limit are not for use.
  ByteBuffer memory();

  /// A new view of `length` bytes from `offset`, with a position and limit of its own.
  ByteBuffer view(int offset, int length);

  /// Usable bytes.
  int capacity();

  /// Where the memory begins in this process's address space; 0 when it is not direct memory.
  default long address() {
    ByteBuffer memory = memory();
    return memory.isDirect() ? MemorySegment.ofBuffer(memory).address() - memory.position() : 0;
  }

  /// Tells for how many receivers the contents are meant; by whoever is about to give it to them.
  default void expectReceivers(int number) {}

  /// For how many receivers the contents are meant, 0 when nobody has told.
  default int receivers() {
    return 0;
  }

  /// Takes one more reference.
  ///
  /// @throws IllegalStateException when the block was already returned to its pool
  Block retain();

  /// Gives one reference back.
  ///
  /// @throws IllegalStateException when there was none left to give back
  void release();
}

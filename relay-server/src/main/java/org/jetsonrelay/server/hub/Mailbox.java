// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jetsonrelay.server.frame.Frame;
import org.jspecify.annotations.Nullable;

/// The one-slot hand-off from a camera to a viewer, in which the newest frame wins.
///
/// A frame in the slot has exactly one reference that belongs to the slot: [#put] and [#offer] take
/// it (the caller keeps its own), and a frame that is replaced or found at [#close] gives it back.
/// [#take] empties the slot and passes that reference on to the taker, who must release it. Once
/// closed the slot stays empty for ever, whichever calls were under way: later puts take no
/// reference and later takes find nothing.
///
/// Any thread may call any method; none waits. What happened before a put happens before what
/// follows the take that gets its frame.
public final class Mailbox {

  /// In the slot instead of a frame once the mailbox is closed; nothing ever replaces it.
  private static final Object CLOSED = new Object();

  /// What became of a frame that was put in.
  public enum Put {
    /// It waits; the slot was empty.
    ALONE,
    /// It waits, in place of a frame that nobody had taken.
    REPLACED,
    /// The mailbox is closed.
    REFUSED
  }

  // Not an AtomicReference: one object less to reach for each viewer and frame.
  private static final VarHandle SLOT;

  static {
    try {
      SLOT = MethodHandles.lookup().findVarHandle(Mailbox.class, "slot", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Null, a [Frame], or [#CLOSED].
  private volatile @Nullable Object slot;

  /// Puts a frame in, in place of the one that is there. The caller must hold a reference for the
  /// length of the call.
  public Put put(Frame frame) {
    // Retained first: from the moment it is in the slot, a taker may release it.
    frame.retain();
    while (true) {
      Object before = slot;
      if (before == CLOSED) {
        frame.release();
        return Put.REFUSED;
      }
      if (SLOT.compareAndSet(this, before, frame)) {
        if (before instanceof Frame replaced) {
          replaced.release();
          return Put.REPLACED;
        }
        return Put.ALONE;
      }
    }
  }

  /// Puts a frame in if the slot is empty; never replaces one.
  ///
  /// @return whether it was put in
  public boolean offer(Frame frame) {
    frame.retain();
    if (SLOT.compareAndSet(this, null, frame)) {
      return true;
    }
    frame.release();
    return false;
  }

  /// Empties the slot.
  ///
  /// @return the frame, whose reference now belongs to the caller, or null
  public @Nullable Frame take() {
    while (true) {
      Object before = slot;
      if (!(before instanceof Frame frame)) {
        return null;
      }
      if (SLOT.compareAndSet(this, frame, null)) {
        return frame;
      }
    }
  }

  /// Whether there is nothing to take now.
  public boolean isEmpty() {
    return !(slot instanceof Frame);
  }

  /// When the frame in the slot was received, [System#nanoTime()]; 0 when the slot is empty.
  long waitingSinceNanos() {
    // A final field: it may be read even if somebody takes and releases the frame meanwhile.
    return slot instanceof Frame frame ? frame.receivedNanos() : 0;
  }

  /// Frees what is in the slot and lets nothing in any more. Closing twice is harmless.
  ///
  /// @return whether a frame was left that nobody had taken
  public boolean close() {
    if (SLOT.getAndSet(this, CLOSED) instanceof Frame left) {
      left.release();
      return true;
    }
    return false;
  }
}

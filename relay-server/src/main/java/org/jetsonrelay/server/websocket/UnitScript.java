// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Decides what a transmitter says next: the close frame after the outbox's farewell, else an
/// answer to a ping, else what the outbox has.
///
/// Any thread may ask for a pong or a close frame; the rest is only for the holder of the
/// transmitter's claim.
final class UnitScript {
  private static final Logger LOGGER = System.getLogger(UnitScript.class.getName());

  /// Who the unit in hand came from.
  private enum Part {
    OUTBOX,
    ENGINE,
    CLOSE_FRAME
  }

  private static final VarHandle PONG = field("pong");
  private static final VarHandle CLOSE = field("close");

  private final Unit unit;
  private final Consumer<Throwable> outboxFailed;

  // Written by any thread, read by the holder. [#PONG] and [#CLOSE] where it must be in one step.
  private volatile byte @Nullable [] pong;
  private volatile byte @Nullable [] close;

  // Only the holder:
  private @Nullable Outbox outbox;
  private boolean outboxBroken;
  private Part part = Part.ENGINE;

  /// @param unit empty whenever something is put into it
  /// @param outboxFailed told when the outbox threw; has to ask for a close frame
  UnitScript(Unit unit, Consumer<Throwable> outboxFailed) {
    this.unit = unit;
    this.outboxFailed = outboxFailed;
  }

  void start(Outbox from) {
    outbox = from;
  }

  /// Only the latest is said.
  void pong(byte[] frame) {
    pong = frame;
  }

  /// False when there already was a close frame.
  boolean close(byte[] frame) {
    return CLOSE.compareAndSet(this, null, frame);
  }

  /// Whether a close frame waits or has been said.
  boolean closing() {
    return close != null;
  }

  /// Puts what comes next into the unit: 0 when there is something, else how long to wait.
  long next(long nowNanos) {
    byte[] last = close;
    if (last != null) {
      part = Part.ENGINE;
      if (!farewell()) {
        part = Part.CLOSE_FRAME;
        unit.add(last);
      }
      return 0;
    }
    byte[] answer = pong == null ? null : (byte[]) PONG.getAndSet(this, null);
    if (answer != null) {
      part = Part.ENGINE;
      unit.add(answer);
      return 0;
    }
    part = Part.OUTBOX;
    Outbox from = outbox;
    if (from == null || outboxBroken) {
      return Outbox.NOTHING;
    }
    try {
      long wait = from.next(unit, nowNanos);
      if (wait < 0 || (wait == 0) != (unit.remaining() > 0)) {
        throw new IllegalStateException("the outbox filled a unit and waits, or did neither");
      }
      return wait;
    } catch (Throwable e) {
      fail(e);
      return Outbox.NOTHING;
    }
  }

  /// The unit holds the rest of what was sent in the outbox's name.
  void resume() {
    part = Part.OUTBOX;
  }

  /// Lets the outbox finish its sentence before the close frame.
  private boolean farewell() {
    Outbox from = outbox;
    if (from == null || outboxBroken) {
      return false;
    }
    try {
      boolean filled = from.farewell(unit);
      // An empty unit is written at once and asked for again: it would never end.
      if (filled != (unit.remaining() > 0)) {
        throw new IllegalStateException("the outbox said farewell with nothing, or in silence");
      }
      return filled;
    } catch (Throwable e) {
      LOGGER.log(Level.WARNING, "the outbox failed while the connection closed", e);
      unit.clear();
      outboxBroken = true;
      return false;
    }
  }

  /// The unit is written. Returns whether it was the close frame, so the last one.
  boolean written(long nowNanos) {
    Outbox from = outbox;
    if (part == Part.OUTBOX && from != null) {
      try {
        from.sent(nowNanos);
      } catch (Throwable e) {
        fail(e);
      }
    }
    return part == Part.CLOSE_FRAME;
  }

  private void fail(Throwable e) {
    unit.clear();
    outboxBroken = true;
    outboxFailed.accept(e); // asks for a close frame, which signals: the claim becomes AGAIN
  }

  /// Gives back what the unit holds, and lets go of the outbox, which is to be discarded.
  @Nullable Outbox end() {
    Outbox from = outbox;
    outbox = null;
    unit.clear();
    return from;
  }

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(UnitScript.class, name, byte[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}

// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jspecify.annotations.Nullable;

/// The write side of one connection. Whoever has something to say calls [#signal()]; whoever then
/// holds the *claim* takes unit after unit from the outbox and writes it.
///
/// The claim is one number. A signal that finds it `FREE` takes it and writes on its own thread,
/// without waiting. A signal that finds it `HELD` leaves `AGAIN` behind, and the holder looks into
/// the outbox once more before it lets go: no signal is lost, and none waits. When the socket is
/// full, the claim passes to the connection's writer thread (virtual, started at first need), which
/// may wait. When the outbox wants to be asked later, the claim is set free and the writer thread
/// serves as the alarm clock.
///
/// Everything marked "claim" below is touched only by the holder; each hand-over of the claim is a
/// happens-before edge (compare-and-set, or the volatile `handedOver`).
final class Transmitter implements Claim {
  /// What the transmitter tells its connection, on whatever thread holds the claim; may not block.
  interface Owner {
    /// The close frame has been written; nothing follows it.
    void closeSent();

    /// Writing failed for good.
    void writeFailed(IOException e);

    /// The outbox threw: the owner asks for a close frame.
    void outboxFailed(Throwable e);
  }

  private static final int FREE = 0;
  private static final int HELD = 1;
  private static final int AGAIN = 2;
  private static final int OVER = 3;

  /// How many units a signalling thread writes before the writer thread has to go on: a publisher
  /// must get back to its other viewers.
  private static final int MAX_UNITS_FOR_OTHERS = 8;

  private static final VarHandle CLAIM;

  static {
    try {
      CLAIM = MethodHandles.lookup().findVarHandle(Transmitter.class, "claim", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final long NO_ALARM = Long.MIN_VALUE;
  private static final long MAX_WAIT_NANOS = 3_600_000_000_000L;

  private final Wire wire;
  private final Owner owner;
  private final String name;

  // Changed by [#CLAIM] only; not an AtomicInteger: one object less to reach for each send.
  private volatile int claim = HELD;

  // Written by any thread, read by the holder.
  private volatile boolean ended;
  // Set by the holder, cleared by the writer thread, which is the holder from then on.
  private volatile boolean handedOver;
  // When the writer thread has to signal: set by the holder, cleared by the writer thread.
  private final AtomicLong alarm = new AtomicLong(NO_ALARM);
  // Since when a unit has been waiting for the socket, 0 when none is: written by the holder, read
  // by the watchdog.
  private volatile long writingSinceNanos;

  // claim:
  private final Unit unit;
  private final UnitScript script;
  private @Nullable Thread writer;

  /// Holds the claim until [#start]: what is signalled before happens then.
  Transmitter(Wire wire, BlockPool pool, Owner owner, String name) {
    this.wire = wire;
    this.owner = owner;
    this.name = name;
    this.unit = new Unit(pool);
    this.script = new UnitScript(unit, owner::outboxFailed);
  }

  /// Begins to write what the outbox has. Called once, by the connection's reader thread.
  void start(Outbox from) {
    script.start(from);
    pump(false);
  }

  /// There may be something new to write. Never blocks, never throws.
  void signal() {
    for (; ; ) {
      switch (claim) {
        case FREE -> {
          if (CLAIM.compareAndSet(this, FREE, HELD)) {
            pump(false);
            return;
          }
        }
        case HELD -> {
          if (CLAIM.compareAndSet(this, HELD, AGAIN)) {
            return;
          }
        }
        default -> {
          return;
        }
      }
    }
  }

  /// Whether holding the claim is of any use to who may not wait.
  boolean sendsWithoutWaiting() {
    return wire.sendsWithoutWaiting();
  }

  @Override
  public boolean looksFree() {
    return claim == FREE && wire.looksFree();
  }

  @Override
  public boolean tryHold() {
    return claim == FREE && CLAIM.compareAndSet(this, FREE, HELD);
  }

  @Override
  public boolean send(Block block, int offset, int length) {
    long sent = wire.trySend(block, offset, length, false);
    if (sent == length) {
      return true;
    }
    unit.add(block, offset, length);
    unit.advance(sent);
    return leavesRest();
  }

  @Override
  public boolean sendAsking(Block block, int offset, int length, long ping) {
    long sent = wire.trySend(block, offset, length, true);
    if (sent == length) {
      unit.addPing(ping);
      return wire.tryWrite(unit) || leavesRest();
    }
    unit.add(block, offset, length);
    unit.addPing(ping);
    unit.advance(sent);
    return leavesRest();
  }

  private boolean leavesRest() {
    script.resume();
    waitsSince(System.nanoTime());
    return false;
  }

  @Override
  public void letGo() {
    if (writingSinceNanos != 0) {
      handOver();
    } else if (!CLAIM.compareAndSet(this, HELD, FREE)) {
      pump(false);
    }
  }

  /// Answers a ping, before anything else that waits. When several wait, only the latest is
  /// answered (RFC 6455, section 5.5.3), so a flood of pings holds one answer.
  void pong(byte[] frame) {
    script.pong(frame);
    signal();
  }

  /// Writes this close frame next, and then nothing; false when there already was one.
  boolean close(byte[] frame) {
    boolean won = script.close(frame);
    signal();
    return won;
  }

  /// Whether a close frame waits or has been written.
  boolean closing() {
    return script.closing();
  }

  /// Stops for good and frees what waits. The wire is closed by then, so nobody waits for it long.
  void end() {
    ended = true;
    signal();
  }

  long writingForNanos(long nowNanos) {
    long since = writingSinceNanos;
    return since == 0 ? 0 : Math.max(nowNanos - since, 0);
  }

  /// The holder's work; ends with the claim free, handed over, or over.
  private void pump(boolean mayWait) {
    try {
      int units = 0;
      for (; ; ) {
        if (unit.remaining() == 0) {
          // Acquires what was signalled up to here; a later signal turns it into AGAIN.
          int _ = (int) CLAIM.getAndSet(this, HELD);
          if (ended) {
            finish();
            return;
          }
          long now = System.nanoTime();
          long wait = script.next(now);
          if (wait != 0) {
            if (wait != Outbox.NOTHING) {
              setAlarm(now + Math.min(wait, MAX_WAIT_NANOS));
            }
            if (CLAIM.compareAndSet(this, HELD, FREE)) {
              return;
            }
            continue;
          }
          if (!mayWait && ++units > MAX_UNITS_FOR_OTHERS) {
            waitsSince(now);
            handOver();
            return;
          }
          if (mayWait) {
            waitsSince(now);
          }
        }
        if (mayWait) {
          while (unit.remaining() > 0) {
            wire.write(unit);
          }
          writingSinceNanos = 0;
        } else if (!wire.tryWrite(unit)) {
          waitsSince(System.nanoTime());
          handOver();
          return;
        }
        written();
        if (claim == OVER) {
          return;
        }
      }
    } catch (IOException e) {
      broken(e);
    } catch (Throwable e) {
      broken(new IOException("the transmitter failed", e));
    }
  }

  private void written() {
    if (script.written(System.nanoTime())) {
      finish();
      owner.closeSent();
    }
  }

  private void broken(IOException e) {
    finish();
    owner.writeFailed(e);
  }

  /// The end of the claim: nobody holds it ever again.
  private void finish() {
    Outbox from = script.end();
    writingSinceNanos = 0;
    Thread clock = writer;
    claim = OVER;
    if (clock != null) {
      LockSupport.unpark(clock);
    }
    if (from != null) {
      try {
        from.discard();
      } catch (Throwable e) {
        owner.outboxFailed(e);
      }
    }
  }

  private void waitsSince(long nowNanos) {
    writingSinceNanos = nowNanos | 1; // never 0
  }

  /// The caller holds the claim no more.
  private void handOver() {
    Thread next = writerThread();
    handedOver = true;
    LockSupport.unpark(next);
  }

  private void setAlarm(long atNanos) {
    long at = atNanos == NO_ALARM ? NO_ALARM + 1 : atNanos;
    long set = alarm.get();
    if (set != NO_ALARM && set - at <= 0) {
      return; // rings early enough, and asking again sets it anew
    }
    alarm.set(at);
    LockSupport.unpark(writerThread());
  }

  private Thread writerThread() {
    Thread thread = writer;
    if (thread == null) {
      thread = Thread.ofVirtual().name("writer-" + name).unstarted(this::serve);
      writer = thread;
      thread.start();
    }
    return thread;
  }

  /// The writer thread: takes the claim when it is handed over, and signals when the alarm rings.
  private void serve() {
    while (claim != OVER) {
      if (handedOver) {
        handedOver = false;
        pump(true);
        continue;
      }
      long at = alarm.get();
      if (at == NO_ALARM) {
        LockSupport.park(this);
        continue;
      }
      long left = at - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(this, left);
      } else if (alarm.compareAndSet(at, NO_ALARM)) {
        signal();
      }
    }
  }
}

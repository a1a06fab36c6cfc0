// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jetsonrelay.server.system.Pages;

/// A block's memory while the system may have put its pages into sockets' queues, where they can
/// lie for as long as a peer takes to acknowledge them. Before anything else is written into that
/// memory, and before it is freed, it must get new pages: else a viewer would be sent something
/// else.
///
/// A loan whose block is forgotten instead of returned ends, too: the memory cannot be freed
/// before.
final class Loan {
  private static final System.Logger LOG = System.getLogger(Loan.class.getName());
  private static final Cleaner CLEANER = Cleaner.create();

  /// Memory that got no new pages: never used and never freed. After the first there are no more
  /// loans, so it is what was lent at that moment at most.
  private static final Queue<ByteBuffer> LOST = new ConcurrentLinkedQueue<>();

  private static volatile boolean possible = Pages.areRenewable();

  private final Return back;
  private final Cleaner.Cleanable end;

  private Loan(Object holder, Return back) {
    this.back = back;
    end = CLEANER.register(holder, back);
  }

  /// Whether there are loans at all on this machine.
  static boolean isPossible() {
    return possible;
  }

  /// @param holder without whom the memory is out of reach
  /// @param memory from [Pages#allocate]
  static Loan of(Object holder, ByteBuffer memory) {
    return new Loan(holder, new Return(memory));
  }

  /// Ends it.
  ///
  /// @return whether the memory may be used again
  boolean end() {
    end.clean();
    return back.renewed.get();
  }

  /// What happens in the end, once; refers to the memory, but not to who holds it.
  private record Return(ByteBuffer memory, AtomicBoolean renewed) implements Runnable {
    Return(ByteBuffer memory) {
      this(memory, new AtomicBoolean());
    }

    @Override
    public void run() {
      if (Pages.renew(memory)) {
        renewed.set(true);
        return;
      }
      LOST.add(memory);
      if (possible) {
        possible = false;
        LOG.log(Level.WARNING, "memory got no new pages: from now on every frame is copied");
      }
    }
  }
}

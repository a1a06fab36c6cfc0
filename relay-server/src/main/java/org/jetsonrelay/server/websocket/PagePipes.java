// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jetsonrelay.server.frame.Block;
import org.jspecify.annotations.Nullable;

/// The process's pipes through which many sockets share one copy of a frame: a few, each for one
/// send at a time. Who finds none free copies, and so does everybody once it has turned out that
/// the system does not take pages this way.
///
/// Any thread; nothing blocks.
final class PagePipes {
  private static final Logger LOGGER = System.getLogger(PagePipes.class.getName());

  /// Less than this is copied faster than its pages are counted.
  static final int SMALLEST_BYTES = 16 * 1024;

  /// For fewer receivers one copy more and the way through the pipes cost more than they save.
  static final int WORTH_RECEIVERS = 8;

  /// How often in sequence a socket may take a copy right after it has taken no pages. Once or
  /// twice it made room in between.
  static final int MOST_REFUSALS = 64;

  /// Pipes at most: as many sends at the same time.
  static final int MOST = 8;

  /// The process's.
  static final PagePipes ALL = new PagePipes(MOST);

  /// For who copies always.
  static final PagePipes NONE = new PagePipes(0);

  private final AtomicReferenceArray<@Nullable PagePipe> free;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();

  /// For tests, too; the process has [#ALL].
  PagePipes(int most) {
    free = new AtomicReferenceArray<>(most);
  }

  /// Whether so much of a block may go this way, and is worth it.
  boolean suit(Block block, int length) {
    return length >= SMALLEST_BYTES
        && length <= PagePipe.MOST_BYTES
        && block.receivers() >= WORTH_RECEIVERS
        && free.length() > 0
        && refusals.get() < MOST_REFUSALS;
  }

  /// Sends what a socket takes now.
  ///
  /// @param socket a descriptor that never blocks
  /// @param block one that nobody writes to any more
  /// @param more more follows at once, and may go in the same segment
  /// @return how many bytes it took; less than 0 when it took none, for whatever reason, which
  ///   [#copyingWorks] may tell; 0 when it was offered none, because no pipe was free
  long send(int socket, Block block, int offset, int length, boolean more) throws Throwable {
    PagePipe pipe = take();
    if (pipe == null) {
      return 0;
    }
    long sent = -1;
    try {
      sent = pipe.send(socket, block, offset, length, more);
    } finally {
      if (sent == length) {
        putBack(pipe);
      } else { // what it holds now is not for the next one
        open.decrementAndGet();
        pipe.close();
      }
    }
    if (sent > 0 && refusals.get() != 0) {
      refusals.set(0);
    }
    return sent;
  }

  /// A socket that had taken no pages has taken a copy of them.
  void copyingWorks() {
    if (refusals.incrementAndGet() == MOST_REFUSALS) {
      LOGGER.log(Level.WARNING, "sockets take no pages here: from now on every frame is copied");
    }
  }

  /// How many pipes there are.
  int open() {
    return open.get();
  }

  @Nullable PagePipe take() {
    int first = firstPlace();
    for (int k = 0; k < free.length(); k++) {
      int i = (first + k) % free.length();
      if (free.getPlain(i) != null) {
        PagePipe pipe = free.getAndSet(i, null);
        if (pipe != null) {
          return pipe;
        }
      }
    }
    return open.get() < free.length() ? openOne() : null;
  }

  /// The same for the same thread, which so mostly finds the pipe where its frame lies already.
  private int firstPlace() {
    return (int) (Thread.currentThread().threadId() % free.length());
  }

  private @Nullable PagePipe openOne() {
    PagePipe pipe = open.incrementAndGet() > free.length() ? null : PagePipe.open();
    if (pipe == null) {
      open.decrementAndGet();
    }
    return pipe;
  }

  void putBack(PagePipe pipe) {
    for (int i = firstPlace(); ; i = (i + 1) % free.length()) {
      if (free.getPlain(i) == null && free.compareAndSet(i, null, pipe)) {
        return; // there are never more pipes than places
      }
    }
  }
}

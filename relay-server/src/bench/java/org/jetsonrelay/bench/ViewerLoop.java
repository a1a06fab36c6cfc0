// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The one thread that plays all viewers.
final class ViewerLoop implements AutoCloseable {
  private static final int SCRATCH_BYTES = 256 * 1024;

  private final Selector selector = Selector.open();
  private final List<byte[]> pictures;
  private final Thread thread = new Thread(this::run, "viewers");
  private final AtomicInteger registered = new AtomicInteger();
  private final AtomicReference<@Nullable Exception> fault = new AtomicReference<>();

  /// Written by the measuring thread, read by the viewers'.
  private volatile @Nullable Window window;

  /// Set by the measuring thread, taken by the viewers' thread when it has let go of what it had.
  private final AtomicReference<@Nullable CountDownLatch> exchange = new AtomicReference<>();

  /// Written by the viewers' thread: [System#nanoTime()] of the last frame, in or out of the
  /// window.
  private volatile long lastArrivalNanos = System.nanoTime();

  // Viewers' thread:
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
  private final ByteBuffer pong = ByteBuffer.allocateDirect(256);

  /// @param pictures of each camera
  ViewerLoop(List<byte[]> pictures) throws IOException {
    this.pictures = pictures;
    thread.setDaemon(true);
  }

  /// Adds a viewer; only before [#start].
  void add(ViewerClient viewer) throws IOException {
    viewer.channel().configureBlocking(false);
    viewer.channel().register(selector, SelectionKey.OP_READ, viewer);
  }

  void start() {
    thread.start();
  }

  /// From now on frames count for `next`, null for none; returns when the one before is at rest.
  void count(@Nullable Window next) throws IOException, InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    window = next;
    exchange.set(done);
    selector.wakeup();
    if (!done.await(10, TimeUnit.SECONDS)) {
      check();
      throw new IOException("the viewers' thread does not answer");
    }
  }

  /// Throws what went wrong at any viewer.
  void check() throws IOException {
    Exception first = fault.get();
    if (first != null) {
      throw new IOException(first.getMessage(), first);
    }
  }

  /// For how long no frame has come.
  long quietNanos() {
    return System.nanoTime() - lastArrivalNanos;
  }

  int registrations() {
    return registered.get();
  }

  private void run() {
    try {
      while (selector.isOpen()) {
        selector.select(this::serve);
        CountDownLatch waiting = exchange.getAndSet(null);
        if (waiting != null) {
          waiting.countDown();
        }
      }
    } catch (ClosedSelectorException _) {
      // the end
    } catch (IOException | RuntimeException e) {
      fault.compareAndSet(null, e);
    }
  }

  private void serve(SelectionKey key) {
    try {
      ((ViewerClient) key.attachment()).onReadable(scratch);
    } catch (IOException | RuntimeException e) {
      key.cancel();
      fault.compareAndSet(null, e);
    }
  }

  // Called by viewers, on this thread.

  int cameras() {
    return pictures.size();
  }

  byte[] picture(int camera) {
    return pictures.get(camera);
  }

  ByteBuffer pong() {
    return pong;
  }

  void registered() {
    registered.incrementAndGet();
  }

  void arrived(long dueNanos, long length) {
    long now = System.nanoTime();
    lastArrivalNanos = now;
    Window counting = window;
    if (counting != null) {
      counting.arrived(dueNanos, now, length);
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }
}

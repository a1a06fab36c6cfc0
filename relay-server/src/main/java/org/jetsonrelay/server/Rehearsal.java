// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jetsonrelay.server.protocol.Feature;
import org.jetsonrelay.server.protocol.RelayMessages;

/// A camera and viewers for some seconds of a relay's life, on the loopback interface: what its JVM
/// learns from them goes into the ahead-of-time cache (JEP 514, JEP 515), and after a start it
/// compiles at once what a relay is going to need. In a process of its own, so that the relay's JVM
/// learns nothing else.
///
/// Frames go in lockstep, the next one when every viewer has the last, so that all of them are
/// viewers with a fast link.
final class Rehearsal {

  /// How many old apps watch; one viewer with all features comes on top.
  static final int VIEWERS = 12;

  private static final int JPEG_BYTES = 16_000;
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final int STATISTICS_EVERY = 1_000;
  private static final long SKIPPED_MILLIS = 50;
  private static final List<String> PAGES = List.of("/", "/health", "/stats", "/observe/metrics");

  private final int port;
  private final List<RehearsalClient> clients = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();
  private final Semaphore arrived = new Semaphore(0);
  private final LongAdder frames = new LongAdder();

  /// @param port of a relay that listens on 127.0.0.1 and is open to all
  Rehearsal(int port) {
    this.port = port;
  }

  /// Plays.
  ///
  /// @return frames that reached a viewer
  /// @throws IOException when the relay does not do its part
  long play(Duration length) throws IOException, InterruptedException {
    try {
      pages();
      for (int i = 0; i < VIEWERS; i++) {
        watch(Set.of());
      }
      watch(EnumSet.allOf(Feature.class));
      film(length);
    } finally {
      for (RehearsalClient client : clients) {
        client.close();
      }
      for (Thread reader : readers) {
        reader.join();
      }
    }
    return frames.sum();
  }

  private void film(Duration length) throws IOException, InterruptedException {
    RehearsalClient camera = open();
    camera.say(RelayMessages.registerCamera("rehearsal"));
    byte[] picture =
        RehearsalClient.frame(RehearsalClient.BINARY, jpeg(JPEG_BYTES, WIDTH, HEIGHT, 1));
    long endNanos = System.nanoTime() + length.toNanos();
    for (int i = 1; System.nanoTime() - endNanos < 0; i++) {
      camera.send(picture);
      // Some are skipped: the first, and whatever a pacer holds back.
      boolean _ = arrived.tryAcquire(VIEWERS + 1, SKIPPED_MILLIS, TimeUnit.MILLISECONDS);
      arrived.drainPermits();
      if (i % STATISTICS_EVERY == 0) {
        pages();
      }
    }
  }

  private void pages() throws IOException {
    for (String page : PAGES) {
      RehearsalClient.get(port, page);
    }
  }

  private void watch(Set<Feature> features) throws IOException {
    RehearsalClient viewer = open();
    viewer.say(RelayMessages.registerViewer(features));
    viewer.say(RelayMessages.requestAll());
    readers.add(Thread.ofPlatform().name("rehearsal").start(() -> count(viewer)));
  }

  private RehearsalClient open() throws IOException {
    RehearsalClient client = RehearsalClient.open(port);
    clients.add(client);
    return client;
  }

  private void count(RehearsalClient viewer) {
    try {
      while (viewer.awaitBinary()) {
        frames.increment();
        arrived.release();
      }
    } catch (IOException closed) {
      return; // the rehearsal is over
    }
  }

  /// An image as small as the header parser accepts, filled up with noise: the same for the same
  /// seed.
  ///
  /// @param bytes exactly so many, at least 32
  static byte[] jpeg(int bytes, int width, int height, long seed) {
    byte[] image = new byte[bytes];
    new Random(seed).nextBytes(image);
    ByteBuffer header = ByteBuffer.wrap(image);
    header.putShort((short) 0xffd8); // SOI
    header.putShort((short) 0xffc0).putShort((short) 17).put((byte) 8); // SOF0, 8 bits
    header.putShort((short) height).putShort((short) width).put((byte) 3);
    header.position(header.position() + 9); // three components
    header.putShort((short) 0xffda); // SOS
    header.putShort(bytes - 2, (short) 0xffd9); // EOI
    return image;
  }
}

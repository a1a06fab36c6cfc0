// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.timing.Hop;

/// Answers with one camera's frames as `multipart/x-mixed-replace`, for as long as somebody reads.
///
/// A reader that is too slow gets fewer frames, and never holds more than two: the one being
/// written and the newest. Stateless; each stream runs on its request's virtual thread.
final class StreamHandler {

  /// Not likely to be in a JPEG, and the one that programs written for mjpg-streamer expect.
  static final String BOUNDARY = "boundarydonotcross";

  private static final Header CONTENT_TYPE =
      HeaderValues.createCached(
          HeaderNames.CONTENT_TYPE, "multipart/x-mixed-replace;boundary=" + BOUNDARY);
  private static final Header NO_STORE =
      HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");

  private static final byte[] FIRST = ascii("--" + BOUNDARY + "\r\n");

  /// Sent right behind each image, not in front of the next one: a browser shows an image when it
  /// sees the boundary behind it.
  private static final byte[] NEXT = ascii("\r\n--" + BOUNDARY + "\r\n");

  /// A header line of the part to come. It keeps proxies from closing the stream, and shows us that
  /// a reader has gone who would otherwise be found only when the camera moves again.
  private static final byte[] STILL_HERE = ascii("X-Waiting: 1\r\n");

  /// How much is copied and written at a time.
  private static final int SLICE_BYTES = 64 << 10;

  private final PictureContext context;
  private final HttpViewers viewers;
  private final SendBuffers buffers;

  StreamHandler(PictureContext context, HttpViewers viewers, SendBuffers buffers) {
    this.context = context;
    this.viewers = viewers;
    this.buffers = buffers;
  }

  void handle(String camera, double maxFps, ServerRequest request, ServerResponse response) {
    if (request.prologue().method().equals(Method.HEAD)) {
      response.header(CONTENT_TYPE).header(NO_STORE).send();
      return;
    }
    viewers.serve(
        camera, true, request, response, viewer -> stream(viewer, maxFps, request, response));
  }

  private void stream(
      HttpViewer viewer, double maxFps, ServerRequest request, ServerResponse response)
      throws IOException {
    PatientConnection connection = PatientConnection.current();
    if (connection != null) {
      connection.busy(true);
    }
    buffers.limit(
        request.localPeer().address(),
        request.remotePeer().address(),
        context.settings().sendBufferBytes());
    response.header(CONTENT_TYPE).header(NO_STORE).header(HeaderValues.CONNECTION_CLOSE);
    OutputStream out = response.outputStream();
    Writing writing = new Writing(viewer, out, new Cadence(maxFps));
    writing.run();
    viewer.beginWrite();
    out.close();
    // Closing the stream leaves the last chunk to whoever called the handler, who will not come to
    // it.
    if (response instanceof RoutingResponse routing) {
      routing.commit();
    }
    viewer.endWrite();
    throw new CloseConnectionException("the stream has ended");
  }

  /// One stream's state.
  private final class Writing {
    private final HttpViewer viewer;
    private final OutputStream out;
    private final Cadence cadence;
    private final byte[] slice = new byte[SLICE_BYTES];
    private int filled;

    Writing(HttpViewer viewer, OutputStream out, Cadence cadence) {
      this.viewer = viewer;
      this.out = out;
      this.cadence = cadence;
    }

    void run() throws IOException {
      put(FIRST);
      flush();
      long wroteNanos = now();
      long framedNanos = wroteNanos;
      long keepAliveNanos = context.settings().keepAlive().toNanos();
      long idleNanos = context.settings().idleLimit().toNanos();
      while (!viewer.ended()) {
        long nowNanos = now();
        long waitNanos = keepAliveNanos - (nowNanos - wroteNanos);
        Subscription ready = null;
        for (Subscription subscription : viewer.subscriptions()) {
          if (subscription.hasFrame()) {
            long turnNanos = cadence.waitNanos(subscription.waitingSinceNanos(), nowNanos);
            subscription.skippingBecause(turnNanos > 0 ? SkipCause.RATE : SkipCause.LINK);
            waitNanos = Math.min(waitNanos, turnNanos);
            ready = turnNanos == 0 && ready == null ? subscription : ready;
          }
        }
        if (ready != null && write(ready)) {
          wroteNanos = now();
          framedNanos = wroteNanos;
        } else if (nowNanos - framedNanos >= idleNanos) {
          return;
        } else if (nowNanos - wroteNanos >= keepAliveNanos) {
          put(STILL_HERE);
          flush();
          wroteNanos = now();
        } else if (ready == null) {
          viewer.await(nowNanos + waitNanos);
        }
      }
    }

    private boolean write(Subscription subscription) throws IOException {
      Frame frame = subscription.take();
      if (frame == null) {
        return false;
      }
      try {
        Stamps stamps = Stamps.of(frame, subscription.camera().clock(), context.now());
        put(header(frame, stamps));
        put(frame.jpeg());
        put(NEXT);
        flush();
        viewer.wrote(frame);
        if (!subscription.predatedBy(frame.receivedNanos())) {
          long nowNanos = now();
          subscription.hops().record(Hop.RELAY, nowNanos, nowNanos - frame.receivedNanos(), 0);
        }
      } finally {
        frame.release();
      }
      cadence.went(now());
      subscription.skippingBecause(cadence.unlimited() ? SkipCause.LINK : SkipCause.RATE);
      return true;
    }

    private void put(byte[] bytes) throws IOException {
      put(ByteBuffer.wrap(bytes));
    }

    private void put(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        int length = Math.min(bytes.remaining(), slice.length - filled);
        bytes.get(slice, filled, length);
        filled += length;
        if (filled == slice.length) {
          flush();
        }
      }
    }

    private void flush() throws IOException {
      viewer.beginWrite();
      out.write(slice, 0, filled);
      out.flush();
      viewer.endWrite();
      filled = 0;
    }
  }

  private static byte[] header(Frame frame, Stamps stamps) {
    return ascii(
        "Content-Type: image/jpeg\r\nContent-Length: %d\r\n%s: %s\r\n%s: %d\r\n%s: %d\r\n%s: %s\r\n\r\n"
            .formatted(
                frame.jpegLength(),
                Stamps.TIMESTAMP,
                stamps.seconds(),
                Stamps.SEQUENCE,
                stamps.sequence(),
                Stamps.AGE,
                stamps.ageMillis(),
                Stamps.CAPTURED,
                stamps.iso()));
  }

  private long now() {
    return context.nanoTime().getAsLong();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.http.Answers;
import org.jetsonrelay.server.hub.Camera;
import org.jetsonrelay.server.hub.Subscription;
import org.jspecify.annotations.Nullable;

/// Answers with one camera's newest image if it is fresh, or waits for one. Waiting, it is a
/// viewer: that starts a camera which streams on demand, and keeps it running for who asks again
/// and again.
///
/// Stateless; each request runs on its own virtual thread.
final class SnapshotHandler {

  private static final Header REVALIDATE =
      HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-cache");
  private static final Header JPEG =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "image/jpeg");

  /// What was asked for.
  ///
  /// @param maxAgeMillis how old the image may be
  /// @param after a sequence that is not wanted, since it is known; negative for none
  /// @param waitNanos how long to wait for an image
  /// @param patient whether the request itself asked for the wait
  private record Wanted(long maxAgeMillis, long after, long waitNanos, boolean patient) {}

  /// What a look at an image led to.
  private enum Verdict {
    /// It is what was asked for.
    GOOD,
    /// It is fresh, but the client has it.
    KNOWN,
    /// It is too old, or there is none.
    STALE
  }

  private final PictureContext context;
  private final HttpViewers viewers;

  SnapshotHandler(PictureContext context, HttpViewers viewers) {
    this.context = context;
    this.viewers = viewers;
  }

  void handle(String camera, ServerRequest request, ServerResponse response)
      throws Parameters.Unusable {
    PictureSettings settings = context.settings();
    OptionalLong wait = Parameters.number(request, "wait");
    long waitMillis =
        Math.min(wait.orElse(settings.startWait().toMillis()), settings.maxWait().toMillis());
    Wanted wanted =
        new Wanted(
            Parameters.number(request, "maxAge").orElse(settings.fresh().toMillis()),
            Parameters.number(request, "after").orElse(-1),
            waitMillis * 1_000_000,
            wait.isPresent());
    if (waitMillis == 0 || !wanted.patient) {
      if (context.hub().camera(camera) == null) {
        unknown(request, response);
        return;
      }
    }
    viewers.serve(
        camera,
        false,
        request,
        response,
        viewer -> serve(viewer, camera, wanted, request, response));
  }

  private void serve(
      HttpViewer viewer,
      String camera,
      Wanted wanted,
      ServerRequest request,
      ServerResponse response) {
    long untilNanos = context.nanoTime().getAsLong() + wanted.waitNanos;
    // The camera's latest first: it may be older than what a new viewer is given, and yet do.
    Frame frame = context.hub().latest(camera);
    while (true) {
      if (frame != null) {
        Verdict verdict = offer(frame, camera, wanted, viewer, request, response);
        if (verdict == Verdict.GOOD) {
          return;
        }
        if (verdict == Verdict.KNOWN && !wanted.patient) {
          break;
        }
      }
      frame = next(viewer);
      if (frame == null) {
        if (viewer.ended() || context.nanoTime().getAsLong() - untilNanos >= 0) {
          break;
        }
        viewer.await(untilNanos);
      }
    }
    // What was known at first may be stale by now.
    frame = context.hub().latest(camera);
    Verdict last =
        frame == null ? Verdict.STALE : offer(frame, camera, wanted, viewer, request, response);
    switch (last) {
      case GOOD -> {
        // It came in the last moment, and was sent.
      }
      case KNOWN ->
          response
              .header(REVALIDATE)
              .status(wanted.after >= 0 ? Status.NO_CONTENT_204 : Status.NOT_MODIFIED_304)
              .send();
      case STALE -> {
        if (context.hub().camera(camera) == null) {
          unknown(request, response);
        } else {
          HttpViewers.busy(request, response, "The camera has sent no image that is fresh enough.");
        }
      }
    }
  }

  /// Sends the image if it is what was asked for. Takes over the caller's reference.
  private Verdict offer(
      Frame frame,
      String camera,
      Wanted wanted,
      HttpViewer viewer,
      ServerRequest request,
      ServerResponse response) {
    Stamps stamps = stamps(camera, frame);
    Verdict verdict = judge(stamps, wanted, request);
    if (verdict == Verdict.GOOD) {
      send(viewer, frame, stamps, request, response);
    } else {
      frame.release();
    }
    return verdict;
  }

  private Stamps stamps(String name, Frame frame) {
    Camera camera = context.hub().camera(name);
    return Stamps.of(frame, camera == null ? null : camera.clock(), context.now());
  }

  private static Verdict judge(Stamps stamps, Wanted wanted, ServerRequest request) {
    if (stamps.ageMillis() > wanted.maxAgeMillis) {
      return Verdict.STALE;
    }
    // Other, not later: the count of a camera that went and came back begins anew.
    boolean known = stamps.sequence() == wanted.after || has(request, stamps.tag());
    return known ? Verdict.KNOWN : Verdict.GOOD;
  }

  private static boolean has(ServerRequest request, String tag) {
    if (!request.headers().contains(HeaderNames.IF_NONE_MATCH)) {
      return false;
    }
    List<String> values = request.headers().get(HeaderNames.IF_NONE_MATCH).allValues(true);
    return values.stream()
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(String::strip)
        .anyMatch(value -> value.equals(tag) || value.equals("W/" + tag));
  }

  private static @Nullable Frame next(HttpViewer viewer) {
    for (Subscription subscription : viewer.subscriptions()) {
      Frame frame = subscription.take();
      if (frame != null) {
        return frame;
      }
    }
    return null;
  }

  private static void send(
      HttpViewer viewer,
      Frame frame,
      Stamps stamps,
      ServerRequest request,
      ServerResponse response) {
    byte[] jpeg = new byte[frame.jpegLength()];
    try {
      frame.jpeg().get(jpeg);
    } finally {
      // A slow reader shall hold a copy, not the frame.
      frame.release();
    }
    response.header(REVALIDATE).header(JPEG);
    response.header(HeaderNames.ETAG, stamps.tag());
    response.header(HeaderValues.create(Stamps.SEQUENCE, Long.toString(stamps.sequence())));
    response.header(HeaderValues.create(Stamps.AGE, Long.toString(stamps.ageMillis())));
    response.header(HeaderValues.create(Stamps.CAPTURED, stamps.iso()));
    response.header(HeaderValues.create(Stamps.TIMESTAMP, stamps.seconds()));
    viewer.beginWrite();
    Answers.bytes(request, response, jpeg);
    viewer.endWrite();
    viewer.wrote(frame);
  }

  private static void unknown(ServerRequest request, ServerResponse response) {
    Answers.error(request, response, Status.NOT_FOUND_404, "There is no camera of this name now.");
  }
}
